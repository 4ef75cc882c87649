"""A text with spans marked in it: the true ones in a line above the words, the predicted ones in colour on them.

A predicted span has a ground in the colour of its type, a frame in red where it is wrong, and its type below; a true
one has a bar above with its type, in red where nothing was found there. What is alike in both needs no second look.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from dlstudio.gui import theme
from dlstudio.gui.plots import numbers

_WORD = 14
_SMALL = 10
_GAP = 5.0  # between words
_TIGHT = frozenset(".,;:!?)]}%’'")
_BAND = 15.0  # above and below the words, for the types
_LEAST_BAND = 10.0  # in less there is no room for a type
_LINE = 22.0


@dataclass(frozen=True)
class MarkedSpan:
    """Words from ``start`` up to but not including ``end``; see :class:`dlstudio.inspection.marked_texts.Span`."""

    type: str
    start: int
    end: int
    verdict: str = ""
    confidence: float | None = None

    @staticmethod
    def from_json(value: Mapping[str, object]) -> MarkedSpan:
        """Reads one span of an answer; what is no number of a token counts as 0."""
        start, end, sure = value.get("start"), value.get("end"), value.get("confidence")
        return MarkedSpan(
            str(value.get("type", "")),
            start if isinstance(start, int) else 0,
            end if isinstance(end, int) else 0,
            str(value.get("verdict") or ""),
            float(sure) if isinstance(sure, int | float) else None,
        )


class SpanText(QWidget):
    """Words that wrap at the width, with marks above, on and below them.

    Attributes:
        band: Room above and below the words for the types of spans, in pixels; where it is small they have none.
        foot: Room below each line of words, in pixels, for what a subclass paints there.
    """

    band = _BAND
    foot = 0.0

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words: tuple[str, ...] = ()
        self.truth: tuple[MarkedSpan, ...] = ()
        self.predicted: tuple[MarkedSpan, ...] = ()
        self._types: tuple[str, ...] = ()
        self._boxes: list[QRectF] = []
        self._height = 0.0
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setMinimumWidth(120)
        theme.signals.changed.connect(self.update)

    def set_text(
        self,
        words: Sequence[str],
        truth: Sequence[MarkedSpan],
        predicted: Sequence[MarkedSpan],
        types: Sequence[str] = (),
    ) -> None:
        """Shows a text.

        Args:
            words: Its tokens.
            truth: What is true; empty where nobody knows.
            predicted: What the network says.
            types: All types there are, so that each keeps its colour from text to text.
        """
        self.words, self.truth, self.predicted = tuple(words), tuple(truth), tuple(predicted)
        found = {span.type: None for span in (*truth, *predicted)}
        self._types = tuple(dict.fromkeys((*types, *found)))
        self.setAccessibleName(self._spoken())
        self._lay_out(max(self.width(), 120))
        self.updateGeometry()
        self.update()

    def _spoken(self) -> str:
        found = ", ".join(f"{' '.join(self.words[s.start : s.end])} {s.type}" for s in self.predicted)
        return f"{' '.join(self.words[:60])}; found: {found or 'nothing'}"

    # Geometry

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return round(self._lay_out(width))

    def sizeHint(self) -> QSize:
        return QSize(480, round(self._lay_out(max(self.width(), 120))))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, round(self._lay_out(max(self.width(), 120))))

    def _lay_out(self, width: int) -> float:
        """Places the words for a width; returns the height."""
        metrics = QFontMetricsF(theme.ui_font(_WORD))
        small = QFontMetricsF(theme.ui_font(_SMALL, 600))
        above, below = bool(self.truth), bool(self.predicted)
        row = _LINE + self.band * (above + below) + self.foot + 4
        needed = self._needed(small)
        x, y = 2.0, self.band * above
        boxes: list[QRectF] = []
        for place, word in enumerate(self.words):
            wide = metrics.horizontalAdvance(word)
            wide = max(wide, min(needed.get(place, 0.0), width - 4.0))
            gap = 0.0 if not place or (word in _TIGHT and place not in needed) else _GAP
            if x + gap + wide > width - 2 and x > 2.0:
                x, gap = 2.0, 0.0
                y += row
            boxes.append(QRectF(x + gap, y, wide, _LINE))
            x += gap + wide
        self._boxes = boxes
        self._height = y + _LINE + self.band * below + self.foot + 4
        return self._height

    def _needed(self, small: QFontMetricsF) -> dict[int, float]:
        """The width that a span of one word needs, so that its type can be read."""
        if self.band < _LEAST_BAND:
            return {}
        return {
            span.start: small.horizontalAdvance(span.type) + 8
            for span in (*self.truth, *self.predicted)
            if span.end - span.start == 1
        }

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        if abs(self._lay_out(self.width()) - self.height()) > 1:
            self.updateGeometry()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for span in self.predicted:
            self._paint_predicted(painter, span)
        for span in self.truth:
            self._paint_true(painter, span)
        painter.setFont(theme.ui_font(_WORD))
        painter.setPen(theme.color("text"))
        for word, box in zip(self.words, self._boxes, strict=True):
            painter.drawText(
                box.adjusted(0, 0, 40, 0), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, word
            )
        self.paint_more(painter)
        painter.end()

    def paint_more(self, painter: QPainter) -> None:
        """What a subclass adds."""

    def _pieces(self, span: MarkedSpan) -> list[QRectF]:
        """One rectangle for each line that the span is on."""
        pieces: list[QRectF] = []
        for box in self._boxes[span.start : span.end]:
            if pieces and abs(pieces[-1].top() - box.top()) < 1:
                pieces[-1] = pieces[-1].united(box)
            else:
                pieces.append(QRectF(box))
        return [piece.adjusted(-2, 1, 2, -1) for piece in pieces]

    def _paint_predicted(self, painter: QPainter, span: MarkedSpan) -> None:
        wrong = span.verdict not in ("", "right")
        for number, piece in enumerate(self._pieces(span)):
            ground = theme.series_color(self._types.index(span.type))
            ground.setAlphaF(0.28)
            painter.setBrush(ground)
            painter.setPen(QPen(theme.color("error"), 1.4) if wrong else Qt.PenStyle.NoPen)
            painter.drawRoundedRect(piece, 4, 4)
            if number == 0:
                self._paint_type(painter, span, piece.left() + 2, piece.bottom() + 1, wrong)

    def _paint_true(self, painter: QPainter, span: MarkedSpan) -> None:
        missed = span.verdict not in ("", "right")
        for number, piece in enumerate(self._pieces(span)):
            color = theme.color("error") if missed else theme.series_color(self._types.index(span.type))
            painter.setPen(QPen(color, 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
            painter.drawLine(QPointF(piece.left(), piece.top() - 1), QPointF(piece.right(), piece.top() - 1))
            if number == 0:
                self._paint_type(painter, span, piece.left() + 2, piece.top() - self.band, missed)

    def _paint_type(self, painter: QPainter, span: MarkedSpan, left: float, top: float, wrong: bool) -> None:
        if self.band < _LEAST_BAND:
            return
        painter.setFont(theme.ui_font(_SMALL, 600))
        painter.setPen(theme.color("error-text" if wrong else "dim"))
        wide = QFontMetricsF(painter.font()).horizontalAdvance(span.type) + 2
        painter.drawText(QRectF(left, top, wide, self.band), Qt.AlignmentFlag.AlignVCenter, span.type)

    # Tips

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            tip = self.tip_at(event.pos().x(), event.pos().y())
            QToolTip.showText(event.globalPos(), tip, self) if tip else QToolTip.hideText()
            return True
        return super().event(event)

    def tip_at(self, x: float, y: float) -> str:
        """What is true and what is predicted at a place, in words; empty where nothing is marked."""
        token = self.word_at(x, y)
        if token is None:
            return ""
        lines = [f"truth: {span.type}" for span in self.truth if span.start <= token < span.end]
        for span in self.predicted:
            if span.start <= token < span.end:
                sure = f", {numbers.percent(span.confidence)} sure" if span.confidence is not None else ""
                verdict = f" ({span.verdict})" if span.verdict else ""
                lines.append(f"predicted: {span.type}{sure}{verdict}")
        return "\n".join(lines)

    def word_at(self, x: float, y: float) -> int | None:
        """The number of the word at a place, its marks included."""
        reach = (box.adjusted(-3, -self.band, 3, self.band + self.foot) for box in self._boxes)
        return next((place for place, box in enumerate(reach) if box.contains(x, y)), None)
