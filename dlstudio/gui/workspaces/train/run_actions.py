"""What hands do with runs in their list: write a note and tags, pin, remove, bring back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QWidget,
)

from dlstudio.gui import theme
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.panels import ElidedLabel, button
from dlstudio.gui.workspaces.train.run_columns import title_of
from dlstudio.gui.workspaces.train.seed_groups import SPREADS, Spread, seeds_of
from dlstudio.training.runs.run_info import RunInfo
from dlstudio.training.runs.run_marks import RunMarks, tags_of

_SHOWN = 5


class RunActions:
    """Fills the menu of a run and does what is chosen.

    Args:
        studio: Keeps the runs.
        parent: Over which dialogs stand.
        compare: Called when other curves are to be compared.

    Attributes:
        averaged: The run whose seeds are shown by their mean, or empty.
        spread: What the band around the mean reaches over.
        removal: Offers to take the last removal back.
    """

    def __init__(self, studio: Studio, parent: QWidget, compare: Callable[[], None] = lambda: None) -> None:
        self._studio = studio
        self._parent = parent
        self._compare = compare
        self.averaged = ""
        self.removal = RemovalBar(self._bring_back)
        self.spread: Spread = "deviation"

    def fill(self, menu: QMenu, info: RunInfo) -> None:
        """Adds what can be done with a run."""
        seeds = len(seeds_of(info, self._studio.runs))
        if self.averaged:
            menu.addAction("Hide the mean of seeds", lambda: self.average(""))
        if seeds > 1:
            for spread, (_, words) in SPREADS.items():
                menu.addAction(words.format(seeds), partial(self.average, info.name, spread))
        menu.addSeparator()
        menu.addAction("Note and tags …", lambda: self.write(info))
        menu.addAction("Take the pin away" if info.marks.pinned else "Pin", lambda: self.pin(info))
        remove = menu.addAction("Remove", lambda: self.remove([info.name]))
        remove.setEnabled(not info.live and not info.marks.pinned)
        removed = self._studio.removed_runs()
        if removed:
            menu.addSeparator()
        for name in reversed(removed[-_SHOWN:]):
            menu.addAction(f"Bring back {title_of(name)}", partial(self._studio.bring_back_run, name))

    def average(self, name: str, spread: Spread = "deviation") -> None:
        """Compares with the mean of the seeds of a run inside the band of its spread, or with none."""
        self.averaged, self.spread = name, spread
        self._compare()

    def seeds(self) -> list[RunInfo]:
        """The runs whose mean is wanted."""
        named = next((run for run in self._studio.runs if run.name == self.averaged), None)
        return seeds_of(named, self._studio.runs) if named else []

    def remove(self, names: Sequence[str]) -> None:
        """Takes runs out of the list, and offers to take that back; those that are pinned or train stay."""
        runs = [run for run in self._studio.runs if run.name in names]
        kept = [run for run in runs if run.marks.pinned or run.live]
        if kept:
            why = "is pinned. Take the pin away" if kept[0].marks.pinned else "is being trained. Stop it"
            self._studio.message.emit(f"{title_of(kept[0].name).capitalize()} {why} first.", "warning")
        gone = [run.name for run in runs if run not in kept]
        for name in gone:
            self._studio.remove_run(name)
        if gone:
            self.removal.offer(gone)

    def _bring_back(self, names: Sequence[str]) -> None:
        for name in names:
            self._studio.bring_back_run(name)

    def write(self, info: RunInfo) -> None:
        """Asks for the note and the tags of a run."""
        dialog = NoteDialog(info, self._parent)
        if dialog.exec():
            self._studio.mark_run(info.name, dialog.marks())

    def pin(self, info: RunInfo) -> None:
        """Pins a run, or takes the pin away."""
        self._studio.mark_run(info.name, replace(info.marks, pinned=not info.marks.pinned))


class RemovalBar(QWidget):
    """Says which runs were removed last, with a button that brings them back."""

    def __init__(self, bring_back: Callable[[Sequence[str]], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bring_back = bring_back
        self._names: tuple[str, ...] = ()
        self.said = ElidedLabel()
        self.undo = button("Undo", self.take_back, "quiet", "Brings them back as they were")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.said)
        layout.addWidget(self.undo)
        layout.addStretch(1)
        self.hide()

    def offer(self, names: Sequence[str]) -> None:
        """Offers to bring these runs back."""
        self._names = tuple(names)
        words = title_of(names[0]) if len(names) == 1 else f"{len(names)} runs"
        self.said.setText(f"{words.capitalize()} removed")
        self.show()

    def forget(self) -> None:
        """Offers nothing any more."""
        self._names = ()
        self.hide()

    def take_back(self) -> None:
        """Brings back what was removed last."""
        names = self._names
        self.forget()
        self._bring_back(names)


class NoteDialog(QDialog):
    """A note and tags of one run."""

    def __init__(self, info: RunInfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Note on {title_of(info.name)}")
        self._marks = info.marks
        self.note = QPlainTextEdit(info.marks.note)
        self.note.setPlaceholderText("What was tried, what came of it")
        self.tags = QLineEdit(", ".join(info.marks.tags))
        self.tags.setPlaceholderText("baseline, small, …")
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout = QFormLayout(self)
        layout.setSpacing(theme.SPACE_3)
        layout.addRow("Note", self.note)
        layout.addRow("Tags", self.tags)
        layout.addRow(self.buttons)
        self.resize(420, 240)

    def marks(self) -> RunMarks:
        """What was written."""
        return replace(self._marks, note=self.note.toPlainText().strip(), tags=tags_of(self.tags.text()))
