"""The errors of all samples with a threshold from which on one counts as an anomaly, and what that means in numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.error_histogram import ErrorHistogram
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.inspect.view import InspectView
from dlstudio.gui.workspaces.panels import button, label


class ErrorsView(InspectView):
    """A histogram, and words below."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio, "errors", "Errors and anomalies")
        self._scores, self._truth = np.zeros(0), np.zeros(0, int)
        self._usual: float | None = None
        self.plot = ErrorHistogram()
        self.plot.moved.connect(lambda _: self._mark())
        self.meaning = label("", "", wrap=True)
        self.hint = label("", "faint", wrap=True)
        self.back = button("Back to the threshold of the validation split", self._reset, "link")
        self.inner.addWidget(self.plot, 1)
        self.inner.addWidget(self.meaning)
        self.inner.addWidget(self.hint)
        self.inner.addWidget(self.back)

    def load(self) -> None:
        self.asker.inspect("errors", {}, self._arrived, self.show_failure)

    def _arrived(self, value: dict[str, Any]) -> None:
        arrays = value.get("arrays", {})
        self._scores, self._truth = np.asarray(arrays["scores"], float), np.asarray(arrays["truth"], int)
        self._usual = value["threshold"]
        areas = value["areas"]
        parts = [numbers.counted(len(self._scores), "sample")]
        if areas:
            share = float((self._truth == 1).mean())
            parts += [
                f"area under precision-recall {areas['pr_auc']:.3f} (guessing: {share:.3f})",
                f"area under ROC {areas['roc_auc']:.3f} (guessing: 0.500)",
            ]
        self.set_subtitle(" · ".join(parts))
        if value["normal"]:
            self.hint.setText(f"Normal is {value['normal']}. The network has learnt normal samples only.")
        else:
            self.hint.setText(
                "Nothing says which samples are normal. Choose them on the Data page to have errors judged."
            )
        self.plot.set_scores(self._scores, self._truth)
        self._reset()
        self.show_content()

    def _reset(self) -> None:
        highest = float(self._scores.max()) if len(self._scores) else 1.0
        self.plot.set_threshold(highest if self._usual is None else self._usual)
        self._mark()

    def _mark(self) -> None:
        threshold = float(self.plot.line.value())
        usual = self._usual is not None and abs(threshold - self._usual) < 1e-9
        self.back.setVisible(not usual and self._usual is not None)
        words = f"From an error of {numbers.number(threshold)} on"
        if usual:
            words += ", which 5 % of the validation samples pass,"
        alarms = self._scores >= threshold
        if not (self._truth >= 0).any():
            self.meaning.setText(f"{words} {numbers.counted(int(alarms.sum()), 'sample')} of {len(alarms)} stand out.")
            return
        strange = self._truth == 1
        found, false = int((alarms & strange).sum()), int((alarms & ~strange).sum())
        right = f"{numbers.percent(found / (found + false))} of the alarms are right" if found + false else "no alarm"
        recall = f" ({numbers.percent(found / strange.sum())})" if strange.any() else ""
        others = int((~strange).sum())
        share = f" ({numbers.percent(false / others)})" if others else ""
        self.meaning.setText(
            f"{words} {numbers.count(found)} of {numbers.counted(int(strange.sum()), 'anomaly', 'anomalies')} are "
            f"found{recall}, with {numbers.counted(false, 'false alarm')} among {numbers.count(others)} normal "
            f"samples{share}; {right}."
        )
