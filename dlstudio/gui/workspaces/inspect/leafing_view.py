"""The frame of views that show one sample of a split large and all of them small below, page by page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSlider

from dlstudio.gui import theme
from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.cards import PAGE, Card, CardGrid
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.inspect.view import InspectView
from dlstudio.gui.workspaces.panels import ElidedLabel


class LeafingView(InspectView):
    """Asks its inspector for a page at a time.

    Subclasses build their panes, call :meth:`_build_leafing`, and say what is asked (:meth:`_options`), what an answer
    holds besides samples (:meth:`_take_first`), how a sample looks small (:meth:`_card`) and large
    (:meth:`_show_sample`).

    Args:
        studio: The studio.
        name: The inspector.
        title: Heading.
        noun: What a sample is: ``image``.
    """

    def __init__(self, studio: Studio, name: str, title: str, noun: str) -> None:
        super().__init__(studio, name, title)
        self._inspector, self._noun = name, noun
        self._samples: dict[int, Mapping[str, Any]] = {}
        self._arrays: dict[str, Any] = {}
        self._total = 0

    # For subclasses

    def _options(self) -> dict[str, Any]:
        raise NotImplementedError

    def _take_first(self, value: Mapping[str, Any]) -> str:
        """Takes what the first page says of all; returns what is said where there is no sample."""
        raise NotImplementedError

    def _card(self, place: int, item: Mapping[str, Any]) -> Card:
        raise NotImplementedError

    def _show_sample(self, place: int, item: Mapping[str, Any]) -> None:
        raise NotImplementedError

    def _choice(self, entries: Sequence[tuple[str, str]], name: str) -> QComboBox:
        """A box in the header; another choice asks anew."""
        box = QComboBox()
        for words, value in entries:
            box.addItem(words, value)
        box.setAccessibleName(name)
        box.setMinimumWidth(140)
        box.currentIndexChanged.connect(lambda _: self.reload())
        self.header.addWidget(box)
        return box

    def _build_leafing(self) -> None:
        """The slider below the panes, with words beside it."""
        self.place = QSlider(Qt.Orientation.Horizontal)
        self.place.setAccessibleName(f"{self._noun} shown")
        self.place.setPageStep(1)
        self.place.valueChanged.connect(self._show)
        self.where = ElidedLabel()
        theme.mark(self.where, "dim")
        scroll = QHBoxLayout()
        scroll.setSpacing(theme.SPACE_3)
        scroll.addWidget(self.place, 1)
        scroll.addWidget(self.where)
        self.inner.addLayout(scroll)

    def _build_grid(self, side: int) -> None:
        self.grid = CardGrid(cell=QSize(side, side))
        self.grid.pageNeeded.connect(self._load_page)
        self.grid.opened.connect(lambda card: self.place.setValue(card.row))
        self.inner.addWidget(self.grid, 2)

    def _of(self, item: Mapping[str, Any], *names: str) -> list[Any]:
        """The arrays of a sample by their names."""
        return [np.asarray(self._arrays[f"{name}-{item['place']}"]) for name in names]

    def _step(self, by: int) -> None:
        self.place.setValue(self.place.value() + by)

    def _list_classes(self, box: QComboBox, classes: Sequence[str]) -> None:
        """Offers these classes behind the first entry, which means any."""
        if [box.itemData(i) for i in range(1, box.count())] == list(classes):
            return
        box.blockSignals(True)
        while box.count() > 1:
            box.removeItem(1)
        for name in classes:
            box.addItem(name, name)
        box.setCurrentIndex(0)
        box.blockSignals(False)

    # What is shown

    @property
    def shown(self) -> Mapping[str, Any] | None:
        """The sample that is shown large."""
        return self._samples.get(self.place.value())

    def load(self) -> None:
        self._ask(0, self._first_page)

    def _ask(self, offset: int, then: Callable[[dict[str, Any]], None]) -> None:
        def failed(sentence: str) -> None:
            if offset == 0:
                self.show_failure(sentence)
            else:
                self.grid.forget_page(offset)

        self.asker.inspect(self._inspector, {**self._options(), "offset": offset, "limit": PAGE}, then, failed)

    def _first_page(self, value: dict[str, Any]) -> None:
        self._samples.clear()
        self._arrays.clear()
        self._total = int(value["total"])
        nothing = self._take_first(value)
        total, of = self._total, int(value["of"])
        words = numbers.counted(total, self._noun)
        self.set_subtitle(words if total == of else f"{words} of {numbers.count(of)}")
        self.grid.reset(total)
        if not total:
            self.show_waiting(nothing)
            self.bar.hide()
            return
        self.place.blockSignals(True)
        self.place.setRange(0, total - 1)
        self.place.setValue(0)
        self.place.blockSignals(False)
        self._fill(0, value)
        self.show_content()

    def _fill(self, first: int, value: dict[str, Any]) -> None:
        self._arrays.update(value.get("arrays", {}))
        items = value["items"]
        self._samples.update(enumerate(items, first))
        self._fill_cards(first, len(items))
        if first <= self.place.value() < first + len(items):
            self._show(self.place.value())

    def _fill_cards(self, first: int, count: int) -> None:
        places = range(first, first + count)
        self.grid.set_cards(first, [self._card(place, self._samples[place]) for place in places])

    def _load_page(self, first: int, _: int) -> None:
        if first not in self._samples:
            self._ask(first, lambda value: self._fill(first, value))

    def _show(self, place: int) -> None:
        item = self._samples.get(place)
        if item is None:
            self._load_page(place // PAGE * PAGE, PAGE)
        else:
            self._show_sample(place, item)
