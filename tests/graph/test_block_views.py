from __future__ import annotations

import pytest

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.graph.block_views import (
    circle_of,
    count_uses,
    free_block_name,
    inside_types,
    problems_seen,
    rename_port,
    values_at,
)
from dlstudio.graph.edits import EditError
from dlstudio.graph.model import Block, Graph, Node, Wire
from dlstudio.graph.problems import Fix, Problem

DENSE = "keras.layers.Dense"


def inside(*nodes: Node, wires: tuple[tuple[str, str], ...] = ()) -> Graph:
    return Graph({n.id: n for n in nodes}, tuple(Wire(a, b) for a, b in wires))


@pytest.fixture
def graph() -> Graph:
    """Two uses of Stage, which uses Cell with twice its width; Cell is used once more on top."""
    cell = Block(
        "Cell",
        inside(
            Node("x", "Input"),
            Node("dense", DENSE, {"units": {"=": "units"}}),
            Node("y", "Output"),
            wires=(("x", "dense"), ("dense", "y")),
        ),
        {"units": 8},
    )
    stage = Block(
        "Stage",
        Graph(
            {
                "x": Node("x", "Input"),
                "cell": Node("cell", "block.Cell", {"units": {"=": "width * 2"}}),
                "y": Node("y", "Output"),
            },
            (Wire("x", "cell", "", "x"), Wire("cell", "y", "y", "")),
        ),
        {"width": 4},
    )
    nodes = (
        Node("one", "block.Stage", {"width": 10}),
        Node("two", "block.Stage"),
        Node("three", "block.Cell"),
    )
    return Graph(
        {n.id: n for n in nodes},
        (Wire("one", "two"), Wire("two", "three", "y", "x")),
        blocks={"Cell": cell, "Stage": stage},
    )


def test_that_parameters_take_the_values_of_the_uses_one_went_through(graph):
    assert values_at(graph, ()) == {}
    assert values_at(graph, ("one",)) == {"width": 10}
    assert values_at(graph, ("one", "cell")) == {"units": 20}
    assert values_at(graph, ("two", "cell")) == {"units": 8}


def test_that_uses_are_counted_on_top_and_inside_blocks(graph):
    assert (count_uses(graph, "Stage"), count_uses(graph, "Cell"), count_uses(graph, "Other")) == (2, 2, 0)


def test_that_a_block_cannot_stand_inside_of_itself_however_deep(graph):
    assert circle_of(graph, ("three",), ["Stage"]) == "Stage"
    assert circle_of(graph, ("three",), ["Cell"]) == "Cell"
    assert circle_of(graph, ("one",), ["Cell"]) is None
    assert circle_of(graph, (), ["Cell", "Stage"]) is None


def test_that_a_free_block_name_is_numbered(graph):
    assert free_block_name(graph.blocks) == "Block"
    assert free_block_name({"Block", "Block_2"}) == "Block_3"


def test_that_wires_of_every_use_follow_a_renamed_port(graph):
    renamed = rename_port(graph, ("one", "cell"), "x", "signal")
    assert "signal" in renamed.blocks["Cell"].graph
    assert Wire("two", "three", "y", "signal") in renamed.wires
    assert Wire("x", "cell", "", "signal") in renamed.blocks["Stage"].graph.wires
    renamed = rename_port(renamed, ("three",), "y", "result")
    assert Wire("cell", "y", "result", "") in renamed.blocks["Stage"].graph.wires
    assert Wire("two", "three", "y", "signal") in renamed.wires  # that y is a port of Stage


def test_that_a_port_cannot_take_a_name_that_is_taken(graph):
    with pytest.raises(EditError, match="already"):
        rename_port(graph, ("three",), "x", "dense")
    with pytest.raises(EditError, match="no port"):
        rename_port(graph, ("three",), "dense", "other")


def test_that_inputs_and_outputs_have_no_settings_inside_a_block():
    catalogue = load_catalogue()
    seen = inside_types(catalogue)
    assert seen["Input"].settings == () == seen["Output"].settings
    assert seen["Input"].name == "Input port"
    assert seen[DENSE] is catalogue[DENSE]
    assert inside_types(catalogue) is seen


def test_that_a_problem_inside_is_told_of_the_use_that_leads_to_it(graph):
    deep = Problem("is too wide.", "dense", path=("one", "cell"))
    top, nowhere = Problem("is loose.", "three"), Problem("is gone.", "dense", path=("gone",))
    assert [p.node for p in problems_seen([deep, top, nowhere], graph, ())] == ["one", "three"]
    assert [(p.node, p.path) for p in problems_seen([deep, top], graph, ("one",))] == [("cell", ("one", "cell"))]
    assert problems_seen([deep, top], graph, ("one", "cell")) == [deep]


def test_that_a_problem_inside_is_seen_through_every_use(graph):
    deep = Problem("is too wide.", "dense", path=("one", "cell"))
    assert problems_seen([deep], graph, ("three",)) == [deep]
    assert [p.node for p in problems_seen([deep], graph, ("two",))] == ["cell"]


def test_that_the_fixes_of_a_problem_deeper_inside_are_offered_only_there(graph):
    fix = Fix("Set units to 4", ({"edit": "set", "node": "dense", "setting": "units", "value": 4},))
    deep = Problem("is too wide.", "dense", fix, path=("one", "cell"))
    assert problems_seen([deep], graph, ())[0].fixes == ()
    assert problems_seen([deep], graph, ("one", "cell"))[0].fixes == (fix,)
