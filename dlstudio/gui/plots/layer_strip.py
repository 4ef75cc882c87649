"""A strip of cells for each layer, one cell a measured step, coloured by a value: what happens where, at a glance."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from dlstudio.gui import theme

ROW, LEAST_ROW = 22.0, 12.0
_LABELS, _NUMBERS, _BOTTOM, _PAD = 170.0, 74.0, 22.0, 8.0
Floats = npt.NDArray[np.float64]
Colours = Callable[[Floats], npt.NDArray[np.uint8]]
"""Gives each value a colour: ``(...)`` to ``(..., 3)``, red, green and blue."""


class LayerStrip(QWidget):
    """Rows of cells with the layers' names at the left, the last value at the right and steps along the bottom.

    Emits the row and column under the pointer, or -1 and -1.
    """

    pointed = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: list[str] = []
        self._steps: list[int] = []
        self._values: Floats = np.empty((0, 0))
        self._image = QImage()
        self._bytes = b""
        self._at = (-1, -1)
        self._written: Callable[[float], str] = "{:.2g}".format
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.signals.changed.connect(self.update)

    def show_values(
        self,
        names: Sequence[str],
        steps: Sequence[int],
        values: Floats,
        colours: Colours,
        written: Callable[[float], str] = "{:.2g}".format,
    ) -> None:
        """Shows values, ``(layers, steps)``.

        Args:
            names: Of the layers, for the rows.
            steps: Of the columns.
            values: NaN is left empty.
            colours: From values to colours.
            written: A value as text.
        """
        self._names, self._steps, self._values, self._written = list(names), list(steps), values, written
        pixels = np.zeros((*values.shape, 4), np.uint8)
        pixels[..., :3] = colours(values)[..., ::-1]
        pixels[..., 3] = np.where(np.isfinite(values), 255, 0)
        self._bytes = pixels.tobytes()
        rows, columns = values.shape
        self._image = QImage(self._bytes, columns, rows, 4 * columns, QImage.Format.Format_ARGB32)
        self.setAccessibleName(f"{len(self._names)} layers over {len(self._steps)} measured steps")
        self.setMinimumHeight(int(LEAST_ROW * len(self._names) + _BOTTOM))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(500, int(ROW * len(self._names) + _BOTTOM))

    def cell_at(self, place: QPointF) -> tuple[int, int]:
        """Row and column at a place, or -1 and -1 beside the cells."""
        area = self._area()
        rows, columns = self._values.shape
        if not rows or not columns or not area.contains(place):
            return -1, -1
        row = min(int((place.y() - area.top()) / area.height() * rows), rows - 1)
        column = min(int((place.x() - area.left()) / area.width() * columns), columns - 1)
        return row, column

    def _area(self) -> QRectF:
        height = min(self.height() - _BOTTOM, ROW * max(len(self._names), 1))
        return QRectF(_LABELS, 0.0, max(self.width() - _LABELS - _NUMBERS, 20.0), max(height, 1.0))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self.cell_at(event.position()))

    def leaveEvent(self, event: object) -> None:
        self._point((-1, -1))

    def _point(self, cell: tuple[int, int]) -> None:
        if cell != self._at:
            self._at = cell
            self.pointed.emit(*cell)
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = self._area()
        if not self._names or not self._steps:
            return
        painter.drawImage(area, self._image, QRectF(self._image.rect()))
        height = area.height() / len(self._names)
        painter.setPen(theme.color("panel"))
        for row in range(1, len(self._names)):
            y = area.top() + row * height
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        px = 12 if height >= 16 else 10
        painter.setFont(theme.ui_font(px))
        metrics = QFontMetricsF(painter.font())
        column = self._at[1] if self._at[1] >= 0 else len(self._steps) - 1
        for row, name in enumerate(self._names):
            painter.setPen(theme.color("text" if row == self._at[0] else "dim"))
            painter.setFont(theme.ui_font(px))
            box = QRectF(0, area.top() + row * height, _LABELS - _PAD, height)
            text = metrics.elidedText(name, Qt.TextElideMode.ElideLeft, box.width())
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
            value = self._values[row, column]
            painter.setFont(theme.mono_font(px))
            box = QRectF(area.right() + _PAD, box.top(), _NUMBERS - _PAD, height)
            shown = self._written(float(value)) if np.isfinite(value) else "none"
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
        self._draw_steps(painter, area)

    def _draw_steps(self, painter: QPainter, area: QRectF) -> None:
        painter.setFont(theme.ui_font(11))
        painter.setPen(theme.color("dim"))
        box = QRectF(area.left(), area.bottom() + 4, area.width(), _BOTTOM - 4)
        left, right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        painter.drawText(box, left, f"step {self._steps[0]}")
        if len(self._steps) > 1:
            painter.drawText(box, right, f"step {self._steps[-1]}")
        if self._at[1] >= 0:
            x = area.left() + (self._at[1] + 0.5) / len(self._steps) * area.width()
            painter.setPen(theme.color("text", 0.6))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))


def between(stops: Sequence[tuple[float, QColor]]) -> Colours:
    """Colours that run from one stop to the next; ``(value, colour)`` in ascending order."""
    places = np.array([place for place, _ in stops])
    parts = np.array([[c.red(), c.green(), c.blue()] for _, c in stops], float)

    def colours(values: Floats) -> npt.NDArray[np.uint8]:
        known = np.where(np.isfinite(values), values, places[0])
        channels = [np.interp(known, places, parts[:, channel]) for channel in range(3)]
        return np.stack(channels, axis=-1).astype(np.uint8)

    return colours
