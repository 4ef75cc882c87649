"""A graph that only stands there: what the canvas' scene needs to draw one that nobody edits."""

from __future__ import annotations

from PySide6.QtCore import QObject

from dlstudio.catalogue.node_types import Catalogue
from dlstudio.graph.blocks import with_blocks
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.model import Graph
from dlstudio.graph.problems import Problem
from dlstudio.graph.project import Project


class Still(QObject):
    """Stands in for the studio behind a :class:`~dlstudio.gui.canvas.scene.CanvasScene`."""

    def __init__(self, catalogue: Catalogue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._catalogue = catalogue
        self.project = Project()
        self.path: tuple[str, ...] = ()
        self.selection: frozenset[str] = frozenset()
        self.problems: list[Problem] = []
        self.specs: dict[str, ColumnSpec] = {}

    @property
    def graph(self) -> Graph:
        return self.project.graph

    def show(self, graph: Graph) -> None:
        """Makes another graph the one that is drawn."""
        self.project = Project(graph=graph)

    @property
    def catalogue(self) -> Catalogue:
        return with_blocks(self._catalogue, self.graph.blocks)

    def layer_facts(self, name: str) -> None:
        """Nothing is known of shapes here."""
        del name
