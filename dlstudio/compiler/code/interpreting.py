"""Follows the statements of a script: assignments with their remarks, loops, choices, functions."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from dlstudio.catalogue.node_types import Catalogue
from dlstudio.compiler.code.blocks import makes_block
from dlstudio.compiler.code.calling import Caller, maker
from dlstudio.compiler.code.calls import tensor_of
from dlstudio.compiler.code.evaluating import DEEPEST
from dlstudio.compiler.code.helpers import is_helper
from dlstudio.compiler.code.remarks import NOTHING, Remark
from dlstudio.compiler.code.resolving import keras_path
from dlstudio.compiler.code.things import (
    MODELS,
    FunctionThing,
    LayerThing,
    Made,
    NotUnderstoodError,
    PathThing,
    ShapeThing,
    Tensor,
    Unknown,
)
from dlstudio.graph.model import CONSTANT, INPUT, OUTPUT

MOST_FAULTS = 20


class _ReturnError(Exception):
    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


class _LoopError(Exception):
    def __init__(self, again: bool) -> None:
        super().__init__()
        self.again = again


class Interpreter(Caller):
    """Follows a script.

    Attributes:
        faults: What is not understood; reading goes on behind it.
        functions: The functions that were called.
    """

    def __init__(self, catalogue: Catalogue, remarks: Mapping[int, Remark]) -> None:
        super().__init__(catalogue)
        self.faults: list[NotUnderstoodError] = []
        self.functions: set[str] = set()
        self.unfed: list[LayerThing] = []
        self._remarks = remarks
        self._calls = 0

    # Statements

    def run(self, statements: Sequence[ast.stmt]) -> None:
        """Follows statements one after another; one that is not understood is remembered as a fault."""
        for statement in statements:
            try:
                self._statement(statement)
            except NotUnderstoodError as fault:
                if fault.sentence:
                    self.faults.append(NotUnderstoodError(fault.line or statement.lineno, fault.sentence))
                if len(self.faults) >= MOST_FAULTS:
                    raise
                self._forget(statement, told=True)
                if isinstance(statement, ast.Return):
                    raise _ReturnError(Unknown("not understood", statement.lineno, told=True)) from None

    def _statement(self, node: ast.stmt) -> None:
        self.step(node)
        match node:
            case ast.Import(names=names):
                for name in names:
                    path = name.name if name.asname else name.name.partition(".")[0]
                    self.names[-1][name.asname or path] = PathThing(keras_path(path))
            case ast.ImportFrom(module=module, names=names):
                for name in names:
                    self.names[-1][name.asname or name.name] = PathThing(keras_path(f"{module or ''}.{name.name}"))
            case ast.Assign(targets=targets, value=value):
                self._assign(targets, value, self._remark(node))
            case ast.AnnAssign(target=target, value=value) if value is not None:
                self._assign([target], value, self._remark(node))
            case ast.AugAssign(target=ast.Name(id=name) as target, op=op, value=value):
                found = self._binary(op, self.lookup(name, node.lineno), self.value(value), target)
                self.names[-1][name] = found
            case ast.Expr(value=value):
                if not isinstance(value, ast.Constant):
                    self.value(value)
            case ast.FunctionDef():
                self._define(node)
            case ast.If():
                self._if(node)
            case ast.For():
                self._for(node)
            case ast.With(body=body):
                self.run(body)
            case ast.Try(body=body):
                self.run(body)
            case ast.Return(value=value):
                raise _ReturnError(self.value(value) if value is not None else None)
            case ast.Break() | ast.Continue():
                raise _LoopError(isinstance(node, ast.Continue))
            case ast.ClassDef(name=name):
                reason = f"'{name}', a class of the script's own, which cannot be drawn; use functions of layers"
                self.names[-1][name] = Unknown(reason, node.lineno)
            case ast.While():
                self._forget(node)

    def _remark(self, node: ast.stmt) -> Remark:
        lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
        return next((self._remarks[line] for line in lines if line in self._remarks), NOTHING)

    def _assign(self, targets: Sequence[ast.expr], expression: ast.expr, remark: Remark) -> None:
        line = expression.lineno
        value = self.value(remark.bypassed) if remark.bypassed is not None else self.value(expression)
        if remark.input is not None and isinstance(value, Tensor) and value.made.type == INPUT:
            self._bind_input(value.made, remark.input)
        if remark.output is not None:
            value = self._output(value, remark.output, targets[0], line)
        made = maker(value)
        if made is not None and (remark.node or remark.bypassed is not None):
            self._bind_node(made, remark)
        if made is not None and made.type == CONSTANT and made.name is None and isinstance(targets[0], ast.Name):
            made.name = targets[0].id
        if remark.unfed and isinstance(value, LayerThing):
            self.unfed.append(value)
        for target in targets:
            self._store(target, value, line)

    def _bind_input(self, made: Made, said: Mapping[str, Any]) -> None:
        """An Input that names a column has its shape from there; what its settings say besides stands in the remark."""
        made.settings = {name: value for name, value in said.items() if name != "name"}

    def _output(self, value: Any, said: Mapping[str, Any], target: ast.expr, line: int) -> Any:
        settings = {name: each for name, each in said.items() if name != "name"}
        name = said.get("name") or (target.id if isinstance(target, ast.Name) else None)
        made = Made(OUTPUT, settings, str(name) if name else None, "output", line=line)
        self.add(made)
        if isinstance(value, Unknown):
            tensor_of(value, line)
        if not isinstance(value, Tensor):
            return value
        source = value
        if value.made.type == "keras.layers.Identity" and value.made.name == made.name and value.made in self.nodes:
            self.nodes.remove(value.made)
            source = value.made.wires[0][1]
        made.wires.append(("", Tensor(source.made, source.port)))
        return Tensor(source.made, source.port, made)

    def _bind_node(self, made: Made, remark: Remark) -> None:
        made.bypassed = remark.bypassed is not None
        if isinstance(remark.node.get("name"), str):
            made.name = remark.node["name"]
        shares = remark.node.get("shares")
        if isinstance(shares, str):
            made.shares, made.settings = shares, made.settings
            for layer in self.called:
                if layer.owner is made:
                    layer.owner = None

    def _store(self, target: ast.expr, value: Any, line: int) -> None:
        if isinstance(target, ast.Name):
            self.names[-1][target.id] = value
            if isinstance(value, MODELS) and value.name is None:
                value.name = target.id
        elif isinstance(target, ast.Tuple | ast.List):
            parts = self._parts_of(value, len(target.elts), line)
            for each, part in zip(target.elts, parts, strict=True):
                self._store(each.value if isinstance(each, ast.Starred) else each, part, line)

    def _parts_of(self, value: Any, count: int, line: int) -> list[Any]:
        if isinstance(value, list | tuple) and len(value) == count:
            return list(value)
        if isinstance(value, Unknown | PathThing | ShapeThing):
            return [value] * count
        raise NotUnderstoodError(line, f"{count} names stand before the sign =, for another number of values.")

    def _forget(self, node: ast.stmt, told: bool = False) -> None:
        """What a statement that is not followed would have changed is unknown from here on."""
        for each in ast.walk(node):
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
                reason = "set in a place that depends on what is known only when the script runs"
                self.names[-1][each.id] = Unknown(reason, node.lineno, told)

    def _if(self, node: ast.If) -> None:
        if _is_main(node.test):
            self.run(node.body)
            return
        test = self.value(node.test)
        if test is None or isinstance(test, bool | int | float | str | list | tuple):
            self.run(node.body if test else node.orelse)
        else:
            self._forget(node)

    def _for(self, node: ast.For) -> None:
        around = self.value(node.iter)
        if not isinstance(around, list | tuple | range | str):
            if isinstance(around, Unknown | ShapeThing | PathThing):
                self._forget(node)
                return
            raise NotUnderstoodError(node.lineno, "a loop runs over something that is known only when the script runs.")
        for each in around:
            self._store(node.target, each, node.lineno)
            try:
                self.run(node.body)
            except _LoopError as end:
                if not end.again:
                    break

    # Functions

    def _define(self, node: ast.FunctionDef) -> None:
        if is_helper(node):
            self.names[-1][node.name] = PathThing(f"helper.{node.name}")
            return
        self.names[-1][node.name] = FunctionThing(node, makes_block(node), list(self.names))

    @contextmanager
    def inner(self, names: dict[str, Any], around: list[dict[str, Any]]) -> Iterator[None]:
        """Other variables while this lasts: those of a function."""
        outer, self.names = self.names, [*around, names]
        self._calls += 1
        try:
            if self._calls > DEEPEST:
                raise NotUnderstoodError(0, "functions call each other too deep.")
            yield
        finally:
            self.names = outer
            self._calls -= 1

    @contextmanager
    def another_graph(self) -> Iterator[list[Made]]:
        """Collects the nodes of a block while this lasts."""
        outer, self.nodes = self.nodes, []
        models = list(self.models)
        try:
            yield self.nodes
        finally:
            self.nodes = outer
            self.models = models

    def run_function(self, function: FunctionThing, names: dict[str, Any]) -> Any:
        """What a function returns, followed with these arguments."""
        self.functions.add(function.node.name)
        with self.inner(names, function.names):
            try:
                self.run(function.node.body)
            except _ReturnError as returned:
                return returned.value
        return None

    def arguments_of(
        self, function: FunctionThing, arguments: Sequence[Any], keywords: Mapping[str, Any], line: int
    ) -> dict[str, Any]:
        """The arguments of a call by the names of the function's parameters, defaults filled in."""
        said = function.node.args
        places = [each.arg for each in (*said.posonlyargs, *said.args)]
        if len(arguments) > len(places):
            raise NotUnderstoodError(line, f"{function.node.name} is given more arguments than it takes.")
        names: dict[str, Any] = {}
        with self.inner({}, function.names):
            for place, default in zip(reversed(places), reversed(said.defaults), strict=False):
                names[place] = self.value(default)
            for each, default_ in zip(said.kwonlyargs, said.kw_defaults, strict=True):
                if default_ is not None:
                    names[each.arg] = self.value(default_)
        names |= dict(zip(places, arguments, strict=False))
        known = {*places, *(each.arg for each in said.kwonlyargs)}
        for name, value in keywords.items():
            if name not in known:
                raise NotUnderstoodError(line, f"{function.node.name} has no argument '{name}'.")
            names[name] = value
        missing = next((name for name in known if name not in names), None)
        if missing:
            raise NotUnderstoodError(line, f"{function.node.name} needs a value for '{missing}'.")
        return names


def _is_main(test: ast.expr) -> bool:
    return isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == "__name__"
