"""The frame of views that play or show one sample: all samples at the left, the chosen one at the right."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QWidget

from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.inspect.asking import Subject
from dlstudio.gui.workspaces.inspect.predictions import Predictions
from dlstudio.gui.workspaces.inspect.view import InspectView, side_by_side


class SamplePane(InspectView):
    """What one inspector says of one row of the split; of the first until one is chosen.

    A subclass shows the answer in :meth:`show_answer` and keeps the row that it is about in ``_row``.
    """

    def __init__(self, studio: Studio, inspector: str, title: str) -> None:
        super().__init__(studio, inspector, title)
        self._inspector = inspector
        self._row: int | None = None

    def show_answer(self, value: dict[str, Any]) -> None:
        """The inspector's answer is there."""
        raise NotImplementedError

    def turn_to(self, subject: Subject | None) -> None:
        self._row = None
        super().turn_to(subject)

    def open(self, row: int) -> None:
        """Shows another row."""
        if row != self._row:
            self._row = row
            self.reload()

    def load(self) -> None:
        options = {} if self._row is None else {"row": self._row}
        self.asker.inspect(self._inspector, options, self.show_answer, self.show_failure)


class ChosenSample(QWidget):
    """Samples beside a pane that shows one of them.

    Args:
        studio: The studio.
        name: Tells its questions from those of other views.
        pane: The view at the right.
        widths: Of both at first, in pixels.
    """

    def __init__(self, studio: Studio, name: str, pane: SamplePane, widths: tuple[int, int]) -> None:
        super().__init__()
        self.samples, self._pane = Predictions(studio, "Samples", "", name), pane
        self.samples.sampleOpened.connect(lambda sample: pane.open(sample.row))
        splitter = side_by_side((self.samples, widths[0]), (pane, widths[1]))
        splitter.setStretchFactor(1, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(splitter)

    def turn_to(self, subject: Subject | None) -> None:
        """Shows another run or split."""
        self.samples.turn_to(subject)
        self._pane.turn_to(subject)
