"""Looking into blocks and changing what is inside: all uses follow, nothing else does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.graph.blocks import bound_graph, with_blocks
from dlstudio.graph.edits import add_node, extract, set_settings
from dlstudio.graph.model import Block, Frame, Graph, Node, Note, Wire
from dlstudio.graph.paths import graph_at, valid_path, with_graph_at
from dlstudio.graph.project import Project
from dlstudio.graph.saving import load_project, save_project


def tower() -> Graph:
    """Two uses of a block that itself uses another one."""
    dense = Node("dense", "keras.layers.Dense", {"units": {"=": "units * 2"}}, (200, 0))
    inner = Graph(
        {"x": Node("x", "Input"), "dense": dense, "y": Node("y", "Output")}, (Wire("x", "dense"), Wire("dense", "y"))
    )
    outer = Graph(
        {
            "x": Node("x", "Input"),
            "wide": Node("wide", "block.Wide", {"units": {"=": "width"}}),
            "y": Node("y", "Output"),
        },
        (Wire("x", "wide"), Wire("wide", "y")),
    )
    blocks = {"Wide": Block("Wide", inner, {"units": 8}), "Outer": Block("Outer", outer, {"width": 16}, "Two wide.")}
    nodes = {
        "rows": Node("rows", "Input", {"shape": [4]}),
        "one": Node("one", "block.Outer", at=(200, 0)),
        "two": Node("two", "block.Outer", {"width": 3, "repeat": 2}, (400, 0), bypassed=True),
        "end": Node("end", "Output", at=(600, 0)),
    }
    wires = (Wire("rows", "one"), Wire("one", "two"), Wire("two", "end"))
    return Graph(nodes, wires, {"f": Frame("f", "Tower")}, {"n": Note("n", "Wide\nand deep")}, blocks)


def test_that_a_path_leads_inside_as_far_as_it_can() -> None:
    graph = tower()
    assert valid_path(graph, ("one", "wide")) == ("one", "wide")
    assert valid_path(graph, ("one", "nothing")) == ("one",)
    assert valid_path(graph, ("rows",)) == ()
    assert set(graph_at(graph, ("one", "wide")).nodes) == {"x", "dense", "y"}
    assert graph_at(graph, ()) is graph


def test_that_an_edit_inside_changes_every_use_and_nothing_else() -> None:
    graph = tower()
    inside = graph_at(graph, ("two", "wide"))
    changed = with_graph_at(graph, ("two", "wide"), set_settings(inside, "dense", {"activation": "relu"}))
    assert graph_at(changed, ("one", "wide"))["dense"].settings["activation"] == "relu"
    assert changed.nodes == graph.nodes
    assert changed.blocks["Outer"] == graph.blocks["Outer"]
    assert changed.blocks["Wide"].graph.blocks == {}  # what was lent does not stay inside
    assert with_graph_at(changed, ("two", "wide"), inside) == graph


def test_that_a_use_binds_its_parameters() -> None:
    graph = tower()
    outer = bound_graph(graph.blocks["Outer"], graph["two"].settings)
    assert dict(outer["wide"].settings) == {"units": 3}
    assert dict(bound_graph(graph.blocks["Wide"], outer["wide"].settings)["dense"].settings) == {"units": 6}


def test_that_blocks_are_node_types_whose_settings_take_after_what_they_set() -> None:
    graph, catalogue = tower(), load_catalogue()
    completed = with_blocks(catalogue, graph.blocks)
    assert with_blocks(catalogue, graph.blocks) is completed
    wide = completed["block.Wide"]
    assert [port.name for port in wide.inputs] == ["x"]
    assert [port.name for port in wide.outputs] == ["y"]
    width = completed["block.Outer"].setting("width")
    assert width is not None
    assert width.default == 16
    assert completed["block.Outer"].summary == "Two wide."


def test_that_blocks_frames_notes_and_bypassed_nodes_are_saved(tmp_path: Path) -> None:
    project = Project("Tower", graph=tower())
    save_project(project, tmp_path)
    assert load_project(tmp_path) == project
    text = (tmp_path / "project.json").read_text()
    assert sum('"keras.layers.Dense"' in line for line in text.splitlines()) == 1


def test_that_a_copied_use_brings_its_blocks_and_those_inside() -> None:
    graph = replace(tower(), blocks={**tower().blocks, "Other": Block("Other", Graph())})
    assert set(extract(graph, ["one"]).blocks) == {"Outer", "Wide"}
    assert extract(graph, ["rows"]).blocks == {}
    assert set(add_node(graph, Node("more", "Input")).blocks) == {"Outer", "Wide", "Other"}
