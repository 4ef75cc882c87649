"""Frames and notes as edits of the graph, without a window."""

from __future__ import annotations

import pytest

from dlstudio.graph import annotations as notes
from dlstudio.graph.annotations import AnnotationKey, Rectangle
from dlstudio.graph.edits import EditError, move_nodes
from dlstudio.graph.model import Frame, Graph, Node, Note
from dlstudio.graph.project import graph_as_json, graph_from_json

FRAME, NOTE = AnnotationKey("frame", "frame_1"), AnnotationKey("note", "note_1")


def size(_node: Node, _graph: Graph) -> tuple[float, float]:
    return (100.0, 50.0)


def drawn() -> Graph:
    """Two nodes in a frame with a note, a third node outside."""
    nodes = {name: Node(name, "keras.layers.Dense", {}, at) for name, at in _PLACES.items()}
    return Graph(
        nodes,
        frames={"frame_1": Frame("frame_1", "Encoder", (-20, -50), (340, 120))},
        notes={"note_1": Note("note_1", "why", (0, -20), (60, 20))},
    )


_PLACES = {"a": (0.0, 0.0), "b": (200.0, 0.0), "c": (600.0, 0.0)}


def test_that_new_frames_and_notes_get_free_names_and_keep_the_rest() -> None:
    graph, key = notes.add_frame(drawn(), "Decoder", (600, 0), (200, 100))
    graph, note = notes.add_note(graph, "because", (0, 300), (100, 50))
    assert (key, note) == (("frame", "frame_2"), ("note", "note_2"))
    assert graph.nodes == drawn().nodes
    assert graph_from_json(graph_as_json(graph)) == graph


def test_that_a_frame_around_nodes_leaves_room_for_its_title() -> None:
    area = notes.around([Rectangle(0, 0, 100, 50), Rectangle(200, 80, 100, 50)])
    assert area == Rectangle(-22, -50, 344, 202)
    with pytest.raises(EditError, match="Select"):
        notes.around([])


def test_that_a_title_is_one_line_and_a_text_keeps_its_lines() -> None:
    graph = notes.set_text(notes.set_text(drawn(), FRAME, " two\nlines "), NOTE, "two\nlines")
    assert graph.frames["frame_1"].title == "two lines"
    assert graph.notes["note_1"].text == "two\nlines"


def test_that_nothing_gets_smaller_than_a_hand_can_hold() -> None:
    graph = notes.resize(notes.resize(drawn(), FRAME, (1, -4)), NOTE, (0, 0))
    assert graph.frames["frame_1"].size == notes.LEAST_FRAME
    assert graph.notes["note_1"].size == notes.LEAST_NOTE


def test_that_removing_a_frame_leaves_what_lies_in_it() -> None:
    graph = notes.remove(drawn(), [FRAME, AnnotationKey("note", "never")])
    assert (set(graph.frames), set(graph.notes), len(graph)) == (set(), {"note_1"}, 3)


def test_that_changing_what_is_gone_is_refused_with_a_sentence() -> None:
    with pytest.raises(EditError, match="no longer there"):
        notes.set_text(drawn(), AnnotationKey("note", "never"), "x")


def test_that_a_frame_holds_nodes_and_notes_by_their_middle_and_whole_frames() -> None:
    graph, inner = notes.add_frame(drawn(), "", (0, -20), (100, 70))
    graph, outer = notes.add_frame(graph, "", (-100, -100), (900, 300))
    assert notes.contents(graph, FRAME, size) == ({"a", "b"}, {NOTE, inner})
    assert notes.contents(graph, outer, size) == ({"a", "b", "c"}, {NOTE, inner, FRAME})
    assert notes.contents(graph, NOTE, size) == (frozenset(), frozenset())


def test_that_pasted_annotations_get_names_of_their_own() -> None:
    graph, keys = notes.paste_annotations(drawn(), drawn(), (10, 20))
    assert keys == (("frame", "frame_2"), ("note", "note_2"))
    assert graph.frames["frame_2"] == Frame("frame_2", "Encoder", (-10, -30), (340, 120))
    assert graph.notes["note_2"].at == (10, 0)


def test_that_frames_follow_their_nodes_through_a_layout() -> None:
    before = drawn()
    after = notes.follow(before, move_nodes(before, {"a": (50, 400), "b": (50, 600)}), size)
    assert after.frames["frame_1"] == Frame("frame_1", "Encoder", (30, 350), (140, 320))
    assert after.notes["note_1"].at == (50, 380)
    assert notes.follow(before, move_nodes(before, {"c": (0, 900)}), size).frames == before.frames
