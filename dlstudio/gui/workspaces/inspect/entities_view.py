"""Sentences with their entities: the true ones above the words, the predicted ones on and below them, page by page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.span_text import MarkedSpan, SpanText
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.inspect.paged_view import PagedTexts
from dlstudio.gui.workspaces.panels import label

PAGE = 30
_SORTS = (("worst first", "-loss"), ("best first", "loss"), ("order of the data", "row"))
_MISTAKES = (
    ("right and wrong", ""),
    ("any mistake", "any"),
    ("missed", "missed"),
    ("false alarms", "false alarm"),
    ("wrong type", "wrong type"),
    ("wrong bounds", "wrong bounds"),
)


class EntitiesView(PagedTexts):
    """Shows the texts of a split with what was found in them."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio, "entities", "Entities", page=PAGE)
        self.sort = self._choice(_SORTS, "order")
        self.type = self._choice((("any type", ""),), "type")
        self.mistakes = self._choice(_MISTAKES, "mistakes")
        legend = label("line above: truth · coloured, type below: found · red: a mistake", "faint", wrap=True)
        self.header.addWidget(legend, 1)
        self._build_list()

    @property
    def texts(self) -> list[SpanText]:
        """The texts of the page."""
        return self._listed(SpanText)

    def load(self) -> None:
        options: dict[str, Any] = {"sort": self.sort.currentData(), "offset": self._offset, "limit": PAGE}
        for name, box in (("type", self.type), ("mistakes", self.mistakes)):
            if box.currentData():
                options[name] = box.currentData()
        self.asker.inspect("entities", options, self._arrived, self.show_failure)

    def _arrived(self, value: dict[str, Any]) -> None:
        types = list(value["types"])
        self._list_types(types)
        counts = value.get("counts", {})
        parts = [
            f"{numbers.count(counts[name])} {words if counts[name] != 1 else name}"
            for words, name in (("right", "right"), *_MISTAKES[2:])
            if name in counts
        ]
        self.set_subtitle(f"spans of the split: {', '.join(parts)}" if parts else "no spans in this split")
        nothing = "No sentence passes these filters."
        self._show_items(value, lambda item: self._add(item, types), noun="sentence", nothing=nothing)

    def _add(self, item: Mapping[str, Any], types: list[str]) -> None:
        where = f"{item['where']} · " if item.get("where") else ""
        self.list.addWidget(label(f"{where}loss {numbers.number(float(item['loss']))}", "small"))
        text = SpanText()
        text.set_text(
            item["tokens"],
            [MarkedSpan.from_json(each) for each in item["truth"]],
            [MarkedSpan.from_json(each) for each in item["predicted"]],
            types,
        )
        self.list.addWidget(text)

    def _list_types(self, types: list[str]) -> None:
        if [self.type.itemData(i) for i in range(1, self.type.count())] == types:
            return
        kept = self.type.currentData()
        self.type.blockSignals(True)
        while self.type.count() > 1:
            self.type.removeItem(1)
        for name in types:
            self.type.addItem(name, name)
        self.type.setCurrentIndex(max(self.type.findData(kept), 0))
        self.type.blockSignals(False)
