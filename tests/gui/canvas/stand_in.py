"""A studio without engine, runs and files: a real document, and facts that a test sets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from PySide6.QtCore import QObject, Signal

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.catalogue.node_types import Catalogue
from dlstudio.graph.block_views import inside_types
from dlstudio.graph.blocks import with_blocks
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.edits import apply_edits
from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.graph.paths import graph_at, valid_path, with_graph_at
from dlstudio.graph.problems import Problem
from dlstudio.graph.project import Project
from dlstudio.workbench.document import Document


@dataclass(frozen=True)
class Facts:
    """What the compiler would say of one node."""

    output_shapes: Mapping[str, tuple[int | None, ...]] = field(default_factory=dict)
    parameters: int | None = None


class StandInStudio(QObject):
    """The part of the studio that the canvas talks to."""

    projectChanged = Signal()
    pathChanged = Signal()
    documentOpened = Signal()
    selectionChanged = Signal()
    factsChanged = Signal()
    summaryChanged = Signal()
    message = Signal(str, str)

    def __init__(self, project: Project | Graph | None = None, catalogue: Catalogue | None = None) -> None:
        super().__init__()
        project = Project(graph=project) if isinstance(project, Graph) else project or Project()
        self.document = Document(project)
        self.document.listen(self._changed)
        self._catalogue = catalogue
        self.selection: frozenset[str] = frozenset()
        self.path: tuple[str, ...] = ()
        self.facts_by_node: dict[str, Facts] = {}
        self.problems: list[Problem] = []
        self.specs: dict[str, ColumnSpec] = {}
        self.labels: list[str] = []
        self.messages: list[str] = []
        self.message.connect(lambda text, _: self.messages.append(text))

    @property
    def catalogue(self) -> Catalogue:
        known = with_blocks(self._catalogue or load_catalogue(), self.project.blocks)
        return inside_types(known) if self.path else known

    @property
    def project(self) -> Project:
        return self.document.project

    @property
    def graph(self) -> Graph:
        return graph_at(self.project.graph, self.path)

    def change_graph(self, label: str, graph: Graph, merge_key: str | None = None) -> None:
        whole = with_graph_at(self.project.graph, self.path, graph)
        self.change(label, replace(self.project, graph=whole), merge_key)

    def enter(self, use: str) -> bool:
        return self.go_to((*self.path, use))

    def go_to(self, path: Iterable[str]) -> bool:
        wanted = tuple(path)
        if valid_path(self.project.graph, wanted) != wanted:
            return False
        if wanted != self.path:
            self.path, self.selection = wanted, frozenset()
            self.pathChanged.emit()
            self.projectChanged.emit()
            self.selectionChanged.emit()
            self.factsChanged.emit()
        return True

    def layer_facts(self, name: str) -> Facts | None:
        return self.facts_by_node.get(name)

    def set_facts(self, facts: Mapping[str, Facts], problems: Iterable[Problem] = ()) -> None:
        self.facts_by_node, self.problems = dict(facts), list(problems)
        self.factsChanged.emit()

    def change(self, label: str, project: Project, merge_key: str | None = None) -> None:
        if self.document.change(label, project, merge_key):
            self.labels.append(label)

    def undo(self) -> None:
        self.document.undo()

    def redo(self) -> None:
        self.document.redo()

    def select(self, names: Iterable[str]) -> None:
        selection = frozenset(name for name in names if name in self.graph)
        if selection != self.selection:
            self.selection = selection
            self.selectionChanged.emit()

    def apply(self, label: str, edits: Iterable[Mapping[str, Any]]) -> bool:
        self.change(label, apply_edits(self.project, edits))
        return True

    def _changed(self) -> None:
        path = valid_path(self.project.graph, self.path)
        if path != self.path:
            self.path = path
            self.pathChanged.emit()
        self.projectChanged.emit()
        self.select(self.selection)


def conv_graph() -> Graph:
    """The network of the design picture: images, convolutions, an Add whose inputs differ, a classifier."""
    k = "keras.layers."
    nodes = (
        Node("images", "Input", {"column": "image"}, (0, 0)),
        Node("conv_1", f"{k}Conv2D", {"filters": 32, "kernel_size": 3, "activation": "relu"}, (220, 0)),
        Node("pool_1", f"{k}MaxPooling2D", {}, (440, 0)),
        Node("conv_2", f"{k}Conv2D", {"filters": 64, "kernel_size": 3, "activation": "relu"}, (660, 0)),
        Node("skip", f"{k}Conv2D", {"filters": 64, "kernel_size": 1}, (220, 180)),
        Node("add_1", f"{k}Add", {}, (440, 180)),
        Node("gap", f"{k}GlobalAveragePooling2D", {}, (660, 180)),
        Node("logits", f"{k}Dense", {"units": 10, "activation": "softmax"}, (220, 360)),
        Node("digit", "Output", {"column": "label", "task": "classification"}, (440, 360)),
    )
    wires = (
        Wire("images", "conv_1"),
        Wire("conv_1", "pool_1"),
        Wire("pool_1", "conv_2"),
        Wire("pool_1", "skip"),
        Wire("skip", "add_1"),
        Wire("conv_2", "add_1"),
        Wire("add_1", "gap"),
        Wire("gap", "logits"),
        Wire("logits", "digit"),
    )
    return Graph({node.id: node for node in nodes}, wires)


def chain(*names: str) -> Graph:
    """Dense layers in a row, each feeding the next."""
    nodes = {
        name: Node(name, "keras.layers.Dense", {"units": 8}, (index * 220.0, 0)) for index, name in enumerate(names)
    }
    wires = tuple(Wire(a, b) for a, b in pairwise(names))
    return Graph(nodes, wires)
