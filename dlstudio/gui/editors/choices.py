"""Editors for a yes or no (a switch) and for one of several names (a combo box)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QWidget

from dlstudio.catalogue.node_types import Setting
from dlstudio.gui import theme
from dlstudio.gui.editors.editor import MIXED, NONE, CalmComboBox, SettingEditor


class Switch(QAbstractButton):
    """A switch that says *on* or *off* beside its knob, or *mixed*."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.mixed = False
        theme.signals.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(78, theme.ROW_HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on = self.isChecked() and not self.mixed
        track = QRectF(1.5, self.height() / 2 - 8, 29, 16)
        painter.setPen(QPen(theme.color("accent" if self.hasFocus() else "primary" if on else "faint"), 1))
        painter.setBrush(theme.color("primary") if on else theme.color("field"))
        painter.drawRoundedRect(track, 8, 8)
        x = track.center().x() if self.mixed else track.right() - 8 if on else track.left() + 8
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("on-primary") if on else theme.color("dim"))
        painter.drawEllipse(QRectF(x - 5, track.center().y() - 5, 10, 10))
        painter.setPen(theme.color("text" if self.isEnabled() else "disabled"))
        painter.setFont(self.font())
        word = MIXED if self.mixed else "on" if on else "off"
        painter.drawText(self.rect().adjusted(40, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, word)


class FlagEditor(SettingEditor):
    """Edits a ``flag`` that may not be None."""

    def __init__(self, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(setting, parent)
        self.switch = Switch(self)
        self.switch.setAccessibleName(self.accessibleName())
        self.setFocusProxy(self.switch)
        self.switch.clicked.connect(self._clicked)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.switch)
        layout.addStretch(1)

    def value(self) -> Any:
        return self.switch.isChecked()

    def set_value(self, value: Any) -> None:
        self.switch.mixed = False
        self.switch.setChecked(bool(value))
        self.switch.update()

    def set_mixed(self) -> None:
        self.switch.mixed = True
        self.switch.setChecked(False)
        self.switch.update()

    def _clicked(self) -> None:
        self.switch.mixed = False
        self.switch.update()
        self.valueChanged.emit(self.switch.isChecked())


class ChoiceEditor(SettingEditor):
    """Edits one of several values; a value that is not among them is shown as it is and kept."""

    def __init__(
        self, setting: Setting, options: Sequence[tuple[str, Any]] | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(setting, parent)
        self.combo = CalmComboBox(self)
        self.combo.setAccessibleName(self.accessibleName())
        self.setFocusProxy(self.combo)
        self._options: list[tuple[str, Any]] = (
            list(options) if options is not None else [(c, c) for c in setting.choices]
        )
        if setting.optional and not any(value is None for _, value in self._options):
            self._options.insert(0, (NONE, None))
        self._fill()
        self.combo.activated.connect(self._chosen)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.combo)

    def value(self) -> Any:
        index = self.combo.currentIndex()
        return self._options[index][1] if 0 <= index < len(self._options) else None

    def set_value(self, value: Any) -> None:
        self.combo.setPlaceholderText("")
        for index, (_, option) in enumerate(self._options):
            if option == value and type(option) is type(value):
                self.combo.setCurrentIndex(index)
                return
        if value is None:
            self.combo.setCurrentIndex(-1)
            return
        self._options.append((str(value), value))
        self._fill()
        self.combo.setCurrentIndex(len(self._options) - 1)

    def set_mixed(self) -> None:
        self.combo.setPlaceholderText(MIXED)
        self.combo.setCurrentIndex(-1)

    def _fill(self) -> None:
        self.combo.clear()
        self.combo.addItems([title for title, _ in self._options])

    def _chosen(self, index: int) -> None:
        self.valueChanged.emit(self._options[index][1])


def flag_options() -> list[tuple[str, Any]]:
    """The options of a flag that may also be None."""
    return [("on", True), ("off", False)]
