"""A picture with the classes of its pixels over it: filled with an opacity, or their contours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from dlstudio.data.class_colours import BACKGROUND, Colour
from dlstudio.gui import theme
from dlstudio.gui.workspaces.inspect.pictures import to_image


class MaskPane(QWidget):
    """One picture with one mask, as large as its place allows; small pictures keep their pixels visible."""

    stepped = Signal(int)  # the wheel was turned: to the next sample or the one before

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = title
        self._ground = QImage()
        self._colours: Any = np.zeros((0, 4), np.uint8)
        self._labels: Any = None
        self._picture: Any = None
        self._opacity, self._contours = 0.5, False
        self._painted = QImage()
        self._lines: list[tuple[QColor, list[QLineF]]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, 120)
        theme.signals.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(280, 300)

    def show_mask(self, picture: Any, labels: Any, colours: Sequence[Colour | None]) -> None:
        """Shows a mask over a picture.

        Args:
            picture: uint8 (height, width, 1 or 3).
            labels: Indices of colours (height, width); negative ones are left as the picture is.
            colours: One a label; None leaves the picture as it is, too.
        """
        self._picture, self._labels = np.asarray(picture), np.asarray(labels)
        self._colours = np.array([(*each, 1) if each else (0, 0, 0, 0) for each in (*colours, None)], np.float32)
        self.setAccessibleName(f"{self.title}, {self._labels.shape[1]} × {self._labels.shape[0]} pixels")
        self._compose()

    def set_look(self, opacity: float, contours: bool) -> None:
        """How much of the classes covers the picture, 0 to 1; ``contours`` draws their edges only."""
        self._opacity, self._contours = opacity, contours
        if self._labels is not None:
            self._compose()

    def pixels(self) -> Any:
        """What is painted, uint8 (height, width, 3), without contours."""
        colours = self._colours[self._labels]
        share = colours[..., 3:] * (0.0 if self._contours else self._opacity)
        ground = np.broadcast_to(self._picture, (*self._labels.shape, 3)).astype(np.float32)
        return np.round(ground * (1 - share) + colours[..., :3] * share).astype(np.uint8)

    def _compose(self) -> None:
        self._painted = to_image(self.pixels())
        self._lines = list(_edges(self._labels, self._colours)) if self._contours else []
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(theme.ui_font(12, 600))
        painter.setPen(theme.color("dim"))
        painter.drawText(QRectF(0, 0, self.width(), 18), Qt.AlignmentFlag.AlignLeft, self.title)
        if not self._painted.isNull():
            room = QRectF(0, 24, self.width(), self.height() - 24)
            size = self._painted.size().scaled(room.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
            box = QRectF(room.x(), room.y(), size.width(), size.height())
            smooth = self._painted.width() > size.width()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
            painter.drawImage(box, self._painted)
            scale = size.width() / self._painted.width()
            painter.translate(box.topLeft())
            painter.scale(scale, scale)
            for colour, lines in self._lines:
                pen = QPen(colour, 2.0)
                pen.setCosmetic(True)
                painter.setPen(pen)
                painter.drawLines(lines)
        painter.end()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().y()
        if turned:
            self.stepped.emit(-1 if turned > 0 else 1)
        event.accept()


def _edges(labels: Any, colours: Any) -> Any:
    """Lines along the pixels' edges around each class that has a colour and is no background."""
    for index, colour in enumerate(colours):
        if not colour[3] or tuple(int(each) for each in colour[:3]) == BACKGROUND:
            continue
        inside = np.pad(labels == index, 1)
        across = np.argwhere(inside[1:-1, 1:] != inside[1:-1, :-1])  # an upright edge left of column x
        down = np.argwhere(inside[1:, 1:-1] != inside[:-1, 1:-1])
        lines = [QLineF(QPointF(x, y), QPointF(x, y + 1)) for y, x in across.tolist()]
        lines += [QLineF(QPointF(x, y), QPointF(x + 1, y)) for y, x in down.tolist()]
        if lines:
            yield QColor(*(int(each) for each in colour[:3])), lines
