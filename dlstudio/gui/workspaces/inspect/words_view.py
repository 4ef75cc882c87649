"""Texts with the weight of each word: green speaks for the class, red against it; texts of one's own, too."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QScrollArea, QTextEdit, QWidget

from dlstudio.gui import theme
from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.bars import Bar, BarRows
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.inspect.asking import Subject
from dlstudio.gui.workspaces.inspect.predictions import Predictions
from dlstudio.gui.workspaces.inspect.samples import PredictedSample, spoken
from dlstudio.gui.workspaces.inspect.view import InspectView, side_by_side
from dlstudio.gui.workspaces.panels import label

_STRONGEST = 14
_PAUSE_MS = 350


class _Words(InspectView):
    def __init__(self, studio: Studio) -> None:
        super().__init__(studio, "words", "Weight of each word")
        self._row: int | None = None
        self.own = QLineEdit()
        self.own.setPlaceholderText("Type a text of your own …")
        self.own.setAccessibleName("text of your own")
        self.own.setClearButtonEnabled(True)
        self._later = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._later.timeout.connect(self.reload)
        self.own.textEdited.connect(lambda _: self._later.start())
        self.own.returnPressed.connect(self.reload)
        self.header.addWidget(self.own, 1)
        self.verdict = label("", "heading", wrap=True)
        self.text = QTextEdit()
        self.text.setReadOnly(True)
        self.text.setFrameShape(QTextEdit.Shape.NoFrame)
        self.text.setAccessibleName("text with the weight of each word")
        self.bars = BarRows()
        self.more = label("", "faint", wrap=True)
        self.inner.addWidget(self.verdict)
        self.inner.addWidget(self.text, 1)
        self.heading = label("strongest words", "dim")
        self.inner.addWidget(self.heading)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(self.bars)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        self.bars.setAutoFillBackground(False)
        scroll.viewport().setAutoFillBackground(False)
        self.inner.addWidget(scroll, 1)
        self.inner.addWidget(self.more)
        theme.signals.changed.connect(self._redraw)
        self._value: dict[str, Any] = {}

    def turn_to(self, subject: Subject | None) -> None:
        self._row = None
        super().turn_to(subject)

    def show_row(self, row: int) -> None:
        """Looks at a row of the data."""
        self._row = row
        self.own.clear()
        self.reload()

    def load(self) -> None:
        options: dict[str, Any] = {}
        if self.own.text().strip():
            options["text"] = self.own.text()
        elif self._row is not None:
            options["row"] = self._row
        self.asker.inspect("words", options, self._arrived, self.show_failure)

    def _arrived(self, value: dict[str, Any]) -> None:
        self._value = value
        self._redraw()
        weights = strongest(value["pieces"], value["weights"])
        most = max((abs(weight) for _, weight in weights), default=0.0) or 1.0
        share = bool(value["share"])
        self.bars.set_bars(
            [
                Bar(word, ((abs(weight) / most, "ok" if weight > 0 else "error"),), _written(weight, share))
                for word, weight in weights
            ]
        )
        about = f"the probability of “{value['about']}”" if share else f"the value of {value['about']}"
        self.set_subtitle(f"how {about} changes with each word · green raises it, red lowers it · grey: unknown word")
        self.heading.setText("strongest words, in points of the probability" if share else "strongest words")
        self.verdict.setText(_verdict(value))
        left = int(value["left_out"])
        self.more.setText(
            f"{numbers.counted(left, 'word')} behind the end are not read: the text is longer." if left else ""
        )
        self.more.setVisible(bool(left))
        self.show_content()

    def _redraw(self) -> None:
        if self._value:
            self.text.setHtml(coloured(self._value["pieces"], self._value["weights"], self._value["known"]))


class WordsView(QWidget):
    """Texts to choose from at the left, the chosen one with its words at the right."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.samples = Predictions(studio, "Texts", "choose one", "words.texts")
        self.words = _Words(studio)
        self.samples.sampleOpened.connect(self._open)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(side_by_side((self.samples, 400), (self.words, 560)))

    def turn_to(self, subject: Subject | None) -> None:
        """Shows another run or split."""
        self.samples.turn_to(subject)
        self.words.turn_to(subject)

    def _open(self, sample: PredictedSample) -> None:
        self.words.show_row(sample.row)


def strongest(pieces: Sequence[str], weights: Sequence[float | None]) -> list[tuple[str, float]]:
    """The words with the largest weights by size, each once with the sum of its weights."""
    found: dict[str, float] = {}
    for piece, weight in zip(pieces, weights, strict=True):
        if weight is not None:
            found[piece.lower()] = found.get(piece.lower(), 0.0) + weight
    return sorted(found.items(), key=lambda entry: -abs(entry[1]))[:_STRONGEST]


def coloured(pieces: Sequence[str], weights: Sequence[float | None], known: Sequence[bool]) -> str:
    """The text as HTML: the ground of each word as strong as its weight, unknown words in grey."""
    most = max((abs(weight) for weight in weights if weight is not None), default=0.0) or 1.0
    parts = []
    for piece, weight, is_known in zip(pieces, weights, known, strict=True):
        text = html.escape(piece).replace("\n", "<br>")
        if weight is None:
            parts.append(text)
            continue
        ground = theme.color("ok" if weight > 0 else "error")
        strength = 0.7 * abs(weight) / most
        red, green, blue = ground.red(), ground.green(), ground.blue()
        ink = "" if is_known else f"color: {theme.hex_color('dim')};"
        style = f"background-color: rgba({red}, {green}, {blue}, {strength:.3f}); {ink}"
        parts.append(f'<span style="{style}">{text}</span>')
    return f'<p style="font-size: 15px; line-height: 170%;">{"".join(parts)}</p>'


def _written(weight: float, share: bool) -> str:
    sign = "+" if weight > 0 else "−"
    return f"{sign}{abs(100 * weight):.1f}" if share else f"{sign}{numbers.number(abs(weight))}"


def _verdict(value: dict[str, Any]) -> str:
    answer = value["prediction"]
    said = spoken(answer.get("label", answer.get("value")))
    sure = f" ({numbers.percent(float(answer['confidence']))} sure)" if "confidence" in answer else ""
    truth = "" if value["truth"] is None else f" · truth: {spoken(value['truth'])}"
    return f"Predicted: {said}{sure}{truth}"
