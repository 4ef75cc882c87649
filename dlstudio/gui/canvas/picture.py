"""The network as a picture file, for reports and issues."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMarginsF, QRectF, QSize
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QGraphicsScene

from dlstudio.gui.canvas.inks import inks

MARGIN = 32.0
MAXIMUM_PIXELS = 16_000


class PictureError(RuntimeError):
    """A picture that could not be written; the message is a sentence."""


def save_picture(scene: QGraphicsScene, bounds: QRectF, path: Path, scale: float = 2.0) -> None:
    """Writes what lies in ``bounds`` as PNG, or as SVG where the path ends so.

    Args:
        scene: What is drawn.
        bounds: The part, in scene units; a margin is added.
        path: The file.
        scale: Pixels a scene unit of a PNG.

    Raises:
        PictureError: The file could not be written.
    """
    area = bounds.marginsAdded(QMarginsF(MARGIN, MARGIN, MARGIN, MARGIN))
    if path.suffix.lower() == ".svg":
        generator = QSvgGenerator()
        generator.setFileName(str(path))
        generator.setSize(QSize(round(area.width()), round(area.height())))
        generator.setViewBox(QRectF(0, 0, area.width(), area.height()))
        painter = QPainter()
        if not painter.begin(generator):
            raise PictureError(f"The picture could not be written to {path}. Choose another folder.")
        painter.fillRect(QRectF(0, 0, area.width(), area.height()), inks().canvas)
        scene.render(painter, QRectF(0, 0, area.width(), area.height()), area)
        painter.end()
        return
    scale = min(scale, MAXIMUM_PIXELS / max(area.width(), area.height()))
    image = QImage(
        max(1, round(area.width() * scale)), max(1, round(area.height() * scale)), QImage.Format.Format_ARGB32
    )
    image.fill(inks().canvas)
    painter = QPainter(image)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    scene.render(painter, QRectF(image.rect()), area)
    painter.end()
    if not image.save(str(path)):
        raise PictureError(f"The picture could not be written to {path}. Choose another folder or a name with .png.")
