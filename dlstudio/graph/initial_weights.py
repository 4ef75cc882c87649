"""Weights that a network begins with: where they lie, and which of them belongs to which layer of the drawing.

The file keeps the names that the layers had when it was written. Layers that are renamed, or moved into a block or out
of one, keep their weights: the project remembers under which name they stand in the file.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from dlstudio.graph.blocks import REPEAT
from dlstudio.graph.model import INPUT, OUTPUT, Graph, Node

FOLDER = "weights"
FILE = f"{FOLDER}/initial.npz"
_MOST = 100_000


@dataclass(frozen=True)
class InitialWeights:
    """A file of weights, and how the drawing's layers are named in it.

    Attributes:
        file: Relative to the project folder, with forward slashes.
        layers: Name in the file by path in the drawing, both as ``use/inner/conv``, where the two differ.
        origin: Where they come from, for people: ``run 0003 of digits``.
    """

    file: str = FILE
    layers: Mapping[str, str] = field(default_factory=dict)
    origin: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "layers", MappingProxyType(dict(self.layers)))

    def named(self, path: str) -> str | None:
        """A layer's name in the file; None where another layer of the drawing has taken that name over."""
        known = self.layers.get(path)
        return known or (None if path in self._taken else path)

    @property
    def _taken(self) -> frozenset[str]:
        return frozenset(self.layers.values())

    def moved(self, moves: Mapping[str, str]) -> InitialWeights:
        """The same for a drawing in which layers have other paths.

        Args:
            moves: The new path of each layer that has one, by its old path.
        """
        if not moves:
            return self
        layers = {path: name for path, name in self.layers.items() if path not in moves}
        taken = self._taken
        for old, new in moves.items():
            name = self.layers.get(old) or (None if old in taken else old)
            if name is not None and name != new:
                layers[new] = name
        return replace(self, layers=layers)

    def as_json(self) -> dict[str, Any]:
        value: dict[str, Any] = {"file": self.file}
        if self.layers:
            value["layers"] = dict(self.layers)
        if self.origin:
            value["origin"] = self.origin
        return value

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> InitialWeights:
        return InitialWeights(value["file"], value.get("layers", {}), value.get("origin", ""))


def layers_in(weights: InitialWeights, root: Path) -> frozenset[str]:
    """Names of the layers whose weights a file holds; none where it cannot be read. Only its table is looked at.

    Args:
        weights: The file.
        root: The project folder.
    """
    try:
        with zipfile.ZipFile(root / weights.file) as archive:
            return frozenset("/".join(name.split("/")[:-2]) for name in archive.namelist()[:_MOST])
    except (OSError, zipfile.BadZipFile, ValueError):
        return frozenset()


def beginning_layers(weights: InitialWeights, graph: Graph, root: Path) -> tuple[str, ...]:
    """Paths of the layers of a drawing for which a file holds weights, in the order of the drawing."""
    there = layers_in(weights, root)
    return tuple(path for path, _ in layer_paths(graph) if (weights.named(path) or "") in there)


def with_trainable(graph: Graph, layers: Iterable[str], trainable: bool) -> Graph:
    """The graph with some of its layers kept as they are by training, or learning again.

    Args:
        graph: The project's graph.
        layers: Paths; a layer inside a block cannot be told apart from its other uses, so it is passed over.
        trainable: False to keep them.
    """
    nodes = dict(graph.nodes)
    for path in layers:
        if path in nodes:
            settings = {name: value for name, value in nodes[path].settings.items() if name != "trainable"}
            nodes[path] = replace(nodes[path], settings=settings if trainable else {**settings, "trainable": False})
    return replace(graph, nodes=nodes)


def followed(weights: InitialWeights, before: Graph, after: Graph) -> InitialWeights:
    """The same weights after an edit: layers that were renamed, or moved into a block or out of one, keep theirs."""
    if _names(before) == _names(after):
        return weights
    old, new = dict(layer_paths(before)), dict(layer_paths(after))
    gone = {path: node for path, node in old.items() if path not in new}
    come = {path: node for path, node in new.items() if path not in old}
    moves: dict[str, str] = {}
    for alike in (_same_name, _same_otherwise):
        places: dict[Any, list[str]] = {}
        for path, node in come.items():
            places.setdefault(alike(path, node), []).append(path)
        for path, node in gone.items():
            found = places.get(alike(path, node))
            if path not in moves and found:
                moves[path] = found.pop(0)
        for path in moves.values():
            come.pop(path, None)
    return weights.moved(moves)


def layer_paths(graph: Graph, within: str = "", depth: int = 0, blocks: Any = None) -> Iterator[tuple[str, Node]]:
    """Every layer of a drawing that may have weights, with its path as the compiler names it: ``use/repeat_2/conv``."""
    blocks = graph.blocks if blocks is None else blocks
    for node in graph:
        if node.type in (INPUT, OUTPUT) or node.shares:
            continue
        block = blocks.get(node.block) if node.block else None
        if block is None:
            yield f"{within}{node.id}", node
            continue
        repeat = node.settings.get(REPEAT, 1)
        repeats = repeat if isinstance(repeat, int) and 1 < repeat <= _MOST else 1
        for number in range(1, repeats + 1):
            inner = f"{within}{node.id}/" + (f"repeat_{number}/" if repeats > 1 else "")
            if depth < 64:
                yield from layer_paths(block.graph, inner, depth + 1, blocks)


def _names(graph: Graph) -> Any:
    """What the paths depend on."""
    return (
        [(node.id, node.type, node.settings.get(REPEAT) if node.block else None) for node in graph],
        {
            name: [(node.id, node.type, node.settings.get(REPEAT) if node.block else None) for node in block.graph]
            for name, block in graph.blocks.items()
        },
    )


def _same_name(_: str, node: Node) -> Any:
    return node.id, node.type


def _same_otherwise(path: str, node: Node) -> Any:
    """A renamed node is the same in everything else; within a block its uses tell them apart."""
    return path.rpartition("/")[0], node.type, node.at, repr(sorted(node.settings.items()))
