"""Passages of the data with each token coloured by how little the network foresaw it."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QComboBox, QHBoxLayout

from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.token_text import ShownToken, SurpriseScale, TokenText
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.inspect.asking import Subject
from dlstudio.gui.workspaces.inspect.token_detail import TokenDetail
from dlstudio.gui.workspaces.inspect.view import InspectView
from dlstudio.gui.workspaces.panels import button, label


class SurpriseView(InspectView):
    """One passage at a time.

    Attributes:
        inspector: Whose passages these are.
        unit: What the mean surprise is measured in, in words.
        sorts: The orders of passages that are offered: words, and what the inspector calls them.
    """

    inspector = "surprise"
    unit = "bits a token"
    sorts = (("order of the text", "row"), ("most surprising first", "-loss"), ("best foreseen first", "loss"))

    def __init__(
        self,
        studio: Studio,
        title: str = "Probability of each token",
        words: str = "how well the network foresaw each token",
    ) -> None:
        super().__init__(studio, self.inspector, title, words)
        self._place = 0
        self.sort = QComboBox()
        self.sort.setAccessibleName("order of the passages")
        for said, value in self.sorts:
            self.sort.addItem(said, value)
        self.sort.currentIndexChanged.connect(lambda _: self._go(-self._place))
        self.back = button("‹ Back", lambda: self._go(-1), "quiet", "The passage before")
        self.next = button("Next ›", lambda: self._go(1), "quiet", "The next passage")
        self.count = label("", "faint")
        for widget in (self.sort, self.back, self.next, self.count):
            self.header.addWidget(widget)
        self.header.addStretch(1)
        self.text = TokenText()
        self.detail = TokenDetail()
        self.text.pointed.connect(lambda number: self.detail.show_token(self.text.tokens[number]))
        middle = QHBoxLayout()
        middle.addWidget(self.text, 1)
        middle.addWidget(self.detail)
        self.inner.addLayout(middle, 1)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(SurpriseScale())
        self.inner.addLayout(foot)

    def turn_to(self, subject: Subject | None) -> None:
        if subject != self.asker.subject:
            self._place = 0
        super().turn_to(subject)

    def load(self) -> None:
        options = {"place": self._place, "sort": self.sort.currentData()}
        self.asker.inspect(self.inspector, options, self._arrived, self.show_failure)

    def _go(self, steps: int) -> None:
        self._place = max(self._place + steps, 0)
        if self.asker.subject is not None:
            self.asker.forget()
            self.load()

    def _arrived(self, value: dict[str, Any]) -> None:
        self._place = int(value["place"])
        self.text.set_tokens(ShownToken.from_json(each) for each in value["tokens"])
        self.detail.clear()
        self.back.setEnabled(self._place > 0)
        self.next.setEnabled(self._place + 1 < int(value["of"]))
        words = f"passage {numbers.count(self._place + 1)} of {numbers.count(value['of'])}"
        self.count.setText(f"{words} · {float(value['bits']):.2f} {self.unit} · {value.get('where', '')}".rstrip(" ·"))
        self.show_content()
