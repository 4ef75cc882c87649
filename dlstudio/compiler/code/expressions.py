"""Expressions over a block's parameters as Python arithmetic; the grammar is that of graph expressions."""

from __future__ import annotations

import ast

from dlstudio.compiler.code.names import parameter_name
from dlstudio.graph.expressions import LONGEST

RATIO = "ratio"
"""Name of the script's division, which gives a whole number where it divides without remainder."""

_FUNCTIONS = ("min", "max", "int", "round")


def parsed(text: str) -> ast.expr | None:
    """The tree of an expression, or None where it is not one."""
    if len(text) > LONGEST:
        return None
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return tree if _fits(tree) else None


def canonical(text: str) -> str:
    """An expression with the usual spaces; the text itself where it is not one."""
    tree = parsed(text)
    return text if tree is None else ast.unparse(tree)


def as_python(tree: ast.expr) -> str:
    """A parsed expression as a script writes it: parameters under the names they have in their function."""
    return ast.unparse(_Writer().visit(ast.parse(ast.unparse(tree), mode="eval").body))


def is_divided(tree: ast.expr) -> bool:
    """Whether an expression divides with ``/``, which a script does by a function of its own."""
    return any(isinstance(node, ast.Div) for node in ast.walk(tree))


class _Writer(ast.NodeTransformer):
    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Name(parameter_name(node.id))

    def visit_Call(self, node: ast.Call) -> ast.expr:
        # The functions' own names stay as they are: a parameter of that name is called otherwise.
        return ast.Call(node.func, [self.visit(argument) for argument in node.args], [])

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        left, right = self.visit(node.left), self.visit(node.right)
        if isinstance(node.op, ast.Div):
            return ast.Call(ast.Name(RATIO), [left, right], [])
        return ast.BinOp(left, node.op, right)

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        # `and` and `or` give true or false in a graph, one of the operands in Python.
        values = [self.visit(value) for value in node.values]
        return ast.Call(ast.Name("bool"), [ast.BoolOp(node.op, values)], [])


_OPERATORS: tuple[type[ast.AST], ...] = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)
_COMPARISONS: tuple[type[ast.AST], ...] = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE)


def _fits(node: ast.expr) -> bool:
    match node:
        case ast.Constant(value=value):
            return value is None or isinstance(value, int | float | str)
        case ast.Name():
            return True
        case ast.BinOp(left=left, op=op, right=right):
            return isinstance(op, _OPERATORS) and _fits(left) and _fits(right)
        case ast.UnaryOp(op=op, operand=operand):
            return isinstance(op, ast.USub | ast.Not) and _fits(operand)
        case ast.BoolOp(values=values):
            return all(_fits(value) for value in values)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return _fits(test) and _fits(body) and _fits(orelse)
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return isinstance(op, _COMPARISONS) and _fits(left) and _fits(right)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            return name in _FUNCTIONS and all(_fits(argument) for argument in arguments)
    return False
