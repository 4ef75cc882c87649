"""The reliability diagram: bars of the share that is right by confidence; on the dashed line both are equal."""

from __future__ import annotations

from typing import Any

from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.bars import Histogram
from dlstudio.gui.plots.share_plot import SharePlot
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.inspect.view import InspectView
from dlstudio.gui.workspaces.panels import label


class CalibrationView(InspectView):
    """Diagram, the number of samples by confidence, and the gap in words."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio, "calibration", "Calibration")
        self.plot = SharePlot("confidence of the predicted class", "share that is right")
        self.plot.set_compared([0, 1], [0, 1])
        self.verdict = label("", "heading", wrap=True)
        self.counts = Histogram(color="faint")
        self.plot.spanned.connect(lambda: self.counts.set_span(*self.plot.span()))
        self.inner.addWidget(self.verdict)
        self.inner.addWidget(self.plot, 1)
        self.inner.addWidget(label("samples by confidence", "dim"))
        self.inner.addWidget(self.counts)

    def load(self) -> None:
        self.asker.inspect("calibration", {}, self._arrived, self.show_failure)

    def _arrived(self, value: dict[str, Any]) -> None:
        counts = value["counts"]
        total, width = sum(counts), 1 / max(len(counts), 1)
        if not total:
            self.show_waiting("This split has no samples.")
            self.bar.hide()
            return
        heights = [0.0 if each is None else float(each) for each in value["bin_accuracy"]]
        said = f"reliability: calibration error {numbers.percent(value['error'])}"
        self.plot.set_bars([(place + 0.5) * width for place in range(len(counts))], heights, width * 0.96, said)
        self.counts.set_counts(counts, 0, 100, "%")
        sure, right = float(value["confidence"]), float(value["accuracy"])
        self.verdict.setText(_verdict(sure, right))
        self.set_subtitle(
            f"expected calibration error {numbers.percent(value['error'])} · {numbers.counted(total, 'sample')} · a "
            "bar above the dashed line: right more often than it is sure; below: less often"
        )
        self.show_content()


def _verdict(sure: float, right: float) -> str:
    gap = sure - right
    kind = "Too sure" if gap > 0.02 else "Too modest" if gap < -0.02 else "As sure as it is right"
    return f"{kind}: {numbers.percent(sure)} sure on average, {numbers.percent(right)} right."
