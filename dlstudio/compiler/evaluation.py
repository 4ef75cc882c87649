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
from dataclasses import dataclass, replace
from typing import Any

from dlstudio.catalogue.node_types import Catalogue, NodeType
from dlstudio.catalogue.values import check_value
from dlstudio.compiler.custom_layers import code_stamp
from dlstudio.compiler.own_steps import Step, hang_sentence, hang_stamp, running
from dlstudio.compiler.shelf import Shelf
from dlstudio.compiler.tracing import TensorFacts, Traced, trace
from dlstudio.compiler.uses import Evaluated, TracedUse, trace_use
from dlstudio.graph.block_content import block_digests
from dlstudio.graph.blocks import bound_graph, with_blocks
from dlstudio.graph.bypass import passing_wire
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.expressions import ExpressionError
from dlstudio.graph.model import BLOCK_PREFIX, CONSTANT, CUSTOM, INPUT, OUTPUT, Block, Graph, Node
from dlstudio.graph.sharing import settings_in_force, weights_owner
from dlstudio.graph.structure import CycleError, topological_order

_MOST = 20_000
_MOST_BOUND = 2000


@dataclass(frozen=True)
class _Walk:
    """What one walk is about; a walk inside a block differs in its graph and in what its Inputs give."""

    graph: Graph
    catalogue: Catalogue
    digests: Mapping[str, str]
    specs: Mapping[str, ColumnSpec]
    fed: Mapping[str, TensorFacts] | None = None
    code: tuple[Any, ...] = ()


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
        self._bound: dict[tuple[str, str], Graph] = {}

    def evaluate(
        self,
        graph: Graph,
        specs: Mapping[str, ColumnSpec],
        fed: Mapping[str, TensorFacts] | None = None,
    ) -> Evaluated:
        """Finds what every node gives that has all it needs; nodes in or behind a circle are left out.

        Args:
            graph: With the blocks that it uses.
            specs: The encoded columns by name.
            fed: What the Inputs give, by id: for a graph inside a block, whose Inputs read no columns.
        """
        catalogue = with_blocks(self.catalogue, graph.blocks)
        with _no_collection():
            return self._walk(_Walk(graph, catalogue, block_digests(graph.blocks), specs, fed, _stamp(graph)))

    def _walk(self, walk: _Walk) -> Evaluated:
        graph, found = walk.graph, Evaluated()
        try:
            order = topological_order(graph)
        except CycleError:
            order = _acyclic_part(graph)
        counted: set[str] = set()
        for name in order:
            self._evaluate_node(walk, graph[name], found)
            owner = weights_owner(graph, graph[name]) if graph[name].shares else None
            if owner is not None and name in found.traced and not graph[name].bypassed:
                # Of the nodes that share a bypassed one's weights, one has to count them.
                if not owner.bypassed or owner.id in counted:
                    found.shared.add(name)
                counted.add(owner.id)
        return found

    def _evaluate_node(self, walk: _Walk, node: Node, found: Evaluated) -> None:
        graph = walk.graph
        node_type = walk.catalogue.get(node.type)
        if node_type is None or node_type.unusable:
            return
        if node.type == INPUT:
            facts = input_facts(node, walk.specs) if walk.fed is None else walk.fed.get(node.id)
            if facts:
                found.traced[node.id] = Traced({"outputs": facts})
            return
        if node.type == CONSTANT:
            if self._is_legal(node_type, node.settings, self._text(node.settings), walk):
                found.traced[node.id] = Traced({"outputs": constant_facts(node)})
            return
        if node.bypassed:
            self._bypass(walk, node, node_type, found)
        owner = weights_owner(graph, node)
        if owner is None:
            return
        arrived = _arrived(graph, node, node_type, owner.settings, found)
        if arrived is None:
            return
        found.inputs[node.id] = arrived
        if node.type == OUTPUT:
            if not all(fact.batched for facts in arrived.values() for fact in facts):
                found.traced[node.id] = Traced({}, fault="unbatched", error="inputs")
            return
        text = self._text(owner.settings)
        if self._is_legal(node_type, owner.settings, text, walk):
            traced = self._traced(walk, node_type, owner, text, arrived)
            if traced is not None:
                (found.bypassed if node.bypassed else found.traced)[node.id] = traced

    def _bypass(self, walk: _Walk, node: Node, node_type: NodeType, found: Evaluated) -> None:
        """What arrives first goes through."""
        wire = passing_wire(walk.graph, node, walk.catalogue)
        source = found.traced.get(wire.source) if wire else None
        outputs = node_type.outputs_for(settings_in_force(walk.graph, node))
        if wire is None or source is None or not source.outputs or not outputs:
            return
        fact = source.outputs.get(wire.source_port or next(iter(source.outputs)))
        if fact is not None:
            found.traced[node.id] = Traced({outputs[0].name: fact})

    def _traced(
        self, walk: _Walk, node_type: NodeType, owner: Node, text: str, arrived: Mapping[str, tuple[TensorFacts, ...]]
    ) -> Traced | None:
        """What a node gives, remembered by content; None for a block that has none (see :func:`block_digests`)."""
        block = walk.graph.blocks.get(owner.block) if owner.block else None
        digest = walk.digests.get(owner.block) if owner.block else None
        if owner.block and (block is None or digest is None):
            return None
        if block is not None:
            constants = [port for port, facts in arrived.items() if not all(fact.batched for fact in facts)]
            if constants:
                return Traced({}, fault="unbatched", error=constants[0])
        code = walk.code if block is not None or node_type.id == CUSTOM else ()
        key = (digest or node_type.id, text, tuple(arrived.items()), code)
        traced = self._memo.get(key)
        if traced is not None:
            self._memo.move_to_end(key)
            return traced
        self.computed += 1
        if block is not None and digest is not None:
            bound = self._bound_graph(walk, block, digest, owner.settings, text)
            traced = bound if isinstance(bound, Traced) else self._use(walk, bound, owner.settings, arrived)
        elif node_type.id == CUSTOM:
            step = _own_step(owner.settings, text, arrived, walk.code)
            said = hang_sentence(step)
            if said:
                traced = Traced({}, fault="code", error=said)
            else:
                with running(step):
                    traced = trace(node_type, owner.settings, arrived, self.catalogue)
        else:
            kept = self._shelf.key(node_type.id, text, owner.settings, arrived)
            traced = trace(node_type, owner.settings, arrived, self.catalogue, shelf=self._shelf, key=kept)
        self._memo[key] = traced
        if len(self._memo) > _MOST:
            self._memo.popitem(last=False)
        return traced

    def _bound_graph(
        self, walk: _Walk, block: Block, digest: str, settings: Mapping[str, Any], text: str
    ) -> Graph | TracedUse:
        """What is inside a use, or the fault where an expression cannot be evaluated."""
        bound = self._bound.get((digest, text))
        if bound is None:
            try:
                bound = replace(bound_graph(block, settings), blocks=walk.graph.blocks)
            except ExpressionError as error:
                return TracedUse({}, fault="expression", error=str(error))
            if len(self._bound) > _MOST_BOUND:
                self._bound.clear()
            self._bound[digest, text] = bound
        return bound

    def _use(
        self,
        walk: _Walk,
        bound: Graph,
        settings: Mapping[str, Any],
        arrived: Mapping[str, tuple[TensorFacts, ...]],
    ) -> TracedUse:
        def inside(graph: Graph, fed: Mapping[str, TensorFacts]) -> Evaluated:
            return self._walk(replace(walk, graph=graph, specs={}, fed=fed))

        return trace_use(bound, settings, arrived, inside)

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

    def _is_legal(self, node_type: NodeType, settings: Mapping[str, Any], text: str, walk: _Walk) -> bool:
        block = node_type.id.startswith(BLOCK_PREFIX)
        key = ((walk.digests.get(node_type.name, "") if block else node_type.id), text)
        legal = self._legal.get(key)
        if legal is None:
            if len(self._legal) > _MOST:
                self._legal.clear()
            legal = not setting_faults(node_type, settings, self.catalogue)
            self._legal[key] = legal
        return legal


def _stamp(graph: Graph) -> tuple[Any, ...]:
    """What own code in a graph depends on besides its settings; empty where there is none."""
    stamp = code_stamp(graph)
    return (*stamp, *hang_stamp()) if stamp else ()


def _own_step(
    settings: Mapping[str, Any], text: str, arrived: Mapping[str, tuple[TensorFacts, ...]], code: tuple[Any, ...]
) -> Step:
    file = str(settings.get("file"))
    digest = next((each[1] for each in code if isinstance(each, tuple) and len(each) == 3 and each[0] == file), "")
    return Step(file, str(digest), str(settings.get("class")), f"{text} {sorted(arrived.items())}")


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


def constant_facts(node: Node) -> TensorFacts:
    """What a Constant with legal settings gives; with a batch axis only where each sample gets a copy."""
    shape: list[int] = []
    value = node.settings["value"]
    while isinstance(value, list | tuple):
        shape.append(len(value))
        value = value[0]
    dtype = node.settings.get("dtype", "float32")
    return (
        TensorFacts((None, *shape), dtype)
        if node.settings.get("per_sample")
        else TensorFacts(tuple(shape), dtype, False)
    )


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
