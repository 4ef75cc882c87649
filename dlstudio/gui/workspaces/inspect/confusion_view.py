"""The confusion matrix beside the samples of the cell that was clicked; at first the worst mistakes of all."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QScrollArea

from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.confusion import ConfusionGrid
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.inspect.beside_samples import BesideSamples
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


class ConfusionView(BesideSamples):
    """Matrix at the left, samples at the right."""

    def __init__(self, studio: Studio) -> None:
        self.matrix = _Matrix(studio)
        super().__init__(studio, self.matrix)
