"""What a screen reader says about the canvas: the selected node with its type, shape and problems. No Qt."""

from __future__ import annotations

from collections.abc import Sequence

from dlstudio.gui.canvas.node_look import NodeLook


def describe(names: Sequence[str], looks: Sequence[NodeLook], count: int) -> str:
    """One or a few plain sentences.

    Args:
        names: The selected nodes.
        looks: What they show, in the same order.
        count: How many nodes the graph has.
    """
    if not count:
        return "Empty network. Press Tab to add a layer."
    layers = "1 layer" if count == 1 else f"{count} layers"
    if not names:
        return f"Network of {layers}. Nothing is selected."
    if len(names) > 1:
        return f"{len(names)} of {layers} selected: {', '.join(names)}."
    look = looks[0]
    parts = [f"{names[0]}, {look.title}"]
    if look.shape:
        parts.append(f"output shape {look.shape.replace('×', ' by ')}")
    if look.parameters:
        parts.append(f"{look.parameters} parameters")
    text = ", ".join(parts) + "."
    if look.messages:
        kind = "Problem" if look.severity == "error" else "Warning"
        text += f" {kind}: {' '.join(look.messages)}"
    return text
