"""Truth against prediction of a regression, with its mean absolute error and R²; a click opens the sample."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.scatter import TruthScatter
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.inspect.samples import PredictedSample
from dlstudio.gui.workspaces.inspect.view import InspectView


class ScatterView(InspectView):
    """Shows a scatter result."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio, "scatter", "Truth and prediction")
        self.plot = TruthScatter()
        self.plot.pointClicked.connect(self._clicked)
        self._rows: Any = ()
        self.inner.addWidget(self.plot, 1)

    def load(self) -> None:
        self.asker.inspect("scatter", {}, self._arrived, self.show_failure)

    def _arrived(self, value: dict[str, Any]) -> None:
        arrays = value.get("arrays", {})
        x, y, self._rows = (np.asarray(arrays.get(name, ())) for name in ("x", "y", "rows"))
        name = str(value.get("x_label", "")).split(",")[0]
        self.plot.set_points(x, y, name)
        self.set_subtitle(f"{figures(x, y)} · {numbers.counted(len(x), 'sample')} · click a point to see its sample")
        self.show_content()

    def _clicked(self, place: int) -> None:
        if place < len(self._rows):
            options = {"rows": [int(self._rows[place])], "limit": 1}
            self.asker.inspect("gallery", options, self._opened, self.show_failure)

    def _opened(self, value: dict[str, Any]) -> None:
        for item in value["items"][:1]:
            kind, arrays = str(value.get("sample_kind", "")), value.get("arrays", {})
            self.sampleOpened.emit(PredictedSample.from_item(item, kind, arrays))


def figures(truth: Any, predicted: Any) -> str:
    """``mean absolute error 2.31 · R² 0.87``, in the units of the data."""
    x, y = np.asarray(truth, float), np.asarray(predicted, float)
    known = np.isfinite(x) & np.isfinite(y)
    x, y = x[known], y[known]
    if not len(x):
        return "no samples"
    spread = float(((x - x.mean()) ** 2).sum())
    text = f"mean absolute error {numbers.number(float(np.abs(x - y).mean()))}"
    return f"{text} · R² {1 - float(((x - y) ** 2).sum()) / spread:.3f}" if spread else text
