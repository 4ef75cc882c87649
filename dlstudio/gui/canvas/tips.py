"""What the tooltip says at a place of the canvas, as plain text."""

from __future__ import annotations

from PySide6.QtCore import QPointF

from dlstudio.gui.canvas.scene import CanvasScene


def tip_at(scene: CanvasScene, place: QPointF) -> str:
    """The port's name and help, or the node's problems and summary, or the wire's ends; empty over nothing."""
    port = scene.port_at(place)
    if port is not None:
        look = scene.nodes[port.node].ports(port.side)[port.number]
        optional = " (optional)" if look.optional else ""
        many = " (takes several wires)" if look.many else ""
        return f"{look.name}{optional}{many}" + (f"\n{look.help}" if look.help else "")
    node = scene.node_at(place)
    if node is not None:
        return "\n\n".join((*node.look.messages, node.look.tip))
    note = scene.annotations.at(place, 1.0)
    if note is not None and note.key.kind == "note":
        return note.text
    wire = scene.wire_at(place)
    return f"{wire.wire.source} → {wire.wire.target}" if wire is not None else ""
