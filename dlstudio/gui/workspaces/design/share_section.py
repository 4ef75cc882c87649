"""What the inspector says of shared weights: whose they are, who else uses them, and the way out."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from dlstudio.graph.model import Graph, Node
from dlstudio.gui.workspaces.panels import Section, button, clear, label

_MOST_NAMED = 6


class ShareSection(Section):
    """A sentence, a link to each layer with the same weights, and for one that shares a button to stop.

    Signals:
        jumped(str): A layer's name; it is to be selected.
        parted(str): A layer's name; it is to have weights of its own.
    """

    jumped = Signal(str)
    parted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Shared weights", parent)
        self.note = label("", "dim", wrap=True)
        self._links = QHBoxLayout()
        self.body.addWidget(self.note)
        self.body.addLayout(self._links)
        self.own = button("Make its own", self._part, "", "Weights of its own, with the settings it works with now")
        self.body.addWidget(self.own)
        self._name = ""

    def show_node(self, node: Node, graph: Graph) -> None:
        """Shows what is to say of a node; hidden where that is nothing."""
        self._name = node.id
        others = (node.shares,) if node.shares else graph.sharers.get(node.id, ())
        self.setVisible(bool(others))
        self.own.setVisible(bool(node.shares))
        if node.shares:
            self.note.setText(f"Shares the weights of {node.shares}. Its settings are those of {node.shares}.")
        else:
            count = "One layer uses" if len(others) == 1 else f"{len(others)} layers use"
            self.note.setText(f"{count} the weights of {node.id}; they follow its settings.")
        clear(self._links)
        for name in others[:_MOST_NAMED]:
            self._links.addWidget(button(name, partial(self.jumped.emit, name), "link", f"Go to {name}"))
        if len(others) > _MOST_NAMED:
            self._links.addWidget(label(f"and {len(others) - _MOST_NAMED} more", "faint"))
        self._links.addStretch(1)

    def _part(self) -> None:
        self.parted.emit(self._name)
