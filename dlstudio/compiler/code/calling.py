"""Follows the calls of a script: the script's own functions, uses of blocks, methods, and Keras by the class below."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from dlstudio.catalogue.node_types import Catalogue
from dlstudio.compiler.code.blocks import block_from_function, block_from_model
from dlstudio.compiler.code.calls import (
    tensor_of,
)
from dlstudio.compiler.code.computing import check_length, result_of
from dlstudio.compiler.code.keras_calls import KerasCalls
from dlstudio.compiler.code.names import parameter_of, snake_case
from dlstudio.compiler.code.resolving import keras_path, plain
from dlstudio.compiler.code.things import (
    MODELS,
    BlockThing,
    FunctionThing,
    LayerThing,
    Made,
    ModelThing,
    NotUnderstoodError,
    PathThing,
    SequentialThing,
    Tensor,
    Unknown,
)
from dlstudio.graph.blocks import REPEAT, with_blocks
from dlstudio.graph.model import BLOCK_PREFIX, INPUT, Block


class Caller(KerasCalls):
    """Evaluates calls, and with them makes nodes, models and blocks.

    Attributes:
        blocks: The blocks found, by name.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        super().__init__(catalogue)
        self.blocks: dict[str, Block] = {}
        self._made_blocks: dict[str, BlockThing] = {}
        self._making: list[str] = []

    # What a subclass adds

    def run_function(self, function: FunctionThing, names: dict[str, Any]) -> Any:
        raise NotImplementedError

    def inner(self, names: dict[str, Any], around: list[dict[str, Any]]) -> AbstractContextManager[None]:
        raise NotImplementedError

    def another_graph(self) -> AbstractContextManager[list[Made]]:
        raise NotImplementedError

    def arguments_of(
        self, function: FunctionThing, arguments: Sequence[Any], keywords: Mapping[str, Any], line: int
    ) -> dict[str, Any]:
        raise NotImplementedError

    # Calls

    def call(self, node: ast.Call) -> Any:
        function = self.value(node.func) if not isinstance(node.func, ast.Attribute) else self._callee(node.func)
        if isinstance(function, Unknown):
            return function
        if isinstance(function, tuple):  # a method of a model
            return self._method(function[0], function[1], node)
        arguments = self._parts(node.args)
        keywords: dict[str, Any] = {}
        for each in node.keywords:
            found = self.value(each.value)
            if each.arg is not None:
                keywords[each.arg] = found
            elif isinstance(found, dict):
                keywords |= {str(key): value for key, value in found.items()}
            else:
                return Unknown("called with arguments that are not known", node.lineno)
        return self._called(function, arguments, keywords, node)

    def _callee(self, node: ast.Attribute) -> Any:
        owner = self.value(node.value)
        if isinstance(owner, MODELS) and node.attr not in ("input", "output", "inputs", "outputs"):
            return owner, node.attr
        if isinstance(owner, list) and node.attr in ("append", "extend"):
            return owner, node.attr
        if isinstance(owner, PathThing):
            return PathThing(keras_path(f"{owner.path}.{node.attr}"))
        return (
            owner
            if isinstance(owner, Unknown)
            else Unknown(f"what '.{node.attr}()' gives, known only at run time", node.lineno)
        )

    def _method(self, owner: Any, name: str, node: ast.Call) -> Any:
        if isinstance(owner, list):
            value = self.value(node.args[0]) if len(node.args) == 1 else Unknown("a list", node.lineno)
            if name == "append":
                owner.append(value)
            elif isinstance(value, list | tuple):
                owner.extend(value)
            check_length(len(owner), node.lineno)
            return None
        if name == "add" and isinstance(owner, SequentialThing) and len(node.args) == 1:
            owner.parts.append(self.value(node.args[0]))
            owner.model = None
        elif name == "get_layer" and isinstance(owner, ModelThing):
            wanted = self.value(node.args[0]) if node.args else None
            found = next((made for made in self.nodes if made.name == wanted), None)
            if found is not None:
                return LayerThing(found.type, found.settings, found.name, found.line, found)
        elif name == "compile":
            said = next((each.value for each in node.keywords if each.arg == "loss"), None)
            owner.losses = _losses(self.value(said)) if said is not None else []
        return Unknown(f"what '.{name}()' gives, known only at run time", node.lineno)

    def _called(self, function: Any, arguments: list[Any], keywords: dict[str, Any], node: ast.Call) -> Any:
        line = node.lineno
        if isinstance(function, LayerThing):
            return self.call_layer(function, arguments, keywords, line)
        if isinstance(function, MODELS):
            return self.call_layer(self._as_layer(function, line), arguments, keywords, line)
        if isinstance(function, FunctionThing):
            if function.block:
                return self._use(function, arguments, keywords, line)
            return self.run_function(function, self.arguments_of(function, arguments, keywords, line))
        if isinstance(function, PathThing):
            return self._call_path(function.path, arguments, keywords, node)
        return Unknown("called, though it is nothing that can be called", line)

    def _call_path(self, path: str, arguments: list[Any], keywords: dict[str, Any], node: ast.Call) -> Any:
        line = node.lineno
        home, _, name = path.rpartition(".")
        if home == "builtins":
            return result_of(name, arguments, keywords, line)
        if home == "helper":
            return self._helper(name, arguments, keywords, node)
        return self.call_keras(path, arguments, keywords, line)

    def _helper(self, name: str, arguments: list[Any], keywords: dict[str, Any], node: ast.Call) -> Any:
        line = node.lineno
        if name == "named" and len(arguments) == 2:
            made = maker(arguments[1])
            if made is not None and isinstance(arguments[0], str):
                made.name = arguments[0]
            return arguments[1]
        if name == "ratio" and len(arguments) == 2:
            return self._binary(ast.Div(), arguments[0], arguments[1], node)
        if name == "per_sample" and arguments and isinstance(arguments[0], Tensor):
            arguments[0].made.settings["per_sample"] = True
            return arguments[0]
        if (
            name == "repeated"
            and len(arguments) >= 2
            and isinstance(arguments[0], FunctionThing)
            and arguments[0].block
        ):
            layer = self._use(arguments[0], arguments[2:], keywords, line)
            times = plain(arguments[1], line, "How many times a block stands in a row")
            layer.settings |= {} if times == 1 and not isinstance(times, bool) else {REPEAT: times}
            return layer
        return Unknown(f"what '{name}' gives, known only at run time", line)

    # Blocks

    def _use(self, function: FunctionThing, arguments: list[Any], keywords: dict[str, Any], line: int) -> LayerThing:
        """The use of a block that a call of its function stands for."""
        known = self._made_blocks.get(function.node.name)
        if known is None:
            if function.node.name in self._making:
                raise NotUnderstoodError(line, f"{function.node.name} would contain itself.")
            self._making.append(function.node.name)
            try:
                known = block_from_function(self, function)
            finally:
                self._making.pop()
            self.keep(known.block)
            self._made_blocks[function.node.name] = known
        given = self.arguments_of(function, arguments, keywords, line)
        name = given.pop("name", None)
        settings: dict[str, Any] = {}
        said = {*keywords, *[each.arg for each in function.node.args.args][: len(arguments)]}
        for identifier, value in given.items():
            parameter = parameter_of(identifier)
            if identifier in known.entries or identifier not in said or parameter not in known.block.parameters:
                continue
            made = plain(value, line, f"'{parameter}'")
            if parameter in known.required:
                known.required.discard(parameter)
                known.block = Block(
                    known.block.name,
                    known.block.graph,
                    {**known.block.parameters, parameter: made},
                    known.block.summary,
                )
                self.keep(known.block)
            if made != known.block.parameters[parameter]:
                settings[parameter] = made
        explicit = "name" in said
        entries = {port: given[each] for each, port in known.entries.items() if isinstance(given[each], Tensor)}
        own = name if explicit and isinstance(name, str) else None
        type_id = f"{BLOCK_PREFIX}{known.block.name}"
        return LayerThing(type_id, settings, own, line, entries=entries, called=known.called)

    def keep(self, block: Block) -> None:
        """Makes a block one of those that uses may name."""
        self.blocks = {**self.blocks, block.name: block}
        self.catalogue = with_blocks(self.base, self.blocks)

    def _as_layer(self, model: ModelThing | SequentialThing, line: int) -> LayerThing:
        """A model that is called on tensors, as the use of a block."""
        if isinstance(model, SequentialThing):
            model = self.functional(model)
        if model.layer is None:
            block = block_from_model(self, model)
            self.keep(block)
            model.layer = LayerThing(f"{BLOCK_PREFIX}{block.name}", {}, model.name or snake_case(block.name), line)
        return model.layer

    def functional(self, sequential: SequentialThing) -> ModelThing:
        """The chain of a Sequential model; without a shape of its own it gets an open Input."""
        if sequential.model is not None:
            return sequential.model
        parts = list(sequential.parts)
        line = sequential.line
        if parts and isinstance(parts[0], Tensor) and parts[0].made.type == INPUT:
            first = parts.pop(0)
        else:
            shape = self.first_shapes.get(id(parts[0])) if parts else None
            settings = {"shape": shape} if shape and None not in shape else {}
            first = Tensor(self.add(Made(INPUT, settings, None, "input", line=line)))
        tensor = first
        for part in parts:
            if isinstance(part, Unknown):
                tensor_of(part, line)
            found = self._called(part, [tensor], {}, ast.Call(ast.Name("layer"), [], [], lineno=line, col_offset=0))
            if not isinstance(found, Tensor):
                raise NotUnderstoodError(line, "a part of the Sequential model is no layer with one output.")
            tensor = found
        sequential.model = ModelThing([first], [tensor], sequential.name, line, sequential.losses)
        return sequential.model

    @property
    def block_names(self) -> set[str]:
        return set(self.blocks)


def maker(value: Any) -> Made | None:
    """The node whose call gave a value."""
    if isinstance(value, list | tuple) and value:
        value = value[0]
    return value.made if isinstance(value, Tensor) else None


def _losses(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, PathThing):
        return [value.path.rpartition(".")[2]]
    if isinstance(value, list | tuple):
        return [name for each in value for name in _losses(each)]
    return [name for each in value.values() for name in _losses(each)] if isinstance(value, dict) else []
