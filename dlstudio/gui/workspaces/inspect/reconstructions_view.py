"""Samples as they were read, as the network gives them back, and where both differ; worst first, or in order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSlider, QWidget

from dlstudio.gui import theme
from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.cards import PAGE, Card, CardGrid
from dlstudio.gui.plots.picture_pane import PicturePane, heat
from dlstudio.gui.plots.series_pair import SeriesPair
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.inspect.pictures import to_image
from dlstudio.gui.workspaces.inspect.view import InspectView
from dlstudio.gui.workspaces.panels import label

SORTS = (("worst first", "-error"), ("best first", "error"), ("order of the data", "row"))
WHICH = (("all samples", ""), ("normal ones", "normal"), ("anomalies", "anomalous"))


class ReconstructionsView(InspectView):
    """Shows the samples of a split, one large and all of them small below."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio, "reconstructions", "Reconstructions")
        self._samples: dict[int, Mapping[str, Any]] = {}
        self._arrays: dict[str, Any] = {}
        self._total = 0
        self._kind = "image"
        self.sort, self.which = QComboBox(), QComboBox()
        for box, entries, name in ((self.sort, SORTS, "order"), (self.which, WHICH, "samples shown")):
            for words, value in entries:
                box.addItem(words, value)
            box.setAccessibleName(name)
            box.setMinimumWidth(140)
            box.currentIndexChanged.connect(lambda _: self.reload())
            self.header.addWidget(box)
        self.which.hide()
        self.header.addStretch(1)
        self.read, self.given, self.miss = PicturePane("Read"), PicturePane("Given back"), PicturePane("Error")
        self.pictures = QWidget()
        panes = QHBoxLayout(self.pictures)
        panes.setContentsMargins(0, 0, 0, 0)
        panes.setSpacing(theme.SPACE_3)
        for pane in (self.read, self.given, self.miss):
            panes.addWidget(pane, 1)
            pane.stepped.connect(self._step)
        self.miss.setToolTip(
            "Root mean squared error of each pixel, from dark (none) to bright (half of full brightness)"
        )
        self.pair = SeriesPair()
        self.pair.hide()
        self.inner.addWidget(self.pictures, 3)
        self.inner.addWidget(self.pair, 3)
        self.place = QSlider(Qt.Orientation.Horizontal)
        self.place.setAccessibleName("sample shown")
        self.place.setPageStep(1)
        self.place.valueChanged.connect(self._show)
        self.where = label("", "dim")
        scroll = QHBoxLayout()
        scroll.setSpacing(theme.SPACE_3)
        scroll.addWidget(self.place, 1)
        scroll.addWidget(self.where)
        self.inner.addLayout(scroll)
        self.grid = CardGrid(cell=QSize(96, 96))
        self.grid.setMinimumHeight(140)
        self.grid.pageNeeded.connect(self._load_page)
        self.grid.opened.connect(lambda card: self.place.setValue(card.row))
        self.inner.addWidget(self.grid, 2)

    @property
    def shown(self) -> Mapping[str, Any] | None:
        """The sample that is shown large."""
        return self._samples.get(self.place.value())

    def load(self) -> None:
        self._ask(0, self._first_page)

    def _ask(self, offset: int, then: Any) -> None:
        options: dict[str, Any] = {"sort": self.sort.currentData(), "offset": offset, "limit": PAGE}
        if self.which.currentData():
            options["which"] = self.which.currentData()

        def failed(sentence: str) -> None:
            if offset == 0:
                self.show_failure(sentence)
            else:
                self.grid.forget_page(offset)

        self.asker.inspect("reconstructions", options, then, failed)

    def _first_page(self, value: dict[str, Any]) -> None:
        self._samples.clear()
        self._arrays.clear()
        self._total, self._kind = int(value["total"]), str(value["sample_kind"])
        self.which.setVisible(bool(value["judged"]))
        self.pictures.setVisible(self._kind == "image")
        self.pair.setVisible(self._kind != "image")
        total, of = self._total, int(value["of"])
        words = numbers.counted(total, "sample")
        self.set_subtitle(words if total == of else f"{words} of {numbers.count(of)}")
        self.grid.reset(total)
        if not total:
            self.show_waiting("There are no such samples in this split.")
            self.bar.hide()
            return
        self.place.blockSignals(True)
        self.place.setRange(0, total - 1)
        self.place.setValue(0)
        self.place.blockSignals(False)
        self._fill(0, value)
        self.show_content()

    def _fill(self, first: int, value: dict[str, Any]) -> None:
        self._arrays.update(value.get("arrays", {}))
        cards = []
        for place, item in enumerate(value["items"], first):
            self._samples[place] = item
            read, given = (np.asarray(self._arrays[f"{name}-{item['place']}"]) for name in ("read", "given"))
            error = numbers.number(float(item["error"]))
            caption = ((f"{item['label']} " if item["label"] else "", "dim"), (error, "text"))
            frame = "error" if item["anomalous"] else ""
            tip = "\n".join(filter(None, (item["name"], item["label"], f"mean squared error {error}")))
            if self._kind == "image":
                beside = to_image(np.concatenate([read, given], axis=1))
                cards.append(Card(place, caption, beside, frame=frame, tip=tip))
            else:
                cards.append(
                    Card(place, caption, series=np.stack([read, given], axis=-1).mean(axis=1), frame=frame, tip=tip)
                )
        self.grid.set_cards(first, cards)
        if first <= self.place.value() < first + len(cards):
            self._show(self.place.value())

    def _load_page(self, first: int, _: int) -> None:
        if first not in self._samples:
            self._ask(first, lambda value: self._fill(first, value))

    def _step(self, by: int) -> None:
        self.place.setValue(self.place.value() + by)

    def _show(self, place: int) -> None:
        item = self._samples.get(place)
        if item is None:
            self._load_page(place // PAGE * PAGE, PAGE)
            return
        read, given, miss = (np.asarray(self._arrays[f"{name}-{item['place']}"]) for name in ("read", "given", "miss"))
        if self._kind == "image":
            self.read.set_picture(read)
            self.given.set_picture(given)
            self.miss.set_picture(heat(miss, 0.5))
        else:
            self.pair.show_pair(read, given)
        kind = {True: "anomaly", False: "normal"}.get(item["anomalous"], "") if item["anomalous"] is not None else ""
        error = f"mean squared error {numbers.number(float(item['error']))}"
        parts = (f"{place + 1} of {numbers.count(self._total)}", str(item["name"]), str(item["label"]), kind, error)
        self.where.setText(" · ".join(filter(None, parts)))
