"""A picture with boxes on it: each with a colour, a line that tells it from others without colour, and words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QPainter, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from dlstudio.data.pictures.class_colours import Colour
from dlstudio.gui import theme
from dlstudio.gui.editors.editor import tip
from dlstudio.gui.plots.picture_pane import PicturePane
from dlstudio.gui.workspaces.inspect.pictures import to_image

_MOST_WORDS = 20


@dataclass(frozen=True)
class Mark:
    """One box.

    Attributes:
        box: Left, top, right, bottom in pixels of the picture.
        colour: Of its edge.
        words: What stands at it.
        line: ``solid``, ``dashed`` or ``dotted``.
    """

    box: tuple[float, float, float, float]
    colour: Colour
    words: str = ""
    line: str = "solid"


_LINES = {"solid": Qt.PenStyle.SolidLine, "dashed": Qt.PenStyle.DashLine, "dotted": Qt.PenStyle.DotLine}


class BoxPane(PicturePane):
    """One picture as large as its place allows. Words stand at the boxes where these are few; else the mouse asks."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self.marks: tuple[Mark, ...] = ()

    def sizeHint(self) -> QSize:
        return QSize(320, 340)

    def show_boxes(self, picture: Any, marks: Sequence[Mark]) -> None:
        """Shows a picture, uint8 (height, width, 1 or 3), with its boxes; later ones lie above earlier ones."""
        self._picture = to_image(np.asarray(picture))
        self.marks = tuple(marks)
        words = f"{self.title}, {len(self.marks)} box{'' if len(self.marks) == 1 else 'es'}"
        self.setAccessibleName(words)
        self.update()

    def marks_at(self, point: QPointF) -> list[Mark]:
        """The boxes under a point of the widget, the smallest first."""
        frame = self._frame()
        if frame.isEmpty():
            return []
        scale = frame.width() / self._picture.width()
        x, y = (point.x() - frame.x()) / scale, (point.y() - frame.y()) / scale
        found = [m for m in self.marks if m.box[0] <= x <= m.box[2] and m.box[1] <= y <= m.box[3]]
        return sorted(found, key=lambda m: (m.box[2] - m.box[0]) * (m.box[3] - m.box[1]))

    def _is_smooth(self, frame: QRectF) -> bool:
        return True

    def _paint_over(self, painter: QPainter, frame: QRectF) -> None:
        painter.setClipRect(frame)
        draw_marks(painter, frame, self._picture.width(), self.marks, words=len(self.marks) <= _MOST_WORDS)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            words = [mark.words for mark in self.marks_at(QPointF(event.pos())) if mark.words]
            if words:
                QToolTip.showText(event.globalPos(), tip("\n".join(words[:8])), self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)


def draw_marks(
    painter: QPainter, frame: QRectF, picture_width: int, marks: Sequence[Mark], *, words: bool, width: float = 2.0
) -> None:
    """Draws boxes in pixels of a picture onto the place where it is painted, then the words of all of them."""
    scale = frame.width() / picture_width
    painter.setFont(theme.ui_font(11, 600))
    metrics = QFontMetricsF(painter.font())
    half = width / 2
    outer: list[QRectF] = []
    for mark in marks:
        left, top, right, bottom = mark.box
        place = QRectF(
            frame.x() + left * scale, frame.y() + top * scale, (right - left) * scale, (bottom - top) * scale
        )
        outer.append(place)
        place = place.adjusted(half, half, -half, -half)
        pen = QPen(QColor(0, 0, 0, 150), width + 1.5)  # an edge of its own, so that it is seen on any ground
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if mark.line == "solid":
            painter.setPen(pen)
            painter.drawRect(place)
        painter.setPen(QPen(QColor(*mark.colour), width, _LINES[mark.line]))
        painter.drawRect(place)
    taken: list[QRectF] = []
    for mark, place in zip(marks, outer, strict=True):
        if words and mark.words:
            label = label_place(place, metrics.horizontalAdvance(mark.words) + 6, metrics.height(), frame, taken)
            taken.append(label)
            painter.fillRect(label, QColor(*mark.colour))
            light = 0.299 * mark.colour[0] + 0.587 * mark.colour[1] + 0.114 * mark.colour[2] > 140
            painter.setPen(QColor(0, 0, 0) if light else QColor(255, 255, 255))
            painter.drawText(label, Qt.AlignmentFlag.AlignCenter, mark.words)


def label_place(box: QRectF, wide: float, tall: float, frame: QRectF, taken: Sequence[QRectF]) -> QRectF:
    """Where the words of a box stand: at its upper left, else at the first other edge where no others stand."""
    places = [
        QRectF(x, y, wide, tall)
        for y in (box.top(), box.bottom() - tall, box.bottom(), box.top() - tall)
        for x in (box.left(), box.right() - wide)
    ]
    free = (each for each in places if frame.contains(each) and not any(each.intersects(other) for other in taken))
    return next(free, places[0])
