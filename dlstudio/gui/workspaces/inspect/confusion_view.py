"""The confusion matrix beside the samples of the cell that was clicked; at first the worst mistakes of all."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QSplitter, QWidget

from dlstudio.gui import theme
from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.confusion import ConfusionGrid
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.inspect.asking import Subject
from dlstudio.gui.workspaces.inspect.predictions import Predictions
from dlstudio.gui.workspaces.inspect.view import InspectView


class _Matrix(InspectView):
    cellOpened = Signal(str, str, int)

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio, "confusion", "Confusion matrix", "click a cell to see its samples")
        self.grid = ConfusionGrid()
        self.grid.cellClicked.connect(self._clicked)
        self._value: dict[str, Any] = {}
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(self.grid)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        # A scroll area has its widget fill its ground with the palette's grey; the card's own shows through here.
        self.grid.setAutoFillBackground(False)
        scroll.viewport().setAutoFillBackground(False)
        self.inner.addWidget(scroll, 1)

    def load(self) -> None:
        self.asker.inspect("confusion", {}, self._arrived, self.show_failure)

    def _arrived(self, value: dict[str, Any]) -> None:
        self._value = value
        self.grid.set_matrix(value["rows"], value["values"])
        total = sum(sum(row) for row in value["values"])
        right = sum(row[i] for i, row in enumerate(value["values"]))
        share = numbers.percent(right / total) if total else "–"
        words = f"{numbers.count(right)} of {numbers.counted(total, 'sample')} right ({share})"
        self.set_subtitle(f"{words} · click a cell to see its samples")
        self.show_content()

    def _clicked(self, truth: int, predicted: int) -> None:
        names = self._value["rows"]
        self.cellOpened.emit(names[truth], names[predicted], int(self._value["values"][truth][predicted]))


class ConfusionView(QWidget):
    """Matrix at the left, samples at the right."""

    sampleOpened = Signal(object)

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.matrix = _Matrix(studio)
        self.samples = Predictions(studio, "Worst mistakes", "sorted by loss", "cell")
        self.samples.hide_filters()
        self.samples.wrong.setChecked(True)
        self.samples.sampleOpened.connect(self.sampleOpened)
        self.matrix.cellOpened.connect(self._open)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setHandleWidth(theme.SPACE_3)
        splitter.setStyleSheet("QSplitter::handle { background: transparent; }")
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self.matrix)
        splitter.addWidget(self.samples)
        splitter.setSizes([500, 420])
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
        self.matrix.turn_to(subject)
        self.samples.turn_to(subject)

    def _open(self, truth: str, predicted: str, count: int) -> None:
        self.samples.title.setText(f"{truth} → {predicted}")
        kind = "right" if truth == predicted else f"{truth} taken for {predicted}"
        self.samples.set_subtitle(f"{numbers.counted(count, 'sample')}, {kind}")
        self.samples.wrong.blockSignals(True)
        self.samples.wrong.setChecked(False)
        self.samples.wrong.blockSignals(False)
        self.samples.filter_by(truth, predicted)
