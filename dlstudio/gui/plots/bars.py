"""Horizontal bars with their names and values, and a histogram with its range: for shares, class counts and numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from dlstudio.gui import theme

_ROW = 24
_LEFT, _VCENTER, _RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignVCenter, Qt.AlignmentFlag.AlignRight


@dataclass(frozen=True)
class Bar:
    """One row.

    Attributes:
        label: Name at the left.
        parts: Lengths of the bar's parts side by side, each 0 to 1 of the full width, with the token of its colour.
        value: What stands at the right.
        tip: What the tooltip says; the label where empty.
    """

    label: str
    parts: tuple[tuple[float, str], ...]
    value: str = ""
    tip: str = ""


class BarRows(QWidget):
    """Rows of bars; a click or Enter on a row names it."""

    clicked = Signal(str)

    def __init__(self, parent: QWidget | None = None, clickable: bool = False) -> None:
        super().__init__(parent)
        self._bars: tuple[Bar, ...] = ()
        self._hover = -1
        self._clickable = clickable
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        if clickable:
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        theme.signals.changed.connect(self.update)

    @property
    def bars(self) -> tuple[Bar, ...]:
        """The rows shown."""
        return self._bars

    def set_bars(self, bars: Sequence[Bar]) -> None:
        """Shows these rows."""
        self._bars = tuple(bars)
        self._hover = -1
        self.setAccessibleName("; ".join(f"{bar.label}: {bar.value}" for bar in self._bars[:20]))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, _ROW * len(self._bars))

    def minimumSizeHint(self) -> QSize:
        return QSize(140, _ROW * len(self._bars))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font, mono = theme.ui_font(12), theme.mono_font(11)
        names, values = QFontMetricsF(font), QFontMetricsF(mono)
        widest = max((names.horizontalAdvance(bar.label) for bar in self._bars), default=0)
        label_width = min(widest, max(self.width() * 0.42, 40)) + 10
        value_width = max((values.horizontalAdvance(bar.value) for bar in self._bars), default=0) + 10
        track = QRectF(label_width, 0, max(self.width() - label_width - value_width, 24), 7)
        for index, bar in enumerate(self._bars):
            row = QRectF(0, index * _ROW, self.width(), _ROW)
            if not row.intersects(QRectF(event.rect())):
                continue
            if index == self._hover and self._clickable:
                painter.fillRect(row, theme.color("raised"))
            painter.setFont(font)
            painter.setPen(theme.color("text"))
            label = names.elidedText(bar.label, Qt.TextElideMode.ElideMiddle, label_width - 10)
            painter.drawText(row, _LEFT | _VCENTER, label)
            painter.setFont(mono)
            painter.drawText(row.adjusted(0, 0, -2, 0), _RIGHT | _VCENTER, bar.value)
            track.moveTop(row.center().y() - 3.5)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("raised" if index != self._hover or not self._clickable else "line"))
            painter.drawRoundedRect(track, 3, 3)
            left = track.left()
            for share, token in bar.parts:
                width = max(track.width() * min(max(share, 0.0), 1.0), 1.5 if share > 0 else 0.0)
                painter.setBrush(theme.color(token))
                painter.drawRoundedRect(QRectF(left, track.top(), width, 7), min(3, width / 2), 3)
                left += width
        painter.end()

    def _row_at(self, y: float) -> int:
        index = int(y // _ROW)
        return index if 0 <= index < len(self._bars) else -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position().y())
        if row != self._hover:
            self._hover = row
            self.setToolTip(_plain(self._bars[row].tip or self._bars[row].label) if row >= 0 else "")
            self.update()

    def leaveEvent(self, event: object) -> None:
        self._hover = -1
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position().y())
        if self._clickable and row >= 0:
            self.clicked.emit(self._bars[row].label)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        if self._bars and event.key() in moves:
            self._hover = min(max(self._hover + moves[Qt.Key(event.key())], 0), len(self._bars) - 1)
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._hover >= 0:
            self.clicked.emit(self._bars[self._hover].label)
        else:
            super().keyPressEvent(event)


class Histogram(QWidget):
    """How often values fall into each of equal ranges, with the least, the greatest and the highest count written."""

    def __init__(self, parent: QWidget | None = None, color: str = "accent") -> None:
        super().__init__(parent)
        self._counts: tuple[float, ...] = ()
        self._low = self._high = 0.0
        self._unit = ""
        self._color = color
        self._span: tuple[float, float] | None = None
        self.setMinimumSize(140, 84)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.signals.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(220, 92)

    def set_span(self, left: float, right: float) -> None:
        """Puts the ends of the range at these pixels, below those of an axis above."""
        self._span = (left, right)
        self.update()

    def set_counts(self, counts: Sequence[float], low: float, high: float, unit: str = "") -> None:
        """Shows counts of equal ranges from ``low`` to ``high``; ``unit`` follows the range's ends."""
        self._counts, self._low, self._high, self._unit = tuple(counts), low, high, unit
        self.setAccessibleName(f"histogram from {low:.4g} to {high:.4g} {unit}".strip())
        if counts:
            self.setToolTip(_plain(f"{len(counts)} ranges from {low:.4g} to {high:.4g} {unit}".strip()))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._counts:
            return
        painter = QPainter(self)
        painter.setFont(theme.mono_font(10))
        metrics = QFontMetricsF(painter.font())
        top = max(self._counts) or 1.0
        height = f"{top:,.0f}".replace(",", "\u202f")
        inner = QRectF(self.rect()).adjusted(metrics.horizontalAdvance(height) + 8, 8, -2, -18)
        if self._span and self._span[0] >= inner.left():
            inner.setLeft(self._span[0])
            inner.setRight(min(self._span[1], inner.right()))
        painter.setPen(theme.color("dim"))
        painter.drawText(QPointF(inner.left() - 8 - metrics.horizontalAdvance(height), inner.top() + 6), height)
        zero = metrics.horizontalAdvance("0")
        painter.drawText(QPointF(inner.left() - 8 - zero, inner.bottom() + 2), "0")
        ends = QRectF(inner.left(), inner.bottom() + 3, inner.width(), 14)
        painter.drawText(ends, _LEFT, f"{self._low:.4g}")
        painter.drawText(ends, _RIGHT, f"{self._high:.4g} {self._unit}".strip())
        painter.setPen(QPen(theme.color("line"), 1))
        painter.drawLine(inner.bottomLeft(), inner.bottomRight())
        wide = inner.width() / len(self._counts)
        ink: QColor = theme.color(self._color)
        for index, value in enumerate(self._counts):
            tall = inner.height() * value / top
            box = QRectF(inner.left() + index * wide, inner.bottom() - tall, max(wide - 1, 1), tall)
            painter.fillRect(box, ink)
        painter.end()


def _plain(text: str) -> str:
    # Qt guesses rich text in tooltips; a class may be called "<img ...>".
    return text.replace("&", "&amp;").replace("<", "&lt;") if "<" in text else text
