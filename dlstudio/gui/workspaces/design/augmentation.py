"""A section of the inspector: what an augmenting layer, and those before it, make of real samples while one trains."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QWidget
from shiboken6 import isValid

from dlstudio.catalogue.node_types import NodeType
from dlstudio.graph.model import INPUT, Node
from dlstudio.graph.project import graph_as_json
from dlstudio.gui import theme
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.panels import Section, button, label

SAMPLES, TIMES = 2, 4
_SIDE = 49  # five beside each other fit the inspector
_OTHERS = frozenset({"AugMix", "AutoContrast", "Equalization", "RandAugment", "CutMix", "MixUp", "Solarization"})


def augments(node_type: NodeType | None) -> bool:
    """Whether a type of layer changes pictures in training."""
    return (
        node_type is not None
        and node_type.category == "preprocessing"
        and (node_type.name.startswith("Random") or node_type.name in _OTHERS)
    )


class Augmentation(Section):
    """Rows of pictures: the sample, and what the network sees of it at different times."""

    def __init__(self, studio: Studio) -> None:
        super().__init__("In training")
        self._studio = studio
        self._node = ""
        self._asked: object = None
        self._first = 0
        self._generation = 0
        self.pictures: list[QLabel] = []
        grid = QGridLayout()
        grid.setSpacing(theme.SPACE_1)
        grid.setContentsMargins(0, 0, 0, 0)
        for place in range(SAMPLES * (TIMES + 1)):
            picture = QLabel()
            picture.setFixedSize(QSize(_SIDE, _SIDE))
            picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
            self.pictures.append(picture)
            row, column = divmod(place, TIMES + 1)
            grid.addWidget(picture, row + 1, column)
        grid.setColumnStretch(TIMES + 1, 1)
        for column, words in ((0, "sample"), (1, "what the network sees")):
            grid.addWidget(label(words, "faint"), 0, column, 1, 1 if not column else TIMES)
        self._grid = QWidget()
        self._grid.setLayout(grid)
        self.said = label("", "faint", wrap=True)
        links = QHBoxLayout()
        links.addWidget(button("Other samples", self._other, "link"))
        links.addStretch(1)
        self.body.addWidget(self._grid)
        self.body.addWidget(self.said)
        self.body.addLayout(links)

    def show_node(self, node: Node | None, node_type: NodeType | None) -> None:
        """Shows what this node does, or hides where it is none that augments pictures."""
        shown = node is not None and not self._studio.path and augments(node_type) and bool(self._column())
        self.setVisible(shown)
        if not shown or node is None:
            self._node, self._asked = "", None
            return
        graph = self._studio.project.graph
        asked = (node.id, self._first, [(each.id, each.settings) for each in graph], graph.wires)
        if asked != self._asked:
            self._node, self._asked = node.id, asked
            self._ask()

    def _column(self) -> str:
        """The column of pictures that an Input reads."""
        for node in self._studio.project.graph.of_type(INPUT):
            spec = self._studio.specs.get(str(node.settings.get("column", "")))
            if spec is not None and spec.kind == "image":
                return spec.name
        return ""

    def _other(self) -> None:
        self._first += SAMPLES
        self._asked = None
        node = self._studio.graph.nodes.get(self._node)
        if node is not None:
            self.show_node(node, self._studio.catalogue.get(node.type))

    def _ask(self) -> None:
        self._generation += 1
        generation, studio = self._generation, self._studio

        def read(answer: Mapping[str, Any]) -> None:
            if generation == self._generation and isValid(self):
                self._try(answer["arrays"]["values"], generation)

        payload = {
            "data": studio.project.data.as_json(),
            "root": str(studio.folder or ""),
            "column": self._column(),
            "split": "train",
            "count": SAMPLES,
            "first": self._first,
        }
        studio.ask("encoded_rows", payload, read, self._refused, replaces="augmentation samples")

    def _try(self, values: Any, generation: int) -> None:
        studio = self._studio

        def tried(answer: Mapping[str, Any]) -> None:
            if generation == self._generation and isValid(self):
                self._paint(values, answer["arrays"]["shown"])

        payload = {
            "graph": graph_as_json(studio.project.graph),
            "specs": {name: spec.as_json() for name, spec in studio.specs.items()},
            "node": self._node,
            "seed": studio.project.training.seed + self._first,
            "times": TIMES,
            "arrays": {"values": values},
        }
        studio.ask("augmented", payload, tried, self._refused, replaces="augmentation")

    def _paint(self, before: Any, after: Any) -> None:
        from dlstudio.gui.workspaces.inspect.pictures import to_image  # brings numpy along: not at the start

        self.said.setVisible(False)
        self._grid.setVisible(True)
        for row in range(len(before)):
            for column, pixels in enumerate((before[row], *after[row])):
                image = QPixmap.fromImage(to_image(pixels)).scaled(
                    _SIDE, _SIDE, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.FastTransformation
                )
                self.pictures[row * (TIMES + 1) + column].setPixmap(image)

    def _refused(self, sentence: str) -> None:
        if isValid(self):
            self.said.setText(sentence)
            self.said.setVisible(True)
            self._grid.setVisible(False)
