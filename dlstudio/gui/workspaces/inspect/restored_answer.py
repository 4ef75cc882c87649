"""What a network gives back of an input that a person gave, or makes of noise: a picture or a series."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from PySide6.QtWidgets import QVBoxLayout, QWidget

from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.picture_pane import PicturePane
from dlstudio.gui.plots.sparkline import SeriesView
from dlstudio.gui.workspaces.panels import label


class RestoredAnswer(QWidget):
    """Hidden where the answer gives nothing back and makes nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pane, self.series = PicturePane("Given back"), SeriesView()
        self.pane.setMinimumHeight(220)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.pane)
        self.heading = label("Given back, standardized", "section")
        layout.addWidget(self.heading)
        layout.addWidget(self.series)

    def show_answer(self, answer: Mapping[str, Any]) -> None:
        """Shows the reconstruction of an answer of ``predict``, or what was made."""
        given = np.asarray(answer.get("made", answer.get("reconstruction", ())), np.float32)
        self.pane.title = "Made" if "made" in answer else "Given back"
        self.setVisible(given.ndim in (2, 3))
        self.pane.setVisible(given.ndim == 3)
        for widget in (self.heading, self.series):
            widget.setVisible(given.ndim == 2)
        self.heading.setText("Made" if "made" in answer else "Given back, standardized")
        if given.ndim == 3:
            self.pane.set_picture(given if given.shape[-1] in (1, 3) else given.mean(axis=-1, keepdims=True))
        elif given.ndim == 2:
            self.series.set_series(given)


def restored_words(answer: Mapping[str, Any]) -> tuple[str, str]:
    """Headline and explanation of such an answer."""
    if "made" in answer:
        return f"looks real by {numbers.percent(float(answer['realness']))}", "as the discriminator finds it"
    error = f"error {numbers.number(float(answer['error']))}"
    threshold = answer.get("threshold")
    if threshold is None:
        return error, "mean squared error of what is given back"
    limit = numbers.number(float(threshold))
    if answer.get("anomalous"):
        return f"anomaly, {error}", f"19 of 20 normal validation samples stay below {limit}"
    return f"normal, {error}", f"below {limit}, as 19 of 20 normal validation samples"
