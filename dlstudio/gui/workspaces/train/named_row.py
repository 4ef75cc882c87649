"""A row of the recipe: a name at the left and what sets it at the right."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QWidget

from dlstudio.gui import theme
from dlstudio.gui.workspaces.panels import label


def named_row(name: str, widget: QWidget) -> QWidget:
    """A row that stands in line with those of :class:`SettingForm`."""
    made = QWidget()
    grid = QGridLayout(made)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(theme.SPACE_1)
    grid.setColumnStretch(0, 10)
    grid.setColumnMinimumWidth(1, 18)
    grid.setColumnStretch(2, 13)
    caption = label(name, "dim")
    caption.setBuddy(widget)
    caption.setMinimumHeight(theme.ROW_HEIGHT)
    widget.setAccessibleName(name)
    grid.addWidget(caption, 0, 0)
    grid.addWidget(widget, 0, 2)
    return made
