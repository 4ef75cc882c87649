"""A text that the network writes by prompt, temperature, top-k, top-p and seed; it appears piece by piece."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QPlainTextEdit, QSpinBox, QVBoxLayout, QWidget

from dlstudio.gui import theme
from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.token_text import ShownToken, SurpriseScale, TokenText
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.inspect.asking import Subject
from dlstudio.gui.workspaces.inspect.token_detail import TokenDetail
from dlstudio.gui.workspaces.inspect.view import InspectView
from dlstudio.gui.workspaces.panels import button, label

_WANTED_SECONDS = 0.25  # between two pieces: fast enough to be read along, slow enough to cost nothing
_PROMPT_CHARACTERS = 60


class GenerationView(InspectView):
    """Asks for some tokens, shows them, and asks for the next, so that the window never waits."""

    def __init__(self, studio: Studio, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(studio, "generation", "Write a text", "the network continues what you begin")
        self._clock = clock
        self._ids: list[int] = []
        self._drawn = 0
        self._left = 0
        self._piece = 4
        self._asked_at = 0.0
        self._suggested = ""
        self.prompt = QPlainTextEdit()
        self.prompt.setPlaceholderText("Type how the text begins …")
        self.prompt.setAccessibleName("prompt")
        self.prompt.setFixedHeight(64)
        self.prompt.setTabChangesFocus(True)
        self.length, self.top_k, self.seed = QSpinBox(), QSpinBox(), QSpinBox()
        self.temperature, self.top_p = QDoubleSpinBox(), QDoubleSpinBox()
        self._set_up_numbers()
        self.write_button = button("Write", self._pressed, "primary")
        self.copy_button = button("Copy", self._copy, "quiet", "The prompt and the text")
        self.count = label("", "faint")
        self.text = TokenText()
        self.text.setPlaceholderText("The text appears here while the network writes it.")
        self.detail = TokenDetail()
        self.text.pointed.connect(lambda number: self.detail.show_token(self.text.tokens[number]))
        self.inner.addWidget(self.prompt)
        self.inner.addLayout(self._controls())
        below = QHBoxLayout()
        below.addWidget(self.text, 1)
        below.addWidget(self.detail)
        self.inner.addLayout(below, 1)
        self.trouble = label("", "error", wrap=True)
        self.trouble.hide()
        self.inner.addWidget(self.trouble)
        foot = QHBoxLayout()
        foot.addWidget(self.count)
        foot.addStretch(1)
        foot.addWidget(SurpriseScale())
        self.inner.addLayout(foot)

    def _set_up_numbers(self) -> None:
        self.length.setRange(1, 5000)
        self.length.setValue(400)
        self.length.setSingleStep(100)
        self.top_k.setRange(0, 100_000)
        self.top_k.setSpecialValueText("all")
        self.seed.setRange(0, 2**31 - 1)
        self.seed.setValue(1)
        self.temperature.setRange(0.0, 5.0)
        self.temperature.setSingleStep(0.1)
        self.temperature.setValue(0.8)
        self.top_p.setRange(0.01, 1.0)
        self.top_p.setSingleStep(0.05)
        self.top_p.setValue(1.0)

    def _controls(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE_3)
        tips = {
            "Tokens": "How many to write",
            "Temperature": "0 takes the likeliest token; 1 draws as the network says; more is bolder",
            "Top-k": "Draw only among so many of the likeliest tokens",
            "Top-p": "Draw only among the likeliest tokens that together have this probability",
            "Seed": "The same seed gives the same text",
        }
        fields = (self.length, self.temperature, self.top_k, self.top_p, self.seed)
        for (name, words), field in zip(tips.items(), fields, strict=True):
            box = QWidget()
            column = QVBoxLayout(box)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(2)
            column.addWidget(label(name, "dim"))
            field.setAccessibleName(name)
            field.setToolTip(words)
            field.setMinimumWidth(72)
            field.lineEdit().setTextMargins(6, 0, 0, 0)
            column.addWidget(field)
            row.addWidget(box)
        row.addStretch(1)
        for each in (self.copy_button, self.write_button):
            holder = QVBoxLayout()
            holder.addStretch(1)
            holder.addWidget(each)
            row.addLayout(holder)
        return row

    @property
    def writing(self) -> bool:
        """Whether tokens are under way."""
        return self._left > 0

    def turn_to(self, subject: Subject | None) -> None:
        if self.asker.subject is None or subject is None or subject.run != self.asker.subject.run:
            self.text.set_tokens(())
            self.detail.clear()
            self.count.setText("")
        self._end()
        super().turn_to(subject)

    def load(self) -> None:
        """Suggests how the first passage of the split begins."""
        self.show_content()
        if self.prompt.toPlainText().strip() in ("", self._suggested.strip()):
            self.asker.inspect("surprise", {"place": 0}, self._suggest, lambda _: None)

    def write(self) -> None:
        """Begins to write after the prompt."""
        prompt = self.prompt.toPlainText()
        if self.asker.subject is None:
            return
        if not prompt.strip():
            self._say("Type how the text begins; the network goes on from there.")
            return
        self._say("")
        self.asker.forget()
        self._ids, self._drawn, self._left = [], 0, self.length.value()
        self.text.set_tokens([ShownToken(prompt)])
        self.detail.clear()
        self.write_button.setText("Stop")
        self._ask()

    def stop(self) -> None:
        """Asks for no more; what is under way is dropped."""
        self.asker.forget()
        self._end()

    def _pressed(self) -> None:
        if self.writing:
            self.stop()
        else:
            self.write()

    def _ask(self) -> None:
        options: dict[str, Any] = {
            "count": min(self._piece, self._left),
            "drawn": self._drawn,
            "temperature": round(self.temperature.value(), 3),
            "top_k": self.top_k.value(),
            "top_p": round(self.top_p.value(), 3),
            "seed": self.seed.value(),
        }
        options |= {"ids": self._ids} if self._ids else {"prompt": self.prompt.toPlainText()}
        self._asked_at = self._clock()
        self.asker.inspect("generation", options, self._arrived, self._failed)

    def _arrived(self, value: dict[str, Any]) -> None:
        if not self.writing:
            return
        tokens = [ShownToken.from_json(each) for each in value["tokens"]]
        self.text.add_tokens(tokens)
        self._ids, self._drawn = list(value["ids"]), int(value["drawn"])
        self._left -= len(tokens)
        passed = self._clock() - self._asked_at
        if passed < _WANTED_SECONDS / 2:
            self._piece = min(self._piece * 2, 64)
        elif passed > _WANTED_SECONDS * 2:
            self._piece = max(self._piece // 2, 1)
        self.count.setText(numbers.counted(self._drawn, "token"))
        if self._left > 0 and tokens:
            self._ask()
        else:
            self._end()

    def _failed(self, sentence: str) -> None:
        self._end()
        self._say(sentence)

    def _say(self, sentence: str) -> None:
        self.trouble.setText(f"✕ {sentence}" if sentence else "")
        self.trouble.setVisible(bool(sentence))

    def _end(self) -> None:
        self._left = 0
        self.write_button.setText("Write")

    def _suggest(self, value: dict[str, Any]) -> None:
        if self.prompt.toPlainText().strip() not in ("", self._suggested.strip()):
            return
        text = "".join(str(token["text"]) for token in value["tokens"]).lstrip()
        cut = text[:_PROMPT_CHARACTERS]
        self._suggested = cut.rsplit(" ", 1)[0] if " " in cut else cut
        self.prompt.setPlainText(self._suggested)
        self._say("")

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.written())
