"""Tidying a graph with what lies on it: frames, notes, and nodes that are not chosen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dlstudio.graph import edits
from dlstudio.graph.annotations import AnnotationKey, Rectangle, contents
from dlstudio.graph.layout.tidying import framed_nodes, tidied
from dlstudio.graph.model import Frame, Graph, Node, Note
from tests.graph.networks import inception, resnet50

SIZE = (164.0, 87.0)


def sizes(graph: Graph) -> dict[str, tuple[float, float]]:
    return {node.id: SIZE for node in graph}


def inside(graph: Graph, frame: str) -> frozenset[str]:
    return contents(graph, AnnotationKey("frame", frame), lambda *_: SIZE).nodes


def framed(graph: Graph, names: list[str]) -> Graph:
    """The graph with these nodes side by side far below the others, and a frame around them."""
    places = {name: (index * 200.0, 5000.0) for index, name in enumerate(names)}
    frame = Frame("stem", "Stem", (-20, 4950), (len(names) * 200.0 + 10, 160))
    return replace(edits.move_nodes(graph, places), frames={"stem": frame})


def test_that_a_frame_stays_around_its_nodes_and_no_others_where_they_follow_each_other() -> None:
    graph = inception(2)
    names = [name for name in graph.nodes if int(name.rpartition("_")[2]) in range(7, 13)]  # one branch
    graph = framed(graph, names)
    assert inside(graph, "stem") == frozenset(names)
    after = tidied(graph, sizes(graph))
    assert after.frames["stem"] != graph.frames["stem"]
    assert inside(after, "stem") == frozenset(names)


def test_that_a_node_in_two_frames_belongs_to_the_smaller() -> None:
    graph = framed(inception(1), ["conv2d_1", "batchnormalization_2"])
    large = Frame("all", "All", (-9000, -9000), (30000, 30000))
    graph = replace(graph, frames={"all": large, **graph.frames})
    groups = framed_nodes(graph, sizes(graph))
    assert groups["conv2d_1"] == "stem"
    assert groups["activation_3"] == "all"


def test_that_a_note_goes_with_the_node_beside_it() -> None:
    graph = resnet50((1, 1))
    places = {name: (index * 300.0, 0.0) for index, name in enumerate(graph.nodes)}
    graph = edits.move_nodes(graph, places)
    name = "maxpooling2d_4"
    at = places[name]
    graph = replace(graph, notes={"note": Note("note", "Halves the picture", (at[0], at[1] - 40), (160, 30))})
    after = tidied(graph, sizes(graph))
    x, y = after[name].at
    assert after.notes["note"].at == pytest.approx((x, y - 40))


def test_that_a_note_never_covers_a_node() -> None:
    graph = resnet50((2, 2))
    graph = edits.move_nodes(graph, {name: (0.0, 200.0 * index) for index, name in enumerate(graph.nodes)})
    notes = {f"n{i}": Note(f"n{i}", "Here", (180, 200.0 * i), (300, 150)) for i in range(0, 20, 3)}
    after = tidied(replace(graph, notes=notes), sizes(graph))
    boxes = [Rectangle(*note.at, *note.size) for note in after.notes.values()]
    boxes += [Rectangle(*node.at, *SIZE) for node in after]
    for index, a in enumerate(boxes[: len(notes)]):
        for b in boxes[index + 1 :]:
            apart = a.x + a.width <= b.x or b.x + b.width <= a.x or a.y + a.height <= b.y or b.y + b.height <= a.y
            assert apart


def test_that_only_chosen_nodes_move_and_keep_their_corner() -> None:
    graph = resnet50((1, 1))
    graph = edits.move_nodes(graph, {name: (1000.0 + 7 * i, 500.0 + 3 * i) for i, name in enumerate(graph.nodes)})
    chosen = list(graph.nodes)[5:12]
    after = tidied(graph, sizes(graph), chosen=chosen)
    assert all(after[name] == graph[name] for name in graph.nodes if name not in chosen)
    assert min(after[name].at[0] for name in chosen) == min(graph[name].at[0] for name in chosen)
    assert min(after[name].at[1] for name in chosen) == pytest.approx(min(graph[name].at[1] for name in chosen))
    assert len({after[name].at for name in chosen}) == len(chosen)


def test_that_nothing_but_places_changes() -> None:
    graph = framed(resnet50((1,)), ["conv2d_1", "batchnormalization_2"])
    graph = replace(graph, nodes={n: replace(node, bypassed=n == "activation_3") for n, node in graph.nodes.items()})
    after = tidied(graph, sizes(graph))
    assert after.wires == graph.wires
    assert after.blocks == graph.blocks
    assert {n: replace(node, at=(0, 0)) for n, node in after.nodes.items()} == {
        n: replace(node, at=(0, 0)) for n, node in graph.nodes.items()
    }
    assert tidied(Graph({"a": Node("a", "Input")}), {"a": SIZE})["a"].at == (0, 0)
