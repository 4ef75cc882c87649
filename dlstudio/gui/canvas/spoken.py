"""What a screen reader says about the canvas: the selected node with its type, shape and problems. No Qt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from dlstudio.graph.model import Wire
from dlstudio.gui.canvas.node_look import NodeLook


class Looking(Protocol):
    """What shows a node."""

    @property
    def look(self) -> NodeLook: ...


def describe(names: Sequence[str], looks: Sequence[NodeLook], count: int, others: str = "") -> str:
    """One or a few plain sentences.

    Args:
        names: The selected nodes; the one that the keyboard walk stands on first.
        looks: What they show, in the same order.
        count: How many nodes the graph has.
        others: What is said of selected wires, frames and notes, where no node is selected.
    """
    if not names and others:
        return others
    if not count:
        return "Empty network. Press Tab to add a layer."
    layers = "1 layer" if count == 1 else f"{count} layers"
    if not names:
        return f"Network of {layers}. Nothing is selected."
    if len(names) > 1:
        return f"{names[0]}, {looks[0].title}. {len(names)} of {layers} selected: {', '.join(names)}."
    look = looks[0]
    parts = [f"{names[0]}, {look.title}"]
    if look.bypassed:
        parts.append("bypassed")
    if look.shape:
        parts.append(f"output shape {look.shape.replace('×', ' by ')}")
    if look.parameters:
        parts.append(f"{look.parameters} parameters")
    text = ", ".join(parts) + "."
    if look.messages:
        kind = "Problem" if look.severity == "error" else "Warning"
        text += f" {kind}: {' '.join(look.messages)}"
    return text


def wires_text(wires: Iterable[Wire], nodes: Mapping[str, Looking]) -> str:
    """What is said of selected wires; empty where there are none."""
    chosen = sorted(wires)
    if len(chosen) != 1:
        return f"{len(chosen)} wires selected." if chosen else ""
    wire = chosen[0]
    shape = nodes[wire.source].look.shape if wire.source in nodes else ""
    carries = f", {shape.replace('×', ' by ')}" if shape else ""
    return f"Wire from {wire.source} to {wire.target}{carries}."
