"""Computes with the plain values of a script as Python would, within bounds on numbers and lengths."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

from dlstudio.compiler.code.calls import is_tensor
from dlstudio.compiler.code.things import Expression, NotUnderstoodError, Unknown
from dlstudio.graph import expressions
from dlstudio.graph.expressions import ARITHMETIC, LARGEST, is_too_large

LONGEST_LIST = 5000
COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    **expressions.COMPARISONS,
    ast.Is: lambda a, b: a is b,
    ast.IsNot: lambda a, b: a is not b,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}


def _listed(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *arguments: list(function(*arguments))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{each.__name__: each for each in (range, len, int, float, str, bool, tuple, list, min, max, abs, round, sum)},
    **{each.__name__: _listed(each) for each in (enumerate, zip, reversed, sorted)},
}
"""The functions of Python's own that a script may call."""
_SYMBOLIC = ("min", "max", "int", "round", "bool")


def computed(op: ast.operator, left: Any, right: Any, line: int) -> Any:
    """The result of an operator between two plain values.

    Raises:
        NotUnderstoodError: Python would raise an error, or the result is too large.
    """
    function = ARITHMETIC.get(type(op))
    try:
        if isinstance(op, ast.Mult) and (isinstance(left, list | tuple) or isinstance(right, list | tuple)):
            listed, times = (left, right) if isinstance(left, list | tuple) else (right, left)
            check_length(len(listed) * max(int(times), 0), line)
        elif str in (type(left), type(right)) and not isinstance(op, ast.Add):
            return Unknown("a text that is computed", line)
        if is_too_large(op, left, right):
            raise NotUnderstoodError(line, "the power is too large.")
        result = function(left, right) if function else Unknown("computed", line)
    except (TypeError, ValueError, ArithmeticError) as error:
        raise NotUnderstoodError(line, f"this cannot be computed: {error}.") from None
    if isinstance(result, str | list | tuple):
        check_length(len(result), line)
    elif isinstance(result, int | float) and abs(result) > LARGEST:
        raise NotUnderstoodError(line, "the number is too large.")
    return result


def result_of(name: str, arguments: list[Any], keywords: Mapping[str, Any], line: int) -> Any:
    """The result of one of :data:`FUNCTIONS`, for values that are known.

    Raises:
        NotUnderstoodError: Python would raise an error, or the result is too long.
    """
    if any(isinstance(each, Expression) for each in arguments) and name in _SYMBOLIC:
        if name == "bool":
            return arguments[0]
        return Expression(ast.Call(ast.Name(name), [tree(each) for each in arguments], []))
    if any(isinstance(each, Unknown) for each in arguments):
        return next(each for each in arguments if isinstance(each, Unknown))
    if any(is_tensor(each) for each in arguments) and name in ("abs", "sum", "min", "max"):
        return Unknown("computed of tensors by Python; use keras.ops", line)
    try:
        result = FUNCTIONS[name](*arguments, **keywords)
    except (TypeError, ValueError, ArithmeticError) as error:
        raise NotUnderstoodError(line, f"this cannot be computed: {error}.") from None
    if isinstance(result, range | list | tuple | str):
        check_length(len(result), line)
    return result


def check_length(length: int, line: int) -> None:
    """Refuses a list or text that is longer than any script needs.

    Raises:
        NotUnderstoodError: It is.
    """
    if length > LONGEST_LIST:
        raise NotUnderstoodError(line, f"{LONGEST_LIST} parts are the most that a list may have here.")


def tree(value: Any) -> ast.expr:
    """A value as a part of an expression over a block's parameters.

    Raises:
        NotUnderstoodError: It is neither such an expression nor a plain number or text.
    """
    if isinstance(value, Expression):
        return value.tree
    if value is None or isinstance(value, bool | int | float | str):
        if isinstance(value, int | float) and not isinstance(value, bool) and value < 0:
            return ast.UnaryOp(ast.USub(), ast.Constant(-value))
        return ast.Constant(value)
    raise NotUnderstoodError(0, "a parameter can be computed with numbers only.")


def is_plain(value: Any) -> bool:
    """Whether a value can decide a condition."""
    return value is None or isinstance(value, bool | int | float | str | list | tuple)
