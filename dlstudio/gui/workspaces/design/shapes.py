"""What the inspector says about tensors: shapes in and out with the meaning of each axis. No widgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dlstudio.catalogue.node_types import Catalogue
from dlstudio.graph.model import OUTPUT, Graph

if TYPE_CHECKING:
    from dlstudio.compiler.facts import LayerFacts

_AXES = {
    0: "one value",
    1: "values",
    2: "time × features",
    3: "height × width × channels",
    4: "depth × height × width × channels",
}
_CHANNELS_FIRST = {3: "channels × height × width", 4: "channels × depth × height × width", 2: "features × time"}


@dataclass(frozen=True)
class ShapeLine:
    """One tensor: ``In``, ``26 × 26 × 32``, ``height × width × channels``."""

    title: str
    shape: str
    axes: str


def shape_lines(
    name: str, graph: Graph, catalogue: Catalogue, layers: Mapping[str, LayerFacts]
) -> tuple[ShapeLine, ...]:
    """The tensors that enter and leave a node, as far as they are known."""
    node = graph[name]
    node_type = catalogue.get(node.type)
    settings = {**(node_type.defaults if node_type else {}), **node.settings}
    lines: list[ShapeLine] = []
    incoming = graph.incoming(name)
    first = node_type.inputs[0].name if node_type and node_type.inputs else ""
    several = len(incoming) > 1
    for wire in incoming:
        facts = layers.get(wire.source)
        shape = _port_shape(facts, wire.source_port)
        port = wire.target_port or first
        alike = several and sum((w.target_port or first) == port for w in incoming) > 1
        title = "In" if not several else f"In · {wire.source if alike else port}"
        lines.append(_line(title, shape, settings))
    facts = layers.get(name)
    if facts is not None and node.type != OUTPUT:
        shapes = facts.output_shapes
        for port, shape in shapes.items():
            lines.append(_line("Out" if len(shapes) == 1 else f"Out · {port}", shape, settings))
    return tuple(lines)


def shape_words(shape: Sequence[int | None] | None) -> str:
    """``28 × 28 × 1``; an axis of any length is ``any``; an unknown shape is ``?``."""
    if shape is None:
        return "?"
    return " × ".join("any" if axis is None else str(axis) for axis in shape) or "1"


def _line(title: str, shape: Sequence[int | None] | None, settings: Mapping[str, Any]) -> ShapeLine:
    if shape is None:
        return ShapeLine(title, "?", "not known yet")
    names = _CHANNELS_FIRST if settings.get("data_format") == "channels_first" else _AXES
    return ShapeLine(title, shape_words(shape), names.get(len(shape), _AXES.get(len(shape), f"{len(shape)} axes")))


def _port_shape(facts: LayerFacts | None, port: str) -> Sequence[int | None] | None:
    if facts is None or not facts.output_shapes:
        return None
    if port and port in facts.output_shapes:
        return facts.output_shapes[port]
    return next(iter(facts.output_shapes.values()))
