"""Walks a graph from its inputs to its outputs and remembers what each node gave, by content.

What a node gives depends on its type, settings and what arrives, and on nothing else; that is the key of the memo. So
an edit recomputes the node itself and, of what lies downstream, only what receives another shape than before.
"""

from __future__ import annotations

import gc
import json
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from dlstudio.catalogue.node_types import Catalogue, NodeType
from dlstudio.catalogue.values import check_value
from dlstudio.compiler.shelf import Shelf
from dlstudio.compiler.tracing import TensorFacts, Traced, trace
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.model import INPUT, OUTPUT, Graph, Node
from dlstudio.graph.structure import CycleError, topological_order

_MOST = 20_000


@dataclass
class Evaluated:
    """What a walk found.

    Attributes:
        traced: By node id, for every node that could be called; its ``fault`` is set where it failed.
        inputs: What arrived at each node, by node id and port; only complete ones.
        shared: Ids of nodes whose weights are another node's.
    """

    traced: dict[str, Traced] = field(default_factory=dict)
    inputs: dict[str, dict[str, tuple[TensorFacts, ...]]] = field(default_factory=dict)
    shared: set[str] = field(default_factory=set)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Puts garbage collection off: traced layers are full of cycles, and one pass over Keras' heap takes 100 ms."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class Evaluation:
    """Evaluates graphs with a memo that outlives them.

    Attributes:
        computed: How many nodes have been computed rather than remembered, for tests and benchmarks.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.computed = 0
        self._memo: OrderedDict[tuple[Any, ...], Traced] = OrderedDict()
        self._shelf = Shelf()
        self._legal: dict[tuple[str, str], bool] = {}
        self._texts: dict[int, tuple[Mapping[str, Any], str]] = {}

    def evaluate(self, graph: Graph, specs: Mapping[str, ColumnSpec]) -> Evaluated:
        """Finds what every node gives that has all it needs; nodes in or behind a circle are left out."""
        found = Evaluated()
        try:
            order = topological_order(graph)
        except CycleError:
            order = _acyclic_part(graph)
        with _no_collection():
            for name in order:
                self._evaluate_node(graph, graph[name], specs, found)
        return found

    def _evaluate_node(self, graph: Graph, node: Node, specs: Mapping[str, ColumnSpec], found: Evaluated) -> None:
        node_type = self.catalogue.get(node.type)
        if node_type is None or node_type.unusable:
            return
        if node.type == INPUT:
            facts = input_facts(node, specs)
            if facts:
                found.traced[node.id] = Traced({"outputs": facts})
            return
        owner = weights_owner(graph, node)
        if owner is None:
            return
        arrived = _arrived(graph, node, node_type, owner.settings, found)
        if arrived is None:
            return
        found.inputs[node.id] = arrived
        if node.type == OUTPUT:
            return
        settings_text = self._text(owner.settings)
        if not self._is_legal(node_type, owner.settings, settings_text):
            return
        key = (node.type, settings_text, tuple(arrived.items()))
        traced = self._memo.get(key)
        if traced is None:
            self.computed += 1
            kept = self._shelf.key(node.type, settings_text, owner.settings, arrived)
            traced = trace(node_type, owner.settings, arrived, self.catalogue, shelf=self._shelf, key=kept)
            self._memo[key] = traced
            if len(self._memo) > _MOST:
                self._memo.popitem(last=False)
        else:
            self._memo.move_to_end(key)
        found.traced[node.id] = traced
        if owner.id != node.id:
            found.shared.add(node.id)

    def _text(self, settings: Mapping[str, Any]) -> str:
        """The settings as text, remembered by identity: trying out fixes walks the same nodes many times."""
        known = self._texts.get(id(settings))
        if known is not None and known[0] is settings:
            return known[1]
        if len(self._texts) > _MOST:
            self._texts.clear()
        text = json.dumps(dict(settings), sort_keys=True, default=str)
        self._texts[id(settings)] = (settings, text)
        return text

    def _is_legal(self, node_type: NodeType, settings: Mapping[str, Any], text: str) -> bool:
        key = (node_type.id, text)
        legal = self._legal.get(key)
        if legal is None:
            if len(self._legal) > _MOST:
                self._legal.clear()
            legal = not setting_faults(node_type, settings, self.catalogue)
            self._legal[key] = legal
        return legal


def setting_faults(node_type: NodeType, settings: Mapping[str, Any], catalogue: Catalogue) -> dict[str, str]:
    """What is wrong with each setting, as sentences by the setting's name; unknown and missing ones included."""
    known = {setting.name: setting for setting in node_type.settings}
    faults: dict[str, str] = {}
    for name, value in settings.items():
        if name not in known:
            faults[name] = f"There is no setting '{name}'."
        elif said := check_value(known[name], value, catalogue):
            faults[name] = said
    for setting in node_type.settings:
        if setting.required and settings.get(setting.name) is None:
            faults.setdefault(setting.name, f"'{setting.name}' needs a value.")
    return faults


def input_facts(node: Node, specs: Mapping[str, ColumnSpec]) -> TensorFacts | None:
    """What an Input gives: its column's shape, or the shape of its settings where it names no column."""
    column = node.settings.get("column")
    if column:
        spec = specs.get(column) if isinstance(column, str) else None
        return TensorFacts((None, *spec.shape), spec.dtype) if spec else None
    shape = node.settings.get("shape")
    if shape is None:
        return None
    lengths = list(shape) if isinstance(shape, list | tuple) else [shape]
    if not all(isinstance(n, int) and not isinstance(n, bool) and 1 <= n <= 10**9 for n in lengths):
        return None
    dtype = node.settings.get("dtype", "float32")
    return TensorFacts((None, *lengths), dtype if dtype in ("float32", "int32") else "float32")


def weights_owner(graph: Graph, node: Node) -> Node | None:
    """The node whose layer this node uses: itself, or the end of its ``shares`` chain; None where that is broken."""
    seen = {node.id}
    owner = node
    while owner.shares:
        following = graph.nodes.get(owner.shares)
        if following is None or following.id in seen or following.type != node.type:
            return None
        owner = following
        seen.add(owner.id)
    return owner


def _arrived(
    graph: Graph,
    node: Node,
    node_type: NodeType,
    settings: Mapping[str, Any],
    found: Evaluated,
) -> dict[str, tuple[TensorFacts, ...]] | None:
    ports = node_type.inputs_for(settings)
    arrived: dict[str, list[TensorFacts]] = {}
    for wire in graph.incoming(node.id):
        source = found.traced.get(wire.source)
        if source is None or not source.outputs:
            return None
        port = wire.target_port or (ports[0].name if ports else "")
        name = wire.source_port or next(iter(source.outputs))
        if name not in source.outputs or all(each.name != port for each in ports):
            return None
        arrived.setdefault(port, []).append(source.outputs[name])
    for port_type in ports:
        tensors = arrived.get(port_type.name, [])
        if (not tensors and not port_type.optional) or (len(tensors) > 1 and not port_type.many):
            return None
    return {port.name: tuple(arrived[port.name]) for port in ports if port.name in arrived}


def _acyclic_part(graph: Graph) -> tuple[str, ...]:
    waiting = {node.id: sum(wire.source in graph for wire in graph.incoming(node.id)) for node in graph}
    ready = [name for name, count in waiting.items() if count == 0]
    for name in ready:
        for wire in graph.outgoing(name):
            if wire.target in waiting:
                waiting[wire.target] -= 1
                if waiting[wire.target] == 0:
                    ready.append(wire.target)
    return tuple(ready)
