"""The frames and notes of a scene: items that follow the document, and which of them are selected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF

from dlstudio.graph.annotations import AnnotationKey, annotations_of, find
from dlstudio.graph.model import Graph
from dlstudio.gui.canvas.annotation_item import AnnotationItem
from dlstudio.gui.canvas.frame_item import FRAME_LAYER, FrameItem
from dlstudio.gui.canvas.note_item import NOTE_LAYER, NoteItem

if TYPE_CHECKING:
    from PySide6.QtWidgets import QGraphicsScene


class AnnotationLayer:
    """Owns the items of frames and notes.

    Args:
        scene: Where they lie.

    Attributes:
        items: By key, frames from back to front, then notes.
        selected: Those that are selected; only the canvas knows them, as it does with wires.
    """

    def __init__(self, scene: QGraphicsScene) -> None:
        self._scene = scene
        self.items: dict[AnnotationKey, AnnotationItem] = {}
        self.selected: frozenset[AnnotationKey] = frozenset()
        self._hovered: AnnotationItem | None = None

    def sync(self, graph: Graph) -> None:
        """Makes the items show the document."""
        if not graph.frames and not graph.notes and not self.items:
            return
        present = annotations_of(graph)
        for key in [key for key in self.items if key not in present]:
            item = self.items.pop(key)
            self._hovered = None if self._hovered is item else self._hovered
            self._scene.removeItem(item)
        ordered: dict[AnnotationKey, AnnotationItem] = {}
        for number, (key, annotation) in enumerate(present.items()):
            known = self.items.get(key)
            if known is None:
                known = FrameItem(key, annotation) if key.kind == "frame" else NoteItem(key, annotation)
                self._scene.addItem(known)
            else:
                known.show_annotation(annotation)
            known.setZValue((FRAME_LAYER if key.kind == "frame" else NOTE_LAYER) + number * 1e-5)
            ordered[key] = known
        self.items = ordered
        self.select(self.selected)

    def select(self, keys: Iterable[AnnotationKey]) -> None:
        """Selects these and no others; those that are not there are passed over."""
        chosen = frozenset(key for key in keys if key in self.items)
        for key, item in self.items.items():
            item.mark(selected=key in chosen)
        self.selected = chosen

    def place(self, places: Mapping[AnnotationKey, QPointF]) -> None:
        """Moves items ahead of the document."""
        for key, place in places.items():
            if key in self.items:
                self.items[key].setPos(place)

    def put_back(self, graph: Graph) -> None:
        """Puts all items where and as large as the document has them."""
        for key, item in self.items.items():
            annotation = find(graph, key)
            if annotation is not None:
                item.show_annotation(annotation)

    def at(self, place: QPointF, zoom: float) -> AnnotationItem | None:
        """The frontmost item that a press at a place takes hold of."""
        return next((item for item in reversed(self.items.values()) if item.held_at(place, zoom)), None)

    def in_area(self, area: QRectF) -> frozenset[AnnotationKey]:
        """Those that a rubber band takes: notes that it touches, frames that it holds whole."""
        return frozenset(
            key
            for key, item in self.items.items()
            if (area.contains(item.body()) if key.kind == "frame" else area.intersects(item.body()))
        )

    def bounds(self, keys: Iterable[AnnotationKey] | None = None) -> QRectF:
        """The rectangle around these (all by default)."""
        area = QRectF()
        for key in self.items if keys is None else keys:
            if key in self.items:
                area = area.united(self.items[key].body())
        return area

    def hover(self, item: AnnotationItem | None) -> None:
        """Marks what is under the pointer."""
        if self._hovered is not None and self._hovered is not item:
            self._hovered.mark(hovered=False)
        self._hovered = item
        if item is not None:
            item.mark(hovered=True)
