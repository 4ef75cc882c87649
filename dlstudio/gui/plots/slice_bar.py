"""Which slice of a volume is looked at, and from where: a choice of the direction and a slider."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSlider, QWidget

from dlstudio.gui import theme
from dlstudio.gui.workspaces.panels import label

DIRECTIONS = (("axial", 0), ("coronal", 1), ("sagittal", 2))


class SliceBar(QWidget):
    """Cuts volumes (depth, height, width[, channels]); depth is taken to run from the feet to the head."""

    moved = Signal()  # another slice is to be shown

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shape = (1, 1, 1)
        self.direction = QComboBox()
        for words, axis in DIRECTIONS:
            self.direction.addItem(words, axis)
        self.direction.setAccessibleName("direction of the slices")
        self.direction.setToolTip("axial: along the depth; coronal: along the height; sagittal: along the width")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName("slice shown")
        self.slider.setPageStep(1)
        self.words = label("", "dim")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE_3)
        row.addWidget(self.direction)
        row.addWidget(self.slider, 1)
        row.addWidget(self.words)
        self.direction.currentIndexChanged.connect(lambda _: self._turned())
        self.slider.valueChanged.connect(lambda _: self._moved())

    @property
    def axis(self) -> int:
        """The axis along which the slices lie: 0 depth, 1 height, 2 width."""
        return int(self.direction.currentData())

    def show_shape(self, shape: tuple[int, ...]) -> None:
        """Takes the shape of another volume; one of the same shape stays at the same slice."""
        if tuple(shape[:3]) != self._shape:
            self._shape = (shape[0], shape[1], shape[2])
            self._turned()

    def step(self, by: int) -> None:
        """To a slice before or behind."""
        self.slider.setValue(self.slider.value() + by)

    def cut(self, volume: Any) -> Any:
        """The slice that is shown, (height, width[, channels]); the head is up."""
        plane = np.take(np.asarray(volume), self.slider.value(), axis=self.axis)
        return plane if self.axis == 0 else plane[::-1]

    def _turned(self) -> None:
        count = self._shape[self.axis]
        self.slider.blockSignals(True)
        self.slider.setRange(0, count - 1)
        self.slider.setValue(count // 2)
        self.slider.blockSignals(False)
        self._moved()

    def _moved(self) -> None:
        self.words.setText(f"slice {self.slider.value() + 1} of {self._shape[self.axis]}")
        self.moved.emit()
