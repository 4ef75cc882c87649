"""A text whose tokens are coloured by how surprising they were; the one under the pointer is named."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QLinearGradient, QMouseEvent, QPainter, QPaintEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QSizePolicy, QTextEdit, QToolTip, QWidget

from dlstudio.gui import theme
from dlstudio.gui.editors.editor import tip
from dlstudio.gui.plots import numbers

MOST_BITS = 10.0
"""A token of this surprise or more has the strongest colour: 1 in 1024."""

_STRONGEST = 0.75


@dataclass(frozen=True)
class ShownToken:
    """A token of a text.

    Attributes:
        text: What it stands for.
        probability: What the network gave it; None where nobody asked.
        alternatives: The likeliest tokens at its place with their probabilities.
    """

    text: str
    probability: float | None = None
    alternatives: tuple[tuple[str, float], ...] = ()

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> ShownToken:
        alternatives = tuple((str(text), float(share)) for text, share in value.get("alternatives", ()))
        return ShownToken(str(value["text"]), value.get("probability"), alternatives)

    @property
    def bits(self) -> float:
        """How surprising it was, in bits."""
        return -math.log2(max(self.probability, 1e-9)) if self.probability is not None else 0.0

    def said(self) -> str:
        """The token in words: itself, its probability, and what was likelier."""
        if self.probability is None:
            return f"{visible(self.text)} · given"
        lines = [f"{visible(self.text)} · {numbers.percent(self.probability)} · {self.bits:.1f} bits", ""]
        lines += [f"{visible(text)}  {numbers.percent(share)}" for text, share in self.alternatives]
        return "\n".join(lines)


def visible(text: str) -> str:
    """A token with its spaces and ends of lines to be seen."""
    return text.replace("\n", "↵").replace("\t", "→").replace(" ", "␣") or "∅"


def surprise_color(bits: float) -> QColor:
    """The ground of a token: clear where it was foreseen, stronger the less it was."""
    return theme.color("validation", _STRONGEST * min(max(bits, 0.0), MOST_BITS) / MOST_BITS)


class TokenText(QTextEdit):
    """Shows tokens as running text. ``pointed`` names the token under the pointer or the cursor, by its number."""

    pointed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens: list[ShownToken] = []
        self._ends: list[int] = []
        self._at = -1
        self.setReadOnly(True)
        self.setFont(theme.mono_font(14))
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.viewport().installEventFilter(self)
        self.cursorPositionChanged.connect(lambda: self._point(self.textCursor().position()))
        self.setAccessibleName("text with the probability of each token")
        theme.signals.changed.connect(self._paint_again)

    @property
    def tokens(self) -> tuple[ShownToken, ...]:
        """The tokens shown."""
        return tuple(self._tokens)

    def set_tokens(self, tokens: Iterable[ShownToken]) -> None:
        """Shows these tokens in place of all others."""
        self._tokens, self._ends, self._at = [], [], -1
        self.clear()
        self.add_tokens(tokens)
        self.verticalScrollBar().setValue(0)

    def add_tokens(self, tokens: Iterable[ShownToken]) -> None:
        """Writes tokens behind those that are there; follows them where the end is in sight."""
        bar = self.verticalScrollBar()
        follows = bar.value() >= bar.maximum() - 4
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.beginEditBlock()
        for token in tokens:
            cursor.insertText(token.text.replace("\n", "↵\n"), _format(token))
            self._tokens.append(token)
            self._ends.append(cursor.position())
        cursor.endEditBlock()
        if follows:
            bar.setValue(bar.maximum())

    def token_at(self, position: int) -> int:
        """The number of the token that holds a place of the document, or -1."""
        found = bisect_right(self._ends, position)
        return found if found < len(self._tokens) else -1

    def written(self) -> str:
        """The text as it is, without the signs for ends of lines."""
        return "".join(token.text for token in self._tokens)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseMove and isinstance(event, QMouseEvent):
            self._move(event.position().toPoint(), event.globalPosition().toPoint())
        elif event.type() == QEvent.Type.ToolTip:
            return True  # it is shown at once, with the pointer
        return super().eventFilter(watched, event)

    def _move(self, place: QPoint, on_screen: QPoint) -> None:
        layout = self.document().documentLayout()
        seen = place + QPoint(self.horizontalScrollBar().value(), self.verticalScrollBar().value())
        position = layout.hitTest(seen.toPointF(), Qt.HitTestAccuracy.ExactHit)
        found = self.token_at(position) if position >= 0 else -1
        if found >= 0:
            QToolTip.showText(on_screen + QPoint(12, 12), tip(self._tokens[found].said()), self.viewport())
            self._name(found)
        else:
            QToolTip.hideText()

    def _point(self, position: int) -> None:
        found = self.token_at(position)
        if found >= 0:
            self._name(found)

    def _name(self, number: int) -> None:
        if number != self._at:
            self._at = number
            self.pointed.emit(number)

    def _paint_again(self) -> None:
        self.set_tokens(list(self._tokens))


def _format(token: ShownToken) -> QTextCharFormat:
    made = QTextCharFormat()
    made.setForeground(theme.color("text" if token.probability is not None else "dim"))
    if token.probability is not None:
        made.setBackground(surprise_color(token.bits))
    return made


class SurpriseScale(QWidget):
    """The key to the colours: foreseen at the left, surprising at the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("colours from foreseen to surprising")
        theme.signals.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(230, 18)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(theme.ui_font(11))
        painter.setPen(theme.color("dim"))
        box = QRectF(self.rect())
        left, right = "foreseen", f"{MOST_BITS:.0f} bits"
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, left)
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, right)
        metrics = painter.fontMetrics()
        begin, end = metrics.horizontalAdvance(left) + 8, box.width() - metrics.horizontalAdvance(right) - 8
        shades = QLinearGradient(begin, 0, end, 0)
        shades.setColorAt(0, surprise_color(0))
        shades.setColorAt(1, surprise_color(MOST_BITS))
        painter.fillRect(QRectF(begin, 3, end - begin, 12), shades)
        painter.end()


def bars_of(token: ShownToken) -> Sequence[tuple[str, float]]:
    """The alternatives of a token, and itself where it is not among them."""
    found = list(token.alternatives)
    if token.probability is not None and token.text not in [text for text, _ in found]:
        found.append((token.text, token.probability))
    return found
