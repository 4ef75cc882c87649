"""A titled picture, as large as its place allows: a photograph, or errors of pixels as a map from dark to bright."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from dlstudio.gui import theme
from dlstudio.gui.workspaces.inspect.pictures import to_image

_TOP = 24  # room of the title
_HEAT = np.array([(20, 11, 53), (120, 28, 109), (212, 72, 66), (251, 155, 6), (252, 255, 164)], np.float32)


class PicturePane(QWidget):
    """One picture under its title; small ones keep their pixels visible."""

    stepped = Signal(int)  # the wheel was turned: to the next sample or the one before

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = title
        self._picture = QImage()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, 120)
        theme.signals.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(280, 300)

    def set_picture(self, picture: Any) -> None:
        """Shows an array uint8 (height, width, 1 or 3); None shows none."""
        self._picture = QImage() if picture is None else to_image(picture)
        self.setAccessibleName(f"{self.title}, {self._picture.width()} × {self._picture.height()} pixels")
        self.update()

    def _frame(self) -> QRectF:
        """Where the picture is painted; empty without one."""
        if self._picture.isNull():
            return QRectF()
        room = QRectF(0, _TOP, self.width(), self.height() - _TOP)
        size = self._picture.size().scaled(room.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
        return QRectF(room.x(), room.y(), size.width(), size.height())

    def _is_smooth(self, frame: QRectF) -> bool:
        """Whether pixels are blended: here only where several of them share one of the screen's."""
        return self._picture.width() > frame.width()

    def _paint_over(self, painter: QPainter, frame: QRectF) -> None:
        """Paints what lies over the picture."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(theme.ui_font(12, 600))
        painter.setPen(theme.color("dim"))
        painter.drawText(QRectF(0, 0, self.width(), 18), Qt.AlignmentFlag.AlignLeft, self.title)
        frame = self._frame()
        if not frame.isEmpty():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._is_smooth(frame))
            painter.drawImage(frame, self._picture)
            self._paint_over(painter, frame)
        painter.end()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().y()
        if turned:
            self.stepped.emit(-1 if turned > 0 else 1)
        event.accept()


def heat(values: npt.ArrayLike, most: float) -> npt.NDArray[np.uint8]:
    """Values (height, width) from 0 to ``most`` as colours from dark to bright, uint8 (height, width, 3)."""
    share = np.clip(np.asarray(values, np.float32) / (most or 1.0), 0.0, 1.0) * (len(_HEAT) - 1)
    low = np.minimum(share.astype(int), len(_HEAT) - 2)
    part = (share - low)[..., np.newaxis]
    return np.asarray(np.round(_HEAT[low] * (1 - part) + _HEAT[low + 1] * part), np.uint8)
