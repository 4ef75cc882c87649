"""Questions with the answer found in the passage and the true one, and how likely each word begins and ends it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.answer_text import AnswerText
from dlstudio.gui.plots.span_text import MarkedSpan
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.inspect.view import InspectView
from dlstudio.gui.workspaces.panels import button, clear, label, line

PAGE = 8
_SORTS = (
    ("highest loss first", "-loss"),
    ("lowest loss first", "loss"),
    ("lowest F1 first", "f1"),
    ("highest F1 first", "-f1"),
    ("order of the data", "row"),
)
_SHOWN = (("right and wrong", ""), ("right", "right"), ("partly right", "partly right"), ("wrong", "wrong"))


class AnswersView(InspectView):
    """Shows the questions of a split, page by page."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio, "answers", "Answers", "")
        self._offset = 0
        self.sort, self.shown = QComboBox(), QComboBox()
        for box, name, entries in ((self.sort, "order", _SORTS), (self.shown, "answers shown", _SHOWN)):
            box.setAccessibleName(name)
            for words, value in entries:
                box.addItem(words, value)
            box.currentIndexChanged.connect(lambda _: self._turn_page(0))
            self.header.addWidget(box)
        self.header.addWidget(
            label("true answer: line above · found: coloured · bars of a word: begins there, ends there", "faint")
        )
        self.header.addStretch(1)
        self.count = label("", "faint")
        self.back = button("‹ Back", lambda: self._turn_page(self._offset - PAGE))
        self.on = button("More ›", lambda: self._turn_page(self._offset + PAGE))
        below = QHBoxLayout()
        below.addWidget(self.count, 1)
        below.addWidget(self.back)
        below.addWidget(self.on)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QScrollArea.Shape.NoFrame)
        inside = QWidget()
        self.list = QVBoxLayout(inside)
        self.list.setContentsMargins(0, 0, 8, 0)
        self.list.setSpacing(6)
        self.area.setWidget(inside)
        inside.setAutoFillBackground(False)
        self.area.viewport().setAutoFillBackground(False)
        self.inner.addWidget(self.area, 1)
        self.inner.addLayout(below)

    @property
    def texts(self) -> list[AnswerText]:
        """The passages of the page."""
        items = (self.list.itemAt(place) for place in range(self.list.count()))
        found = (item.widget() for item in items if item is not None)
        return [each for each in found if isinstance(each, AnswerText)]

    def load(self) -> None:
        options: dict[str, Any] = {"sort": self.sort.currentData(), "offset": self._offset, "limit": PAGE}
        if self.shown.currentData():
            options["show"] = self.shown.currentData()
        self.asker.inspect("answers", options, self._arrived, self.show_failure)

    def _turn_page(self, offset: int) -> None:
        self._offset = max(offset, 0)
        self.reload()

    def _arrived(self, value: dict[str, Any]) -> None:
        total, of = int(value["total"]), int(value["of"])
        counts, metrics = value.get("counts", {}), value.get("metrics", {})
        parts = [f"{numbers.count(counts[name])} {name}" for name, _ in _SHOWN[1:] if name in counts]
        if "f1" in metrics:
            parts.append(f"mean F1 {numbers.number(float(metrics['f1']))}")
        self.set_subtitle(" · ".join(parts))
        words = numbers.counted(total, "question")
        pages = f" · {self._offset + 1}-{min(self._offset + PAGE, total)}" if total > PAGE else ""
        self.count.setText(f"{words if total == of else f'{words} of {numbers.count(of)}'}{pages}")
        self.back.setVisible(self._offset > 0)
        self.on.setVisible(self._offset + PAGE < total)
        clear(self.list)
        for number, item in enumerate(value["items"]):
            if number:
                self.list.addWidget(line())
            self._add(item, value.get("arrays", {}))
        self.list.addStretch(1)
        self.area.verticalScrollBar().setValue(0)
        if total:
            self.show_content()
        else:
            self.show_waiting("No question passes this filter.")
            self.bar.hide()

    def _add(self, item: Mapping[str, Any], arrays: Mapping[str, Any]) -> None:
        self.list.addWidget(label(str(item["question"]), "title", wrap=True))
        truths = " / ".join(f"“{text}”" for text in item["truths"])
        sure = numbers.percent(float(item["score"]))
        self.list.addWidget(label(f"found “{item['answer']}” ({sure}) · right: {truths}", "dim", wrap=True))
        outside = "" if item["truth"] else " · the right answer lies behind the words that are read"
        where = f"{item['where']} · " if item.get("where") else ""
        f1, loss = numbers.number(float(item["f1"])), numbers.number(float(item["loss"]))
        self.list.addWidget(label(f"{where}F1 {f1} · loss {loss}{outside}", "small", wrap=True))
        text = AnswerText()
        text.set_text(
            item["tokens"],
            [MarkedSpan.from_json(each) for each in item["truth"]],
            [MarkedSpan.from_json(each) for each in item["predicted"]],
            ["answer"],
        )
        scores = arrays.get(item["array"])
        if scores is not None:
            text.set_scores(scores)
        self.list.addWidget(text)
