"""What the inspector says about tensors: shapes in and out with the meaning of each axis. No widgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dlstudio.catalogue.node_types import Catalogue
from dlstudio.graph.model import OUTPUT, Graph
from dlstudio.gui.shape_texts import Shape, carried, named_shape, shape_words

if TYPE_CHECKING:
    from dlstudio.compiler.facts import LayerFacts

_AXES = {0: "one value", 1: "values"}


@dataclass(frozen=True)
class ShapeLine:
    """One tensor: ``In``, ``26 × 26 × 32``, ``26 height × 26 width × 32 channels``."""

    title: str
    shape: str
    axes: str


def shape_lines(
    name: str, graph: Graph, catalogue: Catalogue, layers: Mapping[str, LayerFacts]
) -> tuple[ShapeLine, ...]:
    """The tensors that enter and leave a node, as far as they are known."""
    node = graph[name]
    node_type = catalogue.get(node.type)
    lines: list[ShapeLine] = []
    incoming = graph.incoming(name)
    first = node_type.inputs[0].name if node_type and node_type.inputs else ""
    several = len(incoming) > 1
    for wire in incoming:
        port = wire.target_port or first
        alike = several and sum((w.target_port or first) == port for w in incoming) > 1
        title = "In" if not several else f"In · {wire.source if alike else port}"
        lines.append(_line(title, carried(layers.get(wire.source), wire.source_port)))
    facts = layers.get(name)
    if facts is not None and node.type != OUTPUT:
        ports = list(facts.output_shapes)
        lines.extend(_line("Out" if len(ports) == 1 else f"Out · {port}", carried(facts, port)) for port in ports)
    return tuple(lines)


def _line(title: str, found: tuple[Shape, Sequence[str]] | None) -> ShapeLine:
    if found is None:
        return ShapeLine(title, "?", "not known yet")
    shape, names = found
    usual = _AXES.get(len(shape), f"{len(shape)} axes")
    return ShapeLine(title, shape_words(shape), named_shape(shape, names) or usual)
