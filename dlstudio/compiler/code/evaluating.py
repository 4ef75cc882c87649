"""Finds what the expressions of a script stand for, without running any of it."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from dlstudio.catalogue.node_types import Catalogue
from dlstudio.catalogue.slices import format_slices
from dlstudio.compiler.code.calls import is_tensor
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
from dlstudio.graph.expressions import LARGEST

MOST_STEPS = 200_000
DEEPEST = 60
LONGEST_LIST = 5000

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: lambda a, b: a is b,
    ast.IsNot: lambda a, b: a is not b,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}
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
_SYMBOLIC = ("min", "max", "int", "round", "bool")


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
        if name in _BUILTINS:
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
        self._check_length(len(found), parts[0].lineno if parts else 0)
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
            return Expression(ast.BinOp(_tree(left), op, _tree(right)))
        return self._computed(op, left, right, node)

    def _computed(self, op: ast.operator, left: Any, right: Any, node: ast.expr) -> Any:
        function = _BINARY.get(type(op))
        try:
            if isinstance(op, ast.Mult) and (isinstance(left, list | tuple) or isinstance(right, list | tuple)):
                listed, times = (left, right) if isinstance(left, list | tuple) else (right, left)
                self._check_length(len(listed) * max(int(times), 0), node.lineno)
            elif str in (type(left), type(right)) and not isinstance(op, ast.Add):
                return Unknown("a text that is computed", node.lineno)
            if isinstance(op, ast.Pow) and (abs(right) > 64 or abs(left) > 10**6):
                self._fail(node, "the power is too large.")
            result = function(left, right) if function else Unknown("computed", node.lineno)
        except (TypeError, ValueError, ArithmeticError) as error:
            self._fail(node, f"this cannot be computed: {error}.")
        if isinstance(result, str | list | tuple):
            self._check_length(len(result), node.lineno)
        elif isinstance(result, int | float) and abs(result) > LARGEST:
            self._fail(node, "the number is too large.")
        return result

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
            return Expression(ast.BoolOp(node.op, [_tree(each) for each in values]))
        for each in values[:-1]:
            if isinstance(each, Unknown) or not _is_plain(each):
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
            return Expression(ast.Compare(_tree(values[0]), node.ops, [_tree(values[1])]))
        try:
            pairs = zip(values, node.ops, values[1:], strict=False)
            if all(_is_plain(each) for each in values):
                return all(_COMPARISONS[type(op)](left, right) for left, op, right in pairs)
        except TypeError as error:
            self._fail(node, f"this cannot be compared: {error}.")
        return Unknown("a condition that is not known", node.lineno)

    def _choice(self, node: ast.IfExp) -> Any:
        test = self.value(node.test)
        if isinstance(test, Expression):
            body, other = self.value(node.body), self.value(node.orelse)
            return Expression(ast.IfExp(test.tree, _tree(body), _tree(other)))
        if not _is_plain(test):
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
            self._fail(node, f"there is no such part: {error}.")
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
            self._check_length(len(text), node.lineno)
        return text

    def _comprehension(self, node: ast.ListComp | ast.GeneratorExp) -> Any:
        if len(node.generators) != 1:
            return Unknown("a list that is made in several loops", node.lineno)
        loop = node.generators[0]
        around = self.value(loop.iter)
        if not isinstance(around, list | tuple | range) or not isinstance(loop.target, ast.Name):
            return Unknown("a list made of something that is not known", node.lineno)
        self._check_length(len(around), node.lineno)
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

    def _check_length(self, length: int, line: int) -> None:
        if length > LONGEST_LIST:
            raise NotUnderstoodError(line, f"{LONGEST_LIST} parts are the most that a list may have here.")

    def _fail(self, node: ast.AST, sentence: str) -> NoReturn:
        raise NotUnderstoodError(getattr(node, "lineno", 0), sentence)

    # Functions of Python

    def builtin(self, name: str, arguments: list[Any], keywords: Mapping[str, Any], node: ast.Call) -> Any:
        """The result of a function of Python's own, for values that are known."""
        if any(isinstance(each, Expression) for each in arguments) and name in _SYMBOLIC:
            if name == "bool":
                return arguments[0]
            return Expression(ast.Call(ast.Name(name), [_tree(each) for each in arguments], []))
        if any(isinstance(each, Unknown) for each in arguments):
            return next(each for each in arguments if isinstance(each, Unknown))
        if any(is_tensor(each) for each in arguments) and name in ("abs", "sum", "min", "max"):
            return Unknown("computed of tensors by Python; use keras.ops", node.lineno)
        try:
            result = _BUILTINS[name](*arguments, **keywords)
        except (TypeError, ValueError, ArithmeticError) as error:
            self._fail(node, f"this cannot be computed: {error}.")
        if isinstance(result, range | list | tuple | str):
            self._check_length(len(result), node.lineno)
        return result


def _listed(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *arguments: list(function(*arguments))


_BUILTINS: dict[str, Callable[..., Any]] = {
    **{each.__name__: each for each in (range, len, int, float, str, bool, tuple, list, min, max, abs, round, sum)},
    **{each.__name__: _listed(each) for each in (enumerate, zip, reversed, sorted)},
}


def _tree(value: Any) -> ast.expr:
    if isinstance(value, Expression):
        return value.tree
    if value is None or isinstance(value, bool | int | float | str):
        if isinstance(value, int | float) and not isinstance(value, bool) and value < 0:
            return ast.UnaryOp(ast.USub(), ast.Constant(-value))
        return ast.Constant(value)
    raise NotUnderstoodError(0, "a parameter can be computed with numbers only.")


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, bool | int | float | str | list | tuple)
