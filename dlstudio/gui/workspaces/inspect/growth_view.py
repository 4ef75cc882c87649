"""What the network gave back of a few samples, or made, epoch by epoch; a slider goes through the training."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QSlider

from dlstudio.gui import theme
from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.cards import Card, CardGrid
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.inspect.pictures import to_image
from dlstudio.gui.workspaces.inspect.view import InspectView
from dlstudio.gui.workspaces.panels import label

_ALL = 100  # of the height goes to the samples as long as they need it


class GrowthView(InspectView):
    """Samples above, what is given back of them or made of noise below."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio, "growth", "Growth while training")
        self._arrays: dict[str, Any] = {}
        self._kind = "image"
        self._made = False
        self.epoch = QSlider(Qt.Orientation.Horizontal)
        self.epoch.setAccessibleName("epoch shown")
        self.epoch.setPageStep(1)
        self.epoch.valueChanged.connect(self._show)
        self.where = label("", "dim")
        top = QHBoxLayout()
        top.setSpacing(theme.SPACE_3)
        top.addWidget(self.epoch, 1)
        top.addWidget(self.where)
        self.read, self.given = CardGrid(cell=QSize(92, 92)), CardGrid(cell=QSize(92, 92))
        self.inner.addLayout(top)
        self.words = (label("", "section"), label("", "section"))
        for heading, grid in zip(self.words, (self.read, self.given), strict=True):
            grid.fit_rows(2)
            self.inner.addWidget(heading)
            self.inner.addWidget(grid, _ALL)
        self.inner.addStretch(1)

    def load(self) -> None:
        self.asker.inspect("growth", {}, self._arrived, self.show_failure)

    def _arrived(self, value: dict[str, Any]) -> None:
        self._arrays, self._kind = value["arrays"], str(value["sample_kind"])
        self._made = bool(value.get("made"))
        told = (
            ("Real", "Made of the same noise after each epoch")
            if self._made
            else ("Read", "Given back, with its mean squared error")
        )
        for heading, text in zip(self.words, told, strict=True):
            heading.setText(text)
        epochs, rows = self._arrays["epochs"], self._arrays["rows"]
        self.set_subtitle(
            f"{numbers.counted(len(rows), 'sample')} of the validation split, or of the training split without one · "
            f"{numbers.counted(len(epochs), 'epoch')} kept"
        )
        words = [f"sample {numbers.count(int(row) + 1)}" for row in rows]
        self._fill(self.read, self._arrays["read"], words)
        self.epoch.blockSignals(True)
        self.epoch.setRange(0, len(epochs) - 1)
        self.epoch.setValue(len(epochs) - 1)
        self.epoch.blockSignals(False)
        self._show(self.epoch.value())
        self.show_content()

    def _show(self, place: int) -> None:
        epoch, given = int(self._arrays["epochs"][place]), self._arrays["given"][place]
        if self._made:  # it is not to equal the real sample above it
            self._fill(self.given, given, [f"noise {place + 1}" for place in range(len(given))])
            self.where.setText(f"after epoch {numbers.count(epoch)}")
            return
        errors = self._arrays["errors"][place]
        self._fill(self.given, given, [numbers.number(float(each)) for each in errors])
        error = numbers.number(float(np.mean(errors)))
        self.where.setText(f"after epoch {numbers.count(epoch)} · mean squared error of these {error}")

    def _fill(self, grid: CardGrid, samples: Any, words: list[str]) -> None:
        if grid.count != len(words):
            grid.reset(len(words))
        cards = []
        for place, (caption, sample) in enumerate(zip(words, samples, strict=True)):
            shown = ((caption, "dim"),)
            if self._kind == "image":
                cards.append(Card(place, shown, to_image(np.asarray(sample))))
            else:
                cards.append(Card(place, shown, series=np.asarray(sample)))
        grid.set_cards(0, cards)
