"""Frames and notes: what stands on a drawing for people only. Named functions from graph to graph, without Qt.

An annotation is named by its kind and its id, because a frame and a note may have the same id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Literal, NamedTuple

from dlstudio.graph.edits import EditError
from dlstudio.graph.model import Frame, Graph, Node, Note

Kind = Literal["frame", "note"]
Annotation = Frame | Note
Pair = tuple[float, float]
Size = Callable[[Node, Graph], Pair]
"""Gives the width and height of a node in a graph, in scene units."""

FRAME_PADDING = 22.0
FRAME_HEADER = 28.0
"""Height of the strip with a frame's title, in scene units."""
LEAST_FRAME = (88.0, 66.0)
LEAST_NOTE = (66.0, 33.0)
MOST_TEXT = 20_000


class AnnotationKey(NamedTuple):
    """Names one frame or note of a graph."""

    kind: Kind
    id: str


class Rectangle(NamedTuple):
    """Left, top, width and height, in scene units."""

    x: float
    y: float
    width: float
    height: float

    def holds(self, other: Rectangle) -> bool:
        """Whether another rectangle lies wholly inside."""
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.x + other.width <= self.x + self.width
            and other.y + other.height <= self.y + self.height
        )

    def holds_middle_of(self, other: Rectangle) -> bool:
        """Whether the middle of another rectangle lies inside."""
        x, y = other.x + other.width / 2, other.y + other.height / 2
        return self.x <= x <= self.x + self.width and self.y <= y <= self.y + self.height


class Contents(NamedTuple):
    """What lies in a frame."""

    nodes: frozenset[str]
    annotations: frozenset[AnnotationKey]


def annotations_of(graph: Graph) -> dict[AnnotationKey, Annotation]:
    """All frames, from back to front, then all notes."""
    frames = {AnnotationKey("frame", name): frame for name, frame in graph.frames.items()}
    return {**frames, **{AnnotationKey("note", name): note for name, note in graph.notes.items()}}


def find(graph: Graph, key: AnnotationKey) -> Annotation | None:
    """One frame or note, or None where it is not there."""
    return graph.frames.get(key.id) if key.kind == "frame" else graph.notes.get(key.id)


def text_of(annotation: Annotation) -> str:
    """The title of a frame, the text of a note."""
    return annotation.title if isinstance(annotation, Frame) else annotation.text


def rectangle_of(annotation: Annotation) -> Rectangle:
    return Rectangle(*annotation.at, *annotation.size)


def add_frame(graph: Graph, title: str, at: Pair, size: Pair) -> tuple[Graph, AnnotationKey]:
    """Adds a frame before all others; returns the graph and what the frame is called."""
    name = _free_id(graph.frames, "frame")
    frame = Frame(name, _one_line(title), at, _at_least(size, LEAST_FRAME))
    return replace(graph, frames={**graph.frames, name: frame}), AnnotationKey("frame", name)


def add_note(graph: Graph, text: str, at: Pair, size: Pair) -> tuple[Graph, AnnotationKey]:
    """Adds a note; returns the graph and what the note is called."""
    name = _free_id(graph.notes, "note")
    note = Note(name, text[:MOST_TEXT], at, _at_least(size, LEAST_NOTE))
    return replace(graph, notes={**graph.notes, name: note}), AnnotationKey("note", name)


def around(bodies: Iterable[Rectangle]) -> Rectangle:
    """The frame that fits around these bodies, its title above them.

    Raises:
        EditError: There are none.
    """
    every = tuple(bodies)
    if not every:
        raise EditError("Select the layers to put a frame around.")
    left, top = min(b.x for b in every), min(b.y for b in every)
    right, bottom = max(b.x + b.width for b in every), max(b.y + b.height for b in every)
    x, y = left - FRAME_PADDING, top - FRAME_PADDING - FRAME_HEADER
    return Rectangle(x, y, right + FRAME_PADDING - x, bottom + FRAME_PADDING - y)


def move(graph: Graph, places: Mapping[AnnotationKey, Pair]) -> Graph:
    """Puts frames and notes at new places (upper left corners); what lies in a frame stays where it is."""
    for key, at in places.items():
        graph = _with(graph, key, replace(_there(graph, key), at=at))
    return graph


def resize(graph: Graph, key: AnnotationKey, size: Pair) -> Graph:
    """Gives a frame or note another size, at least one that can still be taken hold of."""
    least = LEAST_FRAME if key.kind == "frame" else LEAST_NOTE
    return _with(graph, key, replace(_there(graph, key), size=_at_least(size, least)))


def set_text(graph: Graph, key: AnnotationKey, text: str) -> Graph:
    """Gives a frame another title (one line) or a note another text."""
    annotation = _there(graph, key)
    if isinstance(annotation, Frame):
        return _with(graph, key, replace(annotation, title=_one_line(text)))
    return _with(graph, key, replace(annotation, text=text[:MOST_TEXT]))


def remove(graph: Graph, keys: Iterable[AnnotationKey]) -> Graph:
    """Removes frames and notes, not what lies in them; those that are not there are passed over."""
    gone = frozenset(keys)
    if not gone:
        return graph
    frames = {name: f for name, f in graph.frames.items() if AnnotationKey("frame", name) not in gone}
    notes = {name: n for name, n in graph.notes.items() if AnnotationKey("note", name) not in gone}
    return replace(graph, frames=frames, notes=notes)


def with_annotations(fragment: Graph, graph: Graph, keys: Iterable[AnnotationKey]) -> Graph:
    """A fragment with these frames and notes of a graph in addition: what a copy takes along."""
    wanted = frozenset(keys)
    frames = {name: f for name, f in graph.frames.items() if AnnotationKey("frame", name) in wanted}
    notes = {name: n for name, n in graph.notes.items() if AnnotationKey("note", name) in wanted}
    return replace(fragment, frames=frames, notes=notes)


def paste_annotations(graph: Graph, fragment: Graph, offset: Pair) -> tuple[Graph, tuple[AnnotationKey, ...]]:
    """Adds copies of the frames and notes of a fragment, moved by ``offset``; returns the graph and their names."""
    keys: list[AnnotationKey] = []
    for frame in fragment.frames.values():
        graph, key = add_frame(graph, frame.title, _moved(frame.at, offset), frame.size)
        keys.append(key)
    for note in fragment.notes.values():
        graph, key = add_note(graph, note.text, _moved(note.at, offset), note.size)
        keys.append(key)
    return graph, tuple(keys)


def contents(graph: Graph, key: AnnotationKey, size: Size) -> Contents:
    """What lies in a frame: nodes and notes whose middle is inside, and frames that are wholly inside."""
    frame = graph.frames.get(key.id) if key.kind == "frame" else None
    if frame is None:
        return Contents(frozenset(), frozenset())
    area = rectangle_of(frame)
    nodes = frozenset(node.id for node in graph if area.holds_middle_of(Rectangle(*node.at, *size(node, graph))))
    inner = frozenset(
        other
        for other, annotation in annotations_of(graph).items()
        if other != key
        and (
            area.holds_middle_of(rectangle_of(annotation))
            if other.kind == "note"
            else area.holds(rectangle_of(annotation)) and rectangle_of(annotation) != area
        )
    )
    return Contents(nodes, inner)


def follow(before: Graph, after: Graph, size: Size) -> Graph:
    """Frames keep around what lay in them: nodes were moved by a layout or made way for another.

    Each side of a frame keeps its distance to the nodes inside; notes in a frame move with its corner. A frame without
    nodes, or whose nodes all stayed, stays.

    Args:
        before: The graph when the frames were around their nodes.
        after: The same frames, nodes elsewhere.
        size: Gives the size of a node.
    """
    held = {key: contents(before, key, size) for key in annotations_of(before) if key.kind == "frame"}
    places: dict[AnnotationKey, Rectangle] = {}
    shifted: set[AnnotationKey] = set()
    for key, inside in sorted(held.items(), key=lambda item: len(item[1].nodes)):  # inner frames first
        names = [name for name in inside.nodes if name in after]
        if key.id not in after.frames or not names or all(before[n].at == after[n].at for n in names):
            continue
        old, new = _bounds(before, names, size), _bounds(after, names, size)
        area = rectangle_of(before.frames[key.id])
        x, y = new.x - (old.x - area.x), new.y - (old.y - area.y)
        places[key] = Rectangle(x, y, area.width - old.width + new.width, area.height - old.height + new.height)
        for inner in inside.annotations - shifted:
            if inner.kind == "note" and inner.id in after.notes:
                shifted.add(inner)
                at = after.notes[inner.id].at
                after = move(after, {inner: (at[0] + x - area.x, at[1] + y - area.y)})
    for key, area in places.items():
        after = resize(move(after, {key: (round(area.x, 1), round(area.y, 1))}), key, (area.width, area.height))
    return after


def _bounds(graph: Graph, names: Iterable[str], size: Size) -> Rectangle:
    bodies = [Rectangle(*graph[name].at, *size(graph[name], graph)) for name in names]
    left, top = min(b.x for b in bodies), min(b.y for b in bodies)
    right, bottom = max(b.x + b.width for b in bodies), max(b.y + b.height for b in bodies)
    return Rectangle(left, top, right - left, bottom - top)


def _there(graph: Graph, key: AnnotationKey) -> Annotation:
    annotation = find(graph, key)
    if annotation is None:
        raise EditError(f"This {key.kind} is no longer there.")
    return annotation


def _with(graph: Graph, key: AnnotationKey, annotation: Annotation) -> Graph:
    if isinstance(annotation, Frame):
        return replace(graph, frames={**graph.frames, key.id: annotation})
    return replace(graph, notes={**graph.notes, key.id: annotation})


def _free_id(taken: Mapping[str, Annotation], stem: str) -> str:
    number = 1
    while f"{stem}_{number}" in taken:
        number += 1
    return f"{stem}_{number}"


def _at_least(size: Pair, least: Pair) -> Pair:
    return (round(max(size[0], least[0]), 1), round(max(size[1], least[1]), 1))


def _moved(at: Pair, offset: Pair) -> Pair:
    return (at[0] + offset[0], at[1] + offset[1])


def _one_line(text: str) -> str:
    return " ".join(text[:MOST_TEXT].split())
