"""Graphs that are built alike: one block for all of them, with parameters for the settings in which they differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dlstudio.catalogue.node_types import Catalogue
from dlstudio.graph.blocks import REPEAT, with_blocks
from dlstudio.graph.edits import NAME_PATTERN
from dlstudio.graph.expressions import is_expression
from dlstudio.graph.model import BLOCK_PREFIX, Block, Graph, Node, Wire
from dlstudio.graph.naming import block_name, common_name, valid_name

MOST_PARAMETERS = 8
"""Graphs that differ in more settings than this become blocks of their own."""

Path = tuple[str, ...]


@dataclass(frozen=True)
class Nested:
    """A graph some of whose nodes stand for graphs within.

    Attributes:
        graph: Nodes that stand for another have the type ``block.<anything>``.
        inner: The graph within, by the id of the node that stands for it; a node that shares another's has none.
    """

    graph: Graph
    inner: Mapping[str, Nested] = field(default_factory=dict)


@dataclass(frozen=True)
class Merged:
    """One graph for several that are built alike.

    Attributes:
        graph: Its settings are expressions where the graphs differ.
        parameters: What each parameter is in the first graph.
        settings: For each graph, the parameters that differ from those.
        names: For each graph, the new id of each of its nodes.
    """

    graph: Graph
    parameters: Mapping[str, Any]
    settings: tuple[Mapping[str, Any], ...]
    names: tuple[Mapping[str, str], ...]


def into_blocks(top: Nested, catalogue: Catalogue) -> tuple[Graph, dict[Path, Path]]:
    """The outermost graph with a block for each kind of graph within.

    Returns:
        The graph, and the new path of every node within: ids of uses, then of the node.
    """
    making = _Making(catalogue)
    making.collect(top)
    for group in making.groups():
        making.make(group)
    return making.finished(top)


def structure(graph: Graph) -> tuple[Any, ...]:
    """What graphs have to have in common to be built alike: types, wires and ports, but no names and no settings."""
    places = {node.id: place for place, node in enumerate(graph)}
    nodes = tuple((node.type, places.get(node.shares or ""), node.bypassed) for node in graph)
    wires = tuple(
        (places.get(wire.source), wire.source_port, places.get(wire.target), wire.target_port) for wire in graph.wires
    )
    return nodes, wires


def merged(graphs: Sequence[Graph], catalogue: Catalogue) -> Merged | None:
    """One graph for several of the same :func:`structure`, or None where they differ in too many settings.

    Settings that go up and down together share a parameter; whole numbers that are always the same multiple of a
    parameter are written as such: ``filters * 4``.

    Args:
        graphs: At least one; the first gives the parameters their defaults.
        catalogue: Knows the blocks that the graphs use.
    """
    ids: list[str] = []
    for nodes in zip(*graphs, strict=True):
        ids.append(valid_name(_name_of(nodes), ids))
    names = tuple(dict(zip(graph.nodes, ids, strict=True)) for graph in graphs)
    columns: dict[str, tuple[Any, ...]] = {}
    made: dict[str, Node] = {}
    for new, nodes in zip(ids, zip(*graphs, strict=True), strict=True):
        settings: dict[str, Any] = {}
        for key in dict.fromkeys(key for node in nodes for key in node.settings):
            values = _values(nodes, key, catalogue)
            if values is None:
                return None
            settings[key] = values[0] if _all_same(values) else _expression(columns, key, values)
        first = nodes[0]
        shares = names[0][first.shares] if first.shares else None
        made[new] = replace(first, id=new, settings=settings, shares=shares)
    if len(columns) > MOST_PARAMETERS:
        return None
    parameters = {key: values[0] for key, values in columns.items()}
    own = tuple(
        {key: values[place] for key, values in columns.items() if values[place] != values[0]}
        for place in range(len(graphs))
    )
    wires = tuple(replace(w, source=names[0][w.source], target=names[0][w.target]) for w in graphs[0].wires)
    return Merged(replace(graphs[0], nodes=made, wires=wires), parameters, own, names)


def _name_of(nodes: Sequence[Node]) -> str:
    """What the names of one node in several graphs have in common; its type where that is nothing."""
    name = common_name([node.id for node in nodes])
    return name if NAME_PATTERN.fullmatch(name) else nodes[0].type.rpartition(".")[2].lower()


def _values(nodes: Sequence[Node], key: str, catalogue: Catalogue) -> tuple[Any, ...] | None:
    """A setting in every graph, defaults included; None where it cannot become a parameter."""
    node_type = catalogue.get(nodes[0].type)
    setting = node_type.setting(key) if node_type else None
    if setting is None and any(key not in node.settings for node in nodes):
        return None
    values = tuple(node.settings.get(key, setting.default if setting else None) for node in nodes)
    return None if not _all_same(values) and any(is_expression(value) for value in values) else values


def _all_same(values: Sequence[Any]) -> bool:
    return all(type(value) is type(values[0]) and value == values[0] for value in values)


def _expression(columns: dict[str, tuple[Any, ...]], key: str, values: tuple[Any, ...]) -> dict[str, str]:
    """The expression that gives these values; adds a parameter where there is none to build on."""
    for name, known in columns.items():
        if _all_same([known, values]) and _all_same([list(map(type, known)), list(map(type, values))]):
            return {"=": name}
    if all(type(value) is int and value > 0 for value in values):
        for name, known in columns.items():
            if all(type(value) is int and value > 0 for value in known):
                factor, rest = divmod(values[0], known[0])
                if not rest and all(value == factor * base for value, base in zip(values, known, strict=True)):
                    return {"=": f"{name} * {factor}"}
                factor, rest = divmod(known[0], values[0])
                if not rest and all(base == factor * value for value, base in zip(values, known, strict=True)):
                    return {"=": f"{name} // {factor}"}
    wanted = key if key != REPEAT else "repeats"
    name = valid_name(wanted, columns, "value")
    columns[name] = values
    return {"=": name}


@dataclass
class _Use:
    """What became of one graph within."""

    block: str
    settings: Mapping[str, Any]
    names: Mapping[str, str]


class _Making:
    """Blocks in the making, the innermost first."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._blocks: dict[str, Block] = {}
        self._found: list[tuple[int, str, Nested]] = []
        self._uses: dict[int, _Use] = {}

    def collect(self, nested: Nested) -> int:
        """Remembers all graphs within; returns how deep they are nested."""
        height = 0
        for use, inner in nested.inner.items():
            below = self.collect(inner)
            self._found.append((below, use, inner))
            height = max(height, below + 1)
        return height

    def groups(self) -> Iterator[list[tuple[str, Nested]]]:
        """Graphs that are built alike, with the ids of their uses, the innermost first."""
        for height in sorted({found[0] for found in self._found}):
            alike: dict[Any, list[tuple[str, Nested]]] = {}
            for own, use, nested in self._found:
                if own == height:
                    alike.setdefault(structure(self._resolved(nested)), []).append((use, nested))
            yield from alike.values()

    def make(self, group: list[tuple[str, Nested]]) -> None:
        """One block for a group, or where that would need too many parameters, one for each of its settings."""
        graphs = [self._resolved(nested) for _, nested in group]
        catalogue = with_blocks(self._catalogue, dict(self._blocks))
        found = merged(graphs, catalogue)
        if found is None:
            equal: dict[Any, list[tuple[str, Nested]]] = {}
            for (use, nested), graph in zip(group, graphs, strict=True):
                equal.setdefault(repr([dict(node.settings) for node in graph]), []).append((use, nested))
            parts = list(equal.values()) if len(equal) > 1 else [[each] for each in group]
            for part in parts:
                self.make(part)
            return
        name = block_name(common_name([use for use, _ in group]), self._blocks)
        self._blocks[name] = Block(name, found.graph, found.parameters)
        for (_, nested), settings, names in zip(group, found.settings, found.names, strict=True):
            self._uses[id(nested)] = _Use(name, settings, names)

    def finished(self, top: Nested) -> tuple[Graph, dict[Path, Path]]:
        paths: dict[Path, Path] = {}
        self._paths(top, (), (), {}, paths)
        return replace(self._resolved(top), blocks=self._blocks), paths

    def _paths(self, nested: Nested, old: Path, new: Path, names: Mapping[str, str], paths: dict[Path, Path]) -> None:
        for node in nested.graph:
            was, now = (*old, node.id), (*new, names.get(node.id, node.id))
            inner = nested.inner.get(node.id)
            if inner is None:
                paths[was] = now
            else:
                self._paths(inner, was, now, self._uses[id(inner)].names, paths)

    def _resolved(self, nested: Nested) -> Graph:
        """A graph whose uses name their blocks, with the blocks' ports."""
        nodes, ports = {}, {}
        for node in nested.graph:
            inner = nested.inner.get(node.id) or nested.inner.get(node.shares or "")
            if inner is not None and node.block is not None:
                use = self._uses[id(inner)]
                ports[node.id] = use.names
                settings = use.settings if node.shares is None else {}
                node = replace(node, type=f"{BLOCK_PREFIX}{use.block}", settings=settings)  # noqa: PLW2901
            nodes[node.id] = node
        wires = tuple(
            Wire(
                wire.source,
                wire.target,
                ports.get(wire.source, {}).get(wire.source_port, wire.source_port),
                ports.get(wire.target, {}).get(wire.target_port, wire.target_port),
            )
            for wire in nested.graph.wires
        )
        return replace(nested.graph, nodes=nodes, wires=wires)
