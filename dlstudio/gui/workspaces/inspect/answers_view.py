"""Questions with the answer found in the passage and the true one, and how likely each word begins and ends it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QHBoxLayout

from dlstudio.gui import theme
from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.answer_text import AnswerText
from dlstudio.gui.plots.legend import Entry, Legend
from dlstudio.gui.plots.span_text import MarkedSpan
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.inspect.paged_view import PagedTexts
from dlstudio.gui.workspaces.panels import label

PAGE = 8
_SORTS = (
    ("highest loss first", "-loss"),
    ("lowest loss first", "loss"),
    ("lowest F1 first", "f1"),
    ("highest F1 first", "-f1"),
    ("order of the data", "row"),
)
_SHOWN = (("right and wrong", ""), ("right", "right"), ("partly right", "partly right"), ("wrong", "wrong"))


class AnswersView(PagedTexts):
    """Shows the questions of a split, page by page."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio, "answers", "Answers", page=PAGE)
        self.sort, self.shown = self._choice(_SORTS, "order"), self._choice(_SHOWN, "answers shown")
        self.header.addStretch(1)
        self.legend = Legend()
        said = QHBoxLayout()
        said.setSpacing(theme.SPACE_2)
        said.addWidget(label("line above: true answer · coloured: found · bars: how likely it", "faint"))
        said.addWidget(self.legend, 1)
        self.inner.addLayout(said)
        theme.signals.changed.connect(self._name_bars)
        self._name_bars()
        self._build_list()

    def _name_bars(self) -> None:
        words = ("begins there", "ends there")
        self.legend.set_entries({each: Entry(each, AnswerText.color_of(end)) for end, each in enumerate(words)})

    @property
    def texts(self) -> list[AnswerText]:
        """The passages of the page."""
        return self._listed(AnswerText)

    def load(self) -> None:
        options: dict[str, Any] = {"sort": self.sort.currentData(), "offset": self._offset, "limit": PAGE}
        if self.shown.currentData():
            options["show"] = self.shown.currentData()
        self.asker.inspect("answers", options, self._arrived, self.show_failure)

    def _arrived(self, value: dict[str, Any]) -> None:
        counts, metrics = value.get("counts", {}), value.get("metrics", {})
        parts = [f"{numbers.count(counts[name])} {name}" for name, _ in _SHOWN[1:] if name in counts]
        if "f1" in metrics:
            parts.append(f"mean F1 {numbers.percent(float(metrics['f1']))}")
        if "no_answer_f1" in metrics:
            if "has_answer_f1" in metrics:
                parts.append(f"of those with an answer {numbers.percent(float(metrics['has_answer_f1']))}")
            parts.append(f"of those without {numbers.percent(float(metrics['no_answer_f1']))}")
            parts.append("∅ stands for no answer")
        self.set_subtitle(" · ".join(parts))
        arrays = value.get("arrays", {})
        nothing = "No question passes this filter."
        self._show_items(value, lambda item: self._add(item, arrays), noun="question", nothing=nothing)

    def _add(self, item: Mapping[str, Any], arrays: Mapping[str, Any]) -> None:
        self.list.addWidget(label(str(item["question"]), "title", wrap=True))
        truths = " / ".join(_quoted(text) for text in item["truths"])
        sure = numbers.percent(float(item["score"]))
        self.list.addWidget(label(f"found {_quoted(item['answer'])} ({sure}) · right: {truths}", "dim", wrap=True))
        outside = "" if item["truth"] else " · the right answer lies behind the words that are read"
        where = f"{item['where']} · " if item.get("where") else ""
        f1, loss = numbers.percent(float(item["f1"])), numbers.number(float(item["loss"]))
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


def _quoted(text: str) -> str:
    return f"“{text}”" if text else "no answer"
