"""Editors for one number and for a row of numbers (``3 × 3``), by typing, by arrow keys and by the small arrows."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Any

from PySide6.QtGui import QValidator, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QHBoxLayout, QLineEdit, QWidget

from dlstudio.catalogue.node_types import Setting
from dlstudio.catalogue.values import check_value, is_interval, number_parts
from dlstudio.gui.editors.editor import MIXED, NONE, ProjectUndo, SettingEditor

_TIMES = " × "
_TO = " to "


class NumberField(QAbstractSpinBox):
    """A field for an int or a float; empty means None where that is allowed.

    Steps: integers by 1, floats by one of their leading digit (0.05 → 0.06, 0.01 → 0.009), so that a learning rate
    can be walked over decades.
    """

    def __init__(self, setting: Setting, whole: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._setting = setting
        self._whole = whole
        self.setAccelerated(True)
        # A style sheet moves the frame of a spin box but not the text in it: set by hand to line up with other fields.
        self.setFixedHeight(26)
        self.lineEdit().setTextMargins(7, 0, 0, 0)

    def read(self) -> tuple[bool, int | float | None]:
        """Whether the text is a legal value, and the value."""
        text = self.lineEdit().text().strip()
        if not text:
            return self._setting.optional, None
        try:
            number: int | float = int(text) if self._whole else float(text.replace(",", "."))
        except ValueError:
            return False, None
        low, high = self._setting.minimum, self._setting.maximum
        legal = math.isfinite(number) and (low is None or number >= low) and (high is None or number <= high)
        return legal, number

    def write(self, value: Any) -> None:
        """Shows a number, or nothing for None."""
        self.lineEdit().setText("" if value is None else number_text(value))

    def stepBy(self, steps: int) -> None:
        legal, value = self.read()
        if not legal or value is None:
            value = next(
                (v for v in (self._setting.default, self._setting.suggested, 0) if isinstance(v, int | float)), 0
            )
        self.write(self._clamped(self._stepped(value, steps)))
        self.lineEdit().textEdited.emit(self.lineEdit().text())

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        return QAbstractSpinBox.StepEnabledFlag.StepUpEnabled | QAbstractSpinBox.StepEnabledFlag.StepDownEnabled

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        return QValidator.State.Acceptable, text, position

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def _stepped(self, value: int | float, steps: int) -> int | float:
        if self._whole:
            return int(value) + steps
        number = Decimal(repr(float(value)))
        for _ in range(abs(steps)):
            unit = Decimal(1).scaleb(number.adjusted() if number else -2)
            if steps < 0 and number == unit:
                unit = unit.scaleb(-1)
            number += unit if steps > 0 else -unit
        return float(number)

    def _clamped(self, value: int | float) -> int | float:
        low, high = self._setting.minimum, self._setting.maximum
        if low is not None and value < low:
            value = int(low) if self._whole else low
        if high is not None and value > high:
            value = int(high) if self._whole else high
        return value


class NumberEditor(SettingEditor):
    """Edits an ``integer`` or a ``number``."""

    def __init__(self, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(setting, parent)
        self.field = NumberField(setting, setting.kind == "integer", self)
        self.setFocusProxy(self.field)
        self.field.setAccessibleName(self.accessibleName())
        self._value: int | float | None = None
        self._line = self.field.lineEdit()
        self._line.installEventFilter(ProjectUndo(self))
        self._line.textEdited.connect(self._edited)
        self.field.editingFinished.connect(self._finished)
        _alone(self, self.field)
        self._placeholder(self.none_words if setting.optional else "")

    def value(self) -> Any:
        return self._value

    def set_value(self, value: Any) -> None:
        self._value = value
        self._placeholder(self.none_words if self.setting.optional else "")
        if self.field.read() != (True, value):
            self.field.write(value)
        set_problem(self._line, "")

    def set_mixed(self) -> None:
        self._value = None
        self.field.write(None)
        self._placeholder(MIXED)
        set_problem(self._line, "")

    def _edited(self) -> None:
        legal, value = self.field.read()
        if legal and (value != self._value or type(value) is not type(self._value) or self._is_mixed()):
            self._placeholder(self.none_words if self.setting.optional else "")
            self._value = value
            self.valueChanged.emit(value)
        set_problem(self._line, "" if legal else self._sentence(), soft=True)

    def _finished(self) -> None:
        if self._is_mixed() and not self._line.text():
            return
        legal, _ = self.field.read()
        if not legal and not self._line.text().strip():
            self.field.write(self._value)
            legal = True
        set_problem(self._line, "" if legal else self._sentence())

    def _is_mixed(self) -> bool:
        return self._line.placeholderText() == MIXED

    def _placeholder(self, text: str) -> None:
        self._line.setPlaceholderText(text)

    def _sentence(self) -> str:
        kind = "a whole number" if self.setting.kind == "integer" else "a number"
        low, high = self.setting.minimum, self.setting.maximum
        if low is not None and high is not None:
            return f"Expected {kind} from {number_text(low)} to {number_text(high)}."
        if low is not None:
            return f"Expected {kind} of {number_text(low)} or more."
        if high is not None:
            return f"Expected {kind} of {number_text(high)} or less."
        return f"Expected {kind}."


class NumberRowEditor(SettingEditor):
    """Edits ``integers``, ``numbers`` and ``pairs``: ``3 × 3``, or ``3`` for all places; ``(1, 1) × (0, 0)``.

    Two ``numbers`` are no places but the ends of an interval, ``-0.1 to 0.2``; one alone says its size.
    """

    def __init__(self, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(setting, parent)
        self.line = QLineEdit(self)
        self.setFocusProxy(self.line)
        self.line.setAccessibleName(self.accessibleName())
        self.line.installEventFilter(ProjectUndo(self))
        self.line.textEdited.connect(self._edited)
        self.line.editingFinished.connect(self._finished)
        self._value: Any = None
        self._interval = is_interval(setting)
        _alone(self, self.line)

    def value(self) -> Any:
        return self._value

    def set_value(self, value: Any) -> None:
        legal, shown = self._read()
        self._value = value
        self.line.setPlaceholderText(NONE if self.setting.optional else "")
        if not legal or shown != value or (value is not None and not self.line.text()):
            self.line.setText(self._text(value))
        set_problem(self.line, "")

    def set_mixed(self) -> None:
        self._value = None
        self.line.clear()
        self.line.setPlaceholderText(MIXED)

    def _edited(self) -> None:
        legal, value = self._read()
        if legal and (value != self._value or self.line.placeholderText() == MIXED):
            self._value = value
            self.line.setPlaceholderText(NONE if self.setting.optional else "")
            self.valueChanged.emit(value)
        set_problem(self.line, "" if legal else self._sentence(), soft=True)

    def _finished(self) -> None:
        if self.line.placeholderText() == MIXED and not self.line.text():
            return
        legal, _ = self._read()
        if legal or not self.line.text().strip():
            self.line.setText(self._text(self._value))
            legal = True
        set_problem(self.line, "" if legal else self._sentence())

    def _read(self) -> tuple[bool, Any]:
        text = self.line.text().strip()
        if not text:
            return self.setting.optional, None
        try:
            places = self._places(text)
        except ValueError:
            return False, None
        legal, value = self._normal(places)
        return legal and check_value(self.setting, value) is None, value

    def _places(self, text: str) -> list[Any]:
        groups = re.findall(r"[(\[]([^)\]]*)[)\]]", text)
        if groups:
            return [[self._number(part) for part in number_parts(group)] for group in groups]
        return [self._number(part) for part in number_parts(text)]

    def _number(self, text: str) -> Any:
        number: int | float = float(text) if self.setting.kind == "numbers" else int(text)
        low, high = self.setting.minimum, self.setting.maximum
        if not math.isfinite(number) or (low is not None and number < low) or (high is not None and number > high):
            raise ValueError(text)
        return number

    def _normal(self, places: list[Any]) -> tuple[bool, Any]:
        """One value for all places is stored as Keras' default is: as one value or as a list."""
        length = self.setting.length
        nested = any(isinstance(place, list) for place in places)
        if not places:
            return False, None
        model = self.setting.suggested if self.setting.default is None else self.setting.default
        if length is None:
            return True, places[0] if len(places) == 1 and isinstance(model, int | float) and not nested else places
        if len(places) == 1 and not nested:
            if self._interval:
                return not isinstance(model, list | tuple), places[0]
            places = places * length
        if len(places) != length:
            return False, None
        if (
            not nested
            and not self._interval
            and all(place == places[0] for place in places)
            and not isinstance(model, list | tuple)
        ):
            return True, places[0]
        return True, places

    def _text(self, value: Any) -> str:
        if value is None:
            return ""
        if isinstance(value, int | float):
            return (
                number_text(value) if self._interval else _TIMES.join([number_text(value)] * (self.setting.length or 1))
            )
        if isinstance(value, str):
            return value
        return (_TO if self._interval else _TIMES).join(_place_text(place) for place in value)

    def _sentence(self) -> str:
        if self.setting.kind == "pairs":
            return self._pairs_sentence()
        if self._interval:
            return "Expected one number, or the lowest and the highest such as -0.1 to 0.2."
        kind = "whole numbers" if self.setting.kind == "integers" else "numbers"
        places = f"{self.setting.length} {kind}, or one for all places," if self.setting.length else kind
        example = _TIMES.join(["3"] * (self.setting.length or 2))
        return f"Expected {places} such as {example}."

    def _pairs_sentence(self) -> str:
        axes = self.setting.length or 2
        least = f" of {number_text(self.setting.minimum)} or more" if self.setting.minimum is not None else ""
        example = _TIMES.join(["(1, 0)"] * axes)
        return f"Expected one whole number{least}, or {axes} numbers or pairs (before, after) such as {example}."


def number_text(value: int | float) -> str:
    """A number without a needless fraction: ``0.05``, ``1e-07``, ``64``."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return f"{value:.1f}"
    return repr(value)


def set_problem(line: QLineEdit, sentence: str, soft: bool = False) -> None:
    """Marks a field whose text is not legal and says why in its tooltip; ``soft`` while the user is still typing."""
    line.setToolTip(sentence)
    owner = line.parentWidget() if isinstance(line.parentWidget(), QAbstractSpinBox) else line
    if soft and sentence:
        return
    wanted = bool(sentence)
    if owner is not None and bool(owner.property("problem")) != wanted:
        owner.setProperty("problem", wanted)
        owner.style().unpolish(owner)
        owner.style().polish(owner)


def _place_text(place: Any) -> str:
    if isinstance(place, list | tuple):
        return "(" + ", ".join(_place_text(part) for part in place) + ")"
    return number_text(place)


def _alone(editor: QWidget, child: QWidget) -> None:
    layout = QHBoxLayout(editor)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(child)
