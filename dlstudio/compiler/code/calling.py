"""Follows the calls of a script: Keras' layers, operations and models, the script's own functions, uses of blocks."""

from __future__ import annotations

import ast
import difflib
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from dlstudio.catalogue.node_types import Catalogue
from dlstudio.compiler.code.blocks import block_from_function, block_from_model
from dlstudio.compiler.code.calls import (
    call_layer,
    call_operation,
    make_constant,
    make_input,
    make_layer,
    name_of,
    tensor_of,
)
from dlstudio.compiler.code.custom import settings_of
from dlstudio.compiler.code.evaluating import Evaluator
from dlstudio.compiler.code.names import parameter_of, snake_case
from dlstudio.compiler.code.resolving import keras_path, node_type_of, object_type_of, plain, settings_from
from dlstudio.compiler.code.things import (
    MODELS,
    BlockThing,
    FunctionThing,
    LayerThing,
    Made,
    ModelThing,
    NotUnderstoodError,
    ObjectThing,
    PathThing,
    PortArgument,
    SequentialThing,
    ShapeThing,
    Tensor,
    Unknown,
)
from dlstudio.graph.blocks import REPEAT, with_blocks
from dlstudio.graph.model import BLOCK_PREFIX, CONSTANT, CUSTOM, INPUT, Block

MOST_NODES = 5000
_LIBRARIES = frozenset(
    ("keras", "tensorflow", "numpy", "pandas", "sklearn", "matplotlib", "PIL", "torch", "jax", "scipy")
)


class Caller(Evaluator):
    """Evaluates calls, and with them makes nodes, models and blocks.

    Attributes:
        models: Every model, in the order in which they were made.
        blocks: The blocks found, by name.
        base: The catalogue without blocks.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        super().__init__(catalogue)
        self.models: list[ModelThing | SequentialThing] = []
        self.blocks: dict[str, Block] = {}
        self.base = catalogue
        self.called: list[LayerThing] = []
        self._made_blocks: dict[str, BlockThing] = {}
        self._making: list[str] = []
        self._first_shapes: dict[int, list[Any]] = {}
        self._kept: list[LayerThing] = []

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
            self._check_length(len(owner), node.lineno)
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
            return self._call_layer(function, arguments, keywords, line)
        if isinstance(function, MODELS):
            return self._call_layer(self._as_layer(function, line), arguments, keywords, line)
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
            return self.builtin(name, arguments, keywords, node)
        if home == "helper":
            return self._helper(name, arguments, keywords, node)
        if path == "keras.Input":
            return Tensor(self._add(self._input(arguments, keywords, line)))
        if path == "keras.Model":
            return self._model(arguments, keywords, line)
        if path == "keras.Sequential":
            given = arguments[0] if arguments else keywords.get("layers", [])
            if not isinstance(given, list | tuple):
                raise NotUnderstoodError(line, "the layers of a Sequential model have to be a list that is known.")
            made = SequentialThing(list(given), name_of(keywords, line), line)
            self.models.append(made)
            return made
        if path == "keras.ops.convert_to_tensor":
            dtype = keywords.get("dtype", arguments[1] if len(arguments) > 1 else None)
            return Tensor(self._add(make_constant(arguments[0] if arguments else None, line, dtype)))
        if home == "keras.activations" and arguments and isinstance(arguments[0], Tensor):
            layer = LayerThing("keras.layers.Activation", {"activation": name}, None, line)
            return self._call_layer(layer, arguments, {}, line)
        return self._call_known(path, arguments, keywords, line)

    def _call_known(self, path: str, arguments: list[Any], keywords: dict[str, Any], line: int) -> Any:
        home, _, name = path.rpartition(".")
        node_type = node_type_of(path, self.catalogue)
        if node_type is not None and node_type.category == "operation":
            if not any(isinstance(each, Tensor | list | tuple) for each in (*arguments, *keywords.values())):
                return Unknown(f"what '{path}' gives, known only at run time", line)
            return self._results(self._add(call_operation(node_type, arguments, keywords, self.catalogue, line)))
        if node_type is not None:
            functional = name[:1].islower()
            layer, unknown = make_layer(node_type, [] if functional else arguments, keywords, self.catalogue, line)
            for each in unknown:
                if each not in ("input_shape", "batch_input_shape"):
                    self.notes.append(
                        f"Line {line}: '{each}' of {node_type.name} is left out; a node has no such setting."
                    )
            if functional:
                return self._call_layer(layer, arguments, {}, line)
            shape = keywords.get("input_shape", keywords.get("batch_input_shape"))
            if shape is not None:
                lengths = plain(shape, line, "The shape")
                self._first_shapes[id(layer)] = lengths if "input_shape" in keywords else lengths[1:]
                self._kept.append(layer)
            return layer
        known = object_type_of(path, self.catalogue)
        if known is not None and known.role not in ("optimizer", "schedule"):
            settings, _ = settings_from(
                known, arguments, {k: v for k, v in keywords.items() if k != "name"}, self.catalogue, line
            )
            return ObjectThing(known.id, settings)
        if path.startswith(("keras.losses.", "keras.metrics.")):
            return PathThing(path)
        if path.startswith(("keras.layers.", "keras.ops.")):
            there = [each.name for each in self.base if each.id.startswith(f"{home}.") and not each.unusable]
            close = difflib.get_close_matches(name, there, 1)
            meant = f" Did you mean {close[0]}?" if close else ""
            raise NotUnderstoodError(line, f"'{name}' of {home} is no layer or operation that can be drawn.{meant}")
        if path.startswith("keras.applications."):
            return Unknown(f"'{path}', a ready network; save it as .keras and import that file", line)
        return self._own_class(path, arguments, keywords, line)

    def _own_class(self, path: str, arguments: list[Any], keywords: dict[str, Any], line: int) -> Any:
        """A layer of the user's own, where a class is made that some file beside the script may hold."""
        unknown = Unknown(f"what '{path}' gives, known only at run time", line)
        root, name = path.partition(".")[0], path.rpartition(".")[2]
        foreign = root in sys.stdlib_module_names or root in _LIBRARIES or CUSTOM not in self.base
        if foreign or arguments or "." not in path or not name[:1].isupper():
            return unknown
        try:
            given = {key: plain(value, line, key) for key, value in keywords.items() if key != "name"}
            return LayerThing(CUSTOM, settings_of(path, given), name_of(keywords, line), line)
        except NotUnderstoodError:
            return unknown

    def _input(self, arguments: list[Any], keywords: dict[str, Any], line: int) -> Made:
        made = make_input(arguments, keywords, self.catalogue, line)
        shape = keywords.get("shape", arguments[0] if arguments else None)
        if isinstance(shape, tuple | list) and None in shape:
            self.notes.append(f"Line {line}: an Input with an open length takes its shape from a column of the data.")
        if isinstance(shape, ShapeThing):
            if not isinstance(shape.of, PortArgument):
                raise NotUnderstoodError(
                    line, "the shape of an Input is known only when the script runs. Write the numbers."
                )
            made.settings, made.wanted = {}, shape.of.name
        return made

    def _model(self, arguments: list[Any], keywords: dict[str, Any], line: int) -> ModelThing:
        given = dict(zip(("inputs", "outputs", "name"), arguments, strict=False)) | keywords
        ends = []
        for side in ("inputs", "outputs"):
            value = given.get(side)
            parts = list(value.values()) if isinstance(value, dict) else value
            parts = parts if isinstance(parts, list | tuple) else [parts]
            what = f"one of the {side} of the model"
            ends.append(
                [each if isinstance(each, Tensor) else tensor_of(each, line, what=what) for each in parts if each]
            )
        name = given.get("name")
        model = ModelThing(ends[0], ends[1], name if isinstance(name, str) else None, line)
        self.models.append(model)
        return model

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

    # Nodes

    def _call_layer(self, layer: LayerThing, arguments: list[Any], keywords: dict[str, Any], line: int) -> Any:
        self.called.append(layer)
        return self._results(self._add(call_layer(layer, arguments, keywords, self.catalogue, line)))

    def operation(self, name: str, arguments: list[Any], line: int, keywords: Mapping[str, Any] | None = None) -> Any:
        node_type = node_type_of(f"keras.ops.{name}", self.catalogue)
        if node_type is None:
            raise NotUnderstoodError(line, f"the operation '{name}' is not among those that can be drawn.")
        return self._results(self._add(call_operation(node_type, arguments, keywords or {}, self.catalogue, line)))

    def _results(self, made: Made) -> Any:
        """A tensor for each output port, one alone where there is one."""
        settings = made.settings
        if isinstance(made.shares, Made):
            settings = made.shares.settings
        ports = [port.name for port in self.catalogue[made.type].outputs_for(settings)]
        tensors = [Tensor(made, "" if number == 0 else port) for number, port in enumerate(ports)]
        return tensors[0] if len(tensors) == 1 else tensors

    def _add(self, made: Made) -> Made:
        for _, tensor in made.wires:  # constants that were made of plain numbers
            if tensor.made.type == CONSTANT and tensor.made not in self.nodes[-64:]:
                self.nodes.append(tensor.made)
        self.nodes.append(made)
        if len(self.nodes) > MOST_NODES:
            raise NotUnderstoodError(made.line, f"the network has more than {MOST_NODES} nodes.")
        return made

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
            shape = self._first_shapes.get(id(parts[0])) if parts else None
            settings = {"shape": shape} if shape and None not in shape else {}
            first = Tensor(self._add(Made(INPUT, settings, None, "input", line=line)))
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
