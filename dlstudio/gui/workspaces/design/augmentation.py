"""A section of the inspector: what an augmenting layer, and those before it, make of real samples while one trains.

Where the network learns boxes or masks, those of the samples are drawn, as they are moved with their image.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QWidget
from shiboken6 import isValid

from dlstudio.catalogue.node_types import NodeType
from dlstudio.data.pictures.class_colours import BACKGROUND, class_colours
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.model import INPUT, OUTPUT, Node
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
        return next((spec.name for _, spec in self._ends(INPUT) if spec.kind == "image"), "")

    def _located(self) -> tuple[str, ColumnSpec | None]:
        """The Output that learns boxes or masks, and its column."""
        return next((each for each in self._ends(OUTPUT) if each[1].kind in ("boxes", "mask")), ("", None))

    def _ends(self, end: str) -> list[tuple[str, ColumnSpec]]:
        specs = self._studio.specs
        found = [(node.id, str(node.settings.get("column", ""))) for node in self._studio.project.graph.of_type(end)]
        return [(node, specs[name]) for node, name in found if name in specs]

    def _other(self) -> None:
        self._first += SAMPLES
        self._asked = None
        node = self._studio.graph.nodes.get(self._node)
        if node is not None:
            self.show_node(node, self._studio.catalogue.get(node.type))

    def _ask(self) -> None:
        self._generation += 1
        generation, studio = self._generation, self._studio

        output, located = self._located()

        def read(answer: Mapping[str, Any]) -> None:
            if generation != self._generation or not isValid(self):
                return
            values = answer["arrays"]["values"]
            if located is None:
                self._try({"values": values}, output, generation)
                return
            told = {**payload, "column": located.name}
            studio.ask("encoded_rows", told, with_target(values), self._refused, replaces="augmentation target")

        def with_target(values: Any) -> Callable[[Mapping[str, Any]], None]:
            def add(answer: Mapping[str, Any]) -> None:
                if generation == self._generation and isValid(self):
                    self._try({"values": values, "target": answer["arrays"]["values"]}, output, generation)

            return add

        payload = {
            "data": studio.project.data.as_json(),
            "root": str(studio.folder or ""),
            "column": self._column(),
            "split": "train",
            "count": SAMPLES,
            "first": self._first,
        }
        studio.ask("encoded_rows", payload, read, self._refused, replaces="augmentation samples")

    def _try(self, samples: dict[str, Any], output: str, generation: int) -> None:
        studio = self._studio

        def tried(answer: Mapping[str, Any]) -> None:
            if generation == self._generation and isValid(self):
                self._paint(samples, answer["arrays"])

        payload = {
            "graph": graph_as_json(studio.project.graph),
            "specs": {name: spec.as_json() for name, spec in studio.specs.items()},
            "node": self._node,
            "output": output,
            "seed": studio.project.training.seed + self._first,
            "times": TIMES,
            "arrays": samples,
        }
        studio.ask("augmented", payload, tried, self._refused, replaces="augmentation")

    def _paint(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        from dlstudio.gui.workspaces.inspect.pictures import to_image  # brings numpy along: not at the start

        self.said.setVisible(False)
        self._grid.setVisible(True)
        images, shown = before["values"], after["shown"]
        located = self._located()[1]
        for row in range(len(images)):
            targets = (before["target"][row], *after["target"][row]) if "target" in after else None
            for column, pixels in enumerate((images[row], *shown[row])):
                picture = QPixmap.fromImage(to_image(pixels)).scaled(
                    _SIDE, _SIDE, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.FastTransformation
                )
                if targets is not None and located is not None:
                    _draw(picture, targets[column], images.shape[1:3], located.classes)
                self.pictures[row * (TIMES + 1) + column].setPixmap(picture)

    def _refused(self, sentence: str) -> None:
        if isValid(self):
            self.said.setText(sentence)
            self.said.setVisible(True)
            self._grid.setVisible(False)


def _draw(picture: QPixmap, target: Any, size: tuple[int, int], classes: tuple[str, ...]) -> None:
    """Frames boxes (n, 5), in pixels of an image of ``size`` (height, width), or tints the classes of a mask."""
    painter = QPainter(picture)
    if target.shape == size:
        painter.setOpacity(0.45)
        painter.drawPixmap(picture.rect(), _tints(target, classes))
    else:
        painter.setPen(QPen(theme.color("warning"), 1))
        across, down = picture.width() / size[1], picture.height() / size[0]
        for _, left, top, right, bottom in target[target[:, 0] >= 0].tolist():
            painter.drawRect(QRectF(left * across, top * down, (right - left) * across - 1, (bottom - top) * down - 1))
    painter.end()


def _tints(mask: Any, classes: tuple[str, ...]) -> QPixmap:
    """A mask (height, width) in the colours of its classes; the background and what is unlabelled are transparent."""
    import numpy as np

    from dlstudio.gui.workspaces.inspect.pictures import to_image

    colours = class_colours(classes)
    seen = np.array([each != BACKGROUND for each in colours] + [False])  # the last is that of -1, unlabelled
    image = to_image(np.array([*colours, BACKGROUND], np.uint8)[mask])
    image.setAlphaChannel(to_image(seen[mask].astype(np.uint8) * 255))
    return QPixmap.fromImage(image)
