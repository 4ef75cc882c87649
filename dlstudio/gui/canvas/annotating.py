"""Frames and notes by hand: putting them there, editing their texts, walking from one to the next, resizing by keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QGraphicsItem

from dlstudio.graph import annotations as notes
from dlstudio.graph.annotations import AnnotationKey, Rectangle
from dlstudio.graph.edits import EditError
from dlstudio.graph.model import Frame, Graph, Note
from dlstudio.gui.canvas.frame_item import FRAME_LAYER, FrameItem
from dlstudio.gui.canvas.inline_editor import InlineEditor
from dlstudio.gui.canvas.note_item import NoteItem, fitting_height

if TYPE_CHECKING:
    from dlstudio.gui.canvas.view import CanvasView

NOTE_SIZE = (198.0, 66.0)
EMPTY_FRAME = (264.0, 176.0)
MOST_NOTE_HEIGHT = 660.0
STEP = 22.0


class Annotating:
    """What can be done with frames and notes in one view; every change is one undo step.

    A new one becomes part of the project when its text is taken, so that adding and writing are one step.

    Args:
        view: The view.

    Attributes:
        editor: The field that texts are edited in.
    """

    def __init__(self, view: CanvasView) -> None:
        self._view = view
        self._scene = view.canvas_scene
        self._pending: QGraphicsItem | None = None
        self.editor = InlineEditor(view)
        for another_graph in (view.studio.pathChanged, view.studio.documentOpened):
            another_graph.connect(self.editor.give_up)

    @property
    def selected(self) -> frozenset[AnnotationKey]:
        return self._scene.annotations.selected

    @property
    def only(self) -> AnnotationKey | None:
        """The one frame or note that is selected, where nothing else is."""
        alone = len(self.selected) == 1 and not self._view.studio.selection and not self._scene.selected_wires
        return next(iter(self.selected)) if alone else None

    # Putting them there

    def add_frame(self) -> None:
        """Puts a frame around what is selected (else an empty one at the pointer) and asks for its title."""
        area = self._around_selection()
        frame = Frame("new", "", (area.x, area.y), (area.width, area.height))
        item = FrameItem(AnnotationKey("frame", "new"), frame)
        item.setZValue(FRAME_LAYER + 0.5)

        def take(text: str | None) -> None:
            self._end_pending()
            if text is not None:
                graph, key = notes.add_frame(self._view.studio.graph, text, frame.at, frame.size)
                self._commit("Add a frame", graph, key)

        self._ask(item, "", "Title of the frame", take)

    def add_note(self, at: QPointF | None = None) -> None:
        """Puts a note at a place (by default at the pointer) and asks for its text; an empty one is not kept."""
        place = at if at is not None else self._view.pointer_place()
        note = Note("new", "", (round(place.x(), 1), round(place.y(), 1)), NOTE_SIZE)
        item = NoteItem(AnnotationKey("note", "new"), note)

        def take(text: str | None) -> None:
            self._end_pending()
            if text is not None and text.strip():
                size = (NOTE_SIZE[0], _height(text, NOTE_SIZE[0], notes.LEAST_NOTE[1]))
                graph, key = notes.add_note(self._view.studio.graph, text, note.at, size)
                self._commit("Add a note", graph, key)

        self._ask(item, "", "Text of the note", take)

    # Changing them

    def edit(self, key: AnnotationKey) -> None:
        """Opens the text of a frame or note in its place."""
        item = self._scene.annotations.items.get(key)
        if item is None:
            return
        self._view.choose([], [], [key])

        def take(text: str | None) -> None:
            annotation = notes.find(self._view.studio.graph, key)
            if text is None or annotation is None:
                return
            graph = notes.set_text(self._view.studio.graph, key, text)
            if key.kind == "note":
                graph = notes.resize(graph, key, (annotation.size[0], _height(text, *annotation.size)))
            self._commit("Rename the frame" if key.kind == "frame" else "Edit the note", graph, key)

        self._view.bring_into_view(item.text_area())
        name = "Title of the frame" if key.kind == "frame" else "Text of the note"
        self.editor.edit(item.text_area(), item.text, name, key.kind == "frame", take)
        self._hint(key.kind)

    def stretch(self, dx: float, dy: float) -> None:
        """Makes the selected frame or note larger or smaller; presses in a row are one step."""
        key = self.only
        annotation = notes.find(self._view.studio.graph, key) if key is not None else None
        if key is None or annotation is None:
            return
        size = (annotation.size[0] + dx, annotation.size[1] + dy)
        graph = notes.resize(self._view.studio.graph, key, size)
        self._view.change_graph(f"Resize the {key.kind}", graph, merge_key=f"stretch {key}")

    def next(self) -> None:
        """Selects the next frame or note, in reading order."""
        items = self._scene.annotations.items
        ordered = sorted(items, key=lambda k: (items[k].body().top() + items[k].body().left() / 4, k))
        if not ordered:
            self._view.refuse("There is no frame and no note here. Ctrl+J makes a frame, Ctrl+Shift+N a note.")
            return
        chosen = next(iter(sorted(self.selected)), None)
        key = ordered[(ordered.index(chosen) + 1) % len(ordered)] if chosen in ordered else ordered[0]
        self._view.choose([], [], [key])
        self._view.bring_into_view(items[key].body())

    def within(self, keys: frozenset[AnnotationKey]) -> tuple[frozenset[str], frozenset[AnnotationKey]]:
        """What lies in these frames: nodes, and the annotations themselves with those inside."""
        graph, names = self._scene.graph, frozenset[str]()
        every = keys
        for key in keys:
            inside = notes.contents(graph, key, self._view.size_of)
            names, every = names | inside.nodes, every | inside.annotations
        return names, every

    def describe(self) -> str:
        """What a screen reader says of the selected frames and notes, or an empty text."""
        if len(self.selected) > 1:
            return f"{len(self.selected)} frames and notes selected."
        for key in self.selected:
            text = self._scene.annotations.items[key].text or "without a text"
            if key.kind == "note":
                return f"Note: {text}"
            count = len(notes.contents(self._scene.graph, key, self._view.size_of).nodes)
            return f"Frame, {text}, around {count} layer{'s' * (count != 1)}."
        return ""

    # Inside

    def _around_selection(self) -> Rectangle:
        bodies = [self._scene.nodes[name].body() for name in self._view.studio.selection if name in self._scene.nodes]
        bodies += [self._scene.annotations.items[key].body() for key in self.selected]
        try:
            return notes.around(Rectangle(b.x(), b.y(), b.width(), b.height()) for b in bodies)
        except EditError:
            place = self._view.pointer_place()
            return Rectangle(place.x() - EMPTY_FRAME[0] / 2, place.y() - EMPTY_FRAME[1] / 2, *EMPTY_FRAME)

    def _ask(self, item: FrameItem | NoteItem, text: str, name: str, then: object) -> None:
        self.editor.close_editor(take=True)
        item.mark(selected=True)
        self._pending = item
        self._scene.add_overlay(item)
        area = item.text_area()
        self._view.bring_into_view(QRectF(area.topLeft(), area.size()))
        self.editor.edit(area, text, name, isinstance(item, FrameItem), then)  # type: ignore[arg-type]
        self._hint(item.key.kind)

    def _end_pending(self) -> None:
        pending, self._pending = self._pending, None
        if pending is not None:
            self._scene.remove_overlay(pending)
        self._view.statusHint.emit("")

    def _commit(self, label: str, graph: Graph, key: AnnotationKey) -> None:
        self._view.change_graph(label, graph)
        self._view.choose([], [], [key])

    def _hint(self, kind: str) -> None:
        ends = "Enter takes the title, Esc gives it up." if kind == "frame" else "Ctrl+Enter or Esc ends the note."
        self._view.statusHint.emit(ends)


def _height(text: str, width: float, least: float) -> float:
    """As tall as the text needs, but never smaller than it was."""
    return max(least, min(fitting_height(text, width), MOST_NOTE_HEIGHT))
