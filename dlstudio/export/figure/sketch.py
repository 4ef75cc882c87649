"""What an architecture figure shows, as values: steps, wires between them, and what is inside the large ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

Shape = tuple[int | None, ...]
Edge = tuple[str, str]


class LayerFactsLike(Protocol):
    """What a figure reads of the compiler's facts about one node."""

    @property
    def output_shapes(self) -> Mapping[str, Shape]: ...

    @property
    def parameters(self) -> int | None: ...


Facts = Mapping[str, LayerFactsLike]


@dataclass(frozen=True)
class Step:
    """One thing in a figure: a layer with what follows it directly (normalization, activation), or a whole block.

    Attributes:
        id: The first node's id.
        members: Ids of the nodes it stands for.
        title: What it is: ``Conv 3×3, 64``.
        extras: What was joined to it: ``BN``, ``ReLU``.
        category: Decides the colour.
        sign: Drawn in a circle where it joins tensors: ``+``, ``×``, ``‖`` …; empty for others.
        shape: Shape of what it puts out, without the batch axis, or None where it is not known.
        times: How many alike stand in a row here.
        parameters: Weights of all members.
        key: Equal for steps that are alike.
        inner: What is inside a block that was found in the graph.
        named: Whether it is a block of the project, with a name of its own.
    """

    id: str
    members: tuple[str, ...]
    title: str
    category: str
    extras: tuple[str, ...] = ()
    sign: str = ""
    shape: Shape | None = None
    times: int = 1
    parameters: int = 0
    key: tuple[object, ...] = ()
    inner: Sketch | None = None
    named: bool = False


@dataclass(frozen=True)
class Sketch:
    """Steps in an order that follows the wires, and the wires between them, each pair once."""

    steps: Mapping[str, Step] = field(default_factory=dict)
    edges: tuple[Edge, ...] = ()

    def before(self, name: str) -> list[str]:
        return [a for a, b in self.edges if b == name]

    def after(self, name: str) -> list[str]:
        return [b for a, b in self.edges if a == name]


def contracted(edges: tuple[Edge, ...], owner: Mapping[str, str]) -> tuple[Edge, ...]:
    """The wires between owners, without those inside one; nodes without an owner are left out."""
    pairs = ((owner.get(a), owner.get(b)) for a, b in edges)
    return tuple(dict.fromkeys((a, b) for a, b in pairs if a is not None and b is not None and a != b))
