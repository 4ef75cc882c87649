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
CONSTANT = "Constant"
CUSTOM = "Custom"
BLOCK_PREFIX = "block."
"""A node of the type ``block.ResidualBlock`` uses the block of that name."""


def _tenths(pair: tuple[float, float]) -> tuple[float, float]:
    """Places and sizes in tenths of a unit, as they are saved: what is open equals what is read back."""
    return (round(float(pair[0]), 1) + 0.0, round(float(pair[1]), 1) + 0.0)


@dataclass(frozen=True)
class Node:
    """One box on the canvas.

    Attributes:
        id: The layer's name: unique in its graph, given by a human, stable.
        type: Identifier of the node type in the catalogue, such as ``keras.layers.Conv2D``, ``Input`` or ``Output``.
        settings: Only the settings that differ from the type's defaults. Values are JSON values; inside a block one may
            be an expression over the block's parameters, ``{"=": "filters * 2"}`` (see
            :mod:`dlstudio.graph.expressions`).
        at: Position of the upper left corner on the canvas, in scene units (pixels at 100 % zoom).
        shares: Id of the node whose weights this node reuses, or None.
        bypassed: Its first input goes straight to what it feeds, as if the node were not there.
    """

    id: str
    type: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    at: tuple[float, float] = (0.0, 0.0)
    shares: str | None = None
    bypassed: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "settings", MappingProxyType(dict(self.settings)))
        object.__setattr__(self, "at", _tenths(self.at))

    @property
    def block(self) -> str | None:
        """Name of the block that this node uses, or None."""
        return self.type.removeprefix(BLOCK_PREFIX) if self.type.startswith(BLOCK_PREFIX) else None


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
class Frame:
    """A titled rectangle behind nodes; what lies in it moves along. Says nothing to the compiler.

    Attributes:
        id: Unique among the graph's frames.
        title: One line.
        at: Upper left corner, in scene units.
        size: Width and height, in scene units.
    """

    id: str
    title: str = ""
    at: tuple[float, float] = (0.0, 0.0)
    size: tuple[float, float] = (240.0, 160.0)

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", _tenths(self.at))
        object.__setattr__(self, "size", _tenths(self.size))


@dataclass(frozen=True)
class Note:
    """A text on the canvas, for people. Says nothing to the compiler; attributes as of :class:`Frame`."""

    id: str
    text: str = ""
    at: tuple[float, float] = (0.0, 0.0)
    size: tuple[float, float] = (200.0, 90.0)

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", _tenths(self.at))
        object.__setattr__(self, "size", _tenths(self.size))


@dataclass(frozen=True)
class Block:
    """A named sub-graph that nodes of the type ``block.<name>`` use.

    Attributes:
        name: A valid name, unique in the project.
        graph: What is inside. Its Input and Output nodes are the block's ports, in the graph's order and by their ids.
            It holds no blocks of its own: those it uses stand beside it in the project.
        parameters: Default of each parameter by name, JSON values. Settings inside refer to them by expressions.
        summary: One plain sentence for the palette.
    """

    name: str
    graph: Graph
    parameters: Mapping[str, Any] = field(default_factory=dict)
    summary: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", MappingProxyType(dict(self.parameters)))


@dataclass(frozen=True)
class Graph:
    """Nodes by id, and the wires between them, both in a stable order.

    Attributes:
        nodes: By id.
        wires: In order.
        frames: By id, from back to front.
        notes: By id.
        blocks: By name, the blocks that nodes here and inside blocks may use. A project's graph holds all of them; the
            graph inside a block holds none until it is looked at through :func:`dlstudio.graph.paths.graph_at`, which
            lends it the project's.
    """

    nodes: Mapping[str, Node] = field(default_factory=dict)
    wires: tuple[Wire, ...] = ()
    frames: Mapping[str, Frame] = field(default_factory=dict)
    notes: Mapping[str, Note] = field(default_factory=dict)
    blocks: Mapping[str, Block] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "wires", tuple(self.wires))
        for name in ("nodes", "frames", "notes", "blocks"):
            value = getattr(self, name)
            if not isinstance(value, MappingProxyType):
                object.__setattr__(self, name, MappingProxyType(dict(value)))

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

    @cached_property
    def sharers(self) -> Mapping[str, tuple[str, ...]]:
        """The nodes that use another's layer, directly or through a third, by the other's id and in order."""
        found: dict[str, list[str]] = {}
        for node in self:
            seen, owner = {node.id}, node.shares
            while owner is not None and owner in self.nodes and owner not in seen:
                found.setdefault(owner, []).append(node.id)
                seen.add(owner)
                owner = self.nodes[owner].shares
        return {owner: tuple(names) for owner, names in found.items()}

    def incoming(self, node_id: str) -> tuple[Wire, ...]:
        """The wires that end at this node, in order."""
        return self._incoming.get(node_id, ())

    def outgoing(self, node_id: str) -> tuple[Wire, ...]:
        """The wires that begin at this node, in order."""
        return self._outgoing.get(node_id, ())

    def of_type(self, node_type: str) -> tuple[Node, ...]:
        """All nodes of one type, in order."""
        return tuple(node for node in self if node.type == node_type)
