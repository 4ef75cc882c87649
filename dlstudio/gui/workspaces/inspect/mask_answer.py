"""The predicted classes of each pixel of an input that a person gave, as a picture in the colours of the classes.

Volumes are shown slice by slice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from dlstudio.data.pictures.class_colours import Colour, class_colours
from dlstudio.gui.plots.legend import Entry, Legend
from dlstudio.gui.plots.mask_pane import MaskPane
from dlstudio.gui.plots.slice_bar import SliceBar


class MaskAnswer(QWidget):
    """Hidden where the answer has no mask. The bars below name the classes with their share of the area."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pane = MaskPane("Classes of the pixels")
        self.pane.setMinimumHeight(220)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self.slices = SliceBar()
        self._mask: np.ndarray = np.zeros((0, 0), np.int64)
        self._colours: tuple[Colour, ...] = ()
        self.slices.moved.connect(self._show)
        self.pane.stepped.connect(self.slices.step)
        self.legend = Legend()
        layout.addWidget(self.pane)
        layout.addWidget(self.slices)
        layout.addWidget(self.legend)

    def show_answer(self, answer: Mapping[str, Any]) -> None:
        """Shows the mask of an answer of ``predict``."""
        mask = np.asarray(answer.get("mask", ()))
        self.setVisible(mask.ndim in (2, 3))
        self.slices.setVisible(mask.ndim == 3)
        if mask.ndim in (2, 3):
            names = tuple(answer["classes"])
            self._mask, self._colours = mask.astype(np.int64), class_colours(names)
            there = [place for place in np.unique(self._mask).tolist() if 0 <= place < len(names)]
            self.legend.set_entries({names[place]: _entry(names[place], self._colours[place]) for place in there})
            if mask.ndim == 3:
                self.slices.show_shape(mask.shape)
            self._show()

    def _show(self) -> None:
        plane = self.slices.cut(self._mask) if self._mask.ndim == 3 else self._mask
        self.pane.show_mask(np.zeros((*plane.shape, 1), np.uint8), plane, self._colours)
        self.pane.set_look(1.0, contours=False)


def _entry(name: str, colour: Colour) -> Entry:
    return Entry(name, QColor(*colour), area=True)
