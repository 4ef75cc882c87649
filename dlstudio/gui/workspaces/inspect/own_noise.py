"""Where a user chooses the noise that a sample is made from: a whole number, always the same noise for the same one."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSpinBox

from dlstudio.gui import theme
from dlstudio.gui.workspaces.inspect.own_inputs import OwnInput
from dlstudio.gui.workspaces.panels import button, label

_LARGEST = 1_000_000


class OwnNoise(OwnInput):
    """A number with arrows, and a button for the next one."""

    def __init__(self) -> None:
        super().__init__()
        self.number = QSpinBox()
        self.number.setRange(0, _LARGEST)
        self.number.setValue(1)
        self.number.setAccessibleName("number that the noise is drawn from")
        self.number.lineEdit().setTextMargins(6, 0, 0, 0)
        self.number.valueChanged.connect(lambda _: self.changed.emit())
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.SPACE_3)
        layout.addWidget(label("noise number", "dim"))
        layout.addWidget(self.number)
        layout.addWidget(button("Make another", self.number.stepUp, "link"), 0, Qt.AlignmentFlag.AlignLeft)
        layout.addStretch(1)

    def value(self) -> Any:
        return self.number.value()
