"""The middle of the Data workspace: a gallery or a table of samples, filtered, loaded as one scrolls."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from dlstudio.graph.project import DataSettings
from dlstudio.gui import theme
from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.cards import CLIP_CELL, Card, CardGrid
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.data.overview import SPLITS
from dlstudio.gui.workspaces.data.sample_table import SampleTable
from dlstudio.gui.workspaces.data.view import DataView
from dlstudio.gui.workspaces.inspect.pictures import to_image
from dlstudio.gui.workspaces.panels import button, label


class Samples(QFrame):
    """Shows rows of the data that is open. Answers of the engine that come too late are dropped."""

    sampleOpened = Signal(object)  # Card

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, "card")
        self._studio = studio
        self._view: DataView | None = None
        self._generation = 0
        self._rows: Sequence[int] = ()
        self._chosen: Sequence[int] | None = None
        self.title = label("Samples", "heading")
        self.count = label("", "faint")
        self.count.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.count.setMinimumWidth(60)
        self.split = QComboBox()
        self.split.setAccessibleName("split shown")
        self.split.currentIndexChanged.connect(lambda _: self._filter())
        self.kind = QComboBox()
        self.kind.setAccessibleName("class shown")
        self.kind.currentIndexChanged.connect(lambda _: self._filter())
        for box in (self.split, self.kind):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(8)
        self.as_gallery, self.as_table = QPushButton("Gallery"), QPushButton("Table")
        self._modes = QButtonGroup(self)
        for each in (self.as_gallery, self.as_table):
            each.setCheckable(True)
            theme.mark(each, "tab")
            self._modes.addButton(each)
        self._modes.buttonClicked.connect(lambda _: self._mode_chosen())
        self.chosen = button("", lambda: self.show_rows(None), "link", "Show all samples again")
        self.chosen.hide()
        self.gallery = CardGrid(cell=QSize(104, 104))
        self.gallery.pageNeeded.connect(self._load_cards)
        self.gallery.opened.connect(self.sampleOpened)
        self.table = SampleTable()
        self.table.samples.pageNeeded.connect(self._load_table)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.gallery)
        self.pages.addWidget(self.table)
        self._build()

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(theme.SPACE_2)
        head.addWidget(self.title)
        head.addWidget(self.count, 1)
        for each in (self.as_gallery, self.as_table):
            head.addWidget(each)
        filters = QHBoxLayout()
        filters.setSpacing(theme.SPACE_2)
        filters.addWidget(self.split)
        filters.addWidget(self.kind)
        filters.addWidget(self.chosen)
        filters.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.SPACE_4, theme.SPACE_3, theme.SPACE_3, theme.SPACE_3)
        layout.setSpacing(theme.SPACE_3)
        layout.addLayout(head)
        layout.addLayout(filters)
        layout.addWidget(self.pages, 1)

    def show_view(self, view: DataView) -> None:
        """Shows the samples of a description that has just arrived."""
        self._view = view
        data = self._studio.project.data
        picture = self._pictured(data) or self._column_of("series", data) or self._text_column(data)
        self.as_gallery.setVisible(bool(picture))
        self.as_table.setVisible(bool(picture))
        _refill(self.split, [("all splits", ""), *((SPLITS[s], s) for s in SPLITS if s in view.splits)])
        column = view.class_column
        classes = [(name, name) for name in column.classes] if column else []
        _refill(self.kind, [("all classes", ""), *classes])
        self.kind.setVisible(bool(classes))
        if self._modes.checkedButton() is None:
            wants_gallery = bool(self._pictured(data) or self._column_of("series", data))
            (self.as_gallery if wants_gallery else self.as_table).setChecked(True)
        if not picture:
            self.as_table.setChecked(True)
        self._filter()

    def show_class(self, name: str) -> None:
        """Filters by a class."""
        self.kind.setCurrentIndex(max(self.kind.findData(name), 0))

    def show_rows(self, rows: Sequence[int] | None) -> None:
        """Shows only these rows, in their order, or with None all again."""
        self._chosen = rows
        self.chosen.setVisible(rows is not None)
        self.chosen.setText(f"Only {numbers.counted(len(rows or ()), 'sample')} of a finding ✕")
        for box in (self.split, self.kind):
            box.setEnabled(rows is None)
        self._filter()

    def _pictured(self, data: DataSettings) -> str:
        """A column of images, of clips by some of their frames, of volumes by their middle slice, or of sounds as
        spectrograms."""
        found = (self._column_of(kind, data) for kind in ("image", "clip", "volume", "audio"))
        return next(filter(None, found), "")

    def _column_of(self, kind: str, data: DataSettings) -> str:
        kinds = ("image", "bands") if kind == "image" else (kind,)
        return next((name for name, column in data.columns.items() if column.get("type") in kinds), "")

    def _text_column(self, data: DataSettings) -> str:
        found = (self._column_of(kind, data) for kind in ("masked", "text", "tokens", "sentence"))
        return next(filter(None, found), "")

    def _mode_chosen(self) -> None:
        self._filter()

    def _filter(self) -> None:
        if self._view is None:
            return
        self._generation += 1
        view, data = self._view, self._studio.project.data
        if self._chosen is not None:
            self._rows, total = list(self._chosen), len(self._chosen)
        else:
            self._rows = view.rows_for(self.split.currentData() or "", self.kind.currentData() or "")
            total = view.size_of(self.split.currentData() or "", self.kind.currentData() or "")
        shown = f"{numbers.count(len(self._rows))} of " if len(self._rows) < total else ""
        self.count.setText(f"{shown}{numbers.counted(total, 'sample')}")
        gallery = self.as_gallery.isChecked()
        self.pages.setCurrentWidget(self.gallery if gallery else self.table)
        if gallery:
            # Mixed, always in the same way: in the order of the files a gallery of digits would begin with zeros only.
            self._rows = list(self._rows)
            if self._chosen is None:
                random.Random(7).shuffle(self._rows)
            text = not (self._pictured(data) or self._column_of("series", data))
            clips = not self._column_of("image", data) and bool(self._column_of("clip", data))
            self.gallery.set_cell(QSize(190, 92) if text else CLIP_CELL if clips else QSize(104, 104))
            self.gallery.reset(len(self._rows))
        else:
            names = [n for n, c in data.columns.items() if not c.get("from")]
            types = {n: str(c.get("type", "")) for n, c in data.columns.items()}
            self.table.show_rows(self._rows, names, types)

    # Loading

    def _ask(self, kind: str, more: Mapping[str, Any], then: Callable[[Any], None], failed: Callable[[], None]) -> None:
        generation = self._generation
        payload = {"data": self._studio.project.data.as_json(), "root": str(self._studio.folder or ""), **more}

        def arrived(value: Any) -> None:
            if generation == self._generation and isValid(self):
                then(value)

        def refused(sentence: str) -> None:
            if generation == self._generation and isValid(self):
                failed()
                self.count.setText(sentence)

        self._studio.ask(kind, payload, arrived, refused)

    def _load_table(self, first: int, count: int) -> None:
        rows = list(self._rows[first : first + count])
        self._ask(
            "table_rows",
            {"rows": rows},
            lambda value: self.table.samples.set_values(first, list(value["columns"]), value["rows"]),
            lambda: None,
        )

    def _load_cards(self, first: int, count: int) -> None:
        rows = list(self._rows[first : first + count])
        data = self._studio.project.data
        image = self._pictured(data)
        label_column = self._view.class_column.name if self._view and self._view.class_column else ""
        series = "" if image else self._column_of("series", data)
        shown = self._text_column(data)

        def values_arrived(value: Any) -> None:
            names = list(value["columns"])
            cards = [
                self._card(row, dict(zip(names, each, strict=False)), shown, label_column)
                for row, each in zip(rows, value["rows"], strict=False)
            ]
            self.gallery.set_cards(first, cards)
            if series:
                payload = {"column": series, "rows": rows}
                self._ask("series_rows", payload, lambda v: self._add_series(first, cards, v), lambda: None)
            elif image:
                self._ask(
                    "thumbnails",
                    {"column": image, "rows": rows, "size": self.gallery.thumbnail()},
                    lambda found: self._add_pictures(first, cards, found),
                    lambda: None,
                )

        self._ask("table_rows", {"rows": rows}, values_arrived, lambda: self.gallery.forget_page(first))

    def _card(self, row: int, values: Mapping[str, Any], shown: str, label_column: str) -> Card:
        name = values.get(label_column)
        value = values.get(shown)
        columns = self._studio.project.data.columns
        # What comes next in a text or is hidden in it is the text itself, and no caption.
        told = ("next-tokens", "hidden")
        target = next((n for n, c in columns.items() if c.get("role") == "target" and c.get("type") not in told), "")
        caption = name if name is not None else values.get(target)
        text = numbers.number(caption) if isinstance(caption, float) else str(caption if caption is not None else "")
        return Card(
            row,
            ((text, "dim"),) if text else (),
            text=str(value) if isinstance(value, str) else "",
            tip=f"row {row + 1}" + (f" · {text}" if text else ""),
        )

    def _add_series(self, first: int, cards: Sequence[Card], found: Mapping[str, Any]) -> None:
        arrays = found.get("arrays", {})
        self.gallery.set_cards(first, [replace(card, series=arrays.get(str(card.row))) for card in cards])

    def _add_pictures(self, first: int, cards: Sequence[Card], found: Mapping[str, Any]) -> None:
        arrays = found.get("arrays", {})
        filled = []
        for card in cards:
            pixels = arrays.get(str(card.row))
            if pixels is None:
                filled.append(Card(card.row, (("unreadable", "error-text"),), text="✕", frame="error", tip=card.tip))
            else:
                filled.append(Card(card.row, card.caption, to_image(pixels), tip=card.tip))
        self.gallery.set_cards(first, filled)


def _refill(combo: QComboBox, items: Sequence[tuple[str, str]]) -> None:
    kept = combo.currentData()
    combo.blockSignals(True)
    combo.clear()
    for title, value in items:
        combo.addItem(title, value)
        if len(title) > 24:
            combo.setItemData(combo.count() - 1, title, Qt.ItemDataRole.ToolTipRole)
    combo.setCurrentIndex(max(combo.findData(kept), 0))
    combo.blockSignals(False)
