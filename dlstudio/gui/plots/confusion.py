"""A confusion matrix as a grid: truth down the side, predicted along the top, counts in the cells, cells to click."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from dlstudio.gui import theme
from dlstudio.gui.plots import numbers

_LARGEST, _SMALLEST, _TITLE, _PAD = 56.0, 16.0, 20.0, 6.0
_LABEL_LIMIT = 120.0


class ConfusionGrid(QWidget):
    """Counts by true class (rows) and predicted class (columns): hits blue, misses red, by their share of the row."""

    cellClicked = Signal(int, int)  # truth, predicted

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._classes: tuple[str, ...] = ()
        self._counts: list[list[int]] = []
        self._hover: tuple[int, int] | None = None
        self._chosen: tuple[int, int] | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.signals.changed.connect(self.update)

    def set_matrix(self, classes: Sequence[str], counts: Sequence[Sequence[int]]) -> None:
        """Shows ``counts[truth][predicted]``."""
        self._classes = tuple(classes)
        self._counts = [[int(value) for value in row] for row in counts]
        self._hover = self._chosen = None
        wrong = sum(sum(row) for row in self._counts) - sum(row[i] for i, row in enumerate(self._counts))
        self.setAccessibleName(f"confusion matrix of {len(self._classes)} classes, {wrong} misses")
        side = self._margin()
        self.setMinimumSize(
            QSize(int(side + 60 + _SMALLEST * len(self._classes)), int(side + 40 + _SMALLEST * len(classes)))
        )
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        side = self._margin() + 40
        return QSize(int(side + 40 * len(self._classes)), int(side + 40 * len(self._classes)))

    # Geometry

    def _margin(self) -> float:
        metrics = QFontMetricsF(theme.ui_font(12))
        return min(max((metrics.horizontalAdvance(name) for name in self._classes), default=0.0), _LABEL_LIMIT) + _PAD

    def _rotated(self, cell: float) -> bool:
        metrics = QFontMetricsF(theme.ui_font(12))
        return any(metrics.horizontalAdvance(name) > cell - 4 for name in self._classes)

    def _frame(self) -> tuple[float, float, float]:
        """Left and top of the first cell, and the side of a cell."""
        count = max(len(self._classes), 1)
        left = _TITLE + self._margin()
        for rotated in (False, True):
            top = _TITLE + (self._margin() if rotated else 18.0)
            cell = min(
                (self.width() - left - (54 if rotated else 4)) / count, (self.height() - top - 4) / count, _LARGEST
            )
            cell = max(cell, _SMALLEST)
            if rotated or not self._rotated(cell):
                return left, top, cell
        raise AssertionError

    def cell_rect(self, truth: int, predicted: int) -> QRectF:
        """Where a cell stands."""
        left, top, cell = self._frame()
        return QRectF(left + predicted * cell, top + truth * cell, cell, cell).adjusted(0.5, 0.5, -0.5, -0.5)

    def cell_at(self, position: QPointF) -> tuple[int, int] | None:
        """The cell under a point: truth and predicted, or None."""
        left, top, cell = self._frame()
        row, column = int((position.y() - top) // cell), int((position.x() - left) // cell)
        inside = 0 <= row < len(self._classes) and 0 <= column < len(self._classes)
        return (row, column) if inside else None

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._counts:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_labels(painter)
        cell = self._frame()[2]
        painter.setFont(theme.mono_font(11 if cell >= 30 else 9))
        metrics = QFontMetricsF(painter.font())
        for truth, row in enumerate(self._counts):
            total = sum(row) or 1
            for predicted, value in enumerate(row):
                rect = self.cell_rect(truth, predicted)
                share = value / total
                ground = theme.color("training" if truth == predicted else "error")
                # Even one miss in a thousand has to be seen.
                ground.setAlphaF(0.15 + 0.85 * share if value else 0.0)
                painter.fillRect(rect, theme.color("raised"))
                painter.fillRect(rect, ground)
                text = f"{value}"
                if value and metrics.horizontalAdvance(text) < cell:
                    strong = share > 0.55
                    painter.setPen(theme.color("on-primary") if strong else theme.color("text"))
                    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)
        for place, token in ((self._hover, "faint"), (self._chosen, "text")):
            if place is not None:
                painter.setPen(QPen(theme.color(token), 2))
                painter.drawRect(self.cell_rect(*place))
        painter.end()

    def _paint_labels(self, painter: QPainter) -> None:
        left, top, cell = self._frame()
        count = len(self._classes)
        painter.setFont(theme.ui_font(12))
        metrics = QFontMetricsF(painter.font())
        painter.setPen(theme.color("dim"))
        across = QRectF(left, 0, cell * count, _TITLE)
        painter.drawText(across, Qt.AlignmentFlag.AlignCenter, "predicted")
        painter.save()
        painter.translate(0, top + cell * count)
        painter.rotate(-90)
        painter.drawText(QRectF(0, 0, cell * count, _TITLE), Qt.AlignmentFlag.AlignCenter, "truth")
        painter.restore()
        painter.setPen(theme.color("text"))
        limit = self._margin() - _PAD + 1
        rotated = self._rotated(cell)
        skip = max(round(metrics.height() / cell + 0.49), 1) if cell < metrics.height() else 1
        for index in range(0, count, skip):
            name = metrics.elidedText(self._classes[index], Qt.TextElideMode.ElideRight, limit)
            box = QRectF(_TITLE, top + index * cell, left - _TITLE - _PAD, cell)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, name)
            if not rotated:
                box = QRectF(left + index * cell, _TITLE, cell, top - _TITLE - 2)
                painter.drawText(box, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom, name)
                continue
            painter.save()
            painter.translate(left + (index + 0.5) * cell, top - 4)
            painter.rotate(-60)
            painter.drawText(QPointF(0, metrics.ascent() / 2 - 1), name)
            painter.restore()

    # Hands

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = self.cell_at(event.position())
        if place == self._hover:
            return
        self._hover = place
        self.setToolTip(self._tip(place))
        self.update()

    def _tip(self, place: tuple[int, int] | None) -> str:
        if place is None:
            return ""
        truth, predicted = place
        value, total = self._counts[truth][predicted], sum(self._counts[truth])
        share = f" ({numbers.percent(value / total)} of it)" if total else ""
        what = f"{self._classes[truth]} predicted as {self._classes[predicted]}"
        text = f"{numbers.counted(value, 'sample')} of {what}{share}"
        return text.replace("&", "&amp;").replace("<", "&lt;") if "<" in text else text

    def leaveEvent(self, event: object) -> None:
        self._hover = None
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus()
        self._choose(self.cell_at(event.position()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
        }
        move = moves.get(Qt.Key(event.key()))
        if move is None or not self._classes:
            super().keyPressEvent(event)
            return
        row, column = self._chosen or (0, 0)
        last = len(self._classes) - 1
        self._choose((min(max(row + move[0], 0), last), min(max(column + move[1], 0), last)))

    def _choose(self, place: tuple[int, int] | None) -> None:
        if place is None:
            return
        self._chosen = place
        self.update()
        self.cellClicked.emit(*place)
