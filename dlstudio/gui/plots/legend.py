"""The names of a plot's curves with their colours, and each curve's value under the pointer."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from dlstudio.gui import theme

_DASH, _GAP, _SPACE, _LINE = 14.0, 6.0, 18.0, 20.0
_AREA = 0.3  # how strong a filled band is, beside the line
_MOST_LINES = 2  # of entries that keep room for a value


@dataclass(frozen=True)
class Entry:
    """One curve in the legend: what it is called, its colour, its value under the pointer or nothing.

    ``dots`` marks the curves that are drawn with a dot at each measured value, ``area`` those that have a filled band.
    """

    label: str
    color: QColor
    value: str = ""
    dashed: bool = False
    dots: bool = False
    area: bool = False


class Legend(QWidget):
    """Entries side by side, wrapped onto further lines where the width does not hold them.

    Where that would take many lines, no room is kept for values: one stands in place of its name then.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: dict[str, Entry] = {}
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def entries(self) -> dict[str, Entry]:
        """The entries by key, in order."""
        return dict(self._entries)

    def set_entries(self, entries: dict[str, Entry]) -> None:
        """Shows these entries instead of those before."""
        if entries == self._entries:
            return
        self._entries = dict(entries)
        self.setAccessibleName(", ".join(f"{e.label} {e.value}".strip() for e in entries.values()))
        self.updateGeometry()
        self.update()

    def set_values(self, values: dict[str, str]) -> None:
        """Writes values beside the entries; an entry without one loses its value."""
        self.set_entries({key: replace(e, value=values.get(key, "")) for key, e in self._entries.items()})

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        places = self._places(width)
        return int(max((rect.bottom() for rect in places.values()), default=_LINE))

    def sizeHint(self) -> QSize:
        return QSize(120, self.heightForWidth(max(self.width(), 120)))

    def minimumSizeHint(self) -> QSize:
        return QSize(80, int(_LINE))

    def _places(self, width: float) -> dict[str, QRectF]:
        # Room for a value is kept also while there is none: the plot must not jump under the pointer.
        roomy = self._placed(width, beside=True)
        lines = max((rect.bottom() for rect in roomy.values()), default=0.0) / _LINE
        return roomy if lines <= _MOST_LINES else self._placed(width, beside=False)

    def _placed(self, width: float, *, beside: bool) -> dict[str, QRectF]:
        metrics, mono = QFontMetricsF(theme.ui_font(12)), QFontMetricsF(theme.mono_font(11))
        x = y = 0.0
        places = {}
        for key, entry in self._entries.items():
            name = metrics.horizontalAdvance(entry.label)
            value = mono.horizontalAdvance("0.0000")
            if beside:
                value = max(value, mono.horizontalAdvance(entry.value))
            wide = _DASH + _GAP + (name + _GAP + value if beside else max(name, value))
            if x and x + wide > width:
                x, y = 0.0, y + _LINE
            places[key] = QRectF(x, y, min(wide, width), _LINE)
            x += wide + _SPACE / 2
        return places

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font, mono = theme.ui_font(12), theme.mono_font(11)
        metrics = QFontMetricsF(font)
        for key, rect in self._places(self.width()).items():
            entry = self._entries[key]
            style = Qt.PenStyle.DashLine if entry.dashed else Qt.PenStyle.SolidLine
            painter.setPen(QPen(entry.color, 2, style))
            middle = rect.center().y()
            if entry.area:
                ink = QColor(entry.color)
                ink.setAlphaF(ink.alphaF() * _AREA)
                painter.fillRect(QRectF(rect.left(), middle - 5, _DASH, 10), ink)
            painter.drawLine(QPointF(rect.left(), middle), QPointF(rect.left() + _DASH, middle))
            if entry.dots:
                painter.setBrush(entry.color)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.drawEllipse(QPointF(rect.left() + _DASH / 2, middle), 3, 3)
            rest = rect.adjusted(_DASH + _GAP, 0, 0, 0)
            label = metrics.elidedText(entry.label, Qt.TextElideMode.ElideRight, rest.width())
            behind = metrics.horizontalAdvance(label) + _GAP
            if entry.value and behind + QFontMetricsF(mono).horizontalAdvance(entry.value) > rest.width() + _GAP:
                label, behind = "", 0.0
            painter.setFont(font)
            painter.setPen(theme.color("dim"))
            painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, label)
            if entry.value:
                painter.setFont(mono)
                painter.setPen(theme.color("text"))
                painter.drawText(rest.adjusted(behind, 0, 4, 0), Qt.AlignmentFlag.AlignVCenter, entry.value)
        painter.end()
