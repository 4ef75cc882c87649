"""What every setting editor has in common: a value in, a value out, *mixed*, and where a problem is said.

The editors for each kind stand beside this module; :mod:`dlstudio.gui.editors.choosing` picks the one that fits.
"""

from __future__ import annotations

import html
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QPaintEvent, QPalette, QWheelEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QStylePainter, QWidget

from dlstudio.catalogue.node_types import Setting

MIXED = "mixed"
NONE = "none"


class SettingEditor(QWidget):
    """Edits one value of one setting.

    ``valueChanged`` comes with every legal value that the user makes, also in the middle of typing; never for
    :meth:`set_value`. What is not legal yet is kept as it was typed, is marked, and changes nothing.

    Attributes:
        setting: What is edited.
        none_words: What stands in the empty editor of a setting that may be None.
        below: A widget that belongs under the row (settings of a chosen object), or None.
        wide: Whether the editor wants the whole width, under its label.
    """

    valueChanged = Signal(object)
    wide = False
    none_words = NONE

    def __init__(self, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setting = setting
        self.below: QWidget | None = None
        self.setAccessibleName(title_of(setting.name))

    def value(self) -> Any:
        """The value shown, as a JSON value; the last legal one while something illegal stands there."""
        raise NotImplementedError

    def set_value(self, value: Any) -> None:
        """Shows a value. Text that already means this value is left as the user typed it."""
        raise NotImplementedError

    def set_mixed(self) -> None:
        """Shows that the edited things do not share one value; any edit gives all of them the same."""
        raise NotImplementedError


class ProjectUndo(QObject):
    """Leaves Ctrl+Z in a text field to the window, so that one undo history serves everything."""

    _SEQUENCES = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        keyed = event.type() in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress)
        if keyed and isinstance(event, QKeyEvent) and any(event.matches(sequence) for sequence in self._SEQUENCES):
            event.ignore()
            return True
        return super().eventFilter(watched, event)


class CalmComboBox(QComboBox):
    """A combo box that the wheel changes only while it has the focus, so that scrolling a form edits nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(5)
        self.setMaxVisibleItems(18)

    def paintEvent(self, event: QPaintEvent) -> None:
        """As usual, but a text that does not fit ends in dots."""
        if self.isEditable():
            super().paintEvent(event)
            return
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        option.currentText = self.fontMetrics().elidedText(
            option.currentText,
            Qt.TextElideMode.ElideRight,
            self.width() - 34,
        )
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        if self.currentIndex() < 0 and self.placeholderText():
            option.currentText = self.placeholderText()
            option.palette.setBrush(QPalette.ColorRole.ButtonText, option.palette.placeholderText())
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


def title_of(name: str) -> str:
    """A setting's name for people: ``kernel_size`` → ``Kernel size``."""
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def tip(text: str) -> str:
    """Plain text as a tooltip that wraps and is never taken for markup."""
    return f'<p style="white-space: pre-wrap">{html.escape(text)}</p>' if text else ""
