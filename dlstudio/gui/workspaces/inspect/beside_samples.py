"""A view whose cells are a truth and a prediction, beside the samples of the clicked one; at first all mistakes."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from dlstudio.gui.plots import numbers
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.inspect.asking import Subject
from dlstudio.gui.workspaces.inspect.predictions import Predictions
from dlstudio.gui.workspaces.inspect.view import side_by_side


class BesideSamples(QWidget):
    """A view of confusions at the left, samples at the right.

    The left one has ``cellOpened(truth, prediction, count)``.
    """

    sampleOpened = Signal(object)

    def __init__(self, studio: Studio, left: Any) -> None:
        super().__init__()
        self.left = left
        self.samples = Predictions(studio, "Worst mistakes", "sorted by loss", "cell")
        self.samples.hide_filters()
        self.samples.wrong.setChecked(True)
        self.samples.sampleOpened.connect(self.sampleOpened)
        left.cellOpened.connect(self._open)
        splitter = side_by_side((left, 500), (self.samples, 420))
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 2)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(splitter)

    def turn_to(self, subject: Subject | None) -> None:
        """Shows another run or split."""
        self.samples.title.setText("Worst mistakes")
        self.samples.set_subtitle("sorted by loss")
        for box in (self.samples.truth, self.samples.prediction):
            box.blockSignals(True)
            box.setCurrentIndex(0)
            box.blockSignals(False)
        self.samples.wrong.blockSignals(True)
        self.samples.wrong.setChecked(True)
        self.samples.wrong.blockSignals(False)
        self.left.turn_to(subject)
        self.samples.turn_to(subject)

    def _open(self, truth: str, predicted: str, count: int) -> None:
        self.samples.title.setText(f"{truth} → {predicted}")
        kind = "right" if truth == predicted else f"{truth} taken for {predicted}"
        self.samples.set_subtitle(f"{numbers.counted(count, 'sample')}, {kind}")
        self.samples.wrong.blockSignals(True)
        self.samples.wrong.setChecked(False)
        self.samples.wrong.blockSignals(False)
        self.samples.filter_by(truth, predicted)
