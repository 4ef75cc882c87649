"""Finds what the expressions of a script stand for, without running any of it."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from dlstudio.catalogue.node_types import Catalogue
from dlstudio.catalogue.slices import format_slices
from dlstudio.compiler.code.calls import is_tensor
from dlstudio.compiler.code.computing import COMPARISONS, FUNCTIONS, check_length, computed, is_plain, tree
from dlstudio.compiler.code.network import INDEXING
from dlstudio.compiler.code.resolving import keras_path
from dlstudio.compiler.code.things import (
    MODELS,
    Expression,
    LayerThing,
    Made,
    ModelThing,
    NameArgument,
    NotUnderstoodError,
    PathThing,
    PortArgument,
    ShapeThing,
    Tensor,
    Unknown,
)

MOST_STEPS = 200_000
DEEPEST = 60

_TENSOR_OPERATIONS: dict[type[ast.AST], str] = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "true_divide",
    ast.FloorDiv: "floor_divide",
    ast.Mod: "mod",
    ast.Pow: "power",
    ast.MatMult: "matmul",
    ast.USub: "negative",
    ast.Eq: "equal",
    ast.NotEq: "not_equal",
    ast.Lt: "less",
    ast.LtE: "less_equal",
    ast.Gt: "greater",
    ast.GtE: "greater_equal",
}


class Evaluator:
    """Evaluates expressions in a scope of names.

    Attributes:
        catalogue: The node types; blocks are added as they are found.
        nodes: Every node made so far in the graph that is being read.
        notes: What was left out or changed, as sentences with their lines.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.nodes: list[Made] = []
        self.notes: list[str] = []
        self.names: list[dict[str, Any]] = [{}]
        self._steps = 0
        self._depth = 0

    # What a subclass adds

    def call(self, node: ast.Call) -> Any:
        raise NotImplementedError

    def operation(self, name: str, arguments: list[Any], line: int, keywords: Mapping[str, Any] | None = None) -> Any:
        raise NotImplementedError

    # Names

    def lookup(self, name: str, line: int) -> Any:
        """What a name stands for: a variable, else a function of Python that is known here."""
        for scope in reversed(self.names):
            if name in scope:
                return scope[name]
        if name in FUNCTIONS:
            return PathThing(f"builtins.{name}")
        return Unknown(f"'{name}', which is not defined before", line)

    def step(self, node: ast.AST) -> None:
        """Counts a step, so that no script keeps the reader busy for long."""
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise NotUnderstoodError(getattr(node, "lineno", 0), "the script does too much to be followed up to here.")

    # Expressions

    def value(self, node: ast.expr) -> Any:
        """What an expression stands for; :class:`Unknown` where that is known only when the script runs."""
        self.step(node)
        self._depth += 1
        if self._depth > DEEPEST * 4:
            raise NotUnderstoodError(node.lineno, "the expression is nested too deep.")
        try:
            return self._value(node)
        finally:
            self._depth -= 1

    def _value(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=value):
                return value if isinstance(value, int | float | str | None) else Unknown("no plain value", node.lineno)
            case ast.Name(id=name):
                return self.lookup(name, node.lineno)
            case ast.Attribute():
                return self._attribute(node)
            case ast.Call():
                return self.call(node)
            case ast.Tuple(elts=parts):
                return tuple(self._parts(parts))
            case ast.List(elts=parts):
                return self._parts(parts)
            case ast.Dict(keys=keys, values=values):
                return self._dict(node, keys, values)
            case ast.BinOp(left=left, op=op, right=right):
                return self._binary(op, self.value(left), self.value(right), node)
            case ast.UnaryOp(op=op, operand=operand):
                return self._unary(op, self.value(operand), node)
            case ast.BoolOp():
                return self._boolean(node)
            case ast.Compare():
                return self._compare(node)
            case ast.IfExp():
                return self._choice(node)
            case ast.Subscript():
                return self._subscript(node)
            case ast.JoinedStr(values=values):
                return self._formatted(node, values)
            case ast.ListComp() | ast.GeneratorExp():
                return self._comprehension(node)
            case ast.NamedExpr(target=target, value=value):
                found = self.value(value)
                self.names[-1][target.id] = found
                return found
        return Unknown("more than can be read without running the script", node.lineno)

    def _parts(self, parts: list[ast.expr]) -> list[Any]:
        found: list[Any] = []
        for part in parts:
            if isinstance(part, ast.Starred):
                inner = self.value(part.value)
                if not isinstance(inner, list | tuple):
                    return [*found, Unknown("a list of unknown length", part.lineno)]
                found.extend(inner)
            else:
                found.append(self.value(part))
        check_length(len(found), parts[0].lineno if parts else 0)
        return found

    def _dict(self, node: ast.Dict, keys: list[ast.expr | None], values: list[ast.expr]) -> Any:
        found: dict[Any, Any] = {}
        for key, value in zip(keys, values, strict=True):
            known = self.value(key) if key is not None else None
            if not isinstance(known, str | int | float):
                return Unknown("a dictionary whose keys are not known", node.lineno)
            found[known] = self.value(value)
        return found

    def _attribute(self, node: ast.Attribute) -> Any:
        owner, name = self.value(node.value), node.attr
        if isinstance(owner, PathThing):
            return PathThing(keras_path(f"{owner.path}.{name}"))
        if isinstance(owner, Tensor | PortArgument) and name in ("shape", "dtype"):
            return ShapeThing(owner)
        if isinstance(owner, ModelThing):
            ends = {"inputs": owner.inputs, "outputs": owner.outputs}
            if name in ends:
                return list(ends[name])
            if name in ("input", "output"):
                tensors = ends[f"{name}s"]
                return tensors[0] if len(tensors) == 1 else list(tensors)
        if isinstance(owner, LayerThing) and name in ("output", "input") and owner.owner is not None:
            return Tensor(owner.owner) if name == "output" else owner.owner.wires[0][1]
        if isinstance(owner, (LayerThing, *MODELS)) and name == "name":
            return owner.name or Unknown("a name that Keras makes up", node.lineno)
        if isinstance(owner, Unknown):
            return owner
        return Unknown(f"'.{name}' of something that cannot be followed", node.lineno)

    def _binary(self, op: ast.operator, left: Any, right: Any, node: ast.expr) -> Any:
        if is_tensor(left) or is_tensor(right):
            name = _TENSOR_OPERATIONS.get(type(op))
            if name:
                return self.operation(name, [left, right], node.lineno)
        for side in (left, right):
            if isinstance(side, Unknown | ShapeThing):
                return side if isinstance(side, Unknown) else Unknown("a shape, known only when it runs", node.lineno)
        if isinstance(left, NameArgument) or isinstance(right, NameArgument):
            return Unknown("a name made of the block's name", node.lineno)
        if isinstance(left, Expression) or isinstance(right, Expression):
            return Expression(ast.BinOp(tree(left), op, tree(right)))
        return computed(op, left, right, node.lineno)

    def _unary(self, op: ast.unaryop, value: Any, node: ast.expr) -> Any:
        if isinstance(value, Tensor):
            if isinstance(op, ast.USub):
                return self.operation("negative", [value], node.lineno)
            return Unknown("an operation that has no node", node.lineno)
        if isinstance(value, Unknown):
            return value
        if isinstance(value, Expression):
            return Expression(ast.UnaryOp(op, value.tree))
        if isinstance(op, ast.Not) and (value is None or isinstance(value, bool | int | float | str | list | tuple)):
            return not value
        if isinstance(value, int | float):
            return -value if isinstance(op, ast.USub) else +value if isinstance(op, ast.UAdd) else ~int(value)
        return Unknown("computed from something that cannot be followed", node.lineno)

    def _boolean(self, node: ast.BoolOp) -> Any:
        values = [self.value(each) for each in node.values]
        if any(isinstance(each, Expression) for each in values):
            return Expression(ast.BoolOp(node.op, [tree(each) for each in values]))
        for each in values[:-1]:
            if isinstance(each, Unknown) or not is_plain(each):
                return Unknown("a condition that is not known", node.lineno)
            if bool(each) != isinstance(node.op, ast.And):
                return each
        return values[-1]

    def _compare(self, node: ast.Compare) -> Any:
        values = [self.value(each) for each in (node.left, *node.comparators)]
        if len(node.ops) == 1 and any(isinstance(each, Tensor) for each in values):
            name = _TENSOR_OPERATIONS.get(type(node.ops[0]))
            return self.operation(name, values, node.lineno) if name else Unknown("a comparison", node.lineno)
        if len(node.ops) == 1 and any(isinstance(each, Expression) for each in values):
            return Expression(ast.Compare(tree(values[0]), node.ops, [tree(values[1])]))
        try:
            pairs = zip(values, node.ops, values[1:], strict=False)
            if all(is_plain(each) for each in values):
                return all(COMPARISONS[type(op)](left, right) for left, op, right in pairs)
        except TypeError as error:
            raise NotUnderstoodError(node.lineno, f"this cannot be compared: {error}.") from None
        return Unknown("a condition that is not known", node.lineno)

    def _choice(self, node: ast.IfExp) -> Any:
        test = self.value(node.test)
        if isinstance(test, Expression):
            body, other = self.value(node.body), self.value(node.orelse)
            return Expression(ast.IfExp(test.tree, tree(body), tree(other)))
        if not is_plain(test):
            return Unknown("a choice whose condition is not known", node.lineno)
        return self.value(node.body if test else node.orelse)

    def _subscript(self, node: ast.Subscript) -> Any:
        owner = self.value(node.value)
        if isinstance(owner, ShapeThing):
            return owner
        if isinstance(owner, Unknown):
            return owner
        index = self._index(node.slice)
        if isinstance(owner, Tensor):
            places = index if isinstance(index, tuple) else (index,)
            if INDEXING in self.catalogue and all(
                each is None or each is ... or isinstance(each, int | slice) for each in places
            ):
                return self.operation("get_item", [owner, format_slices(places)], node.lineno)
            return Unknown("a part of a tensor that cannot be drawn", node.lineno)
        try:
            if isinstance(owner, list | tuple | dict | str):
                return owner[index]
        except (KeyError, IndexError, TypeError) as error:
            raise NotUnderstoodError(node.lineno, f"there is no such part: {error}.") from None
        return Unknown("a part of something that cannot be followed", node.lineno)

    def _index(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Slice):
            ends = [self.value(each) if each is not None else None for each in (node.lower, node.upper, node.step)]
            if all(each is None or isinstance(each, int) for each in ends):
                return slice(*ends)
            return Unknown("a range that is not known", node.lineno)
        if isinstance(node, ast.Tuple):
            return tuple(self._index(each) for each in node.elts)
        if isinstance(node, ast.Constant) and node.value is ...:
            return ...
        return self.value(node)

    def _formatted(self, node: ast.JoinedStr, values: list[ast.expr]) -> Any:
        text = ""
        for part in values:
            found = self.value(part.value) if isinstance(part, ast.FormattedValue) else self.value(part)
            plain = isinstance(found, str | int | float)
            if not plain or (isinstance(part, ast.FormattedValue) and part.format_spec is not None):
                return Unknown("a text that is made when the script runs", node.lineno)
            text += str(found)
            check_length(len(text), node.lineno)
        return text

    def _comprehension(self, node: ast.ListComp | ast.GeneratorExp) -> Any:
        if len(node.generators) != 1:
            return Unknown("a list that is made in several loops", node.lineno)
        loop = node.generators[0]
        around = self.value(loop.iter)
        if not isinstance(around, list | tuple | range) or not isinstance(loop.target, ast.Name):
            return Unknown("a list made of something that is not known", node.lineno)
        check_length(len(around), node.lineno)
        found = []
        self.names.append({})
        try:
            for each in around:
                self.names[-1][loop.target.id] = each
                if all(self.value(test) is True for test in loop.ifs):
                    found.append(self.value(node.elt))
        finally:
            self.names.pop()
        return found
