"""Sentences with their entities: the true ones above the words, the predicted ones on and below them, page by page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.span_text import MarkedSpan, SpanText
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.inspect.view import InspectView
from dlstudio.gui.workspaces.panels import button, clear, label, line

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


class EntitiesView(InspectView):
    """Shows the texts of a split with what was found in them."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(
            studio, "entities", "Entities", "truth in a line above the words, prediction in colour with its type below"
        )
        self._offset = 0
        self.sort, self.type, self.mistakes = QComboBox(), QComboBox(), QComboBox()
        for box, name, entries in (
            (self.sort, "order", _SORTS),
            (self.type, "type", (("any type", ""),)),
            (self.mistakes, "mistakes", _MISTAKES),
        ):
            box.setAccessibleName(name)
            for words, value in entries:
                box.addItem(words, value)
            box.currentIndexChanged.connect(lambda _: self._turn_page(0))
            self.header.addWidget(box)
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
    def texts(self) -> list[SpanText]:
        """The texts of the page."""
        items = (self.list.itemAt(place) for place in range(self.list.count()))
        found = (item.widget() for item in items if item is not None)
        return [each for each in found if isinstance(each, SpanText)]

    def load(self) -> None:
        options: dict[str, Any] = {"sort": self.sort.currentData(), "offset": self._offset, "limit": PAGE}
        for name, box in (("type", self.type), ("mistakes", self.mistakes)):
            if box.currentData():
                options[name] = box.currentData()
        self.asker.inspect("entities", options, self._arrived, self.show_failure)

    def _turn_page(self, offset: int) -> None:
        self._offset = max(offset, 0)
        self.reload()

    def _arrived(self, value: dict[str, Any]) -> None:
        self._list_types(list(value["types"]))
        total, of = int(value["total"]), int(value["of"])
        counts = value.get("counts", {})
        verdicts = ("right", *(name for _, name in _MISTAKES[2:]))
        parts = [f"{numbers.count(counts[name])} {name}" for name in verdicts if name in counts]
        words = numbers.counted(total, "sentence")
        pages = f" · {self._offset + 1}-{min(self._offset + PAGE, total)}" if total > PAGE else ""
        self.count.setText(f"{words if total == of else f'{words} of {numbers.count(of)}'}{pages}")
        self.set_subtitle(f"spans of the split: {', '.join(parts)}" if parts else "no spans in this split")
        self.back.setVisible(self._offset > 0)
        self.on.setVisible(self._offset + PAGE < total)
        clear(self.list)
        for number, item in enumerate(value["items"]):
            if number:
                self.list.addWidget(line())
            self._add(item, value["types"])
        self.list.addStretch(1)
        self.area.verticalScrollBar().setValue(0)
        if total:
            self.show_content()
        else:
            self.show_waiting("No sentence passes these filters.")
            self.bar.hide()

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
