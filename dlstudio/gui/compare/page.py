"""The page that shows two networks side by side with every difference and their metrics."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QSplitter,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from dlstudio.graph.compare import Comparison, compare_graphs, compare_settings
from dlstudio.graph.model import Node
from dlstudio.graph.saving import ProjectError, load_project
from dlstudio.gui import theme
from dlstudio.gui.compare.side import Side
from dlstudio.gui.plots import numbers
from dlstudio.gui.questions import Questions
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.panels import button, label
from dlstudio.workbench.comparing import Kind, Row, Source, rows, source_from, source_of_run, summary

_SIGNS: dict[Kind, str] = {"added": "+", "removed": "−", "changed": "~"}
_TOKENS: dict[Kind, str] = {"added": "ok-text", "removed": "error-text", "changed": "warning-text"}
_OTHER = "Another project …"


class ComparePage(QWidget):
    """Compares what the two boxes name; the first side is the older one where that can be said."""

    closed = Signal()

    def __init__(self, studio: Studio, questions: Questions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._studio = studio
        self._questions = questions
        self._others: list[Source] = []
        self._sources: list[Source] = []
        self._rows: list[Row] = []
        self.old, self.new = Side(studio.catalogue, "first network"), Side(studio.catalogue, "second network")
        self._chosen = ["", ""]
        self.summary = label("", "heading")
        self.table = QTreeWidget()
        self.table.setHeaderLabels(["", "What", "First", "Second"])
        self.table.setRootIsDecorated(False)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setAccessibleName("differences")
        self.table.currentItemChanged.connect(lambda item, _: self._point(item))
        header = self.table.header()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        for column in (2, 3):
            header.resizeSection(column, 260)
        header.setStretchLastSection(False)
        self._build()
        for position, side in enumerate((self.old, self.new)):
            side.chosen.connect(lambda index, position=position: self._choose(position, index))
        studio.projectChanged.connect(self._renew)
        studio.runsChanged.connect(self._renew)

    def _build(self) -> None:
        top = QHBoxLayout()
        self.back = button("← Back", self.closed.emit, "quiet", "Return to the network (Esc)")
        self.swap = button("Swap sides", self._swap, "quiet")
        top.addWidget(self.back)
        top.addSpacing(theme.SPACE_3)
        top.addWidget(label("Compare networks", "title"))
        top.addStretch(1)
        top.addWidget(self.swap)
        sides = QSplitter(Qt.Orientation.Horizontal)
        sides.setChildrenCollapsible(False)
        sides.setHandleWidth(theme.SPACE_2)
        sides.addWidget(self.old)
        sides.addWidget(self.new)
        below = QWidget()
        rows_layout = QVBoxLayout(below)
        rows_layout.setContentsMargins(0, 0, 0, 0)
        rows_layout.setSpacing(theme.SPACE_2)
        rows_layout.addWidget(self.summary)
        rows_layout.addWidget(self.table, 1)
        halves = QSplitter(Qt.Orientation.Vertical)
        halves.setChildrenCollapsible(False)
        halves.setHandleWidth(theme.SPACE_2)
        halves.addWidget(sides)
        halves.addWidget(below)
        halves.setSizes([560, 260])
        for splitter in (sides, halves):
            splitter.setStyleSheet("QSplitter::handle { background: transparent; }")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.SPACE_3, theme.SPACE_3, theme.SPACE_3, theme.SPACE_3)
        layout.setSpacing(theme.SPACE_3)
        layout.addLayout(top)
        layout.addWidget(halves, 1)

    def open(self, pair: tuple[str, str] | None = None) -> None:
        """Begins with two sources by key, or the drawing now against the latest run, the saved version, or itself."""
        self._sources = self._found()
        second = next((s.key for s in self._sources if s.key != "now"), "now")
        self._chosen = list(pair or (second, "now"))
        self._renew()
        self.table.setFocus()

    def compare_with(self, source: Source) -> None:
        """Compares with what is not of the open project."""
        self._others = [each for each in self._others if each.key != source.key] + [source]
        self._chosen = [source.key, self._chosen[1] or "now"]
        self._renew()

    @property
    def comparison(self) -> Comparison:
        """What differs between the two that are shown."""
        old, new = self._pair()
        return compare_graphs(old.project.graph, new.project.graph)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: object) -> None:
        self._renew()

    # What is compared

    def _found(self) -> list[Source]:
        """All that can be compared: the drawing, the file where it differs, the runs, and other projects chosen."""
        studio = self._studio
        found = [Source("now", "The drawing now", studio.project)]
        if studio.folder is not None and not studio.saved:
            with contextlib.suppress(ProjectError):  # the file has gone: there is nothing to compare with
                found.append(Source("saved", "As it was saved", load_project(studio.folder)))
        return found + [source_of_run(run) for run in reversed(studio.runs)] + self._others

    def _pair(self) -> tuple[Source, Source]:
        by_key = {source.key: source for source in self._sources}
        now = by_key["now"]
        return by_key.get(self._chosen[0], now), by_key.get(self._chosen[1], now)

    def _choose(self, position: int, index: int) -> None:
        if index < len(self._sources):
            self._chosen[position] = self._sources[index].key
        else:
            path = self._questions.project_to_open(self._studio.folder or Path.home())
            try:
                other = source_from(path) if path is not None else None
            except ProjectError as error:
                self._studio.message.emit(str(error), "error")
                other = None
            if other is not None:
                self._others = [each for each in self._others if each.key != other.key] + [other]
                self._chosen[position] = other.key
        self._renew()

    def _swap(self) -> None:
        self._chosen.reverse()
        self._renew()

    # What is shown

    def _renew(self) -> None:
        if not self.isVisible() and not self._chosen[0]:
            return
        self._sources = self._found()
        for side, key in zip((self.old, self.new), self._chosen, strict=True):
            side.choice.clear()
            side.choice.addItems([*(source.title for source in self._sources), _OTHER])
            keys = [source.key for source in self._sources]
            side.choice.setCurrentIndex(keys.index(key) if key in keys else 0)
        old, new = self._pair()
        found = compare_graphs(old.project.graph, new.project.graph)
        changed = {c.before.id: c.after.id for c in found.changed}
        blocks = {f"block.{name}" for name in found.blocks}
        for side, graph, marks in (
            (self.old, old.project.graph, _marks("removed", found.removed, changed)),
            (self.new, new.project.graph, _marks("added", found.added, changed.values())),
        ):
            uses = _marks("changed", (), [node.id for node in graph if node.type in blocks])
            side.view.show_graph(graph, {**uses, **marks})
        settings = compare_settings(old.project, new.project)
        self._rows = rows(found, settings)
        count = numbers.counted(len(settings), "setting")
        trained = f" {count} of training or data {'differs' if len(settings) == 1 else 'differ'}." if settings else ""
        self.summary.setText(summary(found) + ("." if not found.equal else "") + trained)
        self._fill(old, new)

    def _fill(self, old: Source, new: Source) -> None:
        self.table.clear()
        for row in self._rows:
            item = QTreeWidgetItem([f"{_SIGNS[row.kind]} {row.kind}", row.what, row.before, row.after])
            item.setForeground(0, theme.color(_TOKENS[row.kind]))
            self._add(item)
        for name in dict.fromkeys((*old.metrics, *new.metrics)):
            values = [each.metrics.get(name) for each in (old, new)]
            texts = [numbers.metric(name.removeprefix("test "), value) for value in values]
            self._add(QTreeWidgetItem(["metric", numbers.sentence_case(numbers.metric_title(name)), *texts]))

    def _add(self, item: QTreeWidgetItem) -> None:
        for column in (2, 3):
            item.setFont(column, theme.mono_font(11))
            item.setToolTip(column, item.text(column))
        self.table.addTopLevelItem(item)

    def _point(self, item: QTreeWidgetItem | None) -> None:
        index = self.table.indexOfTopLevelItem(item) if item is not None else -1
        row = self._rows[index] if 0 <= index < len(self._rows) else None
        self.old.view.point_to(row.old if row else "")
        self.new.view.point_to(row.new if row else "")


def _marks(kind: Kind, nodes: Iterable[Node], changed: Iterable[str]) -> dict[str, Kind]:
    marks: dict[str, Kind] = dict.fromkeys(changed, "changed")
    return marks | {node.id: kind for node in nodes}
