"""Reads a graph for what hurts learning: neighbours, shapes and places, with bypassed nodes looked through."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any

from dlstudio.compiler.facts import Shape
from dlstudio.compiler.outputs import living_nodes
from dlstudio.compiler.problems.context import Context
from dlstudio.compiler.tracing import Traced
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.model import INPUT, OUTPUT, Graph, Node, Wire
from dlstudio.graph.structure import CycleError, topological_order

LAYER = "keras.layers."


class Reading:
    """One graph and what was found of it, as the checks look at it.

    Args:
        context: The search for problems.
    """

    def __init__(self, context: Context) -> None:
        self.context = context
        self.graph: Graph = context.graph

    @cached_property
    def around(self) -> Reading | None:
        """The graph that holds the use which this graph is inside of; None for a project's own."""
        home = self.context.home
        return Reading(home.around) if home is not None else None

    @property
    def whole(self) -> Reading:
        """The project's own graph."""
        return self.around.whole if self.around is not None else self

    @cached_property
    def living(self) -> frozenset[str]:
        """Ids of the nodes that lead to an Output."""
        return living_nodes(self.graph)

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Ids of the living nodes, sources first; empty where the wires close a circle."""
        try:
            return tuple(name for name in topological_order(self.graph) if name in self.living)
        except CycleError:
            return ()

    @cached_property
    def passages(self) -> frozenset[str]:
        """Ids of the nodes that everything from the Inputs before them has to pass."""
        place = {name: index for index, name in enumerate(self.order)}
        reach = -1
        found = []
        for index, name in enumerate(self.order):
            if reach <= index:
                found.append(name)
            reach = max([reach, *(place.get(wire.target, -1) for wire in self.graph.outgoing(name))])
        return frozenset(found)

    def is_passage(self, name: str) -> bool:
        """Whether everything from the Inputs before a node has to pass it, through the blocks around it as well."""
        home = self.context.home
        if name not in self.passages:
            return False
        return home is None or self.around is None or self.around.is_passage(home.use)

    @cached_property
    def any_masked(self) -> bool:
        """Whether some attention looks only back."""
        return any(node.settings.get("use_causal_mask") for node in self.graph)

    def setting(self, node: Node, name: str) -> Any:
        """A setting's value: that of the node, or of the node whose weights it shares, else the default."""
        owner = self.graph.nodes.get(node.shares or "", node)
        return self.context.setting(owner, name)

    def traced(self, node: Node) -> Traced | None:
        """What the node gives, or None where that is not known or it fails."""
        traced = self.context.found.traced.get(node.id)
        return traced if traced is not None and traced.fault is None else None

    def shape(self, node: Node) -> Shape | None:
        """Shape of what a node gives, without the batch axis."""
        traced = self.traced(node)
        return next((fact.sample_shape for fact in traced.outputs.values()), None) if traced else None

    def dtype(self, node: Node) -> str:
        """Number type of what a node gives; empty where it is not known."""
        traced = self.traced(node)
        return next((fact.dtype for fact in traced.outputs.values()), "") if traced else ""

    def arriving(self, node: Node) -> Shape | None:
        """Shape of what arrives at a node's first wire."""
        source = self.source(node)
        sources = self.context.sources(node.id)
        return sources[0][1] if sources and source is not None else None

    def source(self, node: Node) -> Node | None:
        """The node that feeds the first wire, bypassed ones looked through."""
        return next(iter(self.sources(node)), None)

    def sources(self, node: Node) -> list[Node]:
        """The nodes that feed a node, bypassed ones looked through."""
        found = (self._feeding(wire) for wire in self.graph.incoming(node.id))
        return [source for source in found if source is not None]

    def _feeding(self, wire: Wire) -> Node | None:
        source = self.graph.nodes.get(wire.source)
        seen = 0
        while source is not None and source.bypassed and seen < len(self.graph):
            wires = self.graph.incoming(source.id)
            source = self.graph.nodes.get(wires[0].source) if wires else None
            seen += 1
        return source

    def targets(self, node: Node) -> list[Node]:
        """The living nodes that a node feeds, bypassed ones looked through."""
        found: list[Node] = []
        waiting = [node.id]
        for name in waiting:
            for wire in self.graph.outgoing(name):
                target = self.graph.nodes.get(wire.target)
                if target is None or target.id not in self.living:
                    continue
                if target.bypassed and target.id not in waiting:
                    waiting.append(target.id)
                elif not target.bypassed:
                    found.append(target)
        return found

    def behind(self, node: Node, transparent: Iterable[str]) -> Node | None:
        """The only node that a node feeds, those of the types ``transparent`` looked through; else None."""
        names = frozenset(transparent)
        target: Node | None = node
        for _ in range(len(self.graph)):
            targets = self.targets(target) if target else []
            target = targets[0] if len(targets) == 1 else None
            if target is None or kind(target) not in names:
                return target
        return None

    def before(self, node: Node, transparent: Iterable[str]) -> Node | None:
        """The node that feeds a node's first wire, those of the types ``transparent`` looked through."""
        names = frozenset(transparent)
        source = self.source(node)
        for _ in range(len(self.graph)):
            if source is None or kind(source) not in names:
                return source
            source = self.source(source)
        return None

    def column(self, node: Node) -> ColumnSpec | None:
        """The column that an Input or Output names, where the data has it.

        Inside a block it is the column whose Input leads straight to that port of the use.
        """
        if self.around is not None:
            source = self.fed_from(node)
            return self.around.column(source) if source is not None and source.type == INPUT else None
        name = node.settings.get("column")
        return self.context.specs.get(name) if node.type in (INPUT, OUTPUT) and isinstance(name, str) else None

    def fed_from(self, node: Node) -> Node | None:
        """The node around the block that feeds an inner Input of it, bypassed ones looked through."""
        home, around = self.context.home, self.around
        if node.type != INPUT or home is None or around is None:
            return None
        first = next((each.id for each in self.graph.of_type(INPUT)), "")
        wires = around.graph.incoming(home.use)
        wire = next((each for each in wires if (each.target_port or first) == node.id), None)
        return around._feeding(wire) if wire is not None else None

    def begins(self, node: Node) -> bool:
        """Whether a node is an Input of the project; an inner Input is where such a one leads straight to it."""
        if node.type != INPUT or self.around is None:
            return node.type == INPUT
        source = self.fed_from(node)
        return source is not None and self.around.begins(source)

    def wire_between(self, source: Node, target: Node) -> Wire | None:
        """The wire that leads straight from one node to another."""
        return next((wire for wire in self.graph.incoming(target.id) if wire.source == source.id), None)

    def upstream(self, node: Node) -> Iterator[Node]:
        """All nodes that lead to a node, nearest first; walks only as far as it is asked."""
        seen, waiting = {node.id}, [node.id]
        for name in waiting:
            for wire in self.graph.incoming(name):
                if wire.source in self.graph and wire.source not in seen:
                    seen.add(wire.source)
                    waiting.append(wire.source)
                    yield self.graph[wire.source]

    @property
    def classes(self) -> int:
        """How many classes the Outputs tell apart, the most of them; 0 without a classification."""
        columns = [self.column(node) for node in self.graph.of_type(OUTPUT)]
        return max((len(spec.classes) for spec in columns if spec and spec.kind == "category"), default=0)


def kind(node: Node) -> str:
    """``Conv2D`` for ``keras.layers.Conv2D``; ``Input`` and ``Output`` as they are; ``ops.mean`` for an operation."""
    if node.type.startswith("keras.ops."):
        return node.type.removeprefix("keras.")
    return node.type.removeprefix(LAYER)


def width(shape: Shape | None) -> int:
    """Length of the last axis; 0 where it is not known."""
    return (shape[-1] or 0) if shape else 0


Check = Callable[[Reading, Node], Iterator[Any]]
"""Looks at one living node that works and yields problems."""
