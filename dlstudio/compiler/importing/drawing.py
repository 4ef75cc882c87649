"""Makes a graph of a model's configuration. Keras makes nothing of it: types and settings are the catalogue's.

Nested models become blocks; of those that are built alike, one block is made, with parameters for the settings in which
they differ (:mod:`dlstudio.graph.likeness`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from dlstudio.catalogue.node_types import Catalogue, NodeType
from dlstudio.catalogue.values import check_value
from dlstudio.compiler.importing.calls import Tensor, read_call, tensor_of, tensors_in
from dlstudio.compiler.importing.failures import ModelImportError, UndrawableLayersError, short
from dlstudio.compiler.importing.inputs import input_settings
from dlstudio.compiler.importing.kinds import Kind, kind_of, saved_name
from dlstudio.compiler.importing.masks import passed_on
from dlstudio.compiler.importing.settings import UndrawableError, check_given, node_settings, setting_value
from dlstudio.graph.likeness import Nested
from dlstudio.graph.model import BLOCK_PREFIX, CONSTANT, INPUT, OUTPUT, Graph, Node, Wire
from dlstudio.graph.naming import valid_name
from dlstudio.graph.saving import MAXIMUM_NODES

_DEEPEST = 16


@dataclass
class Drawn:
    """A drawing of one model.

    Attributes:
        graph: Its nodes and wires; uses of nested models have the provisional type ``block.<number>``.
        nested: The drawing of each nested model by the id of its first use.
        saved: Where the weights of each layer stand in the file, by node id.
        names: Ids of nodes whose layers had other names, with those.
        notes: Sentences on what is drawn otherwise than it was.
    """

    graph: Graph = field(default_factory=Graph)
    nested: dict[str, Drawn] = field(default_factory=dict)
    saved: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def draw(config: Mapping[str, Any], catalogue: Catalogue) -> Drawn:
    """The drawing of a model.

    Args:
        config: ``{"module", "class_name", "config"}`` of a Functional or Sequential model.
        catalogue: The allow-list.

    Raises:
        ModelImportError: It is no such model, or its parts do not fit together.
        UndrawableLayersError: Some of its layers cannot be drawn; all of them are named.
    """
    reasons: list[str] = []
    drawing = _Drawing(catalogue, reasons, "", 0)
    try:
        drawn = drawing.model(config)
    except UndrawableError as error:
        raise ModelImportError(f"The model's description is broken: it {error}") from None
    if reasons:
        raise UndrawableLayersError(tuple(dict.fromkeys(reasons)))
    return drawn


class _Drawing:
    """The drawing of one model in work."""

    def __init__(self, catalogue: Catalogue, reasons: list[str], within: str, depth: int) -> None:
        self._catalogue = catalogue
        self._reasons = reasons
        self._within = within
        self._depth = depth
        self._nodes: dict[str, Node] = {}
        self._wires: list[Wire] = []
        self._calls: dict[str, list[str]] = {}
        self._kinds: dict[str, Kind] = {}
        self._drawn = Drawn()

    def model(self, config: Mapping[str, Any]) -> Drawn:
        """Draws all layers, then all calls, so that a wire may come from a layer that stands later."""
        kind = kind_of(config, self._catalogue)
        inner = config.get("config")
        if kind.name not in ("functional", "sequential") or not isinstance(inner, Mapping):
            raise ModelImportError(f"The model {kind.reason or 'is neither Functional nor Sequential.'}")
        layers = inner.get("layers")
        if not isinstance(layers, list) or not all(isinstance(each, Mapping) for each in layers):
            raise ModelImportError("The model's description holds no list of layers.")
        if len(layers) > MAXIMUM_NODES:
            raise ModelImportError(f"The model has {len(layers):,} layers; {MAXIMUM_NODES:,} is the most.")
        if kind.name == "sequential":
            layers = _chained(layers, inner)
            inner = {**inner, "input_layers": [layers[0]["name"], 0, 0], "output_layers": [layers[-1]["name"], 0, 0]}
        self._read(layers, bool(inner.get("trainable", True)))
        self._connect(layers)
        self._end(inner)
        self._drawn.graph = Graph(self._nodes, tuple(self._wires))
        return self._drawn

    def _read(self, layers: list[Any], trainable: bool) -> None:
        used: dict[str, int] = {}
        for layer in layers:
            name = str(layer.get("name") or (layer.get("config") or {}).get("name") or "")
            kind = kind_of(layer, self._catalogue)
            if name in self._calls:
                raise ModelImportError(f"The model has two layers named '{short(name)}'.")
            self._kinds[name] = kind
            calls = layer.get("inbound_nodes")
            count = len(calls) if isinstance(calls, list) else 0
            group = saved_name(kind, used)
            if kind.name == "unknown":
                self._refuse(name, kind.reason)
            ids: list[str] = []
            for _ in range(1 if kind.name == "input" else min(count, MAXIMUM_NODES)):
                ids.append(self._node(name, kind, layer, ids[0] if ids else None, trainable))
            self._calls[name] = ids
            if group and ids:
                self._drawn.saved[ids[0]] = group
            if ids and ids[0] != name:
                self._drawn.names[ids[0]] = name

    def _node(self, name: str, kind: Kind, layer: Mapping[str, Any], first: str | None, trainable: bool) -> str:
        """Adds the node of one call; returns its id."""
        node_id = valid_name(name, self._nodes)
        settings: dict[str, Any] = {}
        type_id = kind.type
        config = layer.get("config")
        try:
            if kind.name == "input":
                settings = input_settings(config, node_id, self._drawn.notes)
            elif kind.name in ("functional", "sequential"):
                type_id = f"{BLOCK_PREFIX}{first or node_id}"
                if first is None:
                    self._nest(node_id, layer, trainable)
            elif kind.node_type is not None and (first is None or kind.name == "operation"):
                given = config if isinstance(config, Mapping) else {}
                self._check_dtype(node_id, given)
                if not trainable and kind.node_type.setting("trainable"):
                    given = {**given, "trainable": False}
                whole = kind.name != "operation"
                settings = node_settings(kind.node_type, _named(kind, given), self._catalogue, whole=whole)
        except UndrawableError as error:
            self._refuse(name, f"({short(layer.get('class_name'), 40)}) {error}")
        shares = first if kind.name != "operation" else None
        self._nodes[node_id] = Node(node_id, type_id, settings, shares=shares)
        return node_id

    def _nest(self, node_id: str, layer: Mapping[str, Any], trainable: bool) -> None:
        if self._depth >= _DEEPEST:
            raise ModelImportError(f"Models are nested more than {_DEEPEST} deep.")
        config = layer
        if not trainable and isinstance(layer.get("config"), Mapping):
            config = {**layer, "config": {**layer["config"], "trainable": False}}
        inner = _Drawing(self._catalogue, self._reasons, f"{self._within}{node_id}/", self._depth + 1)
        self._drawn.nested[node_id] = inner.model(config)
        self._drawn.notes += self._drawn.nested[node_id].notes

    def _connect(self, layers: list[Any]) -> None:
        by_name = {str(layer.get("name") or (layer.get("config") or {}).get("name")): layer for layer in layers}
        for name, ids in self._calls.items():
            kind = self._kinds[name]
            if kind.name in ("input", "unknown"):
                continue
            for node_id, entry in zip(ids, by_name[name].get("inbound_nodes") or (), strict=False):
                try:
                    if kind.node_type is None:
                        self._connect_block(node_id, entry)
                    else:
                        self._connect_node(node_id, kind.node_type, entry, by_name)
                except UndrawableError as error:
                    self._refuse(name, f"({short(by_name[name].get('class_name'), 40)}) {error}")

    def _connect_node(
        self, node_id: str, node_type: NodeType, entry: Any, layers: Mapping[str, Mapping[str, Any]]
    ) -> None:
        node = self._nodes[node_id]
        settings = self._nodes[node.shares].settings if node.shares else node.settings
        call = read_call(node_type, settings, entry)
        if call.mask is not None and not passed_on(call.mask, layers):
            raise UndrawableError(f"is given a mask ('{short(call.mask.layer, 40)}') by hand, which cannot be drawn.")
        if call.settings:
            made = {}
            for name, value in call.settings.items():
                setting = node_type.setting(name)
                if setting is not None and value != setting.default:
                    made[name] = setting_value(setting, value, self._catalogue)
            self._nodes[node_id] = replace(node, settings={**node.settings, **made})
            settings = {**settings, **made}
        for setting in node_type.settings:
            check_given(setting, settings)
            if (value := call.settings.get(setting.name)) is not None and (
                said := check_value(setting, settings.get(setting.name, value), self._catalogue)
            ):
                raise UndrawableError(f"cannot be drawn: {said}")
        first = next((port.name for port in node_type.inputs_for(settings)), "")
        for port, values in call.wired.items():
            for value in values:
                if isinstance(value, Tensor):
                    self._wire(value, node_id, "" if port == first else port)
                else:
                    self._constant(value, node_id, "" if port == first else port)

    def _connect_block(self, node_id: str, entry: Any) -> None:
        from dlstudio.compiler.importing.calls import entry_parts

        arguments, keywords = entry_parts(entry)
        tensors = list(tensors_in([value for _, value in arguments]))
        if any(True for name, value in keywords.items() if name not in ("mask", "training") for _ in tensors_in(value)):
            raise UndrawableError("is called with named tensors, which cannot be drawn.")
        first = self._nodes[node_id].shares or node_id
        ports = [node.id for node in self._drawn.nested[first].graph.of_type(INPUT)]
        if len(ports) != len(tensors):
            raise UndrawableError(f"is called with {len(tensors)} tensors; it has {len(ports)} inputs.")
        for place, (port, tensor) in enumerate(zip(ports, tensors, strict=True)):
            self._wire(tensor, node_id, port if place else "")

    def _wire(self, tensor: Tensor, target: str, port: str) -> None:
        source, source_port = self._end_of(tensor)
        self._wires.append(Wire(source, target, source_port, port))

    def _end_of(self, tensor: Tensor) -> tuple[str, str]:
        """The node and port that a tensor comes from."""
        ids = self._calls.get(tensor.layer)
        if not ids:
            raise UndrawableError(f"gets a tensor from '{short(tensor.layer, 40)}', which gives none.")
        kind = self._kinds[tensor.layer]
        call = tensor.call
        if call >= len(ids) and kind.name == "functional":
            call -= 1  # a nested Functional model's own calls are counted from one in some places
        if call >= len(ids):
            raise UndrawableError(
                f"gets a tensor of call {call + 1} of '{short(tensor.layer, 40)}', which has {len(ids)}."
            )
        node = self._nodes[ids[call]]
        if not tensor.index:
            return node.id, ""
        owner = self._nodes[node.shares] if node.shares else node
        if kind.node_type is not None:
            outputs = [port.name for port in kind.node_type.outputs_for({**owner.settings, **node.settings})]
        elif owner.id in self._drawn.nested:
            outputs = [end.id for end in self._drawn.nested[owner.id].graph.of_type(OUTPUT)]
        else:
            outputs = [""]
        if tensor.index >= len(outputs):
            raise UndrawableError(
                f"gets result {tensor.index + 1} of '{short(tensor.layer, 40)}', which cannot be drawn."
            )
        return node.id, outputs[tensor.index]

    def _constant(self, value: Any, target: str, port: str) -> None:
        numbers, dtype = value, ""
        if isinstance(value, Mapping) and value.get("class_name") in ("__tensor__", "__numpy__"):
            config = value.get("config") or {}
            numbers, dtype = config.get("value"), str(config.get("dtype", ""))
        if not _numeric(numbers):
            raise UndrawableError(f"is called with {short(value, 40)}, which is neither a tensor nor a number.")
        node_id = valid_name(f"{target}_{port or 'value'}", self._nodes)
        settings: dict[str, Any] = {"value": numbers}
        if dtype == "bool" or "int" in dtype:
            settings["dtype"] = "bool" if dtype == "bool" else "int32"
        self._nodes[node_id] = Node(node_id, CONSTANT, settings)
        self._wires.append(Wire(node_id, target, "", port))

    def _end(self, config: Mapping[str, Any]) -> None:
        """Puts Inputs in the model's order first and its Outputs last, and drops what only Keras' masks needed."""
        inputs = [self._end_of(each)[0] for each in _ends(config.get("input_layers"))]
        found = [(key, *self._end_of(tensor)) for key, tensor in _named_ends(config.get("output_layers"))]
        outputs: list[Node] = []
        for key, source, port in self._unnamed(found):
            wanted = key or ("output" if len(found) == 1 else f"{source}_output")
            node_id = valid_name(wanted, {*self._nodes, *(end.id for end in outputs)}, "output")
            outputs.append(Node(node_id, OUTPUT))
            self._wires.append(Wire(source, node_id, port))
        rest = [node for node in self._nodes.values() if node.id not in inputs]
        self._nodes = {node.id: node for node in (*(self._nodes[name] for name in inputs), *rest, *outputs)}
        self._drop_masks()

    def _unnamed(self, ends: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
        """The ends before the Identity layers by which a network of several Outputs names them, as ours do."""
        names = [source for _, source, _ in ends]
        fed = {wire.source for wire in self._wires}
        if len(set(names)) < 2 or len(set(names)) < len(names):
            return ends
        if any(self._nodes[name].type != "keras.layers.Identity" or name in fed for name in names):
            return ends
        before = {wire.target: wire for wire in self._wires if wire.target in names}
        self._wires = [wire for wire in self._wires if wire.target not in names]
        for name in names:
            del self._nodes[name]
        return [(name, before[name].source, before[name].source_port) for name in names]

    def _drop_masks(self) -> None:
        """Removes operations that lead nowhere: Keras recorded them for masks, and makes them again by itself."""
        while True:
            fed = {wire.source for wire in self._wires}
            owners = {node.shares for node in self._nodes.values()}
            loose = {
                node.id
                for node in self._nodes.values()
                if node.id not in fed
                and node.id not in owners
                and (node.type.startswith("keras.ops.") or node.type == CONSTANT)
            }
            if not loose:
                return
            self._nodes = {name: node for name, node in self._nodes.items() if name not in loose}
            self._wires = [wire for wire in self._wires if wire.target not in loose]

    def _check_dtype(self, node_id: str, config: Mapping[str, Any]) -> None:
        dtype = config.get("dtype")
        if isinstance(dtype, Mapping):
            inner = dtype.get("config")
            dtype = inner.get("name") if isinstance(inner, Mapping) else None
        if dtype not in (None, "float32") and isinstance(dtype, str):
            note = f"Layers computed in {short(dtype, 30)} there; here they compute in float32."
            if note not in self._drawn.notes:
                self._drawn.notes.append(note)

    def _refuse(self, name: str, reason: str) -> None:
        self._reasons.append(f"'{short(self._within + name)}' {reason}")


def nested_of(drawn: Drawn) -> Nested:
    """The drawing as :mod:`dlstudio.graph.likeness` takes it."""
    return Nested(drawn.graph, {use: nested_of(inner) for use, inner in drawn.nested.items()})


def saved_paths(drawn: Drawn, prefix: str = "") -> dict[tuple[str, ...], str]:
    """Where the weights of every layer stand in the file, by its path: ids of uses, then of the node."""
    found: dict[tuple[str, ...], str] = {}
    for node_id, group in drawn.saved.items():
        where = f"{prefix}layers/{group}"
        if node_id in drawn.nested:
            inner = saved_paths(drawn.nested[node_id], f"{where}/")
            found |= {(node_id, *path): place for path, place in inner.items()}
        elif node_id in drawn.graph and drawn.graph[node_id].type != INPUT:
            found[(node_id,)] = where
    return found


def _chained(layers: list[Any], config: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The layers of a Sequential model in the form of a Functional one."""
    chain: list[dict[str, Any]] = []
    if not layers or layers[0].get("class_name") != "InputLayer":
        shape = config.get("build_input_shape")
        if not isinstance(shape, list):
            raise ModelImportError(
                "The Sequential model has never been built, so the shape of its input is not known. Call it once on "
                "data, or give it a keras.Input, and save it again."
            )
        taken = {str((layer.get("config") or {}).get("name")) for layer in layers}
        name = valid_name("input", taken)
        chain.append(
            {"module": "keras.layers", "class_name": "InputLayer", "config": {"batch_shape": shape}, "name": name}
        )
    for layer in layers:
        entry = {**layer, "name": layer.get("name") or (layer.get("config") or {}).get("name")}
        if chain:
            tensor = {"class_name": "__keras_tensor__", "config": {"keras_history": [chain[-1]["name"], 0, 0]}}
            entry["inbound_nodes"] = [{"args": [tensor], "kwargs": {}}]
        chain.append(entry)
    chain[0]["inbound_nodes"] = []
    return chain


def _ends(value: Any) -> list[Tensor]:
    return [tensor for _, tensor in _named_ends(value)]


def _named_ends(value: Any, name: str = "") -> list[tuple[str, Tensor]]:
    """The tensors of ``input_layers`` or ``output_layers``, with their keys where they have any."""
    if isinstance(value, list) and len(value) == 3 and isinstance(value[0], str):
        return [(name, tensor_of(value))]
    if isinstance(value, list):
        return [end for each in value for end in _named_ends(each, "")]
    if isinstance(value, Mapping):
        # Keras flattens by sorted keys, and counts results so.
        return [end for key, each in sorted(value.items()) for end in _named_ends(each, str(key))]
    raise ModelImportError("The model's description does not name its inputs and outputs.")


def _named(kind: Kind, config: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: value for key, value in config.items() if key != "name"} if kind.name == "operation" else config


def _numeric(value: Any) -> bool:
    if isinstance(value, list):
        return all(_numeric(each) for each in value)
    return isinstance(value, bool | int | float)
