"""How the rows are parted into training, validation and test: by share with a seed, by folder, or by a column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFormLayout, QSizePolicy, QSpinBox, QVBoxLayout, QWidget

from dlstudio.data.splitting.split_settings import BALANCE, LABELLED
from dlstudio.gui import theme
from dlstudio.gui.editors.editor import CalmComboBox, ProjectUndo
from dlstudio.gui.workspaces.data.changes import shares
from dlstudio.gui.workspaces.panels import label

SHARED = ("share", "time", "group")
"""Ways to split that go by shares."""

_TOLD = ("group", "time")
"""Ways to split whose groups or times the data itself may tell, or a column."""

_FILE_NAMES = "the names of the files"


class SplitForm(QWidget):
    """Shows and edits ``project.data.split``; what is left of validation and test is training."""

    changed = Signal(dict)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._split: Mapping[str, Any] = {}
        self.by = CalmComboBox()
        for title, value in (
            ("shares of the rows", "share"),
            ("folders or arrays", "folder"),
            ("a column", "column"),
            ("whole groups", "group"),
            ("time, the latest last", "time"),
        ):
            self.by.addItem(title, value)
        self.by.activated.connect(lambda _: self._by_chosen())
        self.column = CalmComboBox()
        self.column.activated.connect(lambda _: self._by_chosen())
        self.validation, self.test, self.seed, self.labelled = QSpinBox(), QSpinBox(), QSpinBox(), QSpinBox()
        for box in (self.validation, self.test):
            box.setRange(0, 80)
            box.setSuffix(" %")
        self.seed.setRange(0, 2**31 - 1)
        self.labelled.setRange(0, 10**6)
        self.labelled.setSpecialValueText("all")
        self.labelled.setToolTip(
            "How many training samples of each class are learnt (in all, where there are no classes), as if nobody had "
            "labelled the others. Validation and test stay whole. What needs no labels is learnt from all."
        )
        for box in (self.validation, self.test, self.seed, self.labelled):
            box.setKeyboardTracking(False)
            box.lineEdit().setTextMargins(6, 0, 0, 0)
            box.installEventFilter(ProjectUndo(box))
            box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            box.valueChanged.connect(lambda _: self._shares_changed())
        self.training = label("", "mono")
        self._rows = QFormLayout()
        self._rows.setHorizontalSpacing(theme.SPACE_3)
        self._rows.setVerticalSpacing(theme.SPACE_1)
        self._rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for name, widget in (
            ("Split by", self.by),
            ("Column", self.column),
            ("Training", self.training),
            ("Validation", self.validation),
            ("Test", self.test),
            ("Seed", self.seed),
            ("Labelled", self.labelled),
        ):
            widget.setAccessibleName(f"split: {name}")
            self._rows.addRow(label(name, "dim"), widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(self._rows)
        self.hint = label("", "faint", wrap=True)
        layout.addWidget(self.hint)

    def show_split(self, split: Mapping[str, Any], columns: Sequence[str], classes: bool = True) -> None:
        """Shows a split.

        Args:
            split: What the project says.
            columns: Those that could name it.
            classes: Whether what is learnt has classes.
        """
        self._split = split
        by = str(split.get("by", "share"))
        for widget in (self.validation, self.test, self.seed, self.labelled):
            widget.blockSignals(True)
        training, validation, test = shares(split)
        self.validation.setValue(round(100 * validation))
        self.test.setValue(round(100 * test))
        self.seed.setValue(int(split.get("seed", 7)))
        labelled = split.get(LABELLED)
        self.labelled.setValue(labelled if isinstance(labelled, int) else 0)
        self.labelled.setSuffix(" a class" if self.labelled.value() and classes else "")
        for widget in (self.validation, self.test, self.seed, self.labelled):
            widget.blockSignals(False)
        self.training.setText(f"{round(100 * training)} %")
        self.by.setCurrentIndex(self.by.findData(by))
        self.column.clear()
        if by in _TOLD:
            self.column.addItem("as the data tells", "")
        if by == "group":
            self.column.addItem(_FILE_NAMES, _FILE_NAMES)
        for name in columns:
            self.column.addItem(name, name)
        told = _FILE_NAMES if split.get("names") else ""
        self.column.setCurrentIndex(self.column.findData(split.get("column") or (told if by in _TOLD else None)))
        fields: tuple[tuple[QWidget, bool], ...] = (
            (self.column, by == "column" or by in _TOLD),
            (self.training, by in SHARED),
            (self.validation, by in SHARED),
            (self.test, by in SHARED),
            (self.seed, by != "time"),
        )
        for field, shown in fields:
            self._rows.setRowVisible(field, shown)
        hints = {
            "share": "",
            "folder": "Sub-folders or arrays named train, validation and test. A missing validation part is cut from "
            "training with the seed.",
            "time": "The oldest rows train. What is learnt of a window lies in one part; what it reads may reach back "
            "into the part before. A column may tell the times.",
            "column": "A column that says train, validation or test in each row.",
            "group": "All rows of a group, such as a patient, fall into the same part. A column may name it, "
            "or what stands before the last number in the names of files.",
        }
        self.hint.setText(hints.get(by, ""))
        self.hint.setVisible(bool(hints.get(by)))

    def _by_chosen(self) -> None:
        by = self.by.currentData()
        seed = self.seed.value()
        if by in SHARED:
            self._shares_changed()
        elif by == "folder":
            self._emit({"by": "folder", "seed": seed})
        else:
            names = [self.column.currentData(), *(self.column.itemData(i) for i in range(self.column.count()))]
            name = next((each for each in names if each), None)
            if name:
                self._emit({"by": by, "column": name, "seed": seed})

    def _shares_changed(self) -> None:
        seed = self.seed.value()
        by = self.by.currentData()
        if by not in SHARED:
            self._emit({**self._split, "seed": seed})
            return
        validation, test = self.validation.value() / 100, self.test.value() / 100
        if validation + test >= 0.95:  # something has to be left to learn from
            test = round(0.95 - validation, 2)
        train = round(1 - validation - test, 4)
        parts = {"train": train, "validation": validation, "test": test}
        kept = {"by": by, **self._teller(by)} if by in _TOLD else {}
        self._emit({**kept, **parts} if by == "time" else {**kept, **parts, "seed": seed})

    def _emit(self, split: Mapping[str, Any]) -> None:
        """Hands over a split, with what is said apart from how the rows are parted."""
        found = {name: value for name, value in split.items() if name != LABELLED}
        found |= {name: self._split[name] for name in (BALANCE,) if name in self._split}
        if self.labelled.value():
            found[LABELLED] = self.labelled.value()
        self.changed.emit(found)

    def _teller(self, by: str) -> dict[str, Any]:
        """What tells the groups or times, where the way to split stays the same."""
        column = self.column.currentData() if self._split.get("by") == by else ""
        if column == _FILE_NAMES:
            return {"names": True}
        return {"column": column} if column else {}
