"""Editors for a line of text and for any other JSON value."""

from __future__ import annotations

import json
import math
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from dlstudio.catalogue.node_types import Setting
from dlstudio.catalogue.values import check_value
from dlstudio.gui import theme
from dlstudio.gui.editors.editor import MIXED, NONE, ProjectUndo, SettingEditor
from dlstudio.gui.editors.numbers import set_problem


class TextEditor(SettingEditor):
    """Edits a ``text``; empty means None where that is allowed. What is none of its values is marked and kept back."""

    def __init__(self, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(setting, parent)
        self.line = QLineEdit(self)
        self.line.setAccessibleName(self.accessibleName())
        self.setFocusProxy(self.line)
        self.line.installEventFilter(ProjectUndo(self))
        self._value: Any = None
        self.line.textEdited.connect(self._edited)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.line)

    def value(self) -> Any:
        return self._value

    def _edited(self, text: str) -> None:
        value = None if self.setting.optional and not text else text
        said = check_value(self.setting, value) or ""
        set_problem(self.line, said)
        if not said:
            self._value = value
            self.valueChanged.emit(value)

    def set_value(self, value: Any) -> None:
        self._value = value
        set_problem(self.line, "")
        self.line.setPlaceholderText(NONE if self.setting.optional else "")
        text = "" if value is None else str(value)
        if text != self.line.text():
            self.line.setText(text)

    def set_mixed(self) -> None:
        self._value = None
        self.line.clear()
        self.line.setPlaceholderText(MIXED)


class JsonEditor(SettingEditor):
    """Edits any JSON value as text; says at once what is wrong with it, and where."""

    wide = True

    def __init__(self, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(setting, parent)
        self.text = QPlainTextEdit(self)
        self.text.setAccessibleName(self.accessibleName())
        self.text.setFont(theme.mono_font(12))
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(58)
        self.setFocusProxy(self.text)
        self.text.installEventFilter(ProjectUndo(self))
        self.problem = QLabel(self)
        self.problem.setTextFormat(Qt.TextFormat.PlainText)
        self.problem.setWordWrap(True)
        theme.mark(self.problem, "error")
        self.problem.hide()
        self._value: Any = None
        self._showing = False
        self.text.textChanged.connect(self._edited)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.SPACE_1)
        layout.addWidget(self.text)
        layout.addWidget(self.problem)

    def value(self) -> Any:
        return self._value

    def set_value(self, value: Any) -> None:
        legal, shown = self._read()[:2]
        self._value = value
        self.text.setPlaceholderText(NONE)
        if not legal or shown != value:
            self._show("" if value is None else json.dumps(value, ensure_ascii=False))
        self.problem.hide()

    def set_mixed(self) -> None:
        self._value = None
        self._show("")
        self.text.setPlaceholderText(MIXED)

    def _show(self, text: str) -> None:
        self._showing = True
        self.text.setPlainText(text)
        self._showing = False

    def _edited(self) -> None:
        if self._showing:
            return
        legal, value, sentence = self._read()
        self.problem.setText(sentence)
        self.problem.setVisible(not legal)
        if legal and value != self._value:
            self._value = value
            self.valueChanged.emit(value)

    def _read(self) -> tuple[bool, Any, str]:
        text = self.text.toPlainText().strip()
        if not text:
            said = "" if self.setting.optional else f"'{self.setting.name}' needs a value."
            return not said, None, said
        try:
            value = json.loads(text, parse_constant=_refuse)
        except json.JSONDecodeError as error:
            return False, None, f"Not JSON at line {error.lineno}, column {error.colno}: {error.msg}."
        except (ValueError, RecursionError):
            return False, None, "Not a JSON value that can be stored: numbers must be finite, and not too deep."
        if isinstance(value, float) and not math.isfinite(value):
            return False, None, "Numbers must be finite."
        said = check_value(self.setting, value) or ""
        return not said, value, said


def _refuse(constant: str) -> Any:
    raise ValueError(constant)
