"""A drawing with a frame and a note in it."""

from __future__ import annotations

from PySide6.QtCore import QPointF

from dlstudio.graph.annotations import AnnotationKey
from dlstudio.graph.model import Frame, Graph, Note
from tests.gui.canvas.hands import Hands
from tests.gui.canvas.stand_in import chain

FRAME, NOTE = AnnotationKey("frame", "frame_1"), AnnotationKey("note", "note_1")
TITLE = QPointF(60, -40)


def annotated() -> Graph:
    """Three layers; the first two in a frame with a note."""
    graph = chain("a", "b", "c")
    frames = {"frame_1": Frame("frame_1", "Encoder", (-22, -50), (428, 190))}
    notes = {"note_1": Note("note_1", "Two are enough.", (0, 100), (160, 34))}
    return Graph(graph.nodes, graph.wires, frames, notes)


def corner(hands: Hands, key: AnnotationKey) -> QPointF:
    return hands.view.canvas_scene.annotations.items[key].body().bottomRight() - QPointF(3, 3)
