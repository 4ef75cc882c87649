"""The form of a new search: which settings may vary between what, how many trials, and how."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFormLayout, QHBoxLayout, QScrollArea, QSpinBox, QVBoxLayout, QWidget

from dlstudio.gui import theme
from dlstudio.gui.editors.editor import CalmComboBox
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.panels import Card, button, label
from dlstudio.gui.workspaces.train.search.range_row import RangeRow
from dlstudio.search.folder import Plan
from dlstudio.search.offering import Offer, offers
from dlstudio.search.settings import faults

_USUAL = ("learning_rate", "units", "filters")
_SENTENCE = (
    "Each trial trains the network with other values and is judged by the validation split. Trials that go badly end "
    "early; one that fails does not end the search."
)


class SearchForm(QWidget):
    """Edits a plan and starts it."""

    startWanted = Signal(object)

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._studio = studio
        self._offers: list[Offer] = []
        self.rows: list[RangeRow] = []
        self.card = Card("Search over settings", _SENTENCE)
        self.add = CalmComboBox()
        self.add.setPlaceholderText("Add a setting …")
        self.add.setMaximumWidth(320)
        self.add.activated.connect(self._add)
        self.trials = _spin(1, 10_000, 20, "How many trials in all, failed ones counted")
        self.side_by_side = _spin(1, 16, 1, "Trials that train at the same time: more than one needs cores and memory")
        self.epochs = _spin(0, 100_000, 0, "Passes over the training split in each trial")
        self.epochs.setSpecialValueText("as in the recipe")
        self.pruning = QCheckBox("End trials early that are worse than the median of the others")
        self.pruning.setChecked(True)
        self.start = button("Start the search", self._start, "primary")
        self._said = label("", "error", wrap=True)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(theme.SPACE_2)
        self._build()
        studio.documentOpened.connect(self._forget)
        studio.projectChanged.connect(self._project_changed)

    def _build(self) -> None:
        numbers = QFormLayout()
        numbers.setHorizontalSpacing(theme.SPACE_4)
        numbers.setVerticalSpacing(theme.SPACE_2)
        for words, editor in (
            ("Trials", self.trials),
            ("Side by side", self.side_by_side),
            ("Epochs", self.epochs),
        ):
            editor.setMaximumWidth(160)
            numbers.addRow(label(words, "dim"), editor)
        numbers.addRow("", self.pruning)
        body = self.card.body
        body.addWidget(label("RANGES", "section"))
        body.addLayout(self._lines)
        body.addWidget(self.add)
        body.addSpacing(theme.SPACE_2)
        body.addWidget(label("TRIALS", "section"))
        body.addLayout(numbers)
        body.addWidget(self._said)
        ends = QHBoxLayout()
        ends.addStretch(1)
        ends.addWidget(self.start)
        body.addLayout(ends)
        self.card.setMaximumWidth(860)
        inside = QWidget()
        middle = QVBoxLayout(inside)
        middle.setContentsMargins(0, 0, 0, 0)
        middle.addWidget(self.card)
        middle.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidget(inside)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(area)

    def showEvent(self, event: object) -> None:
        self.refresh()

    def refresh(self) -> None:
        """Offers what the project has; the first time, also suggests what is searched most often."""
        self._offers = offers(self._studio.project, self._studio.catalogue)
        known = {each.path for each in self._offers}
        for row in [each for each in self.rows if each.offer.path not in known]:
            self._remove(row)
        if not self.rows:
            for name in _USUAL:
                found = next((each for each in self._offers if each.name == name), None)
                if found is not None and len(self.rows) < 2:
                    self._append(found)
        self._list()
        self._check()

    def plan(self) -> Plan | None:
        """What stands there, or None where something is wrong with it; the form says what."""
        ranges = [row.range() for row in self.rows]
        found = tuple(each for each in ranges if each is not None)
        wrong = len(found) < len(ranges)
        for row, each in zip(self.rows, ranges, strict=True):
            said = faults(self._studio.project, [each], self._studio.catalogue) if each is not None else []
            if said:
                row.say(said[0])
                wrong = True
        self._said.setText("" if self.rows else "Add a setting that trials may vary.")
        self._said.setVisible(not self.rows)
        if wrong or not self.rows:
            return None
        return Plan(
            found,
            trials=self.trials.value(),
            side_by_side=self.side_by_side.value(),
            epochs=self.epochs.value() or None,
            pruning=self.pruning.isChecked(),
        )

    def _start(self) -> None:
        plan = self.plan()
        if plan is not None:
            self.startWanted.emit(plan)

    def _check(self) -> None:
        self.start.setEnabled(self.plan() is not None)

    def _list(self) -> None:
        taken = {row.offer.path for row in self.rows}
        self.add.clear()
        for offer in self._offers:
            if offer.path not in taken:
                self.add.addItem(f"{offer.place} · {offer.name}", offer)
        self.add.setCurrentIndex(-1)

    def _add(self, index: int) -> None:
        offer: Any = self.add.itemData(index)
        self._append(offer)
        self._list()
        self._check()

    def _append(self, offer: Offer) -> None:
        row = RangeRow(offer)
        row.changed.connect(self._check)
        row.removed.connect(lambda: self._removed(row))
        self.rows.append(row)
        self._lines.addWidget(row)

    def _removed(self, row: RangeRow) -> None:
        self._remove(row)
        self._list()
        self._check()

    def _remove(self, row: RangeRow) -> None:
        self.rows.remove(row)
        self._lines.removeWidget(row)
        row.hide()
        row.deleteLater()

    def _forget(self) -> None:
        for row in list(self.rows):
            self._remove(row)

    def _project_changed(self) -> None:
        if self.isVisible():
            self.refresh()


def _spin(low: int, high: int, value: int, help_text: str) -> QSpinBox:
    made = QSpinBox()
    made.setRange(low, high)
    made.setValue(value)
    made.setToolTip(help_text)
    made.lineEdit().setTextMargins(6, 0, 0, 0)
    return made
