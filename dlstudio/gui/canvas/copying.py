"""The clipboard of the canvas: copying, cutting, pasting and duplicating; each change is one undo step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF
from PySide6.QtGui import QGuiApplication

from dlstudio.graph import annotations as notes
from dlstudio.graph import edits
from dlstudio.graph.model import Graph
from dlstudio.gui.canvas.actions import step_about
from dlstudio.gui.canvas.sharing import shared_copies
from dlstudio.workbench.fragment import fragment_from_text, fragment_text

if TYPE_CHECKING:
    from dlstudio.gui.canvas.view import CanvasView

PASTE_STEP = 33.0


class Copying:
    """Copies of what is selected in one view.

    Args:
        view: The view.
    """

    def __init__(self, view: CanvasView) -> None:
        self._view = view
        self._scene = view.canvas_scene
        self._studio = view.studio
        self._pasted: tuple[str, int] = ("", 0)
        """What was pasted last, and how many times."""

    def copy(self) -> bool:
        """Puts the selected nodes on the clipboard as text. Returns whether there were any."""
        fragment = self._selected_fragment()
        if not _holds_anything(fragment):
            return False
        QGuiApplication.clipboard().setText(fragment_text(fragment))
        self._pasted = (QGuiApplication.clipboard().text(), 0)
        return True

    def cut(self) -> None:
        """Copies and deletes, healing; what lies in a frame goes with it."""
        if self.copy():
            inside, marked = self._view.annotating.within(self._scene.annotations.selected)
            self._view.choose(self._studio.selection | inside, self._scene.selected_wires, marked)
            self._view.actions_.delete(heal=True)

    def paste(self, at: QPointF | None = None, shared: bool = False) -> None:
        """Adds what the clipboard holds: around a place, or a step beside the originals where they are seen.

        With ``shared``, copies use the layers of their originals in this graph.
        """
        text = QGuiApplication.clipboard().text()
        fragment = fragment_from_text(text)
        if fragment is None:
            self._view.refuse("The clipboard holds no layers to paste.")
            return
        corners = [n.at for n in (*fragment, *notes.annotations_of(fragment).values())]
        left, top = min(x for x, _ in corners), min(y for _, y in corners)
        if at is not None:
            offset = (at.x() - left, at.y() - top)
        else:
            times = self._pasted[1] + 1 if self._pasted[0] == text else 1
            self._pasted = (text, times)
            offset = (PASTE_STEP * times, PASTE_STEP * times)
            seen = self._view.visible_area()
            if not seen.contains(QPointF(left + offset[0], top + offset[1])):
                offset = (seen.center().x() - left, seen.center().y() - top)
        self._add_fragment("Paste", fragment, offset, shared)

    def duplicate(self) -> None:
        """Adds a copy of the selected nodes, with their wires among each other."""
        fragment = self._selected_fragment()
        if _holds_anything(fragment):
            tops = [n.at[1] for n in (*fragment, *notes.annotations_of(fragment).values())]
            bottom = max(tops) - min(tops)
            offset = (0.0, bottom + 3 * PASTE_STEP + 33) if bottom < 300 else (PASTE_STEP, PASTE_STEP)
            for annotation in notes.annotations_of(fragment).values():
                offset = (0.0, max(offset[1], annotation.size[1] + PASTE_STEP))
            self._add_fragment("Duplicate", fragment, offset)

    def _add_fragment(self, verb: str, fragment: Graph, offset: tuple[float, float], shared: bool = False) -> None:
        before = self._studio.graph
        graph, names = edits.paste(before, fragment, offset)
        if shared:
            copies = dict(zip(names, fragment.nodes, strict=True))
            graph = shared_copies(graph, copies, before, self._view.actions_.catalogue_of(graph))
            if not any(graph[name].shares for name in names):
                self._view.refuse(
                    "None of the copied layers is in this network as it was copied, to share its weights."
                )
                return
        graph, marked = notes.paste_annotations(graph, fragment, offset)
        self._view.change_graph(f"{verb} {step_about(frozenset(names), frozenset(), frozenset(marked))}", graph)
        self._view.choose(names, [], marked)
        self._view.bring_into_view(self._view.selected_area())

    def _selected_fragment(self) -> Graph:
        """The selected nodes with their wires among each other, frames with what lies in them, and notes."""
        inside, marked = self._view.annotating.within(self._scene.annotations.selected)
        fragment = edits.extract(self._studio.graph, self._studio.selection | inside)
        return notes.with_annotations(fragment, self._studio.graph, marked)


def _holds_anything(fragment: Graph) -> bool:
    return bool(fragment.nodes or fragment.frames or fragment.notes)
