"""Predicted masks: over the image, beside the truth, their contours together, and where both differ.

Volumes are looked at slice by slice; all slices of one are asked for when it is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QSlider, QWidget

from dlstudio.data.pictures.class_colours import UNLABELLED, WRONG, Colour
from dlstudio.gui import theme
from dlstudio.gui.flow_layout import FlowLayout
from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.cards import Card
from dlstudio.gui.plots.mask_pane import MaskPane
from dlstudio.gui.plots.slice_bar import SliceBar
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.inspect.leafing_view import LeafingView
from dlstudio.gui.workspaces.inspect.pictures import to_image
from dlstudio.gui.workspaces.panels import clear, label

SORTS = (("worst first", "dice"), ("best first", "-dice"), ("order of the data", "row"))
_KEPT = 8  # whole volumes that are kept for coming back to them
_ERRORS: tuple[Colour | None, ...] = (None, WRONG, UNLABELLED)


class MasksView(LeafingView):
    """Shows the images of a split, one large and all of them small below."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio, "masks", "Masks", "image")
        self._classes: list[str] = []
        self._colours: list[Colour] = []
        self._whole: dict[int, dict[str, Any]] = {}
        self._build_header()
        self._build_panes()
        theme.signals.changed.connect(self._look)

    def _build_header(self) -> None:
        self.sort = self._choice(SORTS, "order")
        self.kind = self._choice((("any class", ""),), "class shown")
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
        self.both = MaskPane("Contours")
        self.both.setToolTip("Lines: the truth. Broken and lighter: the prediction.")
        self.slices = SliceBar()
        self.slices.hide()
        self.slices.moved.connect(self._show_slice)
        panes = QHBoxLayout()
        panes.setSpacing(theme.SPACE_3)
        for pane in self.panes:
            panes.addWidget(pane, 1)
            pane.stepped.connect(self._wheel)
        self.inner.addLayout(panes, 3)
        self.inner.addWidget(self.slices)
        self._build_leafing()
        self.legend = QWidget()
        self._chips = FlowLayout(theme.SPACE_4, self.legend)
        self.inner.addWidget(self.legend)
        self._build_grid(96)

    @property
    def panes(self) -> tuple[MaskPane, ...]:
        """Prediction, truth, contours of both, and errors."""
        return self.predicted, self.truth, self.both, self.errors

    def _options(self) -> dict[str, Any]:
        kind = self.kind.currentData()
        return {"sort": self.sort.currentData(), **({"class": kind} if kind else {})}

    def _take_first(self, value: Mapping[str, Any]) -> str:
        self._whole.clear()
        self._noun = "volume" if any(item.get("depth") for item in value["items"]) else "image"
        self._classes = list(value["classes"])
        self._colours = [(int(r), int(g), int(b)) for r, g, b in value["colours"]]
        self._list_classes(self.kind, self._classes)
        return f"No {self._noun} holds this class."

    def _card(self, place: int, item: Mapping[str, Any]) -> Card:
        words = "–" if item["dice"] is None else numbers.percent(item["dice"], 0)
        ground, truth, given = self._of(item, "picture", "truth", "prediction")
        picture = to_image(_blended(ground, truth, given, self._colours))
        return Card(place, (("Dice ", "dim"), (words, "text")), picture, tip=f"{item['name']}\nDice {words}")

    def _show_sample(self, place: int, item: Mapping[str, Any]) -> None:
        self.slices.setVisible(bool(item.get("depth")))
        if item.get("depth") and int(item["place"]) not in self._whole:
            self._ask_whole(item)
        self._show_slice()
        unlabelled = bool((self._shown_arrays(item)[1] < 0).any())
        parts = [f"{place + 1} of {numbers.count(self._total)}", str(item["name"])]
        if item["dice"] is not None:
            parts.append(f"mean Dice {numbers.percent(item['dice'])}")
        if item["accuracy"] is not None:
            parts.append(
                f"{numbers.percent(item['accuracy'])} of the {'voxels' if item.get('depth') else 'pixels'} right"
            )
        self.where.say(" · ".join(parts))
        self._show_legend(item, unlabelled)

    def _shown_arrays(self, item: Mapping[str, Any]) -> list[Any]:
        """Picture, truth and prediction: of the whole volume once it is there, else of the image or middle slice."""
        whole = self._whole.get(int(item["place"]))
        if whole is None:
            return self._of(item, "picture", "truth", "prediction")
        return [np.asarray(whole[f"{name}-{item['place']}"]) for name in ("picture", "truth", "prediction")]

    def _ask_whole(self, item: Mapping[str, Any]) -> None:
        place = int(item["place"])

        def arrived(value: Mapping[str, Any]) -> None:
            while len(self._whole) >= _KEPT:
                self._whole.pop(next(iter(self._whole)))
            self._whole[place] = dict(value.get("arrays", {}))
            shown = self.shown
            if shown is not None and int(shown["place"]) == place:
                self.slices.show_shape(self._shown_arrays(shown)[1].shape)
                self._show_slice()

        self.asker.inspect(self._inspector, {"whole": place}, arrived, self.where.setText)

    def _wheel(self, by: int) -> None:
        """Through the slices of a volume, or from image to image."""
        if self.slices.isVisible():
            self.slices.step(by)
        else:
            self._step(by)

    def _show_slice(self) -> None:
        item = self.shown
        if item is None:
            return
        picture, truth, given = self._shown_arrays(item)
        if truth.ndim == 3:
            self.slices.show_shape(truth.shape)
            picture, truth, given = (self.slices.cut(each) for each in (picture, truth, given))
        # Where nobody labelled, also beyond the edges of the image, a prediction is not judged and only distracts.
        self.predicted.show_mask(picture, np.where(truth < 0, -1, given), self._colours)
        self.truth.show_mask(picture, truth, self._colours)
        wrong = np.where(truth < 0, 2, (truth != given).astype(np.int16))
        self.errors.show_mask(picture, wrong, _ERRORS)
        self.both.show_contours(picture, truth, np.where(truth < 0, -1, given), self._colours)
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
