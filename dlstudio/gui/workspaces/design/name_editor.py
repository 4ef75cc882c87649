"""Edits the name of a layer: says in a sentence why a name cannot be taken, while it is typed."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from dlstudio.graph.edits import fault_of, rename_node
from dlstudio.graph.model import Graph
from dlstudio.gui.workspaces.design.checked_line import CheckedLine


class NameEditor(CheckedLine):
    """A field with the name of one node.

    Signals:
        renamed(str, str): The old and the new name, on Enter or when the field is left.
    """

    renamed = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Name of the layer", self._fault, self._rename, parent, longest=None)
        self._graph = Graph()
        self._name = ""

    def show_name(self, name: str, graph: Graph) -> None:
        """Shows the name of a node of this graph; what is being typed for the same node stays."""
        self._graph, self._name = graph, name
        self.show_text(name)

    def _fault(self, name: str) -> str:
        return fault_of(lambda: rename_node(self._graph, self._name, name))

    def _rename(self, name: str) -> None:
        old, self._name = self._name, name
        self.renamed.emit(old, name)
