"""A picture with the classes of its pixels over it: filled with an opacity, or their contours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from dlstudio.data.pictures.class_colours import BACKGROUND, Colour
from dlstudio.gui.plots.picture_pane import PicturePane


class MaskPane(PicturePane):
    """One picture with one mask, as large as its place allows; small pictures keep their pixels visible."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self._colours: Any = np.zeros((0, 4), np.uint8)
        self._labels: Any = None
        self._ground: Any = None
        self._opacity, self._contours = 0.5, False
        self._lines: list[tuple[QColor, list[QLineF]]] = []
        self._dashed: list[tuple[QColor, list[QLineF]]] = []

    def show_mask(self, picture: Any, labels: Any, colours: Sequence[Colour | None]) -> None:
        """Shows a mask over a picture.

        Args:
            picture: uint8 (height, width, 1 or 3).
            labels: Indices of colours (height, width); negative ones are left as the picture is.
            colours: One a label; None leaves the picture as it is, too.
        """
        self._ground, self._labels = np.asarray(picture), np.asarray(labels)
        self._colours = np.array([(*each, 1) if each else (0, 0, 0, 0) for each in (*colours, None)], np.float32)
        self._compose()

    def show_contours(self, picture: Any, drawn: Any, dashed: Any, colours: Sequence[Colour | None]) -> None:
        """Shows the edges of two masks over a picture: ``drawn`` as lines, ``dashed`` as broken ones over them.

        Args:
            picture: uint8 (height, width, 1 or 3).
            drawn, dashed: Indices of colours (height, width); negative ones have none.
            colours: One a label; None draws nothing.
        """
        self._contours = True
        self.show_mask(picture, drawn, colours)
        self._dashed = list(_edges(np.asarray(dashed), self._colours))
        self.update()

    def set_look(self, opacity: float, contours: bool) -> None:
        """How much of the classes covers the picture, 0 to 1; ``contours`` draws their edges only."""
        self._opacity, self._contours = opacity, contours
        if self._labels is not None:
            self._compose()

    def pixels(self) -> Any:
        """What is painted, uint8 (height, width, 3), without contours."""
        colours = self._colours[self._labels]
        share = colours[..., 3:] * (0.0 if self._contours else self._opacity)
        ground = np.broadcast_to(self._ground, (*self._labels.shape, 3)).astype(np.float32)
        return np.round(ground * (1 - share) + colours[..., :3] * share).astype(np.uint8)

    def _compose(self) -> None:
        self._lines = list(_edges(self._labels, self._colours)) if self._contours else []
        self.set_picture(self.pixels())

    def _paint_over(self, painter: QPainter, frame: QRectF) -> None:
        scale = frame.width() / self._picture.width()
        painter.translate(frame.topLeft())
        painter.scale(scale, scale)
        for dashed, drawn in ((False, self._lines), (True, self._dashed)):
            for colour, lines in drawn:
                pen = QPen(colour.lighter(160) if dashed else colour, 1.5)
                if dashed:
                    pen.setDashPattern([2.0, 2.0])
                pen.setCosmetic(True)
                painter.setPen(pen)
                painter.drawLines(lines)


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
