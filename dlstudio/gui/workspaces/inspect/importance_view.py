"""Importance of a table's columns by permutation, as bars: how much worse the network is without each."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from dlstudio.gui import theme
from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.bars import Bar, BarRows
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.inspect.view import InspectView
from dlstudio.gui.workspaces.panels import label

_ERRORS = ("mae", "mse", "rmse", "loss")  # the less, the better


class ImportanceView(InspectView):
    """Bars, the most important column first."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio, "importance", "Importance of columns")
        self.bars = BarRows()
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE_3)
        column.addWidget(self.bars)
        column.addWidget(
            label(
                "It says what this network leans on. Of two columns that say the same, one may look unimportant.",
                "faint",
                wrap=True,
            )
        )
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(inside)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        inside.setAutoFillBackground(False)
        scroll.viewport().setAutoFillBackground(False)
        self.inner.addWidget(scroll, 1)

    def load(self) -> None:
        self.asker.inspect("importance", {}, self._arrived, self.show_failure)

    def _arrived(self, value: dict[str, Any]) -> None:
        metric, share = str(value["metric"]), numbers.is_share(str(value["metric"]))
        drops, spreads = value["drops"], value["spreads"]
        most = max([*drops, 1e-12])
        self.bars.set_bars(
            [
                Bar(
                    name,
                    ((max(drop, 0.0) / most, "training"),),
                    f"{_written(drop, share)} ± {_written(spread, share, signed=False)}",
                    f"{name}: {numbers.metric_title(metric)} gets worse by {_written(drop, share)}",
                )
                for name, drop, spread in zip(value["columns"], drops, spreads, strict=True)
            ]
        )
        unit = " points" if share else ""
        whole = numbers.metric(metric, value["reference"])
        worse = "rise" if metric in _ERRORS else "loss"
        self.set_subtitle(
            f"{worse} of {numbers.metric_title(metric)}{unit} when a column's values go to other samples, mean of "
            f"{value['repeats']} ± standard deviation · with all columns {whole} on "
            f"{numbers.counted(int(value['samples']), 'sample')}"
        )
        self.show_content()


def _written(value: float, share: bool, signed: bool = True) -> str:
    """Percentage points where the metric is a share, else in its units; a gain has a minus."""
    text = f"{abs(100 * value):.1f}" if share else numbers.number(abs(value))
    return f"−{text}" if signed and value < 0 and float(text.replace("\u202f", "")) else text
