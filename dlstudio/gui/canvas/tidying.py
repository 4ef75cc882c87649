"""Tidying without freezing the window: small graphs at once, large ones in a thread, as one undo step that slides."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRectF, Signal

from dlstudio.graph.layout.tidying import tidied
from dlstudio.graph.model import Graph

if TYPE_CHECKING:
    from dlstudio.gui.canvas.view import CanvasView

AT_ONCE = 150
"""Graphs of so many nodes are laid out in a few milliseconds."""
LABEL = "Tidy the layout"
CHANGED = "The network was changed while it was laid out, so it stays as it is. Tidy again to lay it out."


class Tidying(QObject):
    """Lays out the graph of a canvas.

    Args:
        view: The canvas; what is laid out becomes one undo step of its studio.
    """

    finished = Signal(object, object)
    """From the thread: the graph as it was, and as it shall be (an exception where that failed)."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view = view
        self._thread: Thread | None = None
        self._whole = False
        self.finished.connect(self._take)

    @property
    def running(self) -> bool:
        """Whether a graph is being laid out in a thread."""
        return self._thread is not None

    def start(self, sizes: Mapping[str, tuple[float, float]], chosen: Collection[str] | None = None) -> None:
        """Lays out the canvas' graph, or the chosen nodes of it. Does nothing while one is being laid out.

        Args:
            sizes: Width and height by node.
            chosen: The nodes that move, or None for all.
        """
        if self.running:
            return
        graph = self._view.studio.graph
        size = self._view.viewport().size()
        room = (float(size.width()), float(size.height()))
        self._whole = chosen is None
        if len(graph if chosen is None else chosen) <= AT_ONCE:
            self._take(graph, tidied(graph, sizes, room, chosen))
            return

        def work() -> None:
            try:
                result: object = tidied(graph, sizes, room, chosen)
            except Exception as error:  # whatever it is, the window has to hear of it
                result = error
            with suppress(RuntimeError):  # the window was closed meanwhile
                self.finished.emit(graph, result)

        self._view.statusHint.emit("Laying out …")
        self._thread = Thread(target=work, name="layout", daemon=True)
        self._thread.start()

    def _take(self, before: Graph, after: object) -> None:
        self._thread = None
        self._view.statusHint.emit("")
        if isinstance(after, Exception):
            raise after
        assert isinstance(after, Graph)
        if self._view.studio.graph is not before:
            self._view.refuse(CHANGED)
            return
        self._view.change_graph(LABEL, after, glide=True)
        if self._whole:
            area = QRectF()
            for node in after:
                area = area.united(self._view.canvas_scene.nodes[node.id].shape_.body.translated(*node.at))
            for frame in after.frames.values():
                area = area.united(QRectF(*frame.at, *frame.size))
            for note in after.notes.values():
                area = area.united(QRectF(*note.at, *note.size))
            self._view.show_area(area)
