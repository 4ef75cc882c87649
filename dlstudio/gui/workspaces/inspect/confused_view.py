"""The pairs of classes that are confused most, as bars, beside the samples of the pair that was clicked."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.bars import Bar, BarRows
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.inspect.beside_samples import BesideSamples
from dlstudio.gui.workspaces.inspect.view import InspectView


class _Pairs(InspectView):
    cellOpened = Signal(str, str, int)

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio, "confused", "Most confused pairs")
        self.bars = BarRows(clickable=True)
        self.bars.clicked.connect(self._clicked)
        self._pairs: dict[str, tuple[str, str, int]] = {}
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.bars)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(inside)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        inside.setAutoFillBackground(False)
        scroll.viewport().setAutoFillBackground(False)
        self.inner.addWidget(scroll, 1)

    def load(self) -> None:
        self.asker.inspect("confused", {}, self._arrived, self.show_failure)

    def _arrived(self, value: dict[str, Any]) -> None:
        rows = value["rows"]
        if not rows:
            self.show_waiting("No two classes are confused here: every prediction of this split is right.")
            self.bar.hide()
            return
        self._pairs = {f"{truth} → {given}": (truth, given, int(count)) for truth, given, count, _ in rows}
        most = max(count for _, _, count, _ in rows)
        self.bars.set_bars(
            [
                Bar(
                    f"{truth} → {given}",
                    ((count / most, "error"),),
                    f"{numbers.count(count)} · {numbers.percent(share, 0)}",
                    f"{numbers.counted(count, 'sample')} of {truth} taken for {given}, {numbers.percent(share)} of all",
                )
                for truth, given, count, share in rows
            ]
        )
        wrong = sum(count for _, _, count, _ in rows)
        self.set_subtitle(
            f"{numbers.counted(wrong, 'mistake')} in {numbers.counted(len(rows), 'pair')} · truth → prediction, "
            "samples and their share of that truth · click a pair to see its samples"
        )
        self.show_content()

    def _clicked(self, label: str) -> None:
        self.cellOpened.emit(*self._pairs[label])


class ConfusedView(BesideSamples):
    """Pairs at the left, samples at the right."""

    def __init__(self, studio: Studio) -> None:
        self.pairs = _Pairs(studio)
        super().__init__(studio, self.pairs)
