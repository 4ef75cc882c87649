"""The answer of a network that compares: the known samples that are nearest, and the distance to one kept before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from PySide6.QtWidgets import QVBoxLayout, QWidget

from dlstudio.gui.plots.bars import Bar, BarRows
from dlstudio.gui.workspaces.panels import button, label


class NearestAnswer(QWidget):
    """Bars of the nearest known, the longer the nearer; a button keeps what was given, to compare the next with it."""

    def __init__(self) -> None:
        super().__init__()
        self._given: np.ndarray | None = None
        self._kept: np.ndarray | None = None
        self.bars = BarRows()
        self.compared = label("", "heading", wrap=True)
        self.compared.hide()
        self.keep = button("Compare the next with this", self.keep_given, tip="Shows how far the next picture is away")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.bars)
        layout.addWidget(self.compared)
        layout.addWidget(self.keep)

    def show_answer(self, answer: Mapping[str, Any]) -> None:
        """Shows an answer with ``nearest`` and ``embedding``."""
        self._given = np.asarray(answer["embedding"], float)
        self.bars.set_bars(
            [
                Bar(
                    f"{each['label']} ({each['split']})",
                    ((min(max(1.0 - float(each["distance"]), 0.0), 1.0), "training"),),
                    f"{each['distance']:.3f}",
                    str(each["name"]),
                )
                for each in answer["nearest"]
            ]
        )
        self._compare()

    def keep_given(self) -> None:
        """From now on, what is given is compared with what is given now."""
        self._kept = self._given
        self._compare()

    def forget(self) -> None:
        """Another network has other embeddings."""
        self._given = self._kept = None
        self.compared.hide()

    def _compare(self) -> None:
        if self._kept is None or self._given is None or self._kept.shape != self._given.shape:
            return
        self.compared.setText(f"Distance to the one kept: {1.0 - float(self._kept @ self._given):.3f}")
        self.compared.show()
