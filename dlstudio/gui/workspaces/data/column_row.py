"""One column of the data: its type, its use, and the settings of its type, folded away until asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from dlstudio.catalogue.node_types import Catalogue, Setting
from dlstudio.graph.columns import BOTH, COLUMN_TYPES, NOISE, RESTORED
from dlstudio.gui import theme
from dlstudio.gui.editors.editor import CalmComboBox, tip
from dlstudio.gui.editors.form import SettingForm
from dlstudio.gui.workspaces.panels import label

_PLACING = (
    Setting(
        "size",
        "integers",
        [96, 96],
        length=2,
        minimum=1,
        maximum=4096,
        help="Height and width in pixels. Give an image and its mask the same, or they lie apart.",
    ),
    Setting(
        "fit",
        "choice",
        "extend",
        choices=("crop", "stretch", "pad", "extend"),
        help="How an image of another size gets there. Give an image and its mask the same.",
    ),
)

_MASK_SIZE = (
    "Height and width in pixels, of a volume depth, height and width. Give an image and its mask the same, or they "
    "lie apart."
)

_SENTENCE = (
    Setting(
        "unit",
        "choice",
        "subwords",
        choices=("subwords", "words", "characters"),
        help="What one token is: pieces of words suit every language and leave no word unknown.",
    ),
    Setting(
        "length",
        "integer",
        None,
        optional=True,
        minimum=2,
        help="Tokens a sentence; longer ones are cut. None takes what holds 99 of 100 sentences.",
    ),
    Setting(
        "vocabulary",
        "integer",
        None,
        optional=True,
        minimum=3,
        help="How many different tokens are told apart at the most; none leaves it to the amount of text.",
    ),
)

SETTINGS: Mapping[str, tuple[Setting, ...]] = {
    "bands": _PLACING,
    "volume": (
        replace(
            _PLACING[0], default=[16, 64, 64], length=3, help="Depth, height and width in voxels, as its mask has."
        ),
        _PLACING[1],
    ),
    "mask": (replace(_PLACING[0], length=None, help=_MASK_SIZE), _PLACING[1]),
    "boxes": (
        Setting(
            "size",
            "integers",
            [192, 192],
            length=2,
            minimum=4,
            maximum=2048,
            help="Height and width in pixels, multiples of 32 best. Give images and boxes the same, or they lie apart.",
        ),
        Setting(
            "fit",
            "choice",
            "stretch",
            choices=("crop", "stretch", "pad"),
            help="How an image of another size gets there. Give images and boxes the same.",
        ),
    ),
    "image": (
        Setting(
            "size", "integers", [28, 28], length=2, minimum=1, help="Height and width to which each image is scaled."
        ),
        Setting("greyscale", "flag", False, help="One channel instead of red, green and blue."),
    ),
    "clip": (
        Setting("frames", "integer", 16, minimum=2, maximum=256, help="Frames a clip, taken evenly over its time."),
        Setting(
            "size", "integers", [48, 48], length=2, minimum=1, help="Height and width to which each frame is scaled."
        ),
        Setting("greyscale", "flag", False, help="One channel instead of red, green and blue."),
    ),
    "text": (
        Setting("length", "integer", 40, minimum=1, help="Tokens a text; longer ones are cut, shorter ones padded."),
        Setting("vocabulary", "integer", 8000, minimum=4, help="How many different words are told apart at the most."),
    ),
    "tokens": (
        Setting("unit", "choice", "characters", choices=("characters", "words", "subwords"), help="What one token is."),
        Setting("length", "integer", 128, minimum=2, help="Tokens a sample: how far back the network can look."),
        Setting(
            "vocabulary",
            "integer",
            None,
            optional=True,
            minimum=3,
            help="How many different tokens are told apart at the most; none leaves it to the size of the text.",
        ),
    ),
    "sentence": _SENTENCE,
    "translation": _SENTENCE,
    "masked": (
        Setting("length", "integer", 40, minimum=2, help="Tokens a text; longer ones are cut, shorter ones padded."),
        Setting("vocabulary", "integer", 8000, minimum=4, help="How many different words are told apart at the most."),
        Setting("maskings", "integer", 5, minimum=1, maximum=100, help="Rows of each text, each hides other words."),
        Setting("seed", "integer", 7, minimum=0, help="Another one hides other words."),
    ),
    "audio": (
        Setting(
            "rate", "integer", 16000, minimum=1000, maximum=384000, help="Samples a second that sounds are brought to."
        ),
        Setting(
            "seconds", "number", 1.0, minimum=0.01, help="Length of a sound; longer ones are cut, silence fills up."
        ),
    ),
    "transcript": (
        Setting("length", "integer", 40, minimum=1, help="Characters a transcript; longer ones are cut."),
        Setting("plain", "flag", True, help="Lower case, and no punctuation but apostrophes and hyphens."),
    ),
    "forecast": (
        Setting("normalize", "flag", True, help="Scale to mean 0 and standard deviation 1 of the training part."),
    ),
    "noise": (
        Setting("length", "integer", 32, minimum=1, maximum=1024, help="Numbers a sample, from a normal distribution."),
        Setting("seed", "integer", 7, minimum=0, help="Another one draws other noise."),
    ),
    "number": (
        Setting("normalize", "flag", True, help="Scale to mean 0 and standard deviation 1 of the training split."),
    ),
}


class ColumnRow(QWidget):
    """Shows and edits one entry of ``project.data.columns``."""

    typeChosen = Signal(str, str)
    roleChosen = Signal(str, str)
    optionChanged = Signal(str, str, object)

    def __init__(self, name: str, catalogue: Catalogue, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = name
        self._catalogue = catalogue
        self._form: SettingForm | None = None
        self._form_kind = ""
        self._settings: Mapping[str, Any] = {}
        self.fold = QToolButton()
        self.fold.setCheckable(True)
        self.fold.setText("▸")
        self.fold.setFixedWidth(18)
        self.fold.setAccessibleName(f"settings of {name}")
        theme.mark(self.fold, "quiet")
        self.fold.toggled.connect(self._folded)
        self.caption = _Elided(name)
        self.kind = CalmComboBox()
        for each in COLUMN_TYPES:
            self.kind.addItem(each, each)
        self.kind.setAccessibleName(f"type of {name}")
        self.kind.activated.connect(lambda i: self.typeChosen.emit(name, self.kind.itemData(i)))
        self.kind.setFixedWidth(116)
        self.role = CalmComboBox()
        self.role.setFixedWidth(94)
        for each in ("input", "target", BOTH, "unused"):
            self.role.addItem(each, "" if each == "unused" else each)
        self.role.setAccessibleName(f"use of {name}")
        self.role.activated.connect(lambda i: self.roleChosen.emit(name, self.role.itemData(i)))
        head = QHBoxLayout()
        head.setSpacing(theme.SPACE_1)
        head.addWidget(self.fold)
        head.addWidget(self.caption, 1)
        head.addWidget(self.kind)
        head.addWidget(self.role)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(theme.SPACE_1)
        self._layout.addLayout(head)
        self._made_of = label("", "faint", wrap=True)
        self._made_of.hide()
        self._layout.addWidget(self._made_of)

    def show_settings(self, settings: Mapping[str, Any], joined_by: str = "") -> None:
        """Shows a column's entry; ``joined_by`` names the joined column that it is a part of."""
        self.role.setItemText(self.role.findData(""), "joined" if joined_by else "unused")
        self.role.setToolTip(tip(f"Part of {joined_by}") if joined_by else "")
        self._settings = settings
        kind = str(settings.get("type", "ignore"))
        if self.kind.findData(kind) < 0:
            self.kind.addItem(kind, kind)
        self.kind.setCurrentIndex(self.kind.findData(kind))
        self._offer_both(kind)
        self.role.setCurrentIndex(self.role.findData(settings.get("role", "")))
        self.role.setEnabled(kind != "ignore")
        made_of = settings.get("from")
        self.kind.setEnabled(not made_of and kind != NOISE)
        self.caption.set_dim(kind == "ignore")
        word = "the begin of" if kind == "so-far" else "joins"
        self._made_of.setText(f"{word} {', '.join(map(str, made_of))}" if made_of else "")
        has_more = kind in SETTINGS or bool(made_of)
        self.fold.setEnabled(has_more)
        self.fold.setText(("▾" if self.fold.isChecked() else "▸") if has_more else "")
        self._show_form(kind)

    def _offer_both(self, kind: str) -> None:
        """Images and series may be read and learnt at once: the network gives back what it reads."""
        offered = kind in RESTORED or kind == "bands" or self._settings.get("role") == BOTH
        place = self.role.findData(BOTH)
        if offered and place < 0:
            self.role.insertItem(2, BOTH, BOTH)
        elif not offered and place >= 0:
            self.role.removeItem(place)
        if offered:
            words = "Read and learnt at once: the network gives back what it reads, as an autoencoder does"
            self.role.setItemData(self.role.findData(BOTH), tip(words), Qt.ItemDataRole.ToolTipRole)

    def offer_types(self, fits: Sequence[str]) -> None:
        """Offers only the types that the column can be read as; all of them while that is not known."""
        now = str(self._settings.get("type", "ignore"))
        offered = [each for each in COLUMN_TYPES if not fits or each in fits or each in (now, "ignore")]
        if offered != [self.kind.itemData(i) for i in range(self.kind.count())]:
            self.kind.clear()
            for each in offered:
                self.kind.addItem(each, each)
        self.kind.setCurrentIndex(self.kind.findData(now))

    def form(self) -> SettingForm | None:
        """The form of the type's settings while it is unfolded."""
        return self._form

    def _folded(self, opened: bool) -> None:
        if self.fold.isEnabled():
            self.fold.setText("▾" if opened else "▸")
        self._show_form(str(self._settings.get("type", "ignore")))

    def _show_form(self, kind: str) -> None:
        opened = self.fold.isChecked()
        self._made_of.setVisible(opened and bool(self._made_of.text()))
        wanted = kind if opened and kind in SETTINGS and not self._made_of.text() else ""
        if wanted != self._form_kind:
            if self._form is not None:
                self._form.hide()
                self._form.deleteLater()
                self._form = None
            self._form_kind = wanted
            if wanted:
                self._form = SettingForm(SETTINGS[wanted], self._values(), self, catalogue=self._catalogue)
                self._form.setContentsMargins(24, 0, 0, 4)
                self._form.changed.connect(self._option)
                self._layout.addWidget(self._form)
        elif self._form is not None:
            self._form.set_values(self._values())

    def _values(self) -> dict[str, Any]:
        values = {k: v for k, v in self._settings.items() if k not in ("type", "role", "from", "channels")}
        if self._settings.get("type") in ("image", "clip"):
            values["greyscale"] = self._settings.get("channels", 3) == 1
        return values

    def _option(self, name: str, value: Any) -> None:
        if name == "greyscale":
            name, value = "channels", 1 if value else 3
        elif name == "size" and isinstance(value, int):
            value = [value, value]
        self.optionChanged.emit(self.name, name, list(value) if isinstance(value, tuple) else value)


class _Elided(QLabel):
    """A name that gives way in its middle where the panel is narrow."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._full = text
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setToolTip(tip(text))
        self.setMinimumWidth(40)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def set_dim(self, dim: bool) -> None:
        theme.mark(self, "dim" if dim else "")

    def resizeEvent(self, event: QResizeEvent) -> None:
        metrics = QFontMetrics(self.font())
        self.setText(metrics.elidedText(self._full, Qt.TextElideMode.ElideMiddle, self.width()))
