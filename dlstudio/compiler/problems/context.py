"""What a search for problems works with: the graph, what was found of it, and a way to try out fixes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from dlstudio.catalogue.node_types import Catalogue, NodeType
from dlstudio.compiler.axes import Axes, axis_names
from dlstudio.compiler.evaluation import Evaluation
from dlstudio.compiler.facts import Shape
from dlstudio.compiler.tracing import TensorFacts
from dlstudio.compiler.uses import Evaluated
from dlstudio.graph.blocks import with_blocks
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.edits import EditError, apply_edits, free_name
from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.graph.problems import Fix
from dlstudio.graph.project import Project, TrainingSettings

Edit = Mapping[str, Any]
Candidate = tuple[str, tuple[Edit, ...]]
"""A label and its edits, not yet known to help."""

MOST_TRIALS = 40
"""Fixes tried out in one search: each walks the graph once, mostly remembered."""


@dataclass(frozen=True)
class Home:
    """Where a graph inside a block stands.

    Attributes:
        around: The search in the graph that holds the use.
        use: Id of the use in that graph.
        block: Name of the block.
    """

    around: Context
    use: str
    block: str


@dataclass
class Context:
    """One search for problems.

    Attributes:
        graph: The graph.
        specs: The encoded columns by name.
        evaluation: Walks graphs with a memo.
        found: What the walk of ``graph`` gave.
        training: The training settings, where known.
        rows: Number of training samples, where known.
        fed: What the Inputs give where ``graph`` is inside a block; None for a project's own graph.
        home: Where the graph stands that is inside a block; None for a project's own graph.
    """

    graph: Graph
    specs: Mapping[str, ColumnSpec]
    evaluation: Evaluation
    found: Evaluated
    training: TrainingSettings | None = None
    rows: int | None = None
    fed: Mapping[str, TensorFacts] | None = None
    home: Home | None = field(default=None, repr=False, compare=False)
    _trials: int = field(default=0, repr=False)

    @property
    def catalogue(self) -> Catalogue:
        """The node types, the blocks of the graph among them."""
        return with_blocks(self.evaluation.catalogue, self.graph.blocks)

    @property
    def whole(self) -> Context:
        """The search in the project's own graph."""
        context = self
        while context.home is not None:
            context = context.home.around
        return context

    @cached_property
    def axes(self) -> Axes:
        """What the axes of each tensor mean; inside a block as far as its layers tell."""
        return axis_names(self.graph, self.found, self.specs)

    def evaluate(self, graph: Graph) -> Evaluated:
        """What another graph in the place of this one gives."""
        return self.evaluation.evaluate(graph, self.specs, self.fed)

    def node_type(self, node: Node) -> NodeType | None:
        """A node's type, or None where it is unknown."""
        return self.catalogue.get(node.type)

    def setting(self, node: Node, name: str) -> Any:
        """A setting's value: the node's own, else the default."""
        node_type = self.node_type(node)
        default = node_type.defaults.get(name) if node_type else None
        return node.settings.get(name, default)

    def sources(self, node_id: str) -> list[tuple[Wire, Shape]]:
        """The wires that end at a node with the shape each carries, without the batch axis."""
        carried = []
        for wire in self.graph.incoming(node_id):
            traced = self.found.traced.get(wire.source)
            if traced is not None and traced.outputs:
                name = wire.source_port or next(iter(traced.outputs))
                if name in traced.outputs:
                    carried.append((wire, traced.outputs[name].sample_shape))
        return carried

    def upstream(self, node_id: str) -> list[str]:
        """Ids of all nodes that lead to a node, nearest first."""
        seen, order = {node_id}, [node_id]
        for name in order:
            for wire in self.graph.incoming(name):
                if wire.source in self.graph and wire.source not in seen:
                    seen.add(wire.source)
                    order.append(wire.source)
        return order[1:]

    def insert(self, type_id: str, name: str, settings: Mapping[str, Any], wire: Wire) -> Edit:
        """The edit that puts a new node into a wire."""
        return {
            "edit": "insert",
            "type": type_id,
            "name": free_name(self.graph, name),
            "settings": dict(settings),
            "source": wire.source,
            "target": wire.target,
            "source_port": wire.source_port,
            "target_port": wire.target_port,
        }

    def mending(self, node_id: str, candidates: Iterable[Candidate]) -> Fix | None:
        """The first candidate after which a node works and nothing else fails that did not fail before."""
        for label, edits in candidates:
            if self._trials >= MOST_TRIALS:
                return None
            self._trials += 1
            if self._mends(node_id, edits):
                return Fix(label, edits)
        return None

    def edited(self, edits: Sequence[Edit]) -> Graph | None:
        """The graph after some edits, or None where they make no sense."""
        try:
            return apply_edits(Project(graph=self.graph), edits).graph
        except (EditError, KeyError):
            return None

    def _mends(self, node_id: str, edits: Sequence[Edit]) -> bool:
        graph = self.edited(edits)
        if graph is None:
            return False
        after = self.evaluate(graph)
        if node_id in graph:
            works = node_id in after.inputs and (node_id not in after.traced or after.traced[node_id].fault is None)
            if not works:
                return False
        worked = {name for name, traced in self.found.traced.items() if traced.fault is None}
        return all(name not in worked or name not in graph or _works(after, name) for name in worked)


def _works(found: Evaluated, name: str) -> bool:
    traced = found.traced.get(name)
    return traced is not None and traced.fault is None


def set_edit(node_id: str, setting: str, value: Any) -> Edit:
    """The edit that sets one setting."""
    return {"edit": "set", "node": node_id, "setting": setting, "value": value}
