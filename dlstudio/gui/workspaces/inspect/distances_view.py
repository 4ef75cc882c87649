"""Distances of same and different pairs, a threshold to move between them, and the pairs that are mistaken most."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QSlider

from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.cards import CardGrid
from dlstudio.gui.plots.pair_histogram import PairHistogram
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.inspect.pair_cards import pair_card
from dlstudio.gui.workspaces.inspect.view import InspectView
from dlstudio.gui.workspaces.panels import label


class DistancesView(InspectView):
    """The histogram above, a slider for the threshold with what it means, and the worst pairs below."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio, "distances", "Distances of pairs")
        self._same = self._different = np.zeros(1)
        self._width = 1.0
        self.plot = PairHistogram()
        self.inner.addWidget(self.plot, 3)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName("threshold")
        self.slider.valueChanged.connect(lambda _: self._mark())
        self.threshold = label("", "mono")
        self.threshold.setMinimumWidth(64)
        below = QHBoxLayout()
        below.addWidget(label("the same up to a distance of", "dim"))
        below.addWidget(self.slider, 1)
        below.addWidget(self.threshold)
        self.inner.addLayout(below)
        self.meaning = label("", "", wrap=True)
        self.inner.addWidget(self.meaning)
        self.inner.addWidget(label("Pairs of one class that lie farthest apart, then of two that lie nearest", "dim"))
        self.pairs = CardGrid(cell=QSize(150, 84))
        self.inner.addWidget(self.pairs, 2)

    def load(self) -> None:
        self.asker.inspect("distances", {}, self._arrived, self.show_failure)

    def _arrived(self, value: dict[str, Any]) -> None:
        arrays = value.get("arrays", {})
        self._same, self._different = (np.asarray(arrays[name], float) for name in ("same", "different"))
        self._width = float(value["width"])
        self.plot.set_counts(self._same, self._different, self._width)
        self.slider.blockSignals(True)
        self.slider.setRange(0, len(self._same))
        self.slider.setPageStep(max(len(self._same) // 20, 1))
        self.slider.setValue(round(float(value["threshold"]) / self._width))
        self.slider.blockSignals(False)
        scores = value["scores"]
        listed = int(value.get("listed") or 0)
        of = f"{numbers.counted(listed, 'listed pair')} · " if listed else ""
        self.set_subtitle(
            f"{of}area under ROC {scores['roc_auc']:.3f} · equal error rate {numbers.percent(scores['eer'])} · "
            f"{numbers.percent(scores['tar_at_far_1'])} accepted at 1 % false accepts · blue: of one class, red: of two"
        )
        cards = []
        for place, pair in enumerate(value["worst"]):
            names = (pair["first"]["truth"],) if pair["same"] else (pair["first"]["truth"], pair["second"]["truth"])
            words = ((f"{pair['distance']:.3f}  ", "dim"), (" | ".join(map(str, names)), "text"))
            cards.append(pair_card(place, pair, value["sample_kind"], arrays, words))
        self.pairs.reset(len(cards))
        self.pairs.set_cards(0, cards)
        self._mark()
        self.show_content()

    def _mark(self) -> None:
        place = self.slider.value()
        distance = place * self._width
        self.threshold.setText(f"{distance:.4g}")
        self.plot.set_threshold(distance)
        same, different = int(self._same.sum()), int(self._different.sum())
        if not same or not different:
            return
        accepted, alarms = int(self._same[:place].sum()), int(self._different[:place].sum())
        self.meaning.setText(
            f"False rejects: {numbers.count(same - accepted)} of {numbers.counted(same, 'pair')} of one class "
            f"({numbers.percent((same - accepted) / same)}). False accepts: {numbers.count(alarms)} of "
            f"{numbers.counted(different, 'pair')} of two ({numbers.percent(alarms / different)})."
        )
