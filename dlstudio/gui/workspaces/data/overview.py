"""The right of the Data workspace: rows per split, balance of the classes, how numbers and text lengths spread."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from dlstudio.gui import theme
from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.bars import Bar, BarRows, Histogram
from dlstudio.gui.workspaces.data.view import ColumnView, DataView, Spread
from dlstudio.gui.workspaces.panels import Section, SidePanel, label

SPLITS = {"train": "training", "validation": "validation", "test": "test"}
_COLORS = {"train": "training", "validation": "validation", "test": "ok"}
_FIRST = 30  # charts of columns shown at once


class Overview(SidePanel):
    """Charts of the data. A click on a class shows its samples."""

    classChosen = Signal(str, str)  # column, class

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(300, parent)
        self._view: DataView | None = None
        self.splits = BarRows()
        self.balance = BarRows(clickable=True)
        self.balance.clicked.connect(lambda name: self.classChosen.emit(self.column.currentText(), name))
        self.column: QComboBox = QComboBox()
        self.column.currentIndexChanged.connect(lambda _: self._show_balance())
        self.which = QComboBox()
        for title, split in (("all splits", ""), *((title, split) for split, title in SPLITS.items())):
            self.which.addItem(title, split)
        self.which.currentIndexChanged.connect(lambda _: self._show_balance())
        self.balance_note = label("", "faint", wrap=True)
        rows = Section("Rows")
        rows.body.addWidget(self.splits)
        self.classes = Section("Classes")
        choice = QHBoxLayout()
        choice.addWidget(self.column, 1)
        choice.addWidget(self.which, 1)
        self.classes.body.addLayout(choice)
        self.classes.body.addWidget(self.balance_note)
        self.classes.body.addWidget(self.balance)
        self.spreads = Section("Values")
        self.body.addWidget(label("What is in it", "title"))
        for section in (rows, self.classes, self.spreads):
            self.body.addWidget(section)
        self.body.addStretch(1)

    def show_view(self, view: DataView) -> None:
        """Draws a description of the data."""
        self._view = view
        total = sum(view.splits.values()) or 1
        self.splits.set_bars(
            [
                Bar(title, ((view.splits[split] / total, _COLORS[split]),), _share(view.splits[split], total))
                for split, title in SPLITS.items()
                if split in view.splits
            ]
        )
        names = [column.name for column in view.columns if column.counts]
        best = view.class_column.name if view.class_column else ""
        kept = self.column.currentText() if self.column.currentText() in names else best
        self.column.blockSignals(True)
        self.column.clear()
        self.column.addItems(names)
        self.column.setCurrentIndex(max(self.column.findText(kept), 0) if names else -1)
        self.column.blockSignals(False)
        self.column.setVisible(len(names) > 1)
        self.classes.setVisible(bool(names))
        self._show_balance()
        self._show_spreads(view)

    def _show_balance(self) -> None:
        column = (
            next((c for c in self._view.columns if c.name == self.column.currentText()), None) if self._view else None
        )
        if column is None:
            return
        split = self.which.currentData()
        totals = {name: column.count(name, split) for name in column.classes}
        total, most = sum(totals.values()) or 1, max(totals.values(), default=1) or 1
        bars = []
        for name, value in totals.items():
            parts = [(column.count(name, s) / most, _COLORS[s]) for s in SPLITS if not split or s == split]
            tip = ", ".join(f"{title} {numbers.count(column.count(name, s))}" for s, title in SPLITS.items())
            bars.append(Bar(name, tuple(parts), _share(value, total), f"{name}: {tip}. Click to see them."))
        self.balance.set_bars(bars)
        self.balance_note.setText(_balance_sentence(totals))

    def _show_spreads(self, view: DataView) -> None:
        self.spreads.empty()
        columns = [(c, s) for c in view.columns for s in c.spreads][:_FIRST]
        for column, spread in columns:
            self.spreads.body.addWidget(label(_spread_title(column, spread)))
            picture = Histogram(color="accent")
            picture.set_counts(spread.counts, spread.low, spread.high, spread.unit)
            self.spreads.body.addWidget(picture)
            if spread.note:
                self.spreads.body.addWidget(label(spread.note, "faint", wrap=True))
            self.spreads.body.addSpacing(theme.SPACE_1)
        self.spreads.setVisible(bool(columns))


def _spread_title(column: ColumnView, spread: Spread) -> str:
    return f"{column.name} · {spread.title}" if spread.title else column.name


def _share(value: int, total: int) -> str:
    return f"{numbers.count(value)} · {100 * value / total:.0f} %" if value else "0"


def _balance_sentence(totals: dict[str, int]) -> str:
    counts = [value for value in totals.values() if value]
    if len(counts) < 2:
        return ""
    ratio = max(counts) / min(counts)
    kinds = numbers.counted(len(totals), "class", "classes")
    if ratio < 1.25:
        return f"{kinds}, evenly filled"
    return f"{kinds}; the largest has {ratio:.1f} times the samples of the smallest"
