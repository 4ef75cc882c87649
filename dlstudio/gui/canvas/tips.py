"""What the tooltip says at a place of the canvas, as plain text."""

from __future__ import annotations

from PySide6.QtCore import QPointF

from dlstudio.graph.model import Wire
from dlstudio.gui.canvas.scene import CanvasScene
from dlstudio.gui.shape_texts import carried, named_shape, shape_words


def tip_at(scene: CanvasScene, place: QPointF) -> str:
    """The port's name and help, or the node's problems and summary, or a wire's ends and shape; empty over nothing."""
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
    item = scene.wire_at(place)
    return _of_wire(scene, item.wire) if item is not None else ""


def _of_wire(scene: CanvasScene, wire: Wire) -> str:
    ends = f"{wire.source} → {wire.target}"
    found = carried(scene.studio.layer_facts(wire.source), wire.source_port)
    if found is None:
        return ends
    return f"{ends}\n{named_shape(*found) or shape_words(found[0])}, for each sample of the batch"
