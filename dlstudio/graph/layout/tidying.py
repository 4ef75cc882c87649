"""Tidies a graph with all that lies on it: frames stay around their nodes, notes beside theirs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from dlstudio.graph import edits
from dlstudio.graph.annotations import AnnotationKey, contents, follow
from dlstudio.graph.layout import layered_positions
from dlstudio.graph.model import Graph, Note

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
    groups = {name: frame for name, frame in framed_nodes(graph, sizes).items() if name in names}
    places = layered_positions(part, lambda node: sizes[node.id], room, before=before, groups=groups)
    if len(part) < len(graph):
        left, top = min(x for x, _ in before.values()), min(y for _, y in before.values())
        highest = min(y for _, y in places.values())
        places = {name: (x + left, round(y - highest + top, 1)) for name, (x, y) in places.items()}
    moved = edits.move_nodes(graph, places)
    moved = follow(graph, moved, lambda node, _: sizes[node.id])
    return replace(moved, notes=_notes(graph, moved, sizes, names))


def framed_nodes(graph: Graph, sizes: Sizes) -> dict[str, str]:
    """The frame of each node whose middle lies in one; of several it is the smallest."""
    found: dict[str, str] = {}
    for frame in sorted(graph.frames.values(), key=lambda frame: -frame.size[0] * frame.size[1]):
        inside = contents(graph, AnnotationKey("frame", frame.id), lambda node, _: sizes[node.id])
        found.update(dict.fromkeys(inside.nodes, frame.id))
    return found


def _notes(before: Graph, after: Graph, sizes: Sizes, chosen: Collection[str]) -> dict[str, Note]:
    """Notes outside of frames go with the node nearest to them; where they would cover one, above everything."""
    bodies = [_box(node.at, sizes[node.id]) for node in after]
    found: dict[str, Note] = {}
    for note in after.notes.values():
        nearest = min(before, key=lambda node: _distance(note, _box(node.at, sizes[node.id])))
        if note != before.notes[note.id] or nearest.id not in chosen:  # it went with its frame, or stays
            found[note.id] = note
            continue
        x, y = after[nearest.id].at
        at = (round(note.at[0] + x - nearest.at[0], 1), round(note.at[1] + y - nearest.at[1], 1))
        taken = [*bodies, *(_box(other.at, other.size) for other in found.values())]
        if any(_touch(_box(at, note.size), body) for body in taken):
            highest = min(box[1] for box in (*taken, *(_box(f.at, f.size) for f in after.frames.values())))
            at = (at[0], round(highest - note.size[1] - NOTE_GAP, 1))
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
