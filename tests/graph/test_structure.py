"""Structural problems name the right node, and their fixes mend them."""

from __future__ import annotations

import pytest

from dlstudio.catalogue.node_types import Catalogue, NodeType, Port, Setting
from dlstudio.graph.edits import apply_edits
from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.graph.project import Project
from dlstudio.graph.structure import CycleError, circle, structural_problems, topological_order

ONE = (Port("input"),)
CATALOGUE = Catalogue(
    {
        "Input": NodeType("Input", "Input", "input/output", outputs=(Port("output"),)),
        "Output": NodeType("Output", "Output", "input/output", inputs=ONE),
        "Dense": NodeType(
            "Dense",
            "Dense",
            "core",
            inputs=ONE,
            outputs=(Port("output"),),
            settings=(Setting("units", "integer", required=True, suggested=64), Setting("use_bias", "flag", True)),
        ),
        "Add": NodeType("Add", "Add", "merging", inputs=(Port("inputs", many=True),), outputs=(Port("output"),)),
        "Code": NodeType("Code", "Code", "core", inputs=ONE, outputs=(Port("output"),), unusable="it carries code."),
    }
)


def network(**extra: Node) -> Graph:
    nodes = {
        "x": Node("x", "Input"),
        "d": Node("d", "Dense", {"units": 4}),
        "y": Node("y", "Output"),
        **extra,
    }
    return Graph(nodes, (Wire("x", "d"), Wire("d", "y")))


def messages(graph: Graph) -> list[str]:
    return [problem.message for problem in structural_problems(graph, CATALOGUE)]


def test_that_a_sound_graph_has_no_problems() -> None:
    assert messages(network()) == []


def test_that_the_order_respects_the_wires() -> None:
    graph = Graph({n: Node(n, "Add") for n in "cab"}, (Wire("a", "b"), Wire("b", "c")))
    assert topological_order(graph) == ("a", "b", "c")


def test_that_a_circle_is_found_and_named() -> None:
    graph = Graph({n: Node(n, "Add") for n in "abc"}, (Wire("a", "b"), Wire("b", "c"), Wire("c", "b")))
    assert set(circle(graph)) == {"b", "c"}
    with pytest.raises(CycleError) as caught:
        topological_order(graph)
    assert set(caught.value.names) == {"b", "c"}


def test_that_a_long_chain_needs_no_recursion() -> None:
    names = [f"n{i}" for i in range(5000)]
    graph = Graph({n: Node(n, "Add") for n in names}, tuple(map(Wire, names, names[1:])))
    assert circle(graph) == ()
    assert topological_order(graph) == tuple(names)


BROKEN = {
    "circle": (Graph(network().nodes, (Wire("x", "d"), Wire("d", "y"), Wire("y", "d"))), "circle"),
    "two wires into one port": (
        Graph(network(e=Node("e", "Dense", {"units": 1})).nodes, (*network().wires, Wire("x", "e"), Wire("e", "y"))),
        "2 wires",
    ),
    "missing setting": (
        Graph({**network().nodes, "d": Node("d", "Dense")}, network().wires),
        "needs a value for 'units'",
    ),
    "dangling wire": (Graph(network().nodes, (*network().wires, Wire("d", "gone"))), "no node named 'gone'"),
    "unknown port": (
        Graph(network().nodes, (Wire("x", "d"), Wire("d", "y"), Wire("d", "y", "", "nose"))),
        "no input named 'nose'",
    ),
    "dead branch": (
        Graph(network(e=Node("e", "Dense", {"units": 1})).nodes, (*network().wires, Wire("x", "e"))),
        "leads to no Output",
    ),
    "unknown type": (Graph(network(e=Node("e", "Dens")).nodes, network().wires), "Did you mean Dense"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_that_a_mistake_is_named_and_its_fix_mends_it(name: str) -> None:
    graph, says = BROKEN[name]
    found = [p for p in structural_problems(graph, CATALOGUE) if says in p.message]
    assert found, messages(graph)
    assert found[0].fix
    mended = apply_edits(Project(graph=graph), found[0].fix.edits).graph
    assert found[0].message not in messages(mended)


def test_that_an_unusable_type_says_why() -> None:
    assert "it carries code." in messages(network(e=Node("e", "Code")))[0]


def test_that_an_unknown_setting_names_the_close_one() -> None:
    graph = Graph({**network().nodes, "d": Node("d", "Dense", {"units": 1, "usebias": False})}, network().wires)
    assert "Did you mean 'use_bias'" in messages(graph)[0]


def test_that_an_empty_canvas_says_what_to_do() -> None:
    assert "template" in messages(Graph())[0]


def test_that_missing_ends_are_named() -> None:
    found = messages(Graph({"d": Node("d", "Dense", {"units": 1})}))
    assert any("no Input" in m for m in found)
    assert any("no Output" in m for m in found)
    assert any("Nothing feeds 'd'" in m for m in found)
