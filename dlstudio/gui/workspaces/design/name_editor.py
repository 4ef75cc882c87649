"""Edits the name of a layer: says in a sentence why a name cannot be taken, while it is typed."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeyEvent, Qt
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from dlstudio.graph.edits import EditError, rename_node
from dlstudio.graph.model import Graph
from dlstudio.gui import theme
from dlstudio.gui.editors.editor import ProjectUndo
from dlstudio.gui.workspaces.panels import label


class NameEditor(QWidget):
    """A field with the name of one node.

    Signals:
        renamed(str, str): The old and the new name, on Enter or when the field is left.
    """

    renamed = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._graph = Graph()
        self._name = ""
        self.line = QLineEdit(self)
        self.line.setAccessibleName("Name of the layer")
        self.line.installEventFilter(ProjectUndo(self))
        self.setFocusProxy(self.line)
        self.sentence = label("", "error", wrap=True)
        self.sentence.hide()
        self.line.textEdited.connect(self._check)
        self.line.editingFinished.connect(self._finish)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.SPACE_1)
        layout.addWidget(self.line)
        layout.addWidget(self.sentence)

    def show_name(self, name: str, graph: Graph) -> None:
        """Shows the name of a node of this graph; what is being typed for the same node stays."""
        self._graph = graph
        if name != self._name:
            self._name = name
            self.line.setText(name)
            self._say("")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.line.text() != self._name:
            self.line.setText(self._name)
            self._say("")
            return
        super().keyPressEvent(event)

    def _check(self, text: str) -> bool:
        try:
            rename_node(self._graph, self._name, text.strip())
        except EditError as error:
            self._say(str(error))
            return False
        self._say("")
        return True

    def _finish(self) -> None:
        text = self.line.text().strip()
        if self._name not in self._graph or text == self._name:
            return
        if self._check(text):
            old, self._name = self._name, text
            self.renamed.emit(old, text)
        elif not self.line.hasFocus():
            self.line.setText(self._name)
            self._say("")

    def _say(self, sentence: str) -> None:
        self.sentence.setText(sentence)
        self.sentence.setVisible(bool(sentence))
