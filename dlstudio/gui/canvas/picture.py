"""The drawing as a picture file: PNG, SVG or PDF with text kept as text, in the colours and of the part one chooses.

What the window happens to show (theme, zoom, selection, what is under the pointer) does not matter: a scene of its own
is drawn.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QMarginsF, QRectF, QSize, QSizeF
from PySide6.QtGui import QColor, QImage, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from dlstudio.atomic import replacing
from dlstudio.gui import theme
from dlstudio.gui.canvas.inks import inks
from dlstudio.gui.canvas.scene import CanvasScene

if TYPE_CHECKING:
    from dlstudio.gui.studio import Studio

MARGIN = 32.0
MAXIMUM_PIXELS = 16_000
LARGEST_PAGE = 14_000.0
"""Points: readers of PDF take no larger pages."""
POINTS = 0.75
"""Points a scene unit."""

Colours = Literal["light", "dark", "transparent"]


class PictureError(RuntimeError):
    """A picture that could not be written; the message is a sentence."""


@dataclass(frozen=True)
class PictureOptions:
    """How a picture is to look.

    Attributes:
        colours: Of the light or the dark theme; ``transparent`` are the light ones without a ground.
        scale: Pixels a scene unit of a PNG.
        only: The nodes that are drawn, or None for all.
    """

    colours: Colours = "light"
    scale: float = 2.0
    only: Collection[str] | None = None


class Picture:
    """The drawing of a graph, apart from the window.

    Args:
        studio: Whose graph.
        options: How it is to look.
    """

    def __init__(self, studio: Studio, options: PictureOptions) -> None:
        self._options = options
        self._scene = CanvasScene(studio)
        for item in self._scene.nodes.values():
            item.mark(selected=False)
        if options.only is not None:
            self._leave_only(frozenset(options.only))
        shown = QRectF()
        for drawn in self._scene.items():
            if drawn.isVisible():
                shown = shown.united(drawn.sceneBoundingRect())
        self.area = shown.marginsAdded(QMarginsF(MARGIN, MARGIN, MARGIN, MARGIN)) if not shown.isNull() else QRectF()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return self.area.isNull()

    @property
    def size(self) -> QSizeF:
        """Width and height in scene units."""
        return self.area.size()

    def image(self, scale: float | None = None) -> QImage:
        """The picture in pixels; no side is longer than :data:`MAXIMUM_PIXELS`."""
        scale = scale or self._options.scale
        scale = min(scale, MAXIMUM_PIXELS / max(self.area.width(), self.area.height(), 1.0))
        width, height = max(1, round(self.area.width() * scale)), max(1, round(self.area.height() * scale))
        image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(QColor(0, 0, 0, 0))
        painter = QPainter(image)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        self._paint(painter, QRectF(image.rect()))
        painter.end()
        return image

    def save(self, path: Path) -> None:
        """Writes the picture; what the name ends with decides between PNG, SVG and PDF.

        Raises:
            PictureError: The file could not be written; one that was there is unchanged.
        """
        writers = {".png": self._save_png, ".svg": self._save_svg, ".pdf": self._save_pdf}
        write = writers.get(path.suffix.lower())
        if write is None:
            raise PictureError(f"'{path.name}' is no picture file. End its name with .png, .svg or .pdf.")
        if self.is_empty:
            raise PictureError("There is nothing to draw yet. Add some layers first.")
        try:
            with replacing(path) as temporary:
                if not write(temporary):
                    raise OSError("it could not be created")
        except OSError as error:
            reason = error.strerror or str(error)
            raise PictureError(f"The picture could not be written to {path}: {reason}. Choose another place.") from None

    def _save_png(self, path: Path) -> bool:
        return bool(self.image().save(str(path), "PNG"))  # type: ignore[call-overload]

    def _save_svg(self, path: Path) -> bool:
        generator = QSvgGenerator()
        generator.setFileName(str(path))
        generator.setTitle("Network")
        generator.setSize(QSize(round(self.area.width()), round(self.area.height())))
        generator.setViewBox(QRectF(0, 0, self.area.width(), self.area.height()))
        painter = QPainter()
        if not painter.begin(generator):
            return False
        self._paint(painter, QRectF(0, 0, self.area.width(), self.area.height()))
        return painter.end()

    def _save_pdf(self, path: Path) -> bool:
        writer = pdf_writer(path, self.area.size())
        painter = QPainter()
        if not painter.begin(writer):
            return False
        self._paint(painter, QRectF(0, 0, writer.width(), writer.height()))
        return painter.end()

    def _paint(self, painter: QPainter, target: QRectF) -> None:
        with theme.painting_in("dark" if self._options.colours == "dark" else "light"):
            if self._options.colours != "transparent":
                painter.fillRect(target, inks().canvas)
            self._scene.render(painter, target, self.area)

    def _leave_only(self, names: frozenset[str]) -> None:
        """Hides all but these nodes, the wires between them, and the frames and notes that lie among them."""
        for name, item in self._scene.nodes.items():
            item.setVisible(name in names)
        for wire, wire_item in self._scene.wires.items():
            wire_item.setVisible(wire.source in names and wire.target in names)
        around = self._scene.bounds(names).adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)
        for annotation in self._scene.annotations.items.values():
            annotation.setVisible(around.intersects(annotation.body()))


def pdf_writer(path: Path, size: QSizeF) -> QPdfWriter:
    """A writer of one page without margins that is as large as a picture of ``size`` scene units."""
    points = min(POINTS, LARGEST_PAGE / max(size.width(), size.height(), 1.0))
    writer = QPdfWriter(str(path))
    writer.setTitle("Network")
    writer.setCreator("DL Studio")
    writer.setPageSize(QPageSize(size * points, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    return writer
