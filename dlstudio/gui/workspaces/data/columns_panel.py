"""The left of the Data workspace: source, columns with their types and uses, and the split. All edits are undoable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from dlstudio.data.hugging_face.hub_address import source_title
from dlstudio.data.splitting.normal import OPTION
from dlstudio.graph.columns import BOTH
from dlstudio.graph.project import Project
from dlstudio.gui import theme
from dlstudio.gui.plots import numbers
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.data import changes
from dlstudio.gui.workspaces.data.column_row import ColumnRow
from dlstudio.gui.workspaces.data.normal_form import NormalForm
from dlstudio.gui.workspaces.data.read_as import ReadAs
from dlstudio.gui.workspaces.data.series_form import SeriesForm
from dlstudio.gui.workspaces.data.split_form import SplitForm
from dlstudio.gui.workspaces.data.view import DataView
from dlstudio.gui.workspaces.panels import SidePanel, button, clear, label, line

_FIRST = 40  # rows of columns shown before *Show all*: a file with 784 columns still opens at once
_PLAIN = {
    "image-folder": "image folder",
    "csv": "table (CSV or TSV)",
    "npz": "arrays (npz)",
    "time-series": "series over time",
    "jsonl": "table (JSON Lines)",
    "parquet": "table (Parquet)",
    "text-folder": "folder of texts",
    "running-text": "running text",
    "squad": "questions about passages",
}


class ColumnsPanel(SidePanel):
    """Edits ``project.data``."""

    def __init__(
        self,
        studio: Studio,
        change_source: Callable[[], object],
        examine: Callable[[], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(380, parent)
        self._studio = studio
        self._rows: dict[str, ColumnRow] = {}
        self._all = False
        self._classes: dict[str, tuple[str, ...]] = {}
        self.source = label("", "", wrap=True)
        self.facts = label("", "small", wrap=True)
        self.search_more = button("", self._show_all, "link")
        self.split = SplitForm()
        self.split.changed.connect(
            lambda split: self._change("Set the split", changes.set_split, split, key="data.split")
        )
        self.series = SeriesForm()
        self.series.changed.connect(
            lambda option, value: self._change(
                f"Set {option} of the series", changes.set_data_option, option, value, key=f"data.series.{option}"
            )
        )
        self._columns = QVBoxLayout()
        self._columns.setSpacing(theme.SPACE_1)
        links = QHBoxLayout()
        links.setSpacing(theme.SPACE_4)
        links.addWidget(button("Use other data …", change_source, "link"))
        links.addWidget(button("Read again", studio.describe_data, "link", "When the files have changed"))
        self.read_as = ReadAs(studio)
        links.addWidget(self.read_as)
        tip = (
            "Look for copies, outliers, odd files and leakage between the splits; after a run also for doubtful labels"
        )
        self.examine = button("Examine", examine, "link", tip)
        links.addWidget(self.examine)
        links.addStretch(1)
        self.body.addWidget(label("Data", "title"))
        self.body.addWidget(self.source)
        self.body.addWidget(self.facts)
        self.body.addLayout(links)
        self.body.addWidget(line())
        self.body.addWidget(label("COLUMNS", "section"))
        self.body.addLayout(self._columns)
        self.body.addWidget(self.search_more)
        self.body.addWidget(line())
        self.windows = _part("WINDOWS", self.series)
        self.body.addWidget(self.windows)
        self.normal = NormalForm()
        self.normal.changed.connect(
            lambda value: self._change("Set what is normal", changes.set_data_option, OPTION, value, key="data.normal")
        )
        self.normality = _part("NORMAL SAMPLES", self.normal)
        self.body.addWidget(self.normality)
        self.body.addWidget(label("SPLIT", "section"))
        self.body.addWidget(self.split)
        self.body.addStretch(1)
        studio.projectChanged.connect(self.refresh)
        self.refresh()

    def rows(self) -> dict[str, ColumnRow]:
        """The rows of columns by name."""
        return dict(self._rows)

    def show_view(self, view: DataView | None) -> None:
        """Writes what the description of the data adds: how many rows there are."""
        data = self._studio.project.data
        parts = [_PLAIN.get(data.format, data.format)]
        if view is not None:
            parts.append(numbers.counted(view.rows, "row"))
            self._classes = {column.name: column.classes for column in view.columns if column.classes}
            self._show_normal()
            for column in view.columns:
                if column.name in self._rows:
                    self._rows[column.name].offer_types(column.fits)
        parts.append(numbers.counted(len(data.columns), "column"))
        self.facts.setText(" · ".join(filter(None, parts)))

    def refresh(self) -> None:
        """Shows the project's data section."""
        data = self._studio.project.data
        self.source.setText(source_title(data.source))
        self.source.setToolTip(str(data.source))
        names = list(data.columns)
        shown = names if self._all else names[:_FIRST]
        if shown != list(self._rows):
            clear(self._columns)
            self._rows = {name: self._make_row(name) for name in shown}
            for row in self._rows.values():
                self._columns.addWidget(row)
        joined = {str(part): name for name, each in data.columns.items() for part in each.get("from", ())}
        for name, row in self._rows.items():
            row.show_settings(data.columns[name], joined.get(name, ""))
        self.search_more.setText(f"Show all {len(names)} columns")
        self.search_more.setVisible(len(shown) < len(names))
        self.windows.setVisible("context" in data.options)
        self.series.show_options(data.options, [n for n, c in data.columns.items() if c.get("type") == "ignore"])
        self._show_normal()
        classes = any(c.get("role") == "target" and c.get("type") == "category" for c in data.columns.values())
        self.split.show_split(data.split, [n for n, c in data.columns.items() if not c.get("from")], classes)

    def _show_normal(self) -> None:
        """What is normal can be chosen where a column is given back."""
        data = self._studio.project.data
        self.normality.setVisible(any(column.get("role") == BOTH for column in data.columns.values()))
        columns = [name for name, column in data.columns.items() if column.get("type") == "category"]
        self.normal.show_choice(data.options.get(OPTION), columns, self._classes)

    def _make_row(self, name: str) -> ColumnRow:
        row = ColumnRow(name, self._studio.catalogue)
        row.typeChosen.connect(lambda n, kind: self._change(f"Read {n} as {kind}", changes.set_type, n, kind))
        row.roleChosen.connect(
            lambda n, role: self._change(f"Use {n} as {role or 'nothing'}", changes.set_role, n, role or None)
        )
        row.optionChanged.connect(
            lambda n, name, value: self._change(
                f"Set {name} of {n}", changes.set_option, n, name, value, key=f"data.{n}.{name}"
            )
        )
        return row

    def _change(self, words: str, edit: Callable[..., Project], *arguments: Any, key: str | None = None) -> None:
        self._studio.change(words, edit(self._studio.project, *arguments), key)

    def _show_all(self) -> None:
        self._all = True
        self.refresh()


def _part(title: str, form: QWidget) -> QWidget:
    """A form under its title, shown and hidden with its line."""
    whole = QWidget()
    layout = QVBoxLayout(whole)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(label(title, "section"))
    layout.addWidget(form)
    layout.addWidget(line())
    return whole
