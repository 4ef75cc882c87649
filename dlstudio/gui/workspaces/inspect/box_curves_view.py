"""Precision over recall of found boxes, at an overlap that one chooses; a slider for the confidence marks a point."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSlider

from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.share_plot import SharePlot
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.inspect.asking import Subject
from dlstudio.gui.workspaces.inspect.view import InspectView
from dlstudio.gui.workspaces.panels import label

_PAUSE = 250  # milliseconds without a move after which the curve is asked for anew


class BoxCurvesView(InspectView):
    """The curve of one class or of all, with the average precision of each class in the list of classes."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio, "box-curves", "Precision and recall of boxes")
        self._scores, self._hits = np.zeros(0), np.zeros(0)
        self._boxes = 0
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_PAUSE)
        self._later.timeout.connect(self.reload)
        self.kind = QComboBox()
        self.kind.setAccessibleName("class")
        self.kind.setMinimumWidth(190)
        self.kind.addItem("all classes", "")
        self.kind.currentIndexChanged.connect(lambda _: self.reload())
        self.overlap, self.overlap_words = _slider("intersection over union of a hit", 10, 95)
        self.overlap.setToolTip("How much of a true box a found one has to share with it to be a hit")
        self.overlap.valueChanged.connect(lambda _: self._moved())
        self.header.addWidget(label("class", "dim"))
        self.header.addWidget(self.kind)
        self.header.addStretch(1)
        self.header.addWidget(label("IoU", "dim"))
        self.header.addWidget(self.overlap)
        self.header.addWidget(self.overlap_words)
        self.plot = SharePlot("recall: share of the true boxes that are found", "precision: share of hits")
        self.inner.addWidget(self.plot, 1)
        self.confidence, self.confidence_words = _slider("confidence", 5, 99)
        self.confidence.valueChanged.connect(lambda _: self._mark())
        below = QHBoxLayout()
        below.addWidget(label("found from a confidence of", "dim"))
        below.addWidget(self.confidence, 1)
        below.addWidget(self.confidence_words)
        self.inner.addLayout(below)
        self.meaning = label("", "", wrap=True)
        self.inner.addWidget(self.meaning)
        self._say()

    def turn_to(self, subject: Subject | None) -> None:
        """Shows another run or split, all classes first."""
        self._list(())
        super().turn_to(subject)

    def load(self) -> None:
        self._later.stop()
        kind = self.kind.currentData()
        options = {"overlap": self.overlap.value() / 100, **({"class": kind} if kind else {})}
        self.asker.inspect("box-curves", options, self._arrived, self.show_failure)

    def _arrived(self, value: dict[str, Any]) -> None:
        arrays = value["arrays"]
        self._scores, self._hits = np.asarray(arrays["scores"], float), np.cumsum(arrays["hits"], dtype=float)
        self._boxes = int(value["boxes"])
        self._list(tuple(zip(value["classes"], value["averages"], strict=True)))
        name = f"“{value['name']}”" if value["name"] else "all classes"
        if not self._boxes:
            self.show_waiting(f"This split has no true box of {name}, so there is no curve. Choose another class.")
            self.bar.hide()
            return
        precision = self._hits / np.arange(1, len(self._hits) + 1)
        self.plot.set_curve(self._hits / self._boxes, precision, f"precision over recall of {name}")
        interpolated = np.asarray(arrays["interpolated"], float)
        self.plot.set_compared(np.linspace(0, 1, len(interpolated)), interpolated)
        at = f"at an IoU of {value['overlap']:.2f}"
        mean = "" if value["mean"] is None else f"mean average precision {at}: {value['mean']:.3f}"
        own = f"average precision {at}: {interpolated.mean():.3f}" if value["name"] else mean
        self.set_subtitle(f"{own} · {numbers.counted(self._boxes, 'true box', 'true boxes')} · dashed: interpolated")
        self._mark()
        self.show_content()

    def _list(self, classes: tuple[tuple[str, float | None], ...]) -> None:
        """The classes with what each reaches; the chosen one stays."""
        chosen = self.kind.currentData() if classes else ""
        self.kind.blockSignals(True)
        self.kind.clear()
        self.kind.addItem("all classes", "")
        for name, average in classes:
            self.kind.addItem(f"{name} · {'no box' if average is None else f'AP {average:.3f}'}", name)
        self.kind.setCurrentIndex(max(self.kind.findData(chosen), 0))
        self.kind.blockSignals(False)

    def _moved(self) -> None:
        self._say()
        if self.asker.subject is not None:
            self._later.start()

    def _say(self) -> None:
        self.overlap_words.setText(f"{self.overlap.value() / 100:.2f}")
        self.confidence_words.setText(f"{self.confidence.value() / 100:.2f}")

    def _mark(self) -> None:
        self._say()
        if not self._boxes:
            return
        shown = int((self._scores >= self.confidence.value() / 100 - 1e-6).sum())
        if not shown:
            self.plot.set_mark(None, None)
            self.meaning.setText(f"Nothing is found: {numbers.counted(self._boxes, 'miss', 'misses')}.")
            return
        hits = int(self._hits[shown - 1])
        recall, precision = hits / self._boxes, hits / shown
        self.plot.set_mark(recall, precision)
        self.meaning.setText(
            f"{numbers.counted(hits, 'hit')}, {numbers.counted(self._boxes - hits, 'miss', 'misses')}, "
            f"{numbers.counted(shown - hits, 'false alarm')}: precision {numbers.percent(precision)}, recall "
            f"{numbers.percent(recall)}."
        )


def _slider(said: str, low: int, high: int) -> tuple[QSlider, QLabel]:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(low, high)
    slider.setValue(50)
    slider.setMinimumWidth(130)
    slider.setAccessibleName(said)
    words = label("", "mono")
    words.setMinimumWidth(40)
    return slider, words
