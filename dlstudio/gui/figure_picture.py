"""An architecture figure in the window: painted from its SVG, and written as SVG, PDF or PNG."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, QSizeF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from dlstudio.atomic import replacing, write_atomically
from dlstudio.export.figure.svg import FAMILY
from dlstudio.gui.canvas.picture import MAXIMUM_PIXELS, PictureError, pdf_writer


class FigurePicture:
    """One figure.

    Args:
        svg: The document.
    """

    def __init__(self, svg: str) -> None:
        self._svg = svg
        # Qt takes the whole list of families for one name.
        self._renderer = QSvgRenderer(QByteArray(svg.replace(FAMILY, "Inter").encode()))

    @property
    def size(self) -> QSizeF:
        """Width and height at 100 %."""
        return QSizeF(self._renderer.defaultSize())

    def image(self, scale: float = 2.0) -> QImage:
        """The figure in pixels; no side is longer than :data:`MAXIMUM_PIXELS`."""
        size = self.size * min(scale, MAXIMUM_PIXELS / max(self.size.width(), self.size.height(), 1.0))
        image = QImage(
            max(1, round(size.width())), max(1, round(size.height())), QImage.Format.Format_ARGB32_Premultiplied
        )
        image.fill(QColor(0, 0, 0, 0))
        painter = QPainter(image)
        self._renderer.render(painter, QRectF(image.rect()))
        painter.end()
        return image

    def save(self, path: Path, scale: float = 2.0) -> None:
        """Writes the figure; what the name ends with decides between SVG, PDF and PNG.

        Raises:
            PictureError: The file could not be written; one that was there is unchanged.
        """
        ending = path.suffix.lower()
        if ending not in (".svg", ".pdf", ".png"):
            raise PictureError(f"'{path.name}' is no picture file. End its name with .svg, .pdf or .png.")
        try:
            if ending == ".svg":
                write_atomically(path, self._svg.encode())
                return
            with replacing(path) as temporary:
                if not (self._save_pdf(temporary) if ending == ".pdf" else self._save_png(temporary, scale)):
                    raise OSError("it could not be created")
        except OSError as error:
            reason = error.strerror or str(error)
            raise PictureError(f"The figure could not be written to {path}: {reason}. Choose another place.") from None

    def _save_png(self, path: Path, scale: float) -> bool:
        return bool(self.image(scale).save(str(path), "PNG"))  # type: ignore[call-overload]

    def _save_pdf(self, path: Path) -> bool:
        writer = pdf_writer(path, self.size)
        painter = QPainter()
        if not painter.begin(writer):
            return False
        self._renderer.render(painter, QRectF(0, 0, writer.width(), writer.height()))
        return painter.end()
