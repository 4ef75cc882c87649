"""Predicted masks: over the image, beside the truth, and where both differ; worst first, or in order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QSlider, QWidget

from dlstudio.data.class_colours import UNLABELLED, WRONG, Colour
from dlstudio.gui import theme
from dlstudio.gui.flow_layout import FlowLayout
from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.cards import PAGE, Card, CardGrid
from dlstudio.gui.plots.mask_pane import MaskPane
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.inspect.pictures import to_image
from dlstudio.gui.workspaces.inspect.view import InspectView
from dlstudio.gui.workspaces.panels import clear, label

SORTS = (("worst first", "dice"), ("best first", "-dice"), ("order of the data", "row"))
_ERRORS: tuple[Colour | None, ...] = (None, WRONG, UNLABELLED)


class MasksView(InspectView):
    """Shows the images of a split, one large and all of them small below."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio, "masks", "Masks")
        self._samples: dict[int, Mapping[str, Any]] = {}
        self._arrays: dict[str, Any] = {}
        self._classes: list[str] = []
        self._colours: list[Colour] = []
        self._total = 0
        self._build_header()
        self._build_panes()
        theme.signals.changed.connect(self._look)

    def _build_header(self) -> None:
        self.sort, self.kind = QComboBox(), QComboBox()
        for words, value in SORTS:
            self.sort.addItem(words, value)
        self.sort.setAccessibleName("order")
        self.kind.addItem("any class", "")
        self.kind.setAccessibleName("class shown")
        for box in (self.sort, self.kind):
            box.setMinimumWidth(140)
            box.currentIndexChanged.connect(lambda _: self.reload())
            self.header.addWidget(box)
        self.header.addStretch(1)
        self.contours = QCheckBox("contours")
        self.contours.setToolTip("Draw the edges of the classes instead of filling them")
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setRange(0, 100)
        self.opacity.setValue(55)
        self.opacity.setFixedWidth(120)
        self.opacity.setAccessibleName("opacity of the classes")
        self.header.addWidget(self.contours)
        self.header.addWidget(label("Opacity", "dim"))
        self.header.addWidget(self.opacity)
        self.contours.toggled.connect(lambda _: self._look())
        self.opacity.valueChanged.connect(lambda _: self._look())

    def _build_panes(self) -> None:
        self.predicted, self.truth, self.errors = MaskPane("Prediction"), MaskPane("Truth"), MaskPane("Errors")
        panes = QHBoxLayout()
        panes.setSpacing(theme.SPACE_3)
        for pane in self.panes:
            panes.addWidget(pane, 1)
            pane.stepped.connect(self._step)
        self.inner.addLayout(panes, 3)
        self.place = QSlider(Qt.Orientation.Horizontal)
        self.place.setAccessibleName("image shown")
        self.place.setPageStep(1)
        self.place.valueChanged.connect(self._show)
        self.where = label("", "dim")
        scroll = QHBoxLayout()
        scroll.setSpacing(theme.SPACE_3)
        scroll.addWidget(self.place, 1)
        scroll.addWidget(self.where)
        self.inner.addLayout(scroll)
        self.legend = QWidget()
        self._chips = FlowLayout(theme.SPACE_4, self.legend)
        self.inner.addWidget(self.legend)
        self.grid = CardGrid(cell=QSize(96, 96))
        self.grid.pageNeeded.connect(self._load_page)
        self.grid.opened.connect(lambda card: self.place.setValue(card.row))
        self.inner.addWidget(self.grid, 2)

    @property
    def panes(self) -> tuple[MaskPane, MaskPane, MaskPane]:
        """Prediction, truth and errors."""
        return self.predicted, self.truth, self.errors

    @property
    def shown(self) -> Mapping[str, Any] | None:
        """The image that is shown large."""
        return self._samples.get(self.place.value())

    def load(self) -> None:
        self._ask(0, self._first_page)

    def _ask(self, offset: int, then: Any) -> None:
        options: dict[str, Any] = {"sort": self.sort.currentData(), "offset": offset, "limit": PAGE}
        if self.kind.currentData():
            options["class"] = self.kind.currentData()

        def failed(sentence: str) -> None:
            if offset == 0:
                self.show_failure(sentence)
            else:
                self.grid.forget_page(offset)

        self.asker.inspect("masks", options, then, failed)

    def _first_page(self, value: dict[str, Any]) -> None:
        self._samples.clear()
        self._arrays.clear()
        self._total = int(value["total"])
        self._classes = list(value["classes"])
        self._colours = [(int(r), int(g), int(b)) for r, g, b in value["colours"]]
        self._list_classes()
        total, of = self._total, int(value["of"])
        words = numbers.counted(total, "image")
        self.set_subtitle(words if total == of else f"{words} of {numbers.count(of)}")
        self.grid.reset(total)
        if not total:
            self.show_waiting("No image holds this class.")
            self.bar.hide()
            return
        self.place.blockSignals(True)
        self.place.setRange(0, total - 1)
        self.place.setValue(0)
        self.place.blockSignals(False)
        self._fill(0, value)
        self.show_content()

    def _list_classes(self) -> None:
        if [self.kind.itemData(i) for i in range(1, self.kind.count())] == self._classes:
            return
        self.kind.blockSignals(True)
        while self.kind.count() > 1:
            self.kind.removeItem(1)
        for name in self._classes:
            self.kind.addItem(name, name)
        self.kind.setCurrentIndex(0)
        self.kind.blockSignals(False)

    def _fill(self, first: int, value: dict[str, Any]) -> None:
        self._arrays.update(value.get("arrays", {}))
        cards = []
        for place, item in enumerate(value["items"], first):
            self._samples[place] = item
            dice = item["dice"]
            words = "–" if dice is None else numbers.percent(dice, 0)
            ground, truth, given = self._of(item, "picture", "truth", "prediction")
            picture = to_image(_blended(ground, truth, given, self._colours))
            tip = f"{item['name']}\nDice {words}"
            cards.append(Card(place, (("Dice ", "dim"), (words, "text")), picture, tip=tip))
        self.grid.set_cards(first, cards)
        if first <= self.place.value() < first + len(cards):
            self._show(self.place.value())

    def _load_page(self, first: int, _: int) -> None:
        if first not in self._samples:
            self._ask(first, lambda value: self._fill(first, value))

    def _of(self, item: Mapping[str, Any], *names: str) -> list[Any]:
        return [np.asarray(self._arrays[f"{name}-{item['place']}"]) for name in names]

    def _step(self, by: int) -> None:
        self.place.setValue(self.place.value() + by)

    def _show(self, place: int) -> None:
        item = self._samples.get(place)
        if item is None:
            self._load_page(place // PAGE * PAGE, PAGE)
            return
        picture, truth, given = self._of(item, "picture", "truth", "prediction")
        # Where nobody labelled, also beyond the edges of the image, a prediction is not judged and only distracts.
        self.predicted.show_mask(picture, np.where(truth < 0, -1, given), self._colours)
        self.truth.show_mask(picture, truth, self._colours)
        wrong = np.where(truth < 0, 2, (truth != given).astype(np.int16))
        self.errors.show_mask(picture, wrong, _ERRORS)
        parts = [f"{place + 1} of {numbers.count(self._total)}", str(item["name"])]
        if item["dice"] is not None:
            parts.append(f"mean Dice {numbers.percent(item['dice'])}")
        if item["accuracy"] is not None:
            parts.append(f"{numbers.percent(item['accuracy'])} of the pixels right")
        self.where.setText(" · ".join(parts))
        self._show_legend(item, bool((truth < 0).any()))
        self._look()

    def _show_legend(self, item: Mapping[str, Any], unlabelled: bool) -> None:
        clear(self._chips)
        for name, colour, dice in zip(self._classes, self._colours, item["class_dice"], strict=True):
            self._chip(colour, name if dice is None else f"{name}  {numbers.percent(dice, 0)}", dice is None)
        self._chip(WRONG, "wrong", False)
        if unlabelled:
            self._chip(UNLABELLED, "unlabelled", False)
        self.legend.setToolTip("The Dice of each class in this image; without a number where it is not in it")

    def _chip(self, colour: Colour, words: str, absent: bool) -> None:
        chip = QWidget()
        row = QHBoxLayout(chip)
        row.setContentsMargins(0, 2, 0, 2)
        row.setSpacing(theme.SPACE_1)
        mark = QLabel()
        mark.setPixmap(_square(colour))
        row.addWidget(mark)
        row.addWidget(label(words, "faint" if absent else ""))
        self._chips.addWidget(chip)

    def _look(self) -> None:
        opacity = self.opacity.value() / 100
        self.opacity.setEnabled(not self.contours.isChecked())
        self.predicted.set_look(opacity, self.contours.isChecked())
        self.truth.set_look(opacity, self.contours.isChecked())
        self.errors.set_look(max(opacity, 0.3), False)


def _blended(picture: Any, truth: Any, labels: Any, colours: list[Colour]) -> Any:
    ground = np.broadcast_to(picture, (*labels.shape, 3)).astype(np.float32)
    share = np.where(truth < 0, 0.0, 0.5)[..., np.newaxis]
    return np.round((1 - share) * ground + share * np.asarray(colours, np.float32)[labels]).astype(np.uint8)


def _square(colour: Colour) -> QPixmap:
    """A small square with an edge, so that it is seen on any ground."""
    pixmap = QPixmap(12, 12)
    pixmap.fill(theme.color("line"))
    painter = QPainter(pixmap)
    painter.fillRect(1, 1, 10, 10, QColor(*colour))
    painter.end()
    return pixmap
