"""Samples as they were read, as the network gives them back, and where both differ; worst first, or in order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from PySide6.QtWidgets import QHBoxLayout, QWidget

from dlstudio.gui import theme
from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.cards import Card
from dlstudio.gui.plots.picture_pane import PicturePane, heat
from dlstudio.gui.plots.series_pair import SeriesPair
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.inspect.leafing_view import LeafingView
from dlstudio.gui.workspaces.inspect.pictures import to_image

SORTS = (("worst first", "-error"), ("best first", "error"), ("order of the data", "row"))
WHICH = (("all samples", ""), ("normal ones", "normal"), ("anomalies", "anomalous"))


class ReconstructionsView(LeafingView):
    """Shows the samples of a split, one large and all of them small below."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio, "reconstructions", "Reconstructions", "sample")
        self._kind = "image"
        self.sort, self.which = self._choice(SORTS, "order"), self._choice(WHICH, "samples shown")
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
        self._build_leafing()
        self._build_grid(96)
        self.grid.setMinimumHeight(140)

    def _options(self) -> dict[str, Any]:
        which = self.which.currentData()
        return {"sort": self.sort.currentData(), **({"which": which} if which else {})}

    def _take_first(self, value: Mapping[str, Any]) -> str:
        self._kind = str(value["sample_kind"])
        self.which.setVisible(bool(value["judged"]))
        self.pictures.setVisible(self._kind == "image")
        self.pair.setVisible(self._kind != "image")
        return "There are no such samples in this split."

    def _card(self, place: int, item: Mapping[str, Any]) -> Card:
        read, given = self._of(item, "read", "given")
        error = numbers.number(float(item["error"]))
        caption = ((f"{item['label']} " if item["label"] else "", "dim"), (error, "text"))
        frame = "error" if item["anomalous"] else ""
        tip = "\n".join(filter(None, (item["name"], item["label"], f"mean squared error {error}")))
        if self._kind == "image":
            return Card(place, caption, to_image(np.concatenate([read, given], axis=1)), frame=frame, tip=tip)
        both = np.stack([read, given], axis=-1).mean(axis=1)
        return Card(place, caption, series=both, frame=frame, tip=tip)

    def _show_sample(self, place: int, item: Mapping[str, Any]) -> None:
        read, given, miss = self._of(item, "read", "given", "miss")
        if self._kind == "image":
            self.read.set_picture(read)
            self.given.set_picture(given)
            self.miss.set_picture(heat(miss, 0.5))
        else:
            self.pair.show_pair(read, given)
        kind = {True: "anomaly", False: "normal"}.get(item["anomalous"], "") if item["anomalous"] is not None else ""
        error = f"mean squared error {numbers.number(float(item['error']))}"
        parts = (f"{place + 1} of {numbers.count(self._total)}", str(item["name"]), str(item["label"]), kind, error)
        self.where.say(" · ".join(filter(None, parts)))
