"""The forecast after a series that a person gave, with its band, behind the series itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PySide6.QtWidgets import QVBoxLayout, QWidget

from dlstudio.data.series.clock import Clock
from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.forecast import ForecastPlot, steps_before

_HEIGHT = 360


class ForecastAnswer(QWidget):
    """Hidden where the answer has no forecast."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plot = ForecastPlot(past="given")
        self.plot.setMaximumHeight(_HEIGHT)
        self.plot.set_series(Clock(start=1.0), "value")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)

    def show_answer(self, answer: Mapping[str, Any], given: Sequence[Any]) -> None:
        """Shows the forecast of an answer of ``predict``.

        Args:
            answer: What the network says.
            given: What was asked: a series of one column is the one that the forecast continues.
        """
        self.setVisible("forecast" in answer)
        if "forecast" not in answer:
            return
        series = [each for each in given if isinstance(each, np.ndarray) and each.ndim == 2]
        steps = len(series[0]) if series else 0
        quantiles = np.stack([answer[name] for name in ("low", "forecast", "high")], axis=-1)
        past = series[0][:, 0] if series and series[0].shape[1] == 1 else np.zeros(0)
        shown = past[-steps_before(len(quantiles)) :]
        self.plot.show_origin(steps, (steps - len(shown), shown), quantiles, {})


def forecast_words(answer: Mapping[str, Any]) -> tuple[str, str]:
    """Headline and explanation of such an answer."""
    low, middle, high = (numbers.number(float(answer[name][0])) for name in ("low", "forecast", "high"))
    return f"next: {middle}", f"4 times of 5 from {low} to {high} · {numbers.counted(len(answer['low']), 'step')} ahead"
