"""A black square to draw on with a white brush: an image for the network to judge while it is drawn."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from dlstudio.gui import theme
from dlstudio.gui.workspaces.inspect.framing import Framing
from dlstudio.gui.workspaces.inspect.pictures import to_array

SIDE = 280
_BRUSH = 22.0
_PAUSE_MS = 120


class DrawingPad(QWidget):
    """Draws on a square of 280 pixels, whatever its size on the screen. ``drawn`` follows a short pause of the hand."""

    drawn = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = QImage(SIDE, SIDE, QImage.Format.Format_RGB32)
        self._picture.fill(Qt.GlobalColor.black)
        self._last: QPointF | None = None
        self._empty = True
        self._later = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._later.timeout.connect(self.drawn)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName("drawing pad")
        self.setAttribute(Qt.WidgetAttribute.WA_StaticContents)

    def sizeHint(self) -> QSize:
        return QSize(SIDE, SIDE)

    @property
    def empty(self) -> bool:
        """Whether nothing has been drawn since the last clearing."""
        return self._empty

    def clear(self) -> None:
        """Wipes the pad."""
        self._picture.fill(Qt.GlobalColor.black)
        self._empty = True
        self._later.stop()
        self.update()

    def pixels(self, framing: Framing | None = None) -> npt.NDArray[np.uint8]:
        """The drawing as ``(280, 280, 3)``, uint8, white on black.

        Args:
            framing: Scale the drawing to fill as much of the square, and move its centre of mass to the middle; without
                one it stays as it was drawn.
        """
        full = to_array(self._picture)
        ink = full[:, :, 0].astype(np.float64)
        if framing is None or not ink.any():
            return full
        rows, columns = np.nonzero(ink > 40)
        top, bottom, left, right = rows.min(), rows.max() + 1, columns.min(), columns.max() + 1
        scale = SIDE * framing.fill / max(bottom - top, right - left)
        cut = self._picture.copy(int(left), int(top), int(right - left), int(bottom - top))
        width, height = max(round((right - left) * scale), 1), max(round((bottom - top) * scale), 1)
        cut = cut.scaled(
            width, height, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        mass = to_array(cut)[:, :, 0].astype(np.float64)
        total = mass.sum() or 1.0
        middle_y = float((mass.sum(axis=1) * np.arange(height)).sum() / total)
        middle_x = float((mass.sum(axis=0) * np.arange(width)).sum() / total)
        square = QImage(SIDE, SIDE, QImage.Format.Format_RGB32)
        square.fill(Qt.GlobalColor.black)
        painter = QPainter(square)
        # Not beyond the edges, where the figure fills the frame and its mass lies to one side.
        left_edge = min(max(SIDE / 2 - middle_x, 0), SIDE - width)
        top_edge = min(max(SIDE / 2 - middle_y, 0), SIDE - height)
        painter.drawImage(QPointF(left_edge, top_edge), cut)
        painter.end()
        pixels = to_array(square)
        return 255 - pixels if framing.dark_on_light else pixels

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawImage(QRectF(self.rect()), self._picture)
        if self._empty:
            painter.setPen(Qt.GlobalColor.gray)
            painter.setFont(theme.ui_font(13))
            painter.drawText(QRectF(self.rect()), Qt.AlignmentFlag.AlignCenter, "draw here")
        painter.setPen(QPen(theme.color("line"), 1))
        painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._last = self._place(event)
            self._stroke(self._last)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._last is not None:
            self._stroke(self._place(event))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._last = None

    def _place(self, event: QMouseEvent) -> QPointF:
        return QPointF(event.position().x() * SIDE / self.width(), event.position().y() * SIDE / self.height())

    def _stroke(self, to: QPointF) -> None:
        painter = QPainter(self._picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(Qt.GlobalColor.white, _BRUSH, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.drawLine(self._last or to, to)
        painter.end()
        self._last, self._empty = to, False
        self.update()
        if not self._later.isActive():  # not restarted: the judgement follows the hand while it draws
            self._later.start()
