"""The inspector's page inside a block while nothing is selected: its name, summary, parameters and ports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from dlstudio.graph import block_edits
from dlstudio.graph.block_views import count_uses
from dlstudio.graph.edits import fault_of
from dlstudio.graph.model import INPUT, OUTPUT, Block, Graph
from dlstudio.graph.paths import block_at
from dlstudio.gui import theme
from dlstudio.gui.editors.editor import ProjectUndo
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.design.checked_line import CheckedLine
from dlstudio.gui.workspaces.design.parameter_rows import ParameterRows
from dlstudio.gui.workspaces.panels import Section, button, label, line


class BlockOverview(QWidget):
    """Shows and edits the block that has been entered."""

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._studio = studio
        self._ports: object = None
        self.name = CheckedLine("Name of the block", self._name_fault, self._rename)
        self.uses = label("", "dim", wrap=True)
        self.summary = QLineEdit()
        self.summary.setPlaceholderText("What it does, in one sentence")
        self.summary.setAccessibleName("Summary of the block")
        self.summary.setMaxLength(300)
        self.summary.installEventFilter(ProjectUndo(self))
        self.summary.textEdited.connect(self._summarize)
        self.parameters = ParameterRows(studio)
        self.ports = Section("Ports")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.SPACE_2)
        layout.addWidget(label("Block", "title"))
        for widget in (self.name, self.summary, self.uses, line(), self.parameters, line(), self.ports):
            layout.addWidget(widget)
        layout.addStretch(1)

    @property
    def block(self) -> Block | None:
        """The block that is looked into, or None."""
        graph, path = self._studio.project.graph, self._studio.path
        return graph.blocks[block_at(graph, path)] if path else None

    def refresh(self) -> None:
        """Writes everything again."""
        block = self.block
        if block is None:
            return
        self.name.show_text(block.name)
        if " ".join(self.summary.text().split()) != block.summary:
            self.summary.setText(block.summary)
            self.summary.setCursorPosition(0)
        uses = count_uses(self._studio.project.graph, block.name)
        self.uses.setText("Used once in this project." if uses == 1 else f"Used {uses} times in this project.")
        self.parameters.show_block(block)
        self._write_ports(block.graph)

    def _write_ports(self, graph: Graph) -> None:
        entries = [(node.id, "in") for node in graph.of_type(INPUT)] + [(n.id, "out") for n in graph.of_type(OUTPUT)]
        if entries == self._ports:
            return
        self._ports = entries
        self.ports.empty()
        for name, side in entries:
            row = QHBoxLayout()
            row.addWidget(button(name.replace("&", "&&"), self._selects(name), "link", "Select it to rename it"))
            row.addStretch(1)
            row.addWidget(label(side, "faint"))
            self.ports.body.addLayout(row)
        note = (
            "Add an Input or Output node for another port." if entries else "No ports yet: add Input and Output nodes."
        )
        self.ports.body.addWidget(label(note, "faint", wrap=True))

    def _selects(self, name: str) -> Callable[[], None]:
        return lambda: self._studio.select([name])

    def _name_fault(self, name: str) -> str:
        block = self.block
        if block is None or name == block.name:
            return ""
        return fault_of(lambda: block_edits.rename_block(self._studio.project.graph, block.name, name))

    def _rename(self, name: str) -> None:
        block = self.block
        if block is not None and name != block.name:
            graph = block_edits.rename_block(self._studio.project.graph, block.name, name)
            self._change(f"Rename the block {block.name}", graph)

    def _summarize(self, text: str) -> None:
        block, graph = self.block, self._studio.project.graph
        if block is not None:
            graph = block_edits.set_summary(graph, block.name, text)
            self._change(f"Describe the block {block.name}", graph, f"summary {block.name}")

    def _change(self, label_: str, graph: Graph, merge_key: Any = None) -> None:
        self._studio.change(label_, replace(self._studio.project, graph=graph), merge_key)
