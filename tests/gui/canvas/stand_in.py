"""A studio without engine, runs and files: a real document, and facts that a test sets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.catalogue.node_types import Catalogue
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.graph.problems import Problem
from dlstudio.graph.project import Project
from dlstudio.gui.open_project import OpenProject
from dlstudio.workbench.document import Document


@dataclass(frozen=True)
class Facts:
    """What the compiler would say of one node."""

    output_shapes: Mapping[str, tuple[int | None, ...]] = field(default_factory=dict)
    parameters: int | None = None


class StandInStudio(OpenProject):
    """The part of the studio that the canvas talks to."""

    def __init__(self, project: Project | Graph | None = None, catalogue: Catalogue | None = None) -> None:
        project = Project(graph=project) if isinstance(project, Graph) else project or Project()
        super().__init__(Document(project), catalogue or load_catalogue())
        self.facts_by_node: dict[str, Facts] = {}
        self.problems: list[Problem] = []
        self.specs: dict[str, ColumnSpec] = {}
        self.labels: list[str] = []
        self.messages: list[str] = []
        self.message.connect(lambda text, _: self.messages.append(text))

    def layer_facts(self, name: str) -> Facts | None:
        return self.facts_by_node.get(name)

    def set_facts(self, facts: Mapping[str, Facts], problems: Iterable[Problem] = ()) -> None:
        self.facts_by_node, self.problems = dict(facts), list(problems)
        self.factsChanged.emit()

    def change(self, label: str, project: Project, merge_key: str | None = None) -> None:
        if self.document.change(label, project, merge_key):
            self.labels.append(label)

    def _look_inside(self, path: tuple[str, ...]) -> None:
        pass

    def _look_around(self) -> None:
        pass


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


def attention() -> Graph:
    """Two Dense layers and an attention layer without wires."""
    nodes = (
        Node("a", "keras.layers.Dense", {"units": 8}, (0, 0)),
        Node("b", "keras.layers.Dense", {"units": 8}, (300, 0)),
        Node("attention", "keras.layers.MultiHeadAttention", {"num_heads": 2, "key_dim": 8}, (300, 200)),
    )
    return Graph({node.id: node for node in nodes})


def chain(*names: str) -> Graph:
    """Dense layers in a row, each feeding the next."""
    nodes = {
        name: Node(name, "keras.layers.Dense", {"units": 8}, (index * 220.0, 0)) for index, name in enumerate(names)
    }
    wires = tuple(Wire(a, b) for a, b in pairwise(names))
    return Graph(nodes, wires)
