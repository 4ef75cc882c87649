"""How a series over time is cut into windows: time column, steps before and after, season, gaps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFormLayout, QSizePolicy, QSpinBox, QVBoxLayout, QWidget

from dlstudio.gui import theme
from dlstudio.gui.editors.editor import CalmComboBox, ProjectUndo, tip
from dlstudio.gui.workspaces.panels import label

_STEPS = (
    ("context", "Steps read", "How many values before the moment of the forecast the network reads."),
    ("horizon", "Steps forecast", "How many values after that moment are forecast."),
    ("season", "Season", "After how many steps the series repeats itself; 1 where it does not. Found from the data."),
    ("stride", "Stride", "From one moment of forecast to the next; 1 uses every one."),
)
_GAPS = (("hold the last value", "hold"), ("straight lines", "line"), ("leave windows out", "skip"))
_MOST = 10_000


class SeriesForm(QWidget):
    """Shows and edits the options of a time series."""

    changed = Signal(str, object)  # option, value

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.time = CalmComboBox()
        self.time.activated.connect(lambda i: self.changed.emit("time", self.time.itemData(i)))
        self.gaps = CalmComboBox()
        for title, value in _GAPS:
            self.gaps.addItem(title, value)
        self.gaps.activated.connect(lambda i: self.changed.emit("gaps", self.gaps.itemData(i)))
        self.gaps.setToolTip(tip("What is read where a value is missing. A missing value is never learnt nor scored."))
        self.steps: dict[str, QSpinBox] = {}
        rows = QFormLayout()
        rows.setHorizontalSpacing(theme.SPACE_3)
        rows.setVerticalSpacing(theme.SPACE_1)
        rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        rows.addRow(label("Time column", "dim"), self.time)
        for name, title, help_text in _STEPS:
            box = QSpinBox()
            box.setRange(1, _MOST)
            box.setKeyboardTracking(False)
            box.lineEdit().setTextMargins(6, 0, 0, 0)
            box.installEventFilter(ProjectUndo(box))
            box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            box.setToolTip(tip(help_text))
            box.setAccessibleName(f"series: {title}")
            box.valueChanged.connect(lambda value, option=name: self.changed.emit(option, value))
            rows.addRow(label(title, "dim"), box)
            self.steps[name] = box
        rows.addRow(label("Gaps", "dim"), self.gaps)
        self.time.setAccessibleName("series: time column")
        self.gaps.setAccessibleName("series: gaps")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(rows)

    def show_options(self, options: Mapping[str, Any], columns: Sequence[str]) -> None:
        """Shows ``DataSettings.options``; ``columns`` are those that may hold the times."""
        self.time.clear()
        for name in columns:
            self.time.addItem(name, name)
        self.time.setCurrentIndex(self.time.findData(str(options.get("time", ""))))
        self.gaps.setCurrentIndex(self.gaps.findData(options.get("gaps", "hold")))
        for name, box in self.steps.items():
            text = str(options.get(name, 1))
            box.blockSignals(True)
            box.setValue(int(text) if text.isdigit() else 1)
            box.blockSignals(False)
