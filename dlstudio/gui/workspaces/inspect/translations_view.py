"""Translations beside the true ones, sorted by how close they are; one of them with what its tokens look at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QScrollArea,
    QSpinBox,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from dlstudio.gui import theme
from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.attention_map import AttentionMap
from dlstudio.gui.plots.bars import Bar, BarRows
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.inspect.asking import Subject
from dlstudio.gui.workspaces.inspect.paged_view import PagedView
from dlstudio.gui.workspaces.inspect.view import InspectView, side_by_side
from dlstudio.gui.workspaces.panels import label

PAGE = 50
MOST_BEAMS = 16
_PAUSE_MS = 350
_SORTS = (
    ("worst chrF first", "score"),
    ("best chrF first", "-score"),
    ("highest loss first", "-loss"),
    ("lowest loss first", "loss"),
    ("order of the data", "row"),
)


class _Roomy(QStyledItemDelegate):
    """Keeps texts of several lines apart from those of the next row."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return super().sizeHint(option, index) + QSize(0, theme.SPACE_2)


class _Sentences(PagedView):
    """The sentences of a split, page by page."""

    rowChosen = Signal(int)

    def __init__(self, studio: Studio) -> None:
        words = "sentence, truth and what the network writes (greedy)"
        super().__init__(studio, "translations", "Translations", words, page=PAGE)
        self._rows: list[int] = []
        self.sort = self._choice(_SORTS, "order of the sentences")
        self.header.addStretch(1)
        self.table = QTableWidget(0, 4)
        self.table.setAccessibleName("translations")
        self.table.setWordWrap(True)
        self.table.setShowGrid(False)
        self.table.setItemDelegate(_Roomy(self.table))
        theme.mark(self.table, "texts")
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.verticalHeader().hide()
        heads = self.table.horizontalHeader()
        heads.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        heads.setHighlightSections(False)
        for column in range(3):
            heads.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        heads.setSectionResizeMode(3, QHeaderView.ResizeMode.ResizeToContents)
        self._fit = QTimer(self, singleShot=True, interval=0)
        self._fit.timeout.connect(self.table.resizeRowsToContents)
        heads.sectionResized.connect(lambda *_: self._fit.start())
        self.table.itemSelectionChanged.connect(self._chosen)
        self.inner.addWidget(self.table, 1)
        self._build_pages()

    def load(self) -> None:
        self.show_waiting("The network translates the split …")
        options = {"sort": self.sort.currentData(), "offset": self._offset, "limit": PAGE}
        self.asker.inspect("translations", options, self._arrived, self.show_failure)

    def turn_to(self, subject: Subject | None) -> None:
        self._offset = 0
        super().turn_to(subject)

    def _arrived(self, value: dict[str, Any]) -> None:
        source, target = value["languages"]
        self.table.setHorizontalHeaderLabels([source, f"{target} (truth)", f"{target} (network)", "chrF"])
        self._rows = [int(item["row"]) for item in value["items"]]
        self.table.blockSignals(True)
        self.table.clearContents()
        self.table.setRowCount(len(self._rows))
        for place, item in enumerate(value["items"]):
            same = " ".join(item["truth"].split()) == " ".join(item["written"].split())
            for column, text in enumerate((item["source"], item["truth"], item["written"], f"{item['score']:.0f}")):
                cell = QTableWidgetItem(text)
                cell.setTextAlignment(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
                if column == 2 and same:
                    cell.setForeground(theme.color("ok"))
                where = f"{item['where']} · " if item.get("where") else ""
                cell.setToolTip(f"{where}loss {numbers.number(float(item['loss']))}")
                self.table.setItem(place, column, cell)
        self.table.blockSignals(False)
        total = int(value["total"])
        exact = f"{numbers.count(value['exact'])} without a difference"
        self._say_pages(f"{numbers.counted(total, 'sentence')} · {exact}", total)
        self.show_content()
        self._fit.start()
        if self._rows:
            self.table.selectRow(0)

    def _chosen(self) -> None:
        place = self.table.currentRow()
        if 0 <= place < len(self._rows):
            self.rowChosen.emit(self._rows[place])


class _Alignment(InspectView):
    """One sentence: what a beam search finds, and what each written token looks at."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio, "alignment", "Attention", "what each written token looks at")
        self._row: int | None = None
        self._value: dict[str, Any] = {}
        self.own = QLineEdit()
        self.own.setPlaceholderText("Type a sentence of your own …")
        self.own.setAccessibleName("sentence of your own")
        self.own.setClearButtonEnabled(True)
        self._later = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._later.timeout.connect(self.reload)
        self.own.textEdited.connect(lambda _: self._later.start())
        self.own.returnPressed.connect(self.reload)
        self.beam = QSpinBox()
        self.beam.setRange(1, MOST_BEAMS)
        self.beam.setValue(4)
        self.beam.setAccessibleName("beam size")
        self.beam.lineEdit().setTextMargins(6, 0, 0, 0)
        self.beam.setToolTip("How many beginnings are followed at a time; 1 is greedy")
        self.beam.valueChanged.connect(lambda _: self._later.start())
        self.header.addWidget(self.own, 1)
        self.header.addWidget(label("Beam", "dim"))
        self.header.addWidget(self.beam)
        self.source = label("", "dim", wrap=True)
        self.written = label("", "heading", wrap=True)
        self.truth = label("", "dim", wrap=True)
        self.candidates = BarRows()
        self.layer = QComboBox()
        self.layer.setAccessibleName("layer of attention")
        self.layer.currentIndexChanged.connect(lambda _: self._show_layer())
        self.map = AttentionMap()
        self.none = label("The network has no layer of attention to the sentence.", "dim", wrap=True)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(self.map)
        self.map.setAutoFillBackground(False)
        scroll.viewport().setAutoFillBackground(False)
        self.area = scroll
        for widget in (self.source, self.written, self.truth, self.candidates, self.layer, self.none):
            self.inner.addWidget(widget)
        self.inner.addWidget(scroll, 1)

    def turn_to(self, subject: Subject | None) -> None:
        self._row = None
        super().turn_to(subject)

    def show_row(self, row: int) -> None:
        """Looks at a row of the data."""
        self._row = row
        self.own.clear()
        self.reload()

    def load(self) -> None:
        options: dict[str, Any] = {"beam": self.beam.value()}
        if self.own.text().strip():
            options["text"] = self.own.text()
        elif self._row is not None:
            options["row"] = self._row
        else:
            self.show_waiting("Choose a sentence, or type one.")
            self.bar.hide()
            return
        self.asker.inspect("translations", options, self._arrived, self.show_failure)

    def _arrived(self, value: dict[str, Any]) -> None:
        self._value = value
        best = value["candidates"][0]
        self.source.setText(value["source"])
        self.written.setText(best["text"] or "(nothing)")
        self.truth.setText(f"truth: {value['truth']}" if value["truth"] else "")
        self.truth.setVisible(bool(value["truth"]))
        self.candidates.set_bars([_bar(each) for each in value["candidates"][:6]])
        names = list(value["layers"])
        if names != [self.layer.itemData(i) for i in range(self.layer.count())]:
            self.layer.blockSignals(True)
            self.layer.clear()
            for name in names:
                self.layer.addItem(name, name)
            self.layer.setCurrentIndex(len(names) - 1)  # the last one decides
            self.layer.blockSignals(False)
        self.layer.setVisible(len(names) > 1)
        self.none.setVisible(not names)
        self.area.setVisible(bool(names))
        self._show_layer()
        self.show_content()

    def _show_layer(self) -> None:
        place = self.layer.currentIndex()
        if self._value and 0 <= place < len(self._value["layers"]):
            weights = np.asarray(self._value["arrays"]["weights"])[place]
            self.map.set_weights(self._value["written"], self._value["read"], weights)


def _bar(candidate: Mapping[str, Any]) -> Bar:
    sure = float(candidate["confidence"])
    text = candidate["text"] + ("" if candidate["ended"] else " …")
    return Bar(text or "(nothing)", ((sure, "training"),), numbers.percent(sure))


class TranslationsView(QWidget):
    """Sentences at the left, the chosen one with its attention at the right."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.sentences = _Sentences(studio)
        self.alignment = _Alignment(studio)
        self.sentences.rowChosen.connect(self.alignment.show_row)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(side_by_side((self.sentences, 560), (self.alignment, 460)))

    def turn_to(self, subject: Subject | None) -> None:
        """Shows another run or split."""
        self.sentences.turn_to(subject)
        self.alignment.turn_to(subject)
