"""Edits make new graphs and leave the old one alone."""

from __future__ import annotations

import itertools

import pytest

from dlstudio.graph import edits
from dlstudio.graph.edits import EditError
from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.graph.project import Project


def chain(*names: str) -> Graph:
    nodes = {name: Node(name, "keras.layers.Dense", {"units": 8}, (200.0 * i, 0.0)) for i, name in enumerate(names)}
    return Graph(nodes, tuple(Wire(a, b) for a, b in itertools.pairwise(names)))


def test_that_removing_a_node_heals_the_gap() -> None:
    graph = edits.remove_nodes(chain("a", "b", "c"), ["b"])
    assert graph.wires == (Wire("a", "c"),)


def test_that_removing_neighbours_together_heals_across_both() -> None:
    graph = edits.remove_nodes(chain("a", "b", "c", "d"), ["b", "c"])
    assert graph.wires == (Wire("a", "d"),)


def test_that_removing_without_healing_leaves_the_gap() -> None:
    graph = edits.remove_nodes(chain("a", "b", "c"), ["b"], heal=False)
    assert graph.wires == ()
    assert list(graph.nodes) == ["a", "c"]


def test_that_an_edit_leaves_the_old_graph_as_it_was() -> None:
    graph = chain("a", "b")
    edits.set_settings(graph, "a", {"units": 3})
    edits.remove_nodes(graph, ["b"])
    assert graph == chain("a", "b")


def test_that_a_wire_replaces_the_one_into_the_same_port() -> None:
    graph = edits.connect(chain("a", "b", "c"), Wire("a", "c"))
    assert graph.wires == (Wire("a", "b"), Wire("a", "c"))


def test_that_a_port_for_many_keeps_all_wires_in_order() -> None:
    graph = edits.connect(chain("a", "b", "c"), Wire("a", "c"), many=True)
    assert graph.incoming("c") == (Wire("b", "c"), Wire("a", "c"))


def test_that_a_circle_is_refused_with_a_sentence() -> None:
    with pytest.raises(EditError, match="circle"):
        edits.connect(chain("a", "b", "c"), Wire("c", "a"))


def test_that_inserting_into_a_wire_keeps_its_place() -> None:
    graph = edits.add_node(chain("a", "b"), Node("new", "keras.layers.ReLU"))
    graph = edits.insert_into_wire(graph, "new", Wire("a", "b"))
    assert graph.wires == (Wire("a", "new"), Wire("new", "b"))


def test_that_a_value_equal_to_the_default_is_not_stored() -> None:
    graph = edits.set_settings(chain("a"), "a", {"units": 8, "use_bias": True}, {"use_bias": True})
    assert dict(graph["a"].settings) == {"units": 8}


def test_that_renaming_follows_in_wires_and_shared_weights() -> None:
    graph = chain("a", "b")
    graph = edits.add_node(graph, Node("twin", "keras.layers.Dense", shares="a"))
    graph = edits.rename_node(graph, "a", "first")
    assert graph.wires == (Wire("first", "b"),)
    assert graph["twin"].shares == "first"


@pytest.mark.parametrize("name", ["", "1st", "with space", "dotted.name", "<b>", "a" * 65])
def test_that_a_name_that_wires_could_not_spell_is_refused(name: str) -> None:
    with pytest.raises(EditError):
        edits.rename_node(chain("a"), "a", name)


def test_that_pasting_gives_free_names_and_keeps_inner_wires() -> None:
    graph = chain("a", "b")
    graph, names = edits.paste(graph, chain("a", "b"), (22, 22))
    assert names == ("a_2", "b_2")
    assert graph.wires[-1] == Wire("a_2", "b_2")
    assert graph["a_2"].at == (22, 22)


def test_that_edits_as_json_do_what_the_functions_do() -> None:
    project = Project(graph=chain("a", "b"))
    project = edits.apply_edits(
        project,
        [
            {"edit": "insert", "type": "keras.layers.Flatten", "name": "flatten", "source": "a", "target": "b"},
            {"edit": "set", "node": "b", "setting": "units", "value": 10},
            {"edit": "training", "setting": "epochs", "value": 3},
        ],
    )
    assert project.graph.wires == (Wire("a", "flatten"), Wire("flatten", "b"))
    assert project.graph["b"].settings["units"] == 10
    assert project.training.epochs == 3


def test_that_an_unknown_edit_is_refused() -> None:
    with pytest.raises(EditError, match="explode"):
        edits.apply_edits(Project(), [{"edit": "explode"}])
