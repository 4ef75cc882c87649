"""Repeated structure of a graph: parts with one way in and one way out that are built alike, and blocks made of them.

A network is cut where everything that goes on comes from one node. Between two cuts lies a piece with one way in and
one way out: a single layer, or a whole residual branch with its sum. Runs of pieces that occur again in the sequence
are the repeated parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dlstudio.catalogue.node_types import Catalogue
from dlstudio.graph.likeness import Merged, merged, structure
from dlstudio.graph.model import BLOCK_PREFIX, CONSTANT, INPUT, OUTPUT, Block, Graph, Node, Wire
from dlstudio.graph.naming import block_name, common_name, valid_name
from dlstudio.graph.structure import CycleError, topological_order

LEAST_NODES, MOST_NODES = 3, 400
MOST_PIECES = 40
MOST_KINDS = 24

_ENTRY, _EXIT = "input", "output"


@dataclass(frozen=True)
class Part:
    """One occurrence of a repeated part.

    Attributes:
        use: What the node that takes its place would be called.
        nodes: Ids of its nodes, in the order of the wires.
        inside: The same as the graph of a block, with one Input and one Output.
        names: Id in ``inside`` of each of its nodes.
    """

    use: str
    nodes: tuple[str, ...]
    inside: Graph
    names: Mapping[str, str]


@dataclass(frozen=True)
class Repetition:
    """A part that occurs several times.

    Attributes:
        name: What its block would be called.
        parts: Its occurrences in the order of the wires, at least two.
        merged: The block's graph and parameters.
    """

    name: str
    parts: tuple[Part, ...]
    merged: Merged

    @property
    def block(self) -> Block:
        """The block that stands for all of them."""
        summary = f"Occurs {len(self.parts)} times."
        return Block(self.name, self.merged.graph, self.merged.parameters, summary)


@dataclass(frozen=True)
class Grouped:
    """A graph whose repeated parts have become uses of blocks.

    Attributes:
        graph: The new graph; its uses stand where their parts began. Lay it out anew.
        moves: The new path of each node that went into a block, by its id: ``stage_1/conv``.
        blocks: Names of the new blocks.
    """

    graph: Graph
    moves: Mapping[str, str]
    blocks: tuple[str, ...]


def find_repetitions(graph: Graph, catalogue: Catalogue) -> tuple[Repetition, ...]:
    """The repeated parts of a graph, the ones that make it shortest first; none overlap.

    Args:
        graph: The outermost graph of a project. One with a circle has none.
        catalogue: Knows the blocks that the graph uses already.
    """
    pieces = _pieces(graph)
    taken_names = set(graph.blocks)
    found: list[Repetition] = []
    free = [_groupable(graph, piece) for piece in pieces]
    kinds = _kinds(graph, pieces)
    while len(found) < MOST_KINDS:
        best = _best_run(pieces, kinds, free)
        if best is None:
            break
        length, starts = best
        for start in starts:
            free[start : start + length] = [False] * length
        parts = [_part(graph, [name for piece in pieces[s : s + length] for name in piece]) for s in starts]
        for group in _mergeable(parts, catalogue):
            made = merged([part.inside for part in group], catalogue)
            if made is not None and len(group) > 1:
                name = block_name(_kind_name(group), taken_names)
                taken_names.add(name)
                found.append(Repetition(name, tuple(group), made))
    return tuple(found)


def group_repetitions(graph: Graph, found: Sequence[Repetition]) -> Grouped:
    """The graph with blocks for repeated parts of it.

    Args:
        graph: The graph in which they were found.
        found: Some or all of what :func:`find_repetitions` gave for it.
    """
    blocks = dict(graph.blocks)
    ends: dict[str, str] = {}
    uses: dict[str, Node] = {}
    moves: dict[str, str] = {}
    taken = set(graph.nodes) - {name for each in found for part in each.parts for name in part.nodes}
    for each in found:
        blocks[each.name] = each.block
        for part, settings, names in zip(each.parts, each.merged.settings, each.merged.names, strict=True):
            use = valid_name(part.use, taken, "block")
            taken.add(use)
            uses[part.nodes[0]] = Node(use, f"{BLOCK_PREFIX}{each.name}", settings, graph[part.nodes[0]].at)
            ends |= dict.fromkeys(part.nodes, use)
            moves |= {old: f"{use}/{names[part.names[old]]}" for old in part.nodes}
    nodes: dict[str, Node] = {}
    for node in graph:
        if node.id in uses:
            nodes[uses[node.id].id] = uses[node.id]
        elif node.id not in ends:
            nodes[node.id] = node
    wires: list[Wire] = []
    for wire in graph.wires:
        source, target = ends.get(wire.source), ends.get(wire.target)
        if source is not None and source == target:
            continue
        outer = Wire(
            source or wire.source,
            target or wire.target,
            "" if source else wire.source_port,
            "" if target else wire.target_port,
        )
        if target is None or outer not in wires:
            wires.append(outer)
    grouped = replace(graph, nodes=nodes, wires=tuple(wires), blocks=blocks)
    return Grouped(grouped, moves, tuple(each.name for each in found))


def _pieces(graph: Graph) -> list[tuple[str, ...]]:
    """The nodes between consecutive cuts, in the order of the wires; constants stand before what they feed."""
    try:
        order = [name for name in topological_order(graph) if graph[name].type != CONSTANT]
    except CycleError:
        return []
    place = {name: number for number, name in enumerate(order)}
    furthest = -1
    pieces: list[tuple[str, ...]] = []
    piece: list[str] = []
    for number, name in enumerate(order):
        feeding = (wire.source for wire in graph.incoming(name) if wire.source in graph)
        piece += [source for source in feeding if graph[source].type == CONSTANT and source not in piece]
        piece.append(name)
        # A cut: no wire of an earlier node leads past this one.
        if furthest <= number:
            pieces.append(tuple(piece))
            piece = []
        furthest = max([furthest, *(place[w.target] for w in graph.outgoing(name) if w.target in place)])
    if piece:
        pieces.append(tuple(piece))
    return pieces


def _groupable(graph: Graph, piece: Sequence[str]) -> bool:
    """Whether a piece may go into a block: it is no end, has one way in, and shares no weights across its border."""
    inside = set(piece)
    entries = set()
    for name in piece:
        node = graph[name]
        if node.type in (INPUT, OUTPUT) or (node.shares and node.shares not in inside):
            return False
        entries |= {(w.source, w.source_port) for w in graph.incoming(name) if w.source not in inside}
    exits = {(w.source, w.source_port) for name in piece for w in graph.outgoing(name) if w.target not in inside}
    if any(node.shares in inside and node.id not in inside for node in graph if node.shares):
        return False
    return len(entries) == 1 and len(exits) == 1


def _kinds(graph: Graph, pieces: Sequence[tuple[str, ...]]) -> list[int]:
    """A number for each piece; pieces that are built alike have the same."""
    numbers: dict[Any, int] = {}
    kinds = []
    for piece in pieces:
        inside = Graph({name: graph[name] for name in piece}, _wires_within(graph, piece))
        entering = tuple(
            (piece.index(w.target), w.target_port)
            for name in piece
            for w in graph.incoming(name)
            if w.source not in inside
        )
        kinds.append(numbers.setdefault((structure(inside), entering), len(numbers)))
    return kinds


def _best_run(
    pieces: Sequence[tuple[str, ...]], kinds: Sequence[int], free: Sequence[bool]
) -> tuple[int, list[int]] | None:
    """How many pieces the run has that saves most nodes, and where it begins; None where nothing repeats."""
    runs: dict[tuple[int, ...], list[int]] = {}
    for start in range(len(pieces)):
        size = 0
        for length in range(1, MOST_PIECES + 1):
            end = start + length
            if end > len(pieces) or not free[end - 1]:
                break
            size += len(pieces[end - 1])
            if size > MOST_NODES:
                break
            if size >= LEAST_NODES:
                runs.setdefault(tuple(kinds[start:end]), []).append(start)
    best: tuple[tuple[int, ...], int, list[int]] | None = None
    for run, found in runs.items():
        if len(found) < 2 or _is_repetitive(run):
            continue
        starts = _apart(found, len(run))
        if len(starts) < 2:
            continue
        sizes = [len(piece) for piece in pieces[starts[0] : starts[0] + len(run)]]
        # Of runs that save the same, the one that begins with its largest piece: the branch, then what follows it.
        score = ((len(starts) - 1) * sum(sizes), len(starts), sizes[0], -starts[0])
        if best is None or score > best[0]:
            best = (score, len(run), starts)
    return (best[1], best[2]) if best else None


def _is_repetitive(run: Sequence[int]) -> bool:
    """Whether a run is a shorter one several times over; then the shorter one is what repeats."""
    return any(
        len(run) % length == 0 and list(run) == list(run[:length]) * (len(run) // length)
        for length in range(1, len(run) // 2 + 1)
    )


def _apart(starts: Sequence[int], length: int) -> list[int]:
    kept: list[int] = []
    for start in starts:
        if not kept or start >= kept[-1] + length:
            kept.append(start)
    return kept


def _mergeable(parts: list[Part], catalogue: Catalogue) -> Iterator[list[Part]]:
    """The parts together, or where they differ in too many settings, those with equal settings together."""
    if merged([part.inside for part in parts], catalogue) is not None:
        yield parts
        return
    equal: dict[str, list[Part]] = {}
    for part in parts:
        equal.setdefault(repr([sorted(node.settings.items()) for node in part.inside]), []).append(part)
    yield from equal.values()


def _part(graph: Graph, names: list[str]) -> Part:
    use = common_name([name for name in names if graph[name].type != CONSTANT])
    inner: dict[str, str] = {}
    for name in names:
        short = re.sub(r"^(\d+)_(.+)$", r"\2_\1", name.removeprefix(f"{use}_")) if use else name
        inner[name] = valid_name(short or name, (*inner.values(), _ENTRY, _EXIT))
    nodes = {_ENTRY: Node(_ENTRY, INPUT)}
    for name in names:
        shares = inner.get(graph[name].shares or "")
        nodes[inner[name]] = replace(graph[name], id=inner[name], shares=shares)
    nodes[_EXIT] = Node(_EXIT, OUTPUT)
    inside = set(names)
    wires = []
    for wire in graph.wires:
        if wire.target in inside:
            source = inner.get(wire.source, _ENTRY)
            port = wire.source_port if wire.source in inside else ""
            wires.append(Wire(source, inner[wire.target], port, wire.target_port))
    last = next(w for name in reversed(names) for w in graph.outgoing(name) if w.target not in inside)
    wires.append(Wire(inner[last.source], _EXIT, last.source_port))
    return Part(use or _content(nodes.values()).lower(), tuple(names), Graph(nodes, tuple(wires)), inner)


def _wires_within(graph: Graph, names: Sequence[str]) -> tuple[Wire, ...]:
    inside = set(names)
    return tuple(wire for name in names for wire in graph.incoming(name) if wire.source in inside)


def _kind_name(parts: Sequence[Part]) -> str:
    """A name for the block of some parts: what their uses' names have in common, numbers left out, or what is in it."""
    plain = [re.sub(r"_+", "_", re.sub(r"\d+[a-z]?(?![a-z])", "", part.use)).strip("_") for part in parts]
    name = common_name(plain)
    return name if len(name) > 2 else _content(parts[0].inside)


def _content(nodes: Iterable[Node]) -> str:
    """One word for what some nodes do together."""
    types = {node.type.rpartition(".")[2].lower() for node in nodes}
    for wanted, word in (("add", "Residual"), ("concatenate", "Branches"), ("multiply", "Gate")):
        if wanted in types:
            return word
    return "Convolution" if any("conv" in each for each in types) else "Part"
