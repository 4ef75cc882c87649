"""The drawn network as a frozen value: nodes, wires and the graph that holds them.

No Qt, no Keras. Changing a graph is the business of :mod:`dlstudio.graph.edits`; what is wrong with one is found by
:mod:`dlstudio.graph.structure` (without Keras) and by the compiler (with Keras).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

INPUT = "Input"
OUTPUT = "Output"


@dataclass(frozen=True)
class Node:
    """One box on the canvas.

    Attributes:
        id: The layer's name: unique in its graph, given by a human, stable.
        type: Identifier of the node type in the catalogue, such as ``keras.layers.Conv2D``, ``Input`` or ``Output``.
        settings: Only the settings that differ from the type's defaults. Values are JSON values.
        at: Position of the upper left corner on the canvas, in scene units (pixels at 100 % zoom).
        shares: Id of the node whose weights this node reuses, or None.
    """

    id: str
    type: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    at: tuple[float, float] = (0.0, 0.0)
    shares: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "settings", MappingProxyType(dict(self.settings)))
        object.__setattr__(self, "at", (float(self.at[0]), float(self.at[1])))


@dataclass(frozen=True, order=True)
class Wire:
    """A connection from an output port to an input port.

    An empty port name is the first port of that side. Wires into a port that takes many tensors (Add, Concatenate) keep
    the order in which they stand in :attr:`Graph.wires`.
    """

    source: str
    target: str
    source_port: str = ""
    target_port: str = ""


@dataclass(frozen=True)
class Graph:
    """Nodes by id, and the wires between them, both in a stable order."""

    nodes: Mapping[str, Node] = field(default_factory=dict)
    wires: tuple[Wire, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "nodes", MappingProxyType(dict(self.nodes)))
        object.__setattr__(self, "wires", tuple(self.wires))

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes.values())

    def __len__(self) -> int:
        return len(self.nodes)

    def __contains__(self, node_id: object) -> bool:
        return node_id in self.nodes

    def __getitem__(self, node_id: str) -> Node:
        return self.nodes[node_id]

    @cached_property
    def _incoming(self) -> Mapping[str, tuple[Wire, ...]]:
        found: dict[str, list[Wire]] = {}
        for wire in self.wires:
            found.setdefault(wire.target, []).append(wire)
        return {node: tuple(wires) for node, wires in found.items()}

    @cached_property
    def _outgoing(self) -> Mapping[str, tuple[Wire, ...]]:
        found: dict[str, list[Wire]] = {}
        for wire in self.wires:
            found.setdefault(wire.source, []).append(wire)
        return {node: tuple(wires) for node, wires in found.items()}

    def incoming(self, node_id: str) -> tuple[Wire, ...]:
        """The wires that end at this node, in order."""
        return self._incoming.get(node_id, ())

    def outgoing(self, node_id: str) -> tuple[Wire, ...]:
        """The wires that begin at this node, in order."""
        return self._outgoing.get(node_id, ())

    def of_type(self, node_type: str) -> tuple[Node, ...]:
        """All nodes of one type, in order."""
        return tuple(node for node in self if node.type == node_type)
