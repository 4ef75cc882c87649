"""A compact figure of a network for papers and slides, as SVG. No Qt, no Keras.

Layers become slabs whose sizes follow their tensors on a logarithmic scale; normalization and activation are joined to
the layer before; blocks that the network's form shows (residual, Inception, dense, transformer) are drawn once with
their number, and what is inside them below. The look follows what papers draw by hand, such as LeCun et al. (1998) for
LeNet and Ronneberger et al. (2015) for the U-Net, whose skips run across a U.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from dlstudio.catalogue.node_types import Catalogue
from dlstudio.export.figure.condensing import condensed
from dlstudio.export.figure.drawing import draw
from dlstudio.export.figure.grouping import grouped
from dlstudio.export.figure.sketch import Facts
from dlstudio.export.figure.svg import DARK, LIGHT
from dlstudio.graph.blocks import with_blocks
from dlstudio.graph.model import Graph

__all__ = ["Variant", "architecture_figure"]

Variant = Literal["light", "dark", "transparent"]
WIDTH = 1180.0


def architecture_figure(
    graph: Graph,
    catalogue: Catalogue,
    facts: Facts,
    *,
    variant: Variant = "light",
    heading: str = "",
    width: float = WIDTH,
    find_blocks: bool = True,
) -> str:
    """The figure of a graph as an SVG document.

    Args:
        graph: What is drawn; blocks of the project become one titled box a use.
        catalogue: The node types.
        facts: Shapes and sizes by node, as of :class:`~dlstudio.compiler.facts.InferenceResult`; what is not known is
            drawn without dimensions.
        variant: Black on white, light on dark, or black on nothing.
        heading: Printed above the network.
        width: About how wide the figure may be, in pixels; longer networks are broken into rows.
        find_blocks: Whether repetitions and blocks are drawn once; else every layer has a slab of its own.
    """
    sketch = condensed(graph, with_blocks(catalogue, graph.blocks), facts)
    if find_blocks:
        sketch = grouped(sketch)
    style = DARK if variant == "dark" else LIGHT if variant == "light" else replace(LIGHT, ground=None)
    total = sum(step.parameters for step in sketch.steps.values())
    footer = f"{count_text(total)} parameters" if total else ""
    return draw(sketch, style, title=heading or "Network architecture", heading=heading, footer=footer, width=width)


def count_text(count: int) -> str:
    """``9,430``, ``1.24 million``."""
    if count >= 1_000_000:
        return f"{count / 1e6:.3g} million"
    return f"{count:,}"
