"""Which samples are normal, for a network that gives back what it reads: a column, and its classes that are normal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from dlstudio.gui import theme
from dlstudio.gui.editors.editor import CalmComboBox
from dlstudio.gui.flow_layout import FlowLayout
from dlstudio.gui.workspaces.panels import clear, label

_MOST = 40


class NormalForm(QWidget):
    """Shows and edits the option ``normal`` of the data; ``changed`` gives its new value, None for none."""

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._classes: Mapping[str, Sequence[str]] = {}
        self._value: Mapping[str, Any] = {}
        self.column = CalmComboBox()
        self.column.setAccessibleName("column that says what is normal")
        self.column.activated.connect(lambda _: self._column_chosen())
        self.boxes: dict[str, QCheckBox] = {}
        self._flow = QWidget()
        self._chips = FlowLayout(theme.SPACE_3, self._flow)
        self.hint = label("", "faint", wrap=True)
        top = QHBoxLayout()
        top.setSpacing(theme.SPACE_3)
        top.addWidget(label("Told by", "dim"))
        top.addWidget(self.column, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.SPACE_2)
        layout.addLayout(top)
        layout.addWidget(self._flow)
        layout.addWidget(self.hint)

    def show_choice(self, value: Any, columns: Sequence[str], classes: Mapping[str, Sequence[str]]) -> None:
        """Shows the option's value.

        Args:
            value: ``{"column": NAME, "classes": [...]}``, or anything empty.
            columns: Those of classes.
            classes: The classes of each, as far as they are known.
        """
        self._value = value if isinstance(value, Mapping) else {}
        self._classes = classes
        self.column.clear()
        self.column.addItem("nothing: learn all samples", "")
        for name in columns:
            self.column.addItem(name, name)
        chosen = str(self._value.get("column", ""))
        self.column.setCurrentIndex(max(self.column.findData(chosen), 0))
        names = list(classes.get(chosen, ()))[:_MOST] if chosen else []
        if names != list(self.boxes):
            clear(self._chips)
            self.boxes = {name: self._box(name) for name in names}
        normal = set(self._normal())
        for name, box in self.boxes.items():
            box.blockSignals(True)
            box.setChecked(name in normal)
            box.blockSignals(False)
        self._flow.setVisible(bool(names))
        self.hint.setText(
            "Tick what is normal. Only that is learnt; all other samples are anomalies and go to the test part."
            if names
            else "Choose a column of classes to learn normal samples only and to find the others by their error."
        )

    def _box(self, name: str) -> QCheckBox:
        box = QCheckBox(name)
        box.setAccessibleName(f"{name} is normal")
        box.toggled.connect(lambda _: self._ticked())
        self._chips.addWidget(box)
        return box

    def _column_chosen(self) -> None:
        name = self.column.currentData()
        if not name:
            self.changed.emit(None)
            return
        first = list(self._classes.get(name, ()))[:1]
        self.changed.emit({"column": name, "classes": first})

    def _normal(self) -> list[str]:
        """The normal classes of the value that is shown, whatever a project's file holds there."""
        classes = self._value.get("classes")
        return [str(each) for each in classes] if isinstance(classes, list | tuple) else []

    def _ticked(self) -> None:
        chosen = [name for name, box in self.boxes.items() if box.isChecked()]
        chosen += [name for name in self._normal() if name not in self.boxes]  # of many classes only the first have one
        self.changed.emit({"column": self._value.get("column"), "classes": chosen})
