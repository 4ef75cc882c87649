"""Between Qt's images and numpy arrays, with a bound on what is opened."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QImageReader

LARGEST = 4096
PICTURED = ("image", "audio", "video", "volume")
"""Kinds of samples that come as pictures: themselves, their spectrograms, or some of their frames side by side."""


def to_array(image: QImage) -> npt.NDArray[np.uint8]:
    """An image as ``(height, width, 3)``, uint8, red, green, blue; what is transparent becomes white."""
    if image.hasAlphaChannel():
        ground = QImage(image.size(), QImage.Format.Format_RGB32)
        ground.fill(Qt.GlobalColor.white)
        from PySide6.QtGui import QPainter

        painter = QPainter(ground)
        painter.drawImage(0, 0, image)
        painter.end()
        image = ground
    if max(image.width(), image.height()) > LARGEST:
        image = image.scaled(QSize(LARGEST, LARGEST), Qt.AspectRatioMode.KeepAspectRatio)
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    return rows[:, : plain.width() * 3].reshape(plain.height(), plain.width(), 3).copy()


def to_image(array: npt.ArrayLike) -> QImage:
    """An array ``(height, width)`` or ``(height, width, 1 | 3)`` as an image; floats count from 0 to 1."""
    values = np.asarray(array)
    if values.dtype.kind == "f":
        values = np.clip(values * 255, 0, 255)
    values = values.astype(np.uint8)
    if values.ndim == 2:
        values = values[:, :, None]
    if values.shape[2] == 1:
        values = np.repeat(values, 3, axis=2)
    values = np.ascontiguousarray(values[:, :, :3])
    height, width = values.shape[:2]
    return QImage(values.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def read_image(path: str) -> QImage:
    """Opens an image file.

    Raises:
        ValueError: It is no image, or too large; the message is a sentence.
    """
    reader = QImageReader(path)
    reader.setAutoTransform(True)
    size = reader.size()
    if size.isValid() and size.width() * size.height() > 89_000_000:
        raise ValueError(
            f"{path} has {size.width()} × {size.height()} pixels, which is too large to open. Scale it down."
        )
    image = reader.read()
    if image.isNull():
        raise ValueError(f"{path} cannot be read as an image: {reader.errorString()}. Choose a PNG or JPEG file.")
    return image
