"""The predicted classes of each pixel of an input that a person gave, as a picture in the colours of the classes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from PySide6.QtWidgets import QVBoxLayout, QWidget

from dlstudio.data.class_colours import class_colours
from dlstudio.gui.plots.mask_pane import MaskPane


class MaskAnswer(QWidget):
    """Hidden where the answer has no mask. The bars below name the classes with their share of the area."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pane = MaskPane("Classes of the pixels")
        self.pane.setMinimumHeight(220)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.pane)

    def show_answer(self, answer: Mapping[str, Any]) -> None:
        """Shows the mask of an answer of ``predict``."""
        mask = np.asarray(answer.get("mask", ()))
        self.setVisible(mask.ndim == 2)
        if mask.ndim == 2:
            ground = np.full((*mask.shape, 1), 0, np.uint8)
            self.pane.show_mask(ground, mask.astype(np.int64), class_colours(tuple(answer["classes"])))
            self.pane.set_look(1.0, contours=False)
