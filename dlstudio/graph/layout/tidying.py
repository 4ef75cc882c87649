"""Tidies a graph with all that lies on it: frames stay around their nodes, notes beside theirs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from dlstudio.graph import edits
from dlstudio.graph.layout import Positions, layered_positions
from dlstudio.graph.model import Frame, Graph, Note

FRAME_SIDE, FRAME_TOP = 22.0, 40.0
"""Room between a frame and its nodes; above them stands its title."""
NOTE_GAP = 16.0

Sizes = Mapping[str, tuple[float, float]]
Box = tuple[float, float, float, float]


def tidied(
    graph: Graph, sizes: Sizes, room: tuple[float, float] = (1100.0, 760.0), chosen: Collection[str] | None = None
) -> Graph:
    """The graph with new places for its nodes, frames and notes.

    Args:
        graph: What is laid out.
        sizes: Width and height by node.
        room: Width and height of the view.
        chosen: Only these nodes move; they stay where their upper left corner was. All by default.
    """
    names = frozenset(graph.nodes if chosen is None else chosen)
    part = edits.extract(graph, names)
    before = {node.id: node.at for node in part}
    framed = framed_nodes(graph, sizes)
    groups = {name: frame for frame, inside in framed.items() for name in inside if name in names}
    places = layered_positions(part, lambda node: sizes[node.id], room, before=before, groups=groups)
    if len(part) < len(graph):
        left, top = min(x for x, _ in before.values()), min(y for _, y in before.values())
        highest = min(y for _, y in places.values())
        places = {name: (x + left, round(y - highest + top, 1)) for name, (x, y) in places.items()}
    moved = edits.move_nodes(graph, places)
    frames = {
        frame.id: _around(frame, [_box(moved[name].at, sizes[name]) for name in framed[frame.id]])
        if framed[frame.id] and framed[frame.id] <= names
        else frame
        for frame in graph.frames.values()
    }
    return replace(moved, frames=frames, notes=_notes(graph, places, sizes))


def framed_nodes(graph: Graph, sizes: Sizes) -> dict[str, frozenset[str]]:
    """The nodes whose middles lie in each frame; one that lies in several belongs to the smallest."""
    inside: dict[str, set[str]] = {name: set() for name in graph.frames}
    by_size = sorted(graph.frames.values(), key=lambda frame: frame.size[0] * frame.size[1])
    for node in graph if by_size else ():
        x, y = node.at[0] + sizes[node.id][0] / 2, node.at[1] + sizes[node.id][1] / 2
        for frame in by_size:
            left, top, right, bottom = _box(frame.at, frame.size)
            if left <= x <= right and top <= y <= bottom:
                inside[frame.id].add(node.id)
                break
    return {name: frozenset(nodes) for name, nodes in inside.items()}


def _around(frame: Frame, boxes: list[Box]) -> Frame:
    left, top = min(box[0] for box in boxes) - FRAME_SIDE, min(box[1] for box in boxes) - FRAME_TOP
    right, bottom = max(box[2] for box in boxes) + FRAME_SIDE, max(box[3] for box in boxes) + FRAME_SIDE
    return replace(frame, at=(left, top), size=(right - left, bottom - top))


def _notes(graph: Graph, places: Positions, sizes: Sizes) -> dict[str, Note]:
    """Notes go with the node that is nearest to them; where they would cover a node, above everything."""
    bodies = [_box(places.get(node.id, node.at), sizes[node.id]) for node in graph]
    found: dict[str, Note] = {}
    for note in graph.notes.values():
        nearest = min(graph, key=lambda node: _distance(note, _box(node.at, sizes[node.id])), default=None)
        if nearest is None or nearest.id not in places:
            found[note.id] = note
            continue
        x, y = places[nearest.id]
        at = (round(note.at[0] + x - nearest.at[0], 1), round(note.at[1] + y - nearest.at[1], 1))
        taken = [*bodies, *(_box(other.at, other.size) for other in found.values())]
        if any(_touch(_box(at, note.size), body) for body in taken):
            above = min(body[1] for body in taken) - note.size[1] - NOTE_GAP - FRAME_TOP
            at = (at[0], round(above, 1))
        found[note.id] = replace(note, at=at)
    return found


def _distance(note: Note, box: Box) -> float:
    left, top, right, bottom = _box(note.at, note.size)
    dx, dy = max(0.0, box[0] - right, left - box[2]), max(0.0, box[1] - bottom, top - box[3])
    return dx * dx + dy * dy


def _box(at: tuple[float, float], size: tuple[float, float]) -> Box:
    return (at[0], at[1], at[0] + size[0], at[1] + size[1])


def _touch(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
