"""A passage with an answer marked in it, and below each word how likely it is the first and the last one of the answer.

Two bars below a word: at the left the probability that the answer begins there, at the right that it ends there. The
heights are relative to the likeliest word of the passage, the tip of a word says the probabilities themselves.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from dlstudio.gui import theme
from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.span_text import SpanText

_TALLEST = 14.0
_SEEN = 0.01  # of the likeliest; what is below has no bar
_WIDEST = 9.0


class AnswerText(SpanText):
    """Words with marks and with two bars each."""

    band = 4.0
    foot = _TALLEST + 4.0

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scores: npt.NDArray[np.float64] = np.zeros((0, 2))

    def set_scores(self, scores: npt.ArrayLike) -> None:
        """The probability of each word to be the first and to be the last one, (words, 2)."""
        self.scores = np.asarray(scores, np.float64).reshape(-1, 2)
        self.update()

    def paint_more(self, painter: QPainter) -> None:
        """The bars."""
        count = min(len(self.scores), len(self._boxes))
        if not count:
            return
        most = np.maximum(self.scores[:count].max(axis=0), 1e-12)
        painter.setPen(QPen(theme.color("line"), 1))
        for box in self._boxes[:count]:
            base = self._base(box)
            painter.drawLine(QPointF(box.left(), base), QPointF(box.right(), base))
        painter.setPen(Qt.PenStyle.NoPen)
        for box, shares in zip(self._boxes[:count], self.scores[:count] / most, strict=True):
            wide = min(_WIDEST, box.width() / 2 - 1)
            for end, share in enumerate(shares.tolist()):
                if share >= _SEEN:
                    tall = max(share * _TALLEST, 1.5)
                    left = box.left() if end == 0 else box.right() - wide
                    painter.setBrush(self.color_of(end))
                    painter.drawRect(QRectF(left, self._base(box) - tall, wide, tall))

    def _base(self, box: QRectF) -> float:
        below = self.band if self.predicted else 0.0
        return box.bottom() + below + self.foot - 2.0

    @staticmethod
    def color_of(end: int) -> QColor:
        """The colour of the bars of the first (0) or of the last word (1)."""
        return theme.series_color(1 + end)

    def tip_at(self, x: float, y: float) -> str:
        """What is marked at a place, and the probabilities of its word."""
        lines = [super().tip_at(x, y)]
        word = self.word_at(x, y)
        if word is not None and word < len(self.scores):
            first, last = self.scores[word].tolist()
            lines.append(f"begins here: {numbers.percent(first)}, ends here: {numbers.percent(last)}")
        return "\n".join(filter(None, lines))
