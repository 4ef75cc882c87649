"""The parameters of a block in the inspector: add, rename, change the default, remove."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QSizePolicy, QToolButton, QWidget

from dlstudio.graph import block_edits
from dlstudio.graph.blocks import block_type
from dlstudio.graph.edits import EditError, fault_of
from dlstudio.graph.model import Block, Graph
from dlstudio.graph.saving import parse_json
from dlstudio.gui import theme
from dlstudio.gui.editors.choosing import editor_for
from dlstudio.gui.editors.editor import ProjectUndo, SettingEditor, tip
from dlstudio.gui.icons import icon
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.design.checked_line import CheckedLine
from dlstudio.gui.workspaces.panels import Section, button, clear, label


class ParameterRows(Section):
    """One row a parameter, and one for the next.

    Attributes:
        names: The field with each parameter's name, by name.
        defaults: The editor of each default, by the parameter's name.
        removes: The button that removes each parameter, by name.
        fresh_name, fresh_default, add: The row for another parameter.
    """

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__("Parameters", parent)
        self._studio = studio
        self._block: Block | None = None
        self._shown: object = None
        self.names: dict[str, CheckedLine] = {}
        self.defaults: dict[str, SettingEditor] = {}
        self.removes: dict[str, QToolButton] = {}
        self._rows = QGridLayout()
        self._rows.setHorizontalSpacing(theme.SPACE_1)
        self._rows.setVerticalSpacing(theme.SPACE_1)
        self._rows.setColumnStretch(0, 10)
        self._rows.setColumnStretch(1, 11)
        self._note = label("", "faint", wrap=True)
        self.fresh_name, self.fresh_default = QLineEdit(), QLineEdit()
        for field, hint, called in (
            (self.fresh_name, "new name", "Name of a new parameter"),
            (self.fresh_default, "default", "Default of the new parameter"),
        ):
            field.setPlaceholderText(hint)
            field.setAccessibleName(called)
            field.setMinimumWidth(40)
            field.installEventFilter(ProjectUndo(self))
            field.returnPressed.connect(self._add)
            field.textEdited.connect(self._judge)
        self.fresh_name.setMaxLength(64)
        self.add = button("Add", self._add, "", "Add a parameter with this default")
        self.fault = label("", "error", wrap=True)
        self.fault.hide()
        fresh = QHBoxLayout()
        fresh.setSpacing(theme.SPACE_1)
        fresh.addWidget(self.fresh_name, 10)
        fresh.addWidget(self.fresh_default, 7)
        fresh.addWidget(self.add)
        self.body.addWidget(self._note)
        self.body.addLayout(self._rows)
        self.body.addLayout(fresh)
        self.body.addWidget(self.fault)
        self._judge()

    def show_block(self, block: Block) -> None:
        """Shows the parameters of a block; rows stay where only values changed."""
        node_type = block_type(block, self._studio.catalogue)
        settings = [replace(s, default=None) for s in node_type.settings if s.name in block.parameters]
        self._block = block
        if self._shown != (block.name, settings):
            self._shown = (block.name, settings)
            clear(self._rows)
            self.names, self.defaults, self.removes = {}, {}, {}
            for row, setting in enumerate(settings):
                self._add_row(row, setting.name, editor_for(setting, self._studio.catalogue, self))
        for name, value in block.parameters.items():
            self.names[name].show_text(name)
            self.defaults[name].set_value(value)
        self._note.setText(
            "Settings inside can use them: press ƒ beside a setting."
            if block.parameters
            else "None yet. A parameter is a setting of every use; settings inside can be computed from it."
        )
        self._judge()

    def _add_row(self, row: int, name: str, editor: SettingEditor) -> None:
        field = CheckedLine(f"Name of the parameter {name}", self._rename_fault(name), self._renames(name))
        remove = QToolButton()
        remove.setIcon(icon("close"))
        remove.setFixedSize(20, 30)
        theme.mark(remove, "bare")
        remove.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        remove.setAccessibleName(f"Remove the parameter {name}")
        remove.setToolTip(tip(f"Remove {name}; settings that use it keep the value they have with its default"))
        remove.clicked.connect(lambda _=False: self._remove(name))
        editor.setAccessibleName(f"Default of {name}")
        editor.valueChanged.connect(lambda value: self._set(name, value))
        for widget in (field, editor):
            widget.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.names[name], self.defaults[name], self.removes[name] = field, editor, remove
        place = 3 * row
        top = Qt.AlignmentFlag.AlignTop
        self._rows.addWidget(field, place, 0, top)
        self._rows.addWidget(remove, place, 2, top)
        if editor.wide:
            self._rows.addWidget(editor, place + 1, 0, 1, 3)
        else:
            self._rows.addWidget(editor, place, 1, top)
        if editor.below is not None:
            self._rows.addWidget(editor.below, place + 2, 0, 1, 3)

    def _rename_fault(self, old: str) -> Callable[[str], str]:
        def fault(new: str) -> str:
            block = self._block
            return (
                ""
                if block is None
                else fault_of(lambda: block_edits.rename_parameter(self._graph, block.name, old, new))
            )

        return fault

    def _renames(self, old: str) -> Callable[[str], None]:
        def rename(new: str) -> None:
            if self._block is not None:
                graph = block_edits.rename_parameter(self._graph, self._block.name, old, new)
                self._change(f"Rename the parameter {old}", graph)

        return rename

    def _set(self, name: str, value: Any) -> None:
        if self._block is not None:
            graph = block_edits.set_parameter(self._graph, self._block.name, name, value)
            self._change(f"Set the default of {name}", graph, f"default {self._block.name} {name}")

    def _remove(self, name: str) -> None:
        if self._block is None:
            return
        try:
            graph = block_edits.remove_parameter(self._graph, self._block.name, name)
        except EditError as error:
            self._studio.message.emit(str(error), "warning")
        else:
            self._change(f"Remove the parameter {name}", graph)

    def _judge(self) -> None:
        name = self.fresh_name.text().strip()
        said = ""
        if name and self._block is not None:
            block = self._block.name
            said = fault_of(lambda: block_edits.add_parameter(self._graph, block, name, 1))
        self.fault.setText(said)
        self.fault.setVisible(bool(said))
        self.add.setEnabled(bool(name) and not said)

    def _add(self) -> None:
        name = self.fresh_name.text().strip()
        if self._block is None or not self.add.isEnabled():
            return
        default = default_of(self.fresh_default.text())
        graph = block_edits.add_parameter(self._graph, self._block.name, name, default)
        self.fresh_name.clear()
        self.fresh_default.clear()
        self._change(f"Add the parameter {name}", graph)
        self.fresh_name.setFocus()

    @property
    def _graph(self) -> Graph:
        return self._studio.project.graph

    def _change(self, label_: str, graph: Graph, merge_key: str | None = None) -> None:
        self._studio.change(label_, replace(self._studio.project, graph=graph), merge_key)


def default_of(text: str) -> Any:
    """What a typed default means: a JSON value such as ``64``, ``true`` or ``[3, 3]``, else the text itself."""
    try:
        return parse_json(text.strip() or "1")
    except ValueError:
        return {"True": True, "False": False, "None": None}.get(text.strip(), text.strip())
