"""Parallel coordinates: an axis for each searched setting and one for the score, a line for each trial.

The eye follows which values the good lines (bright) have in common. A line that does not reach the last axis is a trial
that failed (red, dashed).
"""

from __future__ import annotations

import html
import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from dlstudio.gui import theme

_TOP, _BOTTOM, _SIDE = 34.0, 18.0, 56.0
_NEAR = 8.0
_MARKS = 5
_CENTER = Qt.AlignmentFlag.AlignHCenter


@dataclass(frozen=True)
class Axis:
    """One setting, or the score.

    Attributes:
        name: What stands above it.
        low, high: The value at the bottom and the one at the top; the larger may be at the bottom.
        log: Whether equal factors lie equally far apart.
        choices: Texts at equal distances in place of a scale.
        whole: Whether there is nothing between two whole numbers.
        text: Writes a value of the scale.
    """

    name: str
    low: float = 0.0
    high: float = 1.0
    log: bool = False
    choices: tuple[str, ...] = ()
    whole: bool = False
    text: Callable[[float], str] = field(default=lambda value: f"{value:.3g}", compare=False)

    def place(self, value: Any) -> float | None:
        """Where a value lies, 0 at the bottom to 1 at the top; None where it lies nowhere."""
        if self.choices:
            if value not in self.choices:
                return None
            return 0.5 if len(self.choices) == 1 else self.choices.index(value) / (len(self.choices) - 1)
        if value is None or not math.isfinite(value) or (self.log and value <= 0):
            return None
        low, high, here = (math.log(each) if self.log else each for each in (self.low, self.high, value))
        return 0.5 if high == low else min(max((here - low) / (high - low), 0.0), 1.0)

    def marks(self) -> list[tuple[float, str]]:
        """Places that have a text beside them."""
        if self.choices:
            return [(self.place(each) or 0.0, each) for each in self.choices]
        if self.high == self.low:
            return [(0.5, self.text(self.low))]
        if self.whole and abs(self.high - self.low) < _MARKS:
            numbers = range(round(self.low), round(self.high) + 1)
            return [(self.place(each) or 0.0, self.text(each)) for each in numbers]
        found = []
        for step in range(_MARKS):
            share = step / (_MARKS - 1)
            if self.log:
                value = math.exp(math.log(self.low) + share * (math.log(self.high) - math.log(self.low)))
            else:
                value = self.low + share * (self.high - self.low)
            found.append((share, self.text(value)))
        return found


@dataclass(frozen=True)
class Line:
    """One trial.

    Attributes:
        number: Of the trial.
        values: One for each axis; the last is the score, or None.
        rank: 0 for the worst to 1 for the best; decides how bright it is.
        failed: Whether it has no score because it failed.
        tip: What the tooltip says.
    """

    number: int
    values: tuple[Any, ...]
    rank: float = 0.0
    failed: bool = False
    tip: str = ""


class ParallelCoordinates(QWidget):
    """Shows lines over axes; a click chooses the line at the pointer."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._axes: tuple[Axis, ...] = ()
        self._lines: tuple[Line, ...] = ()
        self._marked = 0
        self._hover = 0
        self.setMouseTracking(True)
        self.setMinimumHeight(150)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("parallel coordinates")
        theme.signals.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(560, 260)

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines shown."""
        return self._lines

    def show_lines(self, axes: Sequence[Axis], lines: Sequence[Line]) -> None:
        """Shows these lines, the best on top."""
        self._axes = tuple(axes)
        self._lines = tuple(sorted(lines, key=lambda each: (not each.failed, each.rank)))
        self.update()

    def mark(self, number: int) -> None:
        """Lets one trial stand out; 0 for none."""
        self._marked = number
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._axes:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for line in self._lines:
            if line.number not in (self._hover, self._marked):
                self._draw(painter, line, self._pen(line))
        for line in self._lines:
            if line.number in (self._hover, self._marked):
                self._draw(painter, line, QPen(theme.color("text"), 2.2))
        self._draw_axes(painter)
        painter.end()

    def points(self, line: Line) -> list[QPointF]:
        """Where a line passes the axes, as far as it goes."""
        found = []
        height = max(self.height() - _TOP - _BOTTOM, 1.0)
        for index, (axis, value) in enumerate(zip(self._axes, line.values, strict=True)):
            place = axis.place(value)
            if place is None:
                break
            found.append(QPointF(self._x(index), _TOP + height * (1 - place)))
        return found

    def _x(self, index: int) -> float:
        if len(self._axes) == 1:
            return self.width() / 2
        return _SIDE + index * (self.width() - 2 * _SIDE) / (len(self._axes) - 1)

    def _pen(self, line: Line) -> QPen:
        if line.failed:
            return QPen(theme.color("error", 0.8), 1.2, Qt.PenStyle.DashLine)
        return QPen(_blend(theme.color("line"), theme.color("accent"), line.rank), 1.2 + 0.8 * line.rank)

    def _draw(self, painter: QPainter, line: Line, pen: QPen) -> None:
        painter.setPen(pen)
        points = self.points(line)
        painter.drawPolyline(points)
        if line.failed and points:
            end = points[-1]
            for dx, dy in ((4, 4), (4, -4)):
                painter.drawLine(end + QPointF(-dx, -dy), end + QPointF(dx, dy))

    def _draw_axes(self, painter: QPainter) -> None:
        bottom = self.height() - _BOTTOM
        title, small = theme.ui_font(12, 600), theme.mono_font(10)
        wide = (self.width() - 2 * _SIDE) / max(len(self._axes) - 1, 1)
        ground = theme.color("panel", 0.82)
        for index, axis in enumerate(self._axes):
            x = self._x(index)
            painter.setPen(QPen(theme.color("dim"), 1))
            painter.drawLine(QPointF(x, _TOP), QPointF(x, bottom))
            painter.setFont(title)
            painter.setPen(theme.color("text"))
            room = max(wide - 12, 40.0) if len(self._axes) > 1 else self.width() - 4
            text = QFontMetricsF(title).elidedText(axis.name, Qt.TextElideMode.ElideLeft, room)
            half = QFontMetricsF(title).horizontalAdvance(text) / 2 + 1
            middle = min(max(x, half + 2), self.width() - half - 2)  # the outer ones give way inwards
            painter.drawText(QRectF(middle - half, 2, 2 * half, 18), _CENTER, text)
            painter.setFont(small)
            metrics = QFontMetricsF(small)
            for place, words in axis.marks():
                y = _TOP + (bottom - _TOP) * (1 - place)
                said = metrics.elidedText(words, Qt.TextElideMode.ElideRight, max(wide * 0.6, 44))
                width = metrics.horizontalAdvance(said)
                left = x + 6
                if left + width > self.width() - 2:
                    left = x - 6 - width
                painter.fillRect(QRectF(left - 2, y - 7, width + 4, 14), ground)
                painter.setPen(theme.color("dim"))
                painter.drawText(QPointF(left, y + 4), said)
                painter.drawLine(QPointF(x - 3, y), QPointF(x + 3, y))

    def line_at(self, position: QPointF) -> Line | None:
        """The line that passes the pointer, the nearest of several."""
        nearest, found = _NEAR, None
        for line in reversed(self._lines):
            points = self.points(line)
            for start, end in itertools.pairwise(points):
                if start.x() <= position.x() <= end.x() and end.x() > start.x():
                    share = (position.x() - start.x()) / (end.x() - start.x())
                    away = abs(start.y() + share * (end.y() - start.y()) - position.y())
                    if away < nearest:
                        nearest, found = away, line
        return found

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        line = self.line_at(event.position())
        number = line.number if line else 0
        if number != self._hover:
            self._hover = number
            self.setToolTip(f'<p style="white-space: pre">{html.escape(line.tip)}</p>' if line else "")
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = 0
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        line = self.line_at(event.position())
        if line is not None:
            self.chosen.emit(line.number)


def _blend(one: QColor, other: QColor, share: float) -> QColor:
    pairs = ((one.redF(), other.redF()), (one.greenF(), other.greenF()), (one.blueF(), other.blueF()))
    return QColor.fromRgbF(*(start + (end - start) * share for start, end in pairs))
