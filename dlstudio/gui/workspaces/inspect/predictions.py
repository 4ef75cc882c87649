"""The gallery of predictions: samples with truth → prediction, sorted and filtered, loaded by page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout

from dlstudio.gui import theme
from dlstudio.gui.flow_layout import FlowLayout
from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.cards import CLIP_CELL, PAGE, Card, CardGrid
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.inspect.samples import PredictedSample
from dlstudio.gui.workspaces.inspect.view import InspectView
from dlstudio.gui.workspaces.panels import label

SORTS = (
    ("worst first", "-loss"),
    ("best first", "loss"),
    ("most confident", "-confidence"),
    ("least confident", "confidence"),
    ("order of the data", "row"),
)

_TEXT = QSize(220, 96)  # a card with a text, at most


class Predictions(InspectView):
    """Shows the samples of a split with what was predicted for them."""

    def __init__(self, studio: Studio, title: str = "Predictions", subtitle: str = "", name: str = "gallery") -> None:
        super().__init__(studio, name, title, subtitle)
        self._samples: dict[int, PredictedSample] = {}
        self._kind = ""
        self._filters_hidden = False
        self.sort = QComboBox()
        for words, value in SORTS:
            self.sort.addItem(words, value)
        self.sort.setAccessibleName("order")
        self.sort.setMinimumContentsLength(10)
        self.sort.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.sort.view().setMinimumWidth(160)
        self.truth, self.prediction = QComboBox(), QComboBox()
        for box, words in ((self.truth, "any truth"), (self.prediction, "any prediction")):
            box.addItem(words, "")
            box.setAccessibleName(words)
            box.setMinimumContentsLength(len(words))
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.wrong = QCheckBox("only mistakes")
        self.count = label("", "faint")
        boxes = FlowLayout(theme.SPACE_2, between_rows=theme.SPACE_1)
        for box in (self.sort, self.truth, self.prediction):
            boxes.addWidget(box)
        self.header.addLayout(boxes, 1)
        below = QHBoxLayout()
        below.addWidget(self.wrong)
        below.addStretch(1)
        below.addWidget(self.count)
        self.inner.addLayout(below)
        self.grid = CardGrid(cell=QSize(108, 108))
        self.grid.pageNeeded.connect(self._load_page)
        self.grid.opened.connect(self._opened)
        self.inner.addWidget(self.grid, 1)
        for box in (self.sort, self.truth, self.prediction):
            box.currentIndexChanged.connect(lambda _: self.reload())
        self.wrong.toggled.connect(lambda _: self.reload())

    def filter_by(self, truth: str, prediction: str) -> None:
        """Shows the samples of one cell of the confusion matrix."""
        for box, value in ((self.truth, truth), (self.prediction, prediction)):
            box.blockSignals(True)
            if box.findData(value) < 0:
                box.addItem(value, value)
            box.setCurrentIndex(box.findData(value))
            box.blockSignals(False)
        self.reload()

    def hide_filters(self) -> None:
        """Leaves only the order to choose; the owner filters."""
        self._filters_hidden = True
        for widget in (self.truth, self.prediction, self.wrong):
            widget.hide()

    def load(self) -> None:
        self._ask(0, self._first_page)

    def _ask(self, offset: int, then: Any) -> None:
        options: dict[str, Any] = {"sort": self.sort.currentData(), "offset": offset, "limit": PAGE}
        for name, box in (("truth", self.truth), ("prediction", self.prediction)):
            if box.currentData():
                options[name] = box.currentData()
        if self.wrong.isChecked():
            options["wrong"] = True

        def failed(sentence: str) -> None:
            if offset == 0:
                self.show_failure(sentence)
            else:
                self.grid.forget_page(offset)
                self.count.setText(sentence)

        self.asker.inspect("gallery", options, then, failed)

    def _first_page(self, value: dict[str, Any]) -> None:
        self._kind = str(value.get("sample_kind", ""))
        self._samples.clear()
        self._list_classes(list(value.get("classes", ())))
        total, of = int(value["total"]), int(value.get("of", value["total"]))
        words = numbers.counted(total, "sample")
        self.count.setText(words if total == of else f"{words} of {numbers.count(of)}")
        texts = [str(item.get("text") or "") for item in value["items"]]
        self.grid.set_cell(_cell(self._kind, list(value.get("classes", ())), texts))
        self.grid.reset(total)
        if total == 0:
            self._say_nothing_fits()
            return
        self._fill(0, value)
        self.show_content()
        self.grid.choose(0)

    def _say_nothing_fits(self) -> None:
        self.show_waiting("No mistakes here." if self.wrong.isChecked() else "No sample passes these filters.")
        self.bar.hide()

    def _fill(self, first: int, value: dict[str, Any]) -> None:
        arrays = value.get("arrays", {})
        samples = [PredictedSample.from_item(item, self._kind, arrays) for item in value["items"]]
        for sample in samples:
            self._samples[sample.place] = sample
        self.grid.set_cards(first, [sample.card() for sample in samples])

    def _load_page(self, first: int, _: int) -> None:
        if first in self.grid.loaded:
            return
        self._ask(first, lambda value: self._fill(first, value))

    def _list_classes(self, classes: list[str]) -> None:
        for widget in (self.truth, self.prediction, self.wrong):
            widget.setVisible(bool(classes) and not self._filters_hidden)
        for box in (self.truth, self.prediction):
            if [box.itemData(i) for i in range(1, box.count())] == classes:
                continue
            kept = box.currentData()
            box.blockSignals(True)
            while box.count() > 1:
                box.removeItem(1)
            for name in classes:
                box.addItem(name, name)
            box.setCurrentIndex(max(box.findData(kept), 0))
            box.blockSignals(False)

    def _opened(self, card: Card) -> None:
        sample = self._samples.get(card.row)
        if sample is not None:
            self.sampleOpened.emit(sample)


def _cell(kind: str, classes: list[str], texts: Sequence[str] = ()) -> QSize:
    """The size of a card: wide enough for the two longest class names and a confidence below it, or for its text."""
    metrics = QFontMetrics(theme.ui_font(12))
    if kind in ("text", "number", "category"):
        inside = QRect(0, 0, _TEXT.width() - 16, 1000)
        tall = max((metrics.boundingRect(inside, Qt.TextFlag.TextWordWrap, each).height() for each in texts), default=0)
        return QSize(_TEXT.width(), min(max(tall + 14, 40), _TEXT.height()))
    longest = sorted((metrics.horizontalAdvance(name) for name in classes), reverse=True)[:2]
    wide = min(max(sum(longest) + metrics.horizontalAdvance(" →   100 %") + 4, 108), 176)
    if kind == "video":
        return QSize(max(wide, CLIP_CELL.width()), CLIP_CELL.height())
    return QSize(wide, 108) if kind in ("series", "audio") else QSize(wide, wide)
