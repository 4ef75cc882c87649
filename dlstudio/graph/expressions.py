"""Arithmetic over a block's parameters: ``{"=": "filters * 2"}`` in a setting inside the block. Never ``eval``."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

MARK = "="
LONGEST = 200
LARGEST = 10**12

ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {"min": min, "max": max, "int": int, "round": round}


class ExpressionError(ValueError):
    """An expression that cannot be evaluated; the message is a sentence."""


def is_expression(value: Any) -> bool:
    """Whether a setting's value is an expression: an object whose only key is ``=``."""
    return isinstance(value, Mapping) and set(value) == {MARK} and isinstance(value[MARK], str)


def names_in(value: Any) -> frozenset[str]:
    """The parameters that a setting's value mentions, also within lists and objects; empty where it cannot be read."""
    if is_expression(value):
        try:
            tree = ast.parse(value[MARK].strip(), mode="eval")
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return frozenset()
        return frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name)) - set(_FUNCTIONS)
    if isinstance(value, Mapping):
        return frozenset().union(*(names_in(each) for each in value.values()))
    if isinstance(value, list | tuple):
        return frozenset().union(*(names_in(each) for each in value))
    return frozenset()


def bind(value: Any, parameters: Mapping[str, Any]) -> Any:
    """A setting's value with its expressions evaluated, also within lists and objects.

    Raises:
        ExpressionError: One cannot be evaluated.
    """
    if is_expression(value):
        return evaluate(value[MARK], parameters)
    if isinstance(value, Mapping):
        return {key: bind(each, parameters) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [bind(each, parameters) for each in value]
    return value


def evaluate(text: str, parameters: Mapping[str, Any]) -> Any:
    """The value of an expression over parameters.

    Numbers, texts, ``+ - * / // % **``, comparisons, ``and or not``, ``a if condition else b``, and the functions
    ``min max int round``. A division without a remainder of whole numbers gives a whole number.

    Raises:
        ExpressionError: It is no such expression, names an unknown parameter, or gives a number beyond 10**12.
    """
    if len(text) > LONGEST:
        raise ExpressionError(f"The expression '{text[:40]}…' is longer than {LONGEST} characters.")
    try:
        return _value(ast.parse(text.strip(), mode="eval").body, parameters, text)
    except ExpressionError:
        raise
    except SyntaxError:
        raise ExpressionError(f"'{text}' is no arithmetic expression.") from None
    except (ArithmeticError, TypeError, ValueError, RecursionError, MemoryError) as error:
        raise ExpressionError(f"'{text}' cannot be evaluated: {error}.") from None


def _value(node: ast.expr, parameters: Mapping[str, Any], text: str) -> Any:
    def inner(part: ast.expr) -> Any:
        return _value(part, parameters, text)

    result: Any
    match node:
        case ast.Constant(value=constant) if isinstance(constant, int | float | str | None):
            result = constant
        case ast.Name(id=name):
            if name not in parameters:
                known = ", ".join(parameters) or "none"
                raise ExpressionError(
                    f"'{text}' mentions '{name}', which is no parameter of the block (there: {known})."
                )
            result = parameters[name]
        case ast.BinOp(left=left, op=op, right=right) if type(op) in ARITHMETIC:
            result = _computed(op, inner(left), inner(right))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            result = -inner(operand)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            result = not inner(operand)
        case ast.BoolOp(op=op, values=values):
            found = [inner(each) for each in values]
            result = all(found) if isinstance(op, ast.And) else any(found)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            result = inner(body) if inner(test) else inner(orelse)
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in COMPARISONS:
            result = COMPARISONS[type(op)](inner(left), inner(right))
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in _FUNCTIONS:
            result = _FUNCTIONS[name](*(inner(each) for each in arguments))
        case _:
            raise ExpressionError(f"'{text}' is no arithmetic expression over the block's parameters.")
    if isinstance(result, int | float) and not (math.isfinite(result) and abs(result) <= LARGEST):
        raise ExpressionError(f"'{text}' gives {result:.3g}, which is too large.")
    return result


def is_too_large(op: ast.operator, left: Any, right: Any) -> bool:
    """Whether a power takes long to compute, or its result much memory."""
    return isinstance(op, ast.Pow) and (abs(right) > 64 or abs(left) > 10**6)


def _computed(op: ast.operator, left: Any, right: Any) -> Any:
    if isinstance(left, str) or isinstance(right, str):
        raise ExpressionError("Texts cannot be computed with.")
    if is_too_large(op, left, right):
        raise ExpressionError("The power is too large.")
    result = ARITHMETIC[type(op)](left, right)
    if isinstance(op, ast.Div) and isinstance(left, int) and isinstance(right, int) and left % right == 0:
        return left // right
    return result
