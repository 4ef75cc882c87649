"""Follows calls of Keras in a script: layers, operations, Inputs and models, and layers of the user's own."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Mapping
from typing import Any

from dlstudio.catalogue.node_types import Catalogue
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
from dlstudio.compiler.code.resolving import node_type_of, object_type_of, plain, settings_from
from dlstudio.compiler.code.things import (
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
from dlstudio.graph.model import CONSTANT, CUSTOM

MOST_NODES = 5000
_LIBRARIES = frozenset(
    ("keras", "tensorflow", "numpy", "pandas", "sklearn", "matplotlib", "PIL", "torch", "jax", "scipy")
)


class KerasCalls(Evaluator):
    """Makes nodes and models of calls whose path is known.

    Attributes:
        models: Every model, in the order in which they were made.
        base: The catalogue without blocks.
        called: The layers that were called on tensors.
        first_shapes: Shapes of samples that layers of a Sequential model were given, by the layer's ``id``.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        super().__init__(catalogue)
        self.models: list[ModelThing | SequentialThing] = []
        self.base = catalogue
        self.called: list[LayerThing] = []
        self.first_shapes: dict[int, list[Any]] = {}
        self._kept: list[LayerThing] = []

    def call_keras(self, path: str, arguments: list[Any], keywords: dict[str, Any], line: int) -> Any:
        """What a call of something by its full path gives.

        Raises:
            NotUnderstoodError: It cannot be drawn.
        """
        home, _, name = path.rpartition(".")
        if path == "keras.Input":
            return Tensor(self.add(self._input(arguments, keywords, line)))
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
            return Tensor(self.add(make_constant(arguments[0] if arguments else None, line, dtype)))
        if home == "keras.activations" and arguments and isinstance(arguments[0], Tensor):
            layer = LayerThing("keras.layers.Activation", {"activation": name}, None, line)
            return self.call_layer(layer, arguments, {}, line)
        return self._call_known(path, arguments, keywords, line)

    def _call_known(self, path: str, arguments: list[Any], keywords: dict[str, Any], line: int) -> Any:
        home, _, name = path.rpartition(".")
        node_type = node_type_of(path, self.catalogue)
        if node_type is not None and node_type.category == "operation":
            if not any(isinstance(each, Tensor | list | tuple) for each in (*arguments, *keywords.values())):
                return Unknown(f"what '{path}' gives, known only at run time", line)
            return self._results(self.add(call_operation(node_type, arguments, keywords, self.catalogue, line)))
        if node_type is not None:
            functional = name[:1].islower()
            layer, unknown = make_layer(node_type, [] if functional else arguments, keywords, self.catalogue, line)
            for each in unknown:
                if each not in ("input_shape", "batch_input_shape"):
                    self.notes.append(
                        f"Line {line}: '{each}' of {node_type.name} is left out; a node has no such setting."
                    )
            if functional:
                return self.call_layer(layer, arguments, {}, line)
            shape = keywords.get("input_shape", keywords.get("batch_input_shape"))
            if shape is not None:
                lengths = plain(shape, line, "The shape")
                self.first_shapes[id(layer)] = lengths if "input_shape" in keywords else lengths[1:]
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

    # Nodes

    def call_layer(self, layer: LayerThing, arguments: list[Any], keywords: dict[str, Any], line: int) -> Any:
        """The tensors that a layer gives for its arguments."""
        self.called.append(layer)
        return self._results(self.add(call_layer(layer, arguments, keywords, self.catalogue, line)))

    def operation(self, name: str, arguments: list[Any], line: int, keywords: Mapping[str, Any] | None = None) -> Any:
        node_type = node_type_of(f"keras.ops.{name}", self.catalogue)
        if node_type is None:
            raise NotUnderstoodError(line, f"the operation '{name}' is not among those that can be drawn.")
        return self._results(self.add(call_operation(node_type, arguments, keywords or {}, self.catalogue, line)))

    def _results(self, made: Made) -> Any:
        """A tensor for each output port, one alone where there is one."""
        settings = made.settings
        if isinstance(made.shares, Made):
            settings = made.shares.settings
        ports = [port.name for port in self.catalogue[made.type].outputs_for(settings)]
        tensors = [Tensor(made, "" if number == 0 else port) for number, port in enumerate(ports)]
        return tensors[0] if len(tensors) == 1 else tensors

    def add(self, made: Made) -> Made:
        """Puts a node into the graph that is being read, with the constants that it was given as plain numbers."""
        for _, tensor in made.wires:
            if tensor.made.type == CONSTANT and tensor.made not in self.nodes[-64:]:
                self.nodes.append(tensor.made)
        self.nodes.append(made)
        if len(self.nodes) > MOST_NODES:
            raise NotUnderstoodError(made.line, f"the network has more than {MOST_NODES} nodes.")
        return made
