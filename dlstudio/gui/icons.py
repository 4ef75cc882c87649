"""Small line icons, drawn from paths on a 16 × 16 grid in the colours of the theme, sharp at every scale.

Each is one SVG-like path of ``M``, ``L``, ``C``, ``Z`` and ``O`` (circle: centre and radius) steps, ``F`` for filled;
nothing is read from disk.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPainterPath, QPen, QPixmap

from dlstudio.gui import theme

PATHS: dict[str, str] = {
    "menu": "M 3 4.5 L 13 4.5 M 3 8 L 13 8 M 3 11.5 L 13 11.5",
    "play": "M 5 3 L 13 8 L 5 13 Z F",
    "stop": "M 4 4 L 12 4 L 12 12 L 4 12 Z F",
    "pause": "M 4.5 3.5 L 6.5 3.5 L 6.5 12.5 L 4.5 12.5 Z M 9.5 3.5 L 11.5 3.5 L 11.5 12.5 L 9.5 12.5 Z F",
    "reset": "M 3.4 6.2 C 4.6 3 8.6 2.2 11 4.2 C 13.8 6.4 13.2 10.8 10 12.2 C 7.4 13.4 4.6 12.2 3.6 10 "
    "M 3 3 L 3.3 6.4 L 6.6 6",
    "close": "M 4 4 L 12 12 M 12 4 L 4 12",
    "search": "O 7 7 4 M 10 10 L 13.5 13.5",
    "down": "M 4 6 L 8 10 L 12 6",
    "right": "M 6 4 L 10 8 L 6 12",
    "left": "M 10 4 L 6 8 L 10 12",
    "folder": "M 2 4 L 6.5 4 L 8 5.8 L 14 5.8 L 14 12.5 L 2 12.5 Z",
    "file": "M 4 2.5 L 9.5 2.5 L 12 5 L 12 13.5 L 4 13.5 Z M 9.5 2.5 L 9.5 5 L 12 5",
    "plus": "M 8 3.5 L 8 12.5 M 3.5 8 L 12.5 8",
    "chip": "M 5 5 L 11 5 L 11 11 L 5 11 Z M 6.5 2.5 L 6.5 5 M 9.5 2.5 L 9.5 5 M 6.5 11 L 6.5 13.5 M 9.5 11 L 9.5 13.5 "
    "M 2.5 6.5 L 5 6.5 M 2.5 9.5 L 5 9.5 M 11 6.5 L 13.5 6.5 M 11 9.5 L 13.5 9.5",
    "error": "O 8 8 5.5 M 8 5 L 8 8.6 M 8 10.7 L 8 10.9",
    "warning": "M 8 2.8 L 14 13 L 2 13 Z M 8 6.4 L 8 9.6 M 8 11.2 L 8 11.4",
    "ok": "O 8 8 5.5 M 5.6 8.2 L 7.3 9.9 L 10.5 6.3",
    "info": "O 8 8 5.5 M 8 7.4 L 8 11 M 8 5.1 L 8 5.3",
    "panel-left": "M 2.5 3.5 L 13.5 3.5 L 13.5 12.5 L 2.5 12.5 Z M 6 3.5 L 6 12.5",
    "panel-right": "M 2.5 3.5 L 13.5 3.5 L 13.5 12.5 L 2.5 12.5 Z M 10 3.5 L 10 12.5",
    "panel-bottom": "M 2.5 3.5 L 13.5 3.5 L 13.5 12.5 L 2.5 12.5 Z M 2.5 9.3 L 13.5 9.3",
    "copy": "M 5.5 5.5 L 13 5.5 L 13 13 L 5.5 13 Z M 10.5 5.5 L 10.5 3 L 3 3 L 3 10.5 L 5.5 10.5",
    "save": "M 8 2.5 L 8 10 M 4.8 7 L 8 10.2 L 11.2 7 M 3 13 L 13 13",
    "clock": "O 8 8 5.5 M 8 4.8 L 8 8 L 10.4 9.4",
}


class _LineIcon(QIconEngine):
    def __init__(self, name: str, token: str) -> None:
        super().__init__()
        self._name, self._token = name, token

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, _state: QIcon.State) -> None:
        token = "disabled" if mode == QIcon.Mode.Disabled else self._token
        paint_icon(painter, QRectF(rect), self._name, theme.color(token))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        picture = QPixmap(size)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return picture

    def clone(self) -> QIconEngine:
        return _LineIcon(self._name, self._token)


def icon(name: str, token: str = "dim") -> QIcon:
    """An icon in a colour of the theme; it follows a change of theme at the next repaint."""
    return QIcon(_LineIcon(name, token))


def paint_icon(painter: QPainter, rect: QRectF, name: str, ink: QColor) -> None:
    """Paints an icon into a rectangle."""
    path, filled = _path(name)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(rect.topLeft())
    painter.scale(rect.width() / 16, rect.height() / 16)
    pen = QPen(ink, 1.4)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(QPen(ink, 0.6) if filled else pen)
    painter.setBrush(ink if filled else Qt.BrushStyle.NoBrush)
    painter.drawPath(path)
    painter.restore()


@lru_cache(maxsize=64)
def _path(name: str) -> tuple[QPainterPath, bool]:
    path, filled = QPainterPath(), False
    steps = iter(PATHS[name].split())
    for step in steps:
        if step == "M":
            path.moveTo(_point(steps))
        elif step == "L":
            path.lineTo(_point(steps))
        elif step == "C":
            path.cubicTo(_point(steps), _point(steps), _point(steps))
        elif step == "O":
            path.addEllipse(_point(steps), radius := float(next(steps)), radius)
        elif step == "Z":
            path.closeSubpath()
        elif step == "F":
            filled = True
    return path, filled


def _point(steps: Iterator[str]) -> QPointF:
    return QPointF(float(next(steps)), float(next(steps)))
