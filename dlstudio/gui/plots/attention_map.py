"""A grid of attention: what is written down the side, what is read along the top, the darker the more looked at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from dlstudio.gui import theme
from dlstudio.gui.plots import numbers

_LARGEST, _SMALLEST, _TITLE, _PAD = 44.0, 15.0, 20.0, 8.0
_LABEL_LIMIT = 130.0
_TILT = 55.0


class AttentionMap(QWidget):
    """Shares by written token (rows) and token read (columns); each row adds up to 1."""

    pointed = Signal(int, int)  # written, read

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._written: tuple[str, ...] = ()
        self._read: tuple[str, ...] = ()
        self._weights = np.zeros((0, 0), np.float32)
        self._hover: tuple[int, int] | None = None
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.signals.changed.connect(self.update)

    def set_weights(self, written: Sequence[str], read: Sequence[str], weights: np.ndarray) -> None:
        """Shows ``weights[written][read]``, each 0 to 1."""
        self._written = tuple(each.strip() or "␣" for each in written)
        self._read = tuple(each.strip() or "␣" for each in read)
        self._weights = np.asarray(weights, np.float32).reshape(len(written), len(read))
        self._hover = None
        most = [self._read[int(row.argmax())] for row in self._weights] if self._weights.size else []
        said = ", ".join(f"{a} at {b}" for a, b in zip(self._written, most, strict=False))
        self.setAccessibleName(f"attention: {said}" if said else "attention")
        left, top = self._margins()
        least = QSize(int(left + _SMALLEST * len(self._read) + 50), int(top + _SMALLEST * len(self._written) + 4))
        self.setMinimumSize(least)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        left, top = self._margins()
        return QSize(int(left + 34 * len(self._read) + 50), int(top + 30 * len(self._written) + 4))

    def _margins(self) -> tuple[float, float]:
        """Room for the words at the left and above."""
        metrics = QFontMetricsF(theme.ui_font(12))
        wide = [
            min(max((metrics.horizontalAdvance(each) for each in names), default=0.0), _LABEL_LIMIT)
            for names in (self._written, self._read)
        ]
        return _TITLE + wide[0] + _PAD, _TITLE + 0.85 * wide[1] + 16.0

    def _cell(self) -> tuple[float, float]:
        left, top = self._margins()
        wide = (self.width() - left - 50) / max(len(self._read), 1)
        high = (self.height() - top - 4) / max(len(self._written), 1)
        return min(max(wide, _SMALLEST), _LARGEST * 1.3), min(max(high, _SMALLEST), _LARGEST)

    def cell_rect(self, written: int, read: int) -> QRectF:
        """Where a cell stands."""
        (left, top), (wide, high) = self._margins(), self._cell()
        return QRectF(left + read * wide, top + written * high, wide, high).adjusted(0.5, 0.5, -0.5, -0.5)

    def cell_at(self, position: QPointF) -> tuple[int, int] | None:
        """The cell under a point: token written and token read, or None."""
        (left, top), (wide, high) = self._margins(), self._cell()
        row, column = int((position.y() - top) // high), int((position.x() - left) // wide)
        return (row, column) if 0 <= row < len(self._written) and 0 <= column < len(self._read) else None

    def described(self, written: int, read: int) -> str:
        """A cell in words."""
        share = numbers.percent(float(self._weights[written, read]))
        return f"“{self._written[written]}” looks at “{self._read[read]}” with {share}"

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._weights.size:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_labels(painter)
        for row in range(len(self._written)):
            for column in range(len(self._read)):
                rect = self.cell_rect(row, column)
                ground = theme.color("training")
                ground.setAlphaF(float(np.clip(self._weights[row, column], 0.0, 1.0)))
                painter.fillRect(rect, theme.color("raised"))
                painter.fillRect(rect, ground)
        if self._hover is not None:
            painter.setPen(QPen(theme.color("text"), 2))
            painter.drawRect(self.cell_rect(*self._hover))
        painter.end()

    def _paint_labels(self, painter: QPainter) -> None:
        (left, top), (wide, high) = self._margins(), self._cell()
        painter.setFont(theme.ui_font(12))
        metrics = QFontMetricsF(painter.font())
        painter.setPen(theme.color("dim"))
        painter.drawText(QRectF(left, 0, wide * len(self._read), _TITLE), Qt.AlignmentFlag.AlignLeft, "read")
        painter.save()
        painter.translate(0, top + high * len(self._written))
        painter.rotate(-90)
        painter.drawText(QRectF(0, 0, high * len(self._written), _TITLE), Qt.AlignmentFlag.AlignRight, "written")
        painter.restore()
        painter.setPen(theme.color("text"))
        for row, name in enumerate(self._written):
            text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, _LABEL_LIMIT)
            box = QRectF(_TITLE, top + row * high, left - _TITLE - _PAD, high)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        for column, name in enumerate(self._read):
            text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, _LABEL_LIMIT)
            painter.save()
            painter.translate(left + (column + 0.5) * wide, top - 6)
            painter.rotate(-_TILT)
            painter.drawText(QPointF(0, metrics.ascent() / 2 - 1), text)
            painter.restore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        found = self.cell_at(event.position())
        if found == self._hover:
            return
        self._hover = found
        if found is not None:
            QToolTip.showText(event.globalPosition().toPoint(), self.described(*found), self)
            self.pointed.emit(*found)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = None
        self.update()
