"""Putting a network that was read from a script in the place of the one that is open."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from dlstudio.graph.edits import rename_node
from dlstudio.graph.model import Block, Frame, Graph, Node, Note, Wire
from dlstudio.workbench.from_code import with_network


def _inside() -> Graph:
    nodes = (Node("x", "Input", {}, (1, 2)), Node("dense", "keras.layers.Dense", {"units": 3}, (3, 4)))
    return Graph({node.id: node for node in (*nodes, Node("y", "Output", {}, (5, 6)))}, (Wire("x", "dense"),))


def _drawn() -> Graph:
    nodes = (
        Node("image", "Input", {"column": "image"}, (0, 0)),
        Node("use", "block.Part", {}, (220, 0)),
        Node("label", "Output", {"column": "label", "task": "regression"}, (440, 0)),
    )
    return Graph(
        {node.id: node for node in nodes},
        (Wire("image", "use"), Wire("use", "label")),
        frames={"f": Frame("f", "Part", (200, -20), (200, 150))},
        notes={"n": Note("n", "why")},
        blocks={"Part": Block("Part", _inside(), {}, "A part."), "Unused": Block("Unused", _inside())},
    )


def _read(graph: Graph) -> Graph:
    """The same as a script gives it back: all at one place, no frames and notes, only blocks that are used."""
    blocks = {"Part": replace(graph.blocks["Part"], graph=_moved(graph.blocks["Part"].graph), summary="")}
    return replace(_moved(graph), frames={}, notes={}, blocks=blocks)


def _moved(graph: Graph) -> Graph:
    return replace(graph, nodes={name: replace(node, at=(0, 0)) for name, node in graph.nodes.items()})


def test_that_the_same_network_stays_exactly_as_it_was() -> None:
    assert with_network(_drawn(), _read(_drawn())) == _drawn()


def test_that_columns_and_tasks_that_a_script_does_not_name_stay() -> None:
    read = _read(_drawn())
    bare = {name: replace(node, settings={}) for name, node in read.nodes.items()}
    assert with_network(_drawn(), replace(read, nodes=bare)) == _drawn()


def test_that_renamed_ends_take_over_the_columns_by_their_place() -> None:
    read = _read(_drawn())
    bare = replace(read, nodes={name: replace(node, settings={}) for name, node in read.nodes.items()})
    result = with_network(_drawn(), rename_node(rename_node(bare, "image", "inputs"), "label", "outputs"))
    assert result["inputs"].settings == {"column": "image"}
    assert result["outputs"].settings == {"column": "label", "task": "regression"}


def test_that_another_network_is_laid_out_without_overlaps_and_keeps_unused_blocks() -> None:
    read = _read(_drawn())
    new = Node("new", "keras.layers.Flatten")
    grown = replace(
        read, nodes={**read.nodes, "new": new}, wires=(*read.wires[:1], Wire("use", "new"), Wire("new", "label"))
    )
    result = with_network(_drawn(), grown)
    places = sorted(node.at for node in result)
    assert all(abs(a[0] - b[0]) > 100 or abs(a[1] - b[1]) > 50 for a, b in pairwise(places))
    assert max(abs(x) for x, _ in places) < 5000
    assert set(result.blocks) == {"Part", "Unused"}
    assert result.blocks["Part"].summary == "A part."


def test_that_a_block_with_other_nodes_is_laid_out() -> None:
    read = _read(_drawn())
    part = read.blocks["Part"]
    inner = replace(part.graph, nodes={**part.graph.nodes, "more": Node("more", "keras.layers.ReLU")})
    result = with_network(_drawn(), replace(read, blocks={"Part": replace(part, graph=inner)}))
    assert len({node.at for node in result.blocks["Part"].graph}) == 4
