"""Weights that a network begins with: where they lie, and which of them belongs to which layer of the drawing.

The file keeps the names that the layers had when it was written. Layers that are renamed, or moved into a block or out
of one, keep their weights: the project remembers under which name they stand in the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
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
    """

    file: str = FILE
    layers: Mapping[str, str] = field(default_factory=dict)

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
        return {"file": self.file, **({"layers": dict(self.layers)} if self.layers else {})}

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> InitialWeights:
        return InitialWeights(value["file"], value.get("layers", {}))


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
