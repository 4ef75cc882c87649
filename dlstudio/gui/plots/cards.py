"""A grid of cards, one a sample: a picture, a text or a series, a caption, a coloured frame. Loads only what is seen.

The grid knows how many samples there are and asks for pages of cards as they come into view; who owns it answers with
:meth:`CardGrid.set_cards`. So sixty thousand samples scroll like sixty.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetricsF, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from dlstudio.gui import theme
from dlstudio.gui.plots.sparkline import paint_series

PAGE = 48
CLIP_CELL = QSize(176, 72)
"""The size of a card that shows some frames of a clip side by side."""

_CAPTION = 22
_GAP = 12


@dataclass(frozen=True)
class Card:
    """One sample as it is shown.

    Attributes:
        row: The sample's row in the data.
        caption: Pieces of the line below, each with the token of its colour.
        picture: An image, scaled to fit.
        text: Shown where there is no picture.
        series: Values ``(time, features)``, shown where there is neither.
        frame: Token of the frame's colour, or empty.
        tip: Plain text of the tooltip.
    """

    row: int
    caption: tuple[tuple[str, str], ...] = ()
    picture: QImage | None = None
    text: str = ""
    series: Any = None
    frame: str = ""
    tip: str = ""


class CardGrid(QAbstractScrollArea):
    """Cards in rows that fill the width. Arrow keys walk, Enter or a click opens."""

    pageNeeded = Signal(int, int)  # first place, number of places
    opened = Signal(object)  # the Card

    def __init__(self, parent: QWidget | None = None, cell: QSize | None = None) -> None:
        super().__init__(parent)
        self._cell = cell or QSize(112, 112)
        self._count = 0
        self._cards: dict[int, Card] = {}
        self._asked: set[int] = set()
        self._current = -1
        self._most_rows = self._least = 0
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self._later = QTimer(self, singleShot=True, interval=40)
        self._later.timeout.connect(self._ask_for_what_is_seen)
        self.verticalScrollBar().valueChanged.connect(lambda _: self._seen_changed())
        theme.signals.changed.connect(self.viewport().update)

    # Content

    @property
    def count(self) -> int:
        """How many samples there are, loaded or not."""
        return self._count

    @property
    def loaded(self) -> dict[int, Card]:
        """The cards that are there, by place."""
        return dict(self._cards)

    @property
    def current(self) -> Card | None:
        """The chosen card."""
        return self._cards.get(self._current)

    def set_cell(self, cell: QSize) -> None:
        """Sets the size of a card's picture, without its caption."""
        self._cell = cell
        self._layout()

    def fit_rows(self, most: int, least: int = 0) -> None:
        """Makes the grid no higher than its rows, or than ``most`` of them; the rest is scrolled.

        With ``least``, cards first become narrower, down to so many pixels.
        """
        self._most_rows, self._least = most, least
        self._layout()

    def thumbnail(self) -> int:
        """Pixels of the longer side of a picture that suits the cards."""
        return max(96, self._cell.width() if self._cell.width() != self._cell.height() else 0)

    def reset(self, count: int) -> None:
        """Forgets all cards; there are ``count`` samples now."""
        self._count, self._current = count, -1
        self._cards.clear()
        self._asked.clear()
        self.verticalScrollBar().setValue(0)
        self.setAccessibleName(f"{count} samples")
        self._layout()

    def set_cards(self, first: int, cards: Sequence[Card]) -> None:
        """Fills places from ``first`` on."""
        for place, card in enumerate(cards, first):
            self._cards[place] = card
        self.viewport().update()

    def choose(self, place: int) -> None:
        """Opens the card at a place, as a click does; nothing where it is not there yet."""
        if place in self._cards:
            self._open(place)

    def forget_page(self, first: int) -> None:
        """Lets a page that failed be asked for again when it comes into view."""
        self._asked.discard(first // PAGE)

    # Geometry

    def _room(self) -> int:
        # Without the scroll bar, whether it is there or not: else it would come and go with the rows it moves.
        return self.width() - self.verticalScrollBar().sizeHint().width() - 4

    def _columns(self) -> int:
        usual = max((self._room() + _GAP) // (self._cell.width() + _GAP), 1)
        if not self._least:
            return usual
        return max(usual, min(-(-self._count // self._most_rows), (self._room() + _GAP) // (self._least + _GAP)))

    def _size(self) -> QSize:
        """A cell's picture, grown so that the columns fill the width."""
        wide = (self._room() + _GAP) // self._columns() - _GAP
        square = self._cell.width() == self._cell.height()
        wide = max(min(wide, int(self._cell.width() * (1.25 if square else 2))), 40)
        return QSize(wide, wide if square else self._cell.height())

    def _row_height(self) -> int:
        return self._size().height() + _CAPTION + _GAP

    def _box(self, place: int) -> QRectF:
        size = self._size()
        row, column = divmod(place, self._columns())
        top = row * self._row_height() - self.verticalScrollBar().value() + 2
        return QRectF(2 + column * (size.width() + _GAP), top, size.width(), size.height())

    def _seen(self) -> range:
        columns, offset = self._columns(), self.verticalScrollBar().value()
        first = offset // self._row_height() * columns
        last = (offset + self.viewport().height()) // self._row_height() * columns + columns
        return range(min(first, self._count), min(last, self._count))

    def _layout(self) -> None:
        rows = -(-self._count // self._columns())
        if self._most_rows:
            self.setMinimumHeight(self._row_height())
            self.setMaximumHeight(min(max(rows, 1), self._most_rows) * self._row_height())
        bar = self.verticalScrollBar()
        bar.setRange(0, max(rows * self._row_height() - self.viewport().height(), 0))
        bar.setSingleStep(self._row_height() // 3)
        bar.setPageStep(self.viewport().height())
        self._seen_changed()

    def _seen_changed(self) -> None:
        self.viewport().update()
        if self._count and not self._later.isActive():
            self._later.start()

    def _ask_for_what_is_seen(self) -> None:
        seen = self._seen()
        if not seen or not self.isVisible():
            return
        for page in range(seen[0] // PAGE, seen[-1] // PAGE + 1):
            if page not in self._asked:
                self._asked.add(page)
                self.pageNeeded.emit(page * PAGE, min(PAGE, self._count - page * PAGE))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._layout()

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        self._layout()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place in self._seen():
            self._paint_card(painter, self._box(place), self._cards.get(place), place == self._current)
        painter.end()

    def _paint_card(self, painter: QPainter, box: QRectF, card: Card | None, current: bool) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("raised"))
        painter.drawRoundedRect(box, 6, 6)
        if card is None:
            return
        inner = box.adjusted(3, 3, -3, -3)
        if card.picture is not None and not card.picture.isNull():
            size = QSize(card.picture.size()).scaled(inner.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRectF(inner.center().x() - size.width() / 2, inner.center().y() - size.height() / 2, 0, 0)
            place.setSize(size.toSizeF())
            # Small pictures stay crisp: their pixels are what the network sees.
            small = card.picture.width() * 2 <= size.width()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not small)
            painter.drawImage(place, card.picture)
        elif card.series is not None:
            paint_series(painter, inner.adjusted(4, 6, -4, -6), card.series)
        else:
            self._paint_text(painter, inner.adjusted(5, 3, -5, -3), card.text)
        ring = theme.color("text" if current else card.frame) if current or card.frame else None
        if ring is not None:
            painter.setPen(QPen(ring, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 5, 5)
        self._paint_caption(painter, QRectF(box.left(), box.bottom() + 2, box.width(), _CAPTION - 2), card)

    def _paint_text(self, painter: QPainter, box: QRectF, text: str) -> None:
        painter.setFont(theme.ui_font(12))
        painter.setPen(theme.color("text"))
        metrics = QFontMetricsF(painter.font())
        rows = max(int(box.height() // metrics.lineSpacing()), 1)
        words, line = text.split(), ""
        lines: list[str] = []
        for at, word in enumerate(words):
            wider = f"{line} {word}".strip()
            if line and metrics.horizontalAdvance(wider) > box.width():
                if len(lines) == rows - 1:
                    line = f"{line} {' '.join(words[at:])}"
                    break
                lines.append(line)
                line = word
            else:
                line = wider
        lines.append(line)
        for number, each in enumerate(lines[:rows]):
            shown = metrics.elidedText(each, Qt.TextElideMode.ElideRight, box.width())
            painter.drawText(QPointF(box.left(), box.top() + metrics.ascent() + number * metrics.lineSpacing()), shown)

    def _paint_caption(self, painter: QPainter, box: QRectF, card: Card) -> None:
        painter.setFont(theme.ui_font(12))
        metrics = QFontMetricsF(painter.font())
        widths = [metrics.horizontalAdvance(text) for text, _ in card.caption]
        spare = box.width() - sum(widths)
        x = box.left()
        for (text, token), wide in zip(card.caption, widths, strict=True):
            # Whatever is longest gives way first; the arrow and the confidence stay readable.
            room = wide + spare if spare < 0 and wide == max(widths) else wide
            if spare < 0 and wide == max(widths):
                spare = 0
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(room, 12) + 0.5)
            painter.setPen(theme.color(token))
            painter.drawText(QPointF(x, box.top() + metrics.ascent() + 2), shown)
            x += metrics.horizontalAdvance(shown)

    # Hands

    def place_at(self, position: QPointF) -> int:
        """The place under a point of the viewport, or -1."""
        for place in self._seen():
            if self._box(place).adjusted(0, 0, 0, _CAPTION).contains(position):
                return place
        return -1

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._open(self.place_at(event.position()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        card = self._cards.get(self.place_at(event.position()))
        tip = card.tip if card else ""
        self.viewport().setToolTip(tip.replace("&", "&amp;").replace("<", "&lt;") if "<" in tip else tip)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        columns = self._columns()
        moves = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -columns,
            Qt.Key.Key_Down: columns,
            Qt.Key.Key_Home: -self._count,
            Qt.Key.Key_End: self._count,
        }
        move = moves.get(Qt.Key(event.key()))
        if move is None or not self._count:
            super().keyPressEvent(event)
            return
        self._open(min(max(self._current + move, 0), self._count - 1))

    def _open(self, place: int) -> None:
        if place < 0:
            return
        self._current = place
        box, bar = self._box(place), self.verticalScrollBar()
        if box.top() < 0:
            bar.setValue(bar.value() + int(box.top()) - _GAP)
        elif box.bottom() + _CAPTION > self.viewport().height():
            bar.setValue(bar.value() + int(box.bottom()) + _CAPTION - self.viewport().height())
        self.viewport().update()
        if place in self._cards:
            self.opened.emit(self._cards[place])
