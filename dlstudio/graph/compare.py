"""What differs between two graphs: nodes added, removed, changed and renamed, and the wires between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.graph.project import Project

MISSING = object()
"""Stands for a setting that one side leaves at its default."""


@dataclass(frozen=True)
class Change:
    """One value that differs.

    Attributes:
        name: Of the setting, or ``type``, ``shares``, ``bypassed``, ``name``.
        before: JSON value, or :data:`MISSING` where the first side leaves it at its default.
        after: The same of the second side.
    """

    name: str
    before: Any
    after: Any


@dataclass(frozen=True)
class NodeChange:
    """A node that both sides have, with what differs."""

    before: Node
    after: Node
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Comparison:
    """What differs between two graphs. Positions, frames and notes are not compared.

    Attributes:
        pairs: Id on the first side to id on the second, of every node that both have.
        added: Nodes that only the second side has, in its order.
        removed: Nodes that only the first side has, in its order.
        changed: Nodes of both sides that differ, in the order of the second.
        wires_added: Wires that only the second side has, between nodes that both have.
        wires_removed: Wires that only the first side has, between nodes that both have.
        blocks: Of each block that both sides have and that differs, by name.
        blocks_added: Names of blocks that only the second side has.
        blocks_removed: Names of blocks that only the first side has.
    """

    pairs: Mapping[str, str] = field(default_factory=dict)
    added: tuple[Node, ...] = ()
    removed: tuple[Node, ...] = ()
    changed: tuple[NodeChange, ...] = ()
    wires_added: tuple[Wire, ...] = ()
    wires_removed: tuple[Wire, ...] = ()
    blocks: Mapping[str, Comparison] = field(default_factory=dict)
    blocks_added: tuple[str, ...] = ()
    blocks_removed: tuple[str, ...] = ()

    @property
    def equal(self) -> bool:
        """Whether nothing differs."""
        return not (
            self.added
            or self.removed
            or self.changed
            or self.wires_added
            or self.wires_removed
            or self.blocks
            or self.blocks_added
            or self.blocks_removed
        )

    @property
    def count(self) -> int:
        """How many differences there are, those inside blocks counted once each."""
        own = (self.added, self.removed, self.changed, self.wires_added, self.wires_removed)
        return sum(len(each) for each in (*own, self.blocks_added, self.blocks_removed)) + sum(
            each.count for each in self.blocks.values()
        )


def compare_graphs(before: Graph, after: Graph) -> Comparison:
    """Compares two graphs.

    Nodes of the same id and type are the same node. Of the others, nodes of one type are taken for the same, renamed,
    where they hang on a pair already found, those with equal settings first.
    """
    pairs = _Matching(before, after).found()
    changed = []
    back = {new: old for old, new in pairs.items()}
    for node in after:
        if node.id in back and (changes := _changes(before[back[node.id]], node, pairs)):
            changed.append(NodeChange(before[back[node.id]], node, changes))
    carried = {_carried(wire, pairs): wire for wire in before.wires if wire.source in pairs and wire.target in pairs}
    there = {wire for wire in after.wires if wire.source in back and wire.target in back}
    blocks = {
        name: compared
        for name, block in after.blocks.items()
        if name in before.blocks and not (compared := _compare_blocks(before, after, name)).equal
    }
    return Comparison(
        pairs,
        tuple(node for node in after if node.id not in back),
        tuple(node for node in before if node.id not in pairs),
        tuple(changed),
        tuple(wire for wire in after.wires if wire in there and wire not in carried),
        tuple(wire for new, wire in carried.items() if new not in there),
        blocks,
        tuple(name for name in after.blocks if name not in before.blocks),
        tuple(name for name in before.blocks if name not in after.blocks),
    )


def compare_settings(before: Project, after: Project) -> tuple[Change, ...]:
    """What differs in the training and data settings of two projects, dotted: ``optimizer.settings.momentum``."""
    changes: list[Change] = []
    for part in ("training", "data"):
        old, new = _flat(getattr(before, part).as_json()), _flat(getattr(after, part).as_json())
        for name in dict.fromkeys((*old, *new)):
            if old.get(name, MISSING) != new.get(name, MISSING):
                changes.append(Change(f"{part}.{name}", old.get(name, MISSING), new.get(name, MISSING)))
    return tuple(changes)


def _compare_blocks(before: Graph, after: Graph, name: str) -> Comparison:
    old, new = before.blocks[name], after.blocks[name]
    compared = compare_graphs(old.graph, new.graph)
    if old.parameters == new.parameters:
        return compared
    ports = Node("parameters", "block", old.parameters), Node("parameters", "block", new.parameters)
    changes = NodeChange(*ports, _differences(old.parameters, new.parameters))
    return Comparison(**{**compared.__dict__, "changed": (changes, *compared.changed)})


class _Matching:
    """Finds which node of one graph is which of the other."""

    def __init__(self, before: Graph, after: Graph) -> None:
        self.before, self.after = before, after
        self.pairs = {node.id: node.id for node in before if node.id in after and after[node.id].type == node.type}
        self.free_old = set(before.nodes) - set(self.pairs)
        self.free_new = set(after.nodes) - set(self.pairs)

    def found(self) -> dict[str, str]:
        """Id on the first side to id on the second, in the order of the first."""
        if not self.pairs:  # nothing is common by name: inputs give a beginning
            self._match(*([n.id for n in graph if not graph.incoming(n.id)] for graph in (self.before, self.after)))
        waiting = list(self.pairs.items())
        for old, new in waiting:  # grows while it is walked
            before, after = self.before, self.after
            waiting += self._match([w.target for w in before.outgoing(old)], [w.target for w in after.outgoing(new)])
            waiting += self._match([w.source for w in before.incoming(old)], [w.source for w in after.incoming(new)])
        return {node.id: self.pairs[node.id] for node in self.before if node.id in self.pairs}

    def _match(self, old: Iterable[str], new: Iterable[str]) -> list[tuple[str, str]]:
        """Pairs what is free and of the same type, equal settings first."""
        matched: list[tuple[str, str]] = []
        left = [name for name in dict.fromkeys(old) if name in self.free_old]
        right = [name for name in dict.fromkeys(new) if name in self.free_new]
        for strict in (True, False):
            for first in tuple(left):
                a = self.before[first]
                for second in right:
                    b = self.after[second]
                    if a.type == b.type and (not strict or a.settings == b.settings):
                        matched.append((first, second))
                        left.remove(first)
                        right.remove(second)
                        break
        self.pairs.update(matched)
        self.free_old.difference_update(first for first, _ in matched)
        self.free_new.difference_update(second for _, second in matched)
        return matched


def _changes(old: Node, new: Node, pairs: Mapping[str, str]) -> tuple[Change, ...]:
    changes = list(_differences(old.settings, new.settings))
    if old.id != new.id:
        changes.insert(0, Change("name", old.id, new.id))
    if pairs.get(old.shares or "", old.shares) != new.shares:
        changes.append(Change("shares", old.shares, new.shares))
    if old.bypassed != new.bypassed:
        changes.append(Change("bypassed", old.bypassed, new.bypassed))
    return tuple(changes)


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Change, ...]:
    return tuple(
        Change(name, old.get(name, MISSING), new.get(name, MISSING))
        for name in dict.fromkeys((*old, *new))
        if old.get(name, MISSING) != new.get(name, MISSING)
    )


def _carried(wire: Wire, pairs: Mapping[str, str]) -> Wire:
    return Wire(pairs[wire.source], pairs[wire.target], wire.source_port, wire.target_port)


def _flat(value: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, each in value.items():
        if isinstance(each, Mapping):
            flat.update(_flat(each, f"{prefix}{name}."))
        else:
            flat[f"{prefix}{name}"] = each
    return flat
