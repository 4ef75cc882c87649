"""A note on the canvas: plain text that wraps."""

from __future__ import annotations

from functools import cache, lru_cache

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QStaticText, QTextOption, QTransform
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from dlstudio.gui.canvas.annotation_item import AnnotationItem
from dlstudio.gui.canvas.dimensions import COARSE_BELOW, NOTES_BELOW
from dlstudio.gui.canvas.inks import inks
from dlstudio.gui.canvas.node_shape import fonts

NOTE_LAYER = 0.8
RADIUS = 4.0
MARGIN = 9.0
TEXT_PIXELS = 12.0
READABLE_PIXELS = 8.0
EMPTY = "Empty note"


class NoteItem(AnnotationItem):
    """Paints one note."""

    def boundingRect(self) -> QRectF:
        return self.rect().adjusted(-4, -4, 4, 4)

    def held_at(self, place: QPointF, zoom: float) -> bool:
        return self.body().contains(place) or self.at_corner(place, zoom)

    def text_area(self) -> QRectF:
        return self.body()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        ink = inks()
        detail = option.levelOfDetailFromTransform(painter.worldTransform())
        painter.setBrush(ink.raised)
        painter.setPen(ink.selected if self.selected else ink.hover if self.hovered else ink.outline)
        painter.drawRoundedRect(self.rect(), RADIUS, RADIUS)
        if detail >= NOTES_BELOW:
            self._paint_text(painter, detail)
        self.paint_corner(painter, ink)

    def _paint_text(self, painter: QPainter, detail: float) -> None:
        ink = inks()
        # Far out the beginning of the text is painted larger: a quarter at a time, so that few layouts are made.
        enlarged = max(1.0, round(4 * READABLE_PIXELS / (TEXT_PIXELS * detail)) / 4)
        area = self.rect().adjusted(MARGIN, MARGIN - 2, -MARGIN, -MARGIN + 2)
        text = laid_out(self.text or EMPTY, area.width() / enlarged)
        painter.save()
        line = text.size().height() / max(1, round(text.size().height() / _line_height())) * enlarged
        whole = QRectF(area.topLeft(), QSizeF(area.width(), max(1, int(area.height() / line + 0.1)) * line))
        painter.setClipRect(whole.adjusted(0, -1, 0, 1), Qt.ClipOperation.IntersectClip)
        painter.translate(area.topLeft())
        painter.scale(enlarged, enlarged)
        painter.setFont(ink.fonts["detail"])
        painter.setPen(ink.text_pens["text" if self.text else "dim"])
        painter.drawStaticText(QPointF(0, 0), text)
        painter.restore()
        if detail >= COARSE_BELOW and text.size().height() * enlarged > whole.height() + 2:
            painter.setFont(ink.fonts["detail"])
            painter.setPen(ink.text_pens["dim"])
            painter.fillRect(QRectF(area.right() - 14, area.bottom() - 13, 22, 14), ink.raised)
            painter.drawText(QPointF(area.right() - 11, area.bottom() - 2), "…")


@lru_cache(maxsize=512)
def laid_out(text: str, width: float) -> QStaticText:
    """A text wrapped at a width, as plain text whatever it holds."""
    static = QStaticText(text.replace("\n", "\u2028"))
    static.setTextFormat(Qt.TextFormat.PlainText)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    static.setTextOption(option)
    static.setTextWidth(max(width, 1.0))
    static.prepare(QTransform(), fonts()["detail"])
    return static


@cache
def _line_height() -> float:
    return QFontMetricsF(fonts()["detail"]).height()


def fitting_height(text: str, width: float) -> float:
    """How tall a note of a width has to be to show its whole text, in scene units."""
    return laid_out(text, width - 2 * MARGIN).size().height() + 2 * MARGIN - 4
