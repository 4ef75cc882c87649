"""Which column a node belongs to: the longest path from the inputs, with short wires.

The columns are the layers of Sugiyama, Tagawa and Toda (1981), "Methods for visual understanding of hierarchical system
structures". Nodes with room are pulled to the side where they have more wires, a cheap step towards the shortest wires
that Gansner, Koutsofios, North and Vo (1993), "A technique for drawing directed graphs", find by network simplex.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from dlstudio.graph.model import Graph
from dlstudio.graph.structure import CycleError, topological_order

Edges = tuple[tuple[str, str], ...]


def forward_edges(graph: Graph) -> tuple[tuple[str, ...], Edges]:
    """The nodes in an order that follows the wires, and the pairs of nodes that are wired, once each.

    Wires that close a circle are left out, and so are those that dangle.
    """
    try:
        order = topological_order(graph)
    except CycleError:
        order = _order_with_circles(graph)
    rank = {name: number for number, name in enumerate(order)}
    pairs = dict.fromkeys((wire.source, wire.target) for wire in graph.wires)
    return order, tuple((a, b) for a, b in pairs if a in rank and b in rank and rank[a] < rank[b])


def neighbours(order: Sequence[str], edges: Edges) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """For each node those before it and those behind it, in the order of the edges."""
    into: dict[str, list[str]] = {name: [] for name in order}
    out: dict[str, list[str]] = {name: [] for name in order}
    for a, b in edges:
        into[b].append(a)
        out[a].append(b)
    return into, out


def components(order: Sequence[str], edges: Edges) -> list[list[str]]:
    """Nodes that hang together, each list in the given order; nodes without any wire are one list at the end."""
    root = {name: name for name in order}

    def find(name: str) -> str:
        while root[name] != name:
            root[name] = root[root[name]]
            name = root[name]
        return name

    for a, b in edges:
        root[find(b)] = find(a)
    wired = {name for edge in edges for name in edge}
    groups: dict[str, list[str]] = {}
    loose = []
    for name in order:
        if name in wired:
            groups.setdefault(find(name), []).append(name)
        else:
            loose.append(name)
    return [*groups.values(), *([loose] if loose else [])]


def columns(order: Sequence[str], edges: Edges) -> list[list[str]]:
    """The nodes of one component by column; every wire leads to a column further right."""
    inside = set(order)
    feeding: dict[str, list[str]] = {name: [] for name in order}
    fed: dict[str, list[str]] = {name: [] for name in order}
    for a, b in edges:
        if a in inside and b in inside:
            feeding[b].append(a)
            fed[a].append(b)
    if not any(feeding.values()):
        return [[name] for name in order]
    rank: dict[str, int] = {}
    for name in order:
        rank[name] = max((rank[other] + 1 for other in feeding[name]), default=0)
    for name in reversed(order):  # what has more wires to the right stands as far right as it can
        if len(fed[name]) > len(feeding[name]):
            rank[name] = min(rank[other] for other in fed[name]) - 1
    return _by_rank(order, rank)


def _by_rank(order: Iterable[str], rank: Mapping[str, int]) -> list[list[str]]:
    lowest = min(rank.values())
    found: list[list[str]] = [[] for _ in range(max(rank.values()) - lowest + 1)]
    for name in order:
        found[rank[name] - lowest].append(name)
    return [column for column in found if column]


def _order_with_circles(graph: Graph) -> tuple[str, ...]:
    """Depth first, so that only the wires that lead back into the path are left out."""
    finished: dict[str, None] = {}
    seen: set[str] = set()
    for start in graph.nodes:
        if start in seen:
            continue
        seen.add(start)
        stack = [(start, iter(graph.outgoing(start)))]
        while stack:
            name, wires = stack[-1]
            wire = next(wires, None)
            if wire is None:
                finished[name] = None
                stack.pop()
            elif wire.target in graph and wire.target not in seen:
                seen.add(wire.target)
                stack.append((wire.target, iter(graph.outgoing(wire.target))))
    return tuple(reversed(finished))
