"""ROC and precision-recall curves of one class, and a slider for the probability from which on it is believed."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSlider

from dlstudio.gui import theme
from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.share_plot import SharePlot
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.inspect.asking import Subject
from dlstudio.gui.workspaces.inspect.view import InspectView
from dlstudio.gui.workspaces.panels import label

_STEPS = 1000


class ThresholdView(InspectView):
    """Both curves with the point that the slider chooses, and what that threshold means in numbers of samples."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio, "thresholds", "ROC and precision-recall")
        self._hits = self._alarms = self._thresholds = np.zeros(0)
        self._positives = self._negatives = 0
        self._name = ""
        self.chosen = QComboBox()
        self.chosen.setAccessibleName("class")
        self.chosen.setMinimumWidth(140)
        self.chosen.currentIndexChanged.connect(lambda _: self.reload())
        self.header.addWidget(label("class", "dim"))
        self.header.addWidget(self.chosen)
        self.header.addStretch(1)
        self.roc = SharePlot("false alarms: share of the others taken for it", "found: share of the class (recall)")
        self.recall = SharePlot("found: share of the class (recall)", "precision: share of the alarms that is right")
        plots = QHBoxLayout()
        plots.setSpacing(theme.SPACE_3)
        plots.addWidget(self.roc, 1)
        plots.addWidget(self.recall, 1)
        self.inner.addLayout(plots, 1)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, _STEPS)
        self.slider.setValue(_STEPS // 2)
        self.slider.setPageStep(_STEPS // 20)
        self.slider.setAccessibleName("threshold")
        self.slider.valueChanged.connect(lambda _: self._mark())
        self.threshold = label("", "mono")
        self.threshold.setMinimumWidth(64)
        below = QHBoxLayout()
        below.addWidget(label("believed from a probability of", "dim"))
        below.addWidget(self.slider, 1)
        below.addWidget(self.threshold)
        self.inner.addLayout(below)
        self.meaning = label("", "", wrap=True)
        self.inner.addWidget(self.meaning)

    def turn_to(self, subject: Subject | None) -> None:
        """Shows another run or split; its own class first."""
        self.chosen.blockSignals(True)
        self.chosen.clear()
        self.chosen.blockSignals(False)
        super().turn_to(subject)

    def load(self) -> None:
        options = {"class": self.chosen.currentText()} if self.chosen.currentText() else {}
        self.asker.inspect("thresholds", options, self._arrived, self.show_failure)

    def _arrived(self, value: dict[str, Any]) -> None:
        arrays = value.get("arrays", {})
        self._thresholds, self._hits, self._alarms = (
            np.asarray(arrays.get(name, ()), float) for name in ("thresholds", "hits", "alarms")
        )
        self._positives, self._negatives = int(value["positives"]), int(value["negatives"])
        self._name = str(value["name"])
        classes = list(value["classes"])
        self.chosen.blockSignals(True)
        if [self.chosen.itemText(i) for i in range(self.chosen.count())] != classes:
            self.chosen.clear()
            self.chosen.addItems(classes)
        self.chosen.setCurrentText(self._name)
        self.chosen.blockSignals(False)
        if not self._positives or not self._negatives:
            missing = f"no sample of “{self._name}”" if not self._positives else f"samples of “{self._name}” only"
            self.show_waiting(f"This split has {missing}, so there is no curve. Choose another class or split.")
            self.bar.hide()
            return
        recall, alarms = self._hits / self._positives, self._alarms / self._negatives
        believed = self._hits + self._alarms
        precision = np.divide(self._hits, believed, out=np.ones_like(recall), where=believed > 0)
        self.roc.set_curve(alarms, recall, f"ROC curve of {self._name}")
        self.roc.set_compared([0, 1], [0, 1])
        share = self._positives / (self._positives + self._negatives)
        self.recall.set_curve(recall[1:], precision[1:], f"precision over recall of {self._name}")
        self.recall.set_compared([0, 1], [share, share])
        self.set_subtitle(
            f"area under ROC {value['auc']:.3f} · average precision {value['average_precision']:.3f} · "
            f"{numbers.counted(self._positives, 'sample')} of “{self._name}”, {numbers.count(self._negatives)} others "
            "· dashed: guessing"
        )
        self._mark()
        self.show_content()

    def _mark(self) -> None:
        threshold = self.slider.value() / _STEPS
        self.threshold.setText(numbers.percent(threshold, 1))
        if not len(self._thresholds) or not self._positives or not self._negatives:
            return
        # The thresholds fall; the last that is not below the slider's counts all samples at or above it.
        place = int(np.searchsorted(-self._thresholds, -threshold, side="right")) - 1
        hits, alarms = int(self._hits[place]), int(self._alarms[place])
        recall, false = hits / self._positives, alarms / self._negatives
        precision = hits / (hits + alarms) if hits + alarms else None
        self.roc.set_mark(false, recall)
        self.recall.set_mark(recall if precision is not None else None, precision)
        f1 = 2 * hits / (2 * hits + alarms + self._positives - hits)
        right = "none is believed"
        if precision is not None:
            right = f"{numbers.percent(precision)} of the alarms are right, F1 {f1:.3f}"
        self.meaning.setText(
            f"Finds {numbers.count(hits)} of {numbers.counted(self._positives, 'sample')} ({numbers.percent(recall)}), "
            f"misses {numbers.count(self._positives - hits)}; {numbers.counted(alarms, 'false alarm')} among "
            f"{numbers.counted(self._negatives, 'other')} ({numbers.percent(false)}); {right}."
        )
