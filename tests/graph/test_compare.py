"""Two graphs compared: what was added, removed, changed and renamed."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from dlstudio.graph.compare import MISSING, Change, compare_graphs, compare_settings
from dlstudio.graph.edits import add_node, connect, insert_into_wire, remove_nodes, rename_node, set_settings
from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.graph.paths import graph_at, with_graph_at
from dlstudio.graph.project import Project
from tests.graph.test_paths import tower


def chain() -> Graph:
    kinds = {"rows": "Input", "wide": "Dense", "drop": "Dropout", "out": "Dense", "end": "Output"}
    nodes = {n: Node(n, k if k in ("Input", "Output") else f"keras.layers.{k}", {"units": 8}) for n, k in kinds.items()}
    names = list(nodes)
    return Graph(nodes, tuple(Wire(a, b) for a, b in pairwise(names)))


def test_that_equal_graphs_differ_in_nothing_wherever_they_lie() -> None:
    graph = chain()
    moved = replace(graph, nodes={n.id: replace(n, at=(9, 9)) for n in graph})
    assert compare_graphs(graph, moved).equal
    assert compare_graphs(tower(), tower()).equal


def test_that_a_changed_setting_is_named_with_both_values() -> None:
    after = set_settings(chain(), "wide", {"units": 32, "activation": "relu"})
    (change,) = compare_graphs(chain(), after).changed
    assert change.after.id == "wide"
    assert change.changes == (Change("units", 8, 32), Change("activation", MISSING, "relu"))


def test_that_a_renamed_node_is_one_node() -> None:
    found = compare_graphs(chain(), rename_node(chain(), "wide", "hidden"))
    assert found.pairs["wide"] == "hidden"
    assert not found.added
    assert not found.removed
    assert not found.wires_added
    assert [each.changes for each in found.changed] == [(Change("name", "wide", "hidden"),)]


def test_that_added_and_removed_nodes_and_moved_wires_are_told() -> None:
    after = add_node(chain(), Node("norm", "keras.layers.BatchNormalization"))
    after = insert_into_wire(after, "norm", Wire("wide", "drop"))
    found = compare_graphs(chain(), after)
    assert [n.id for n in found.added] == ["norm"]
    assert found.wires_removed == (Wire("wide", "drop"),)
    assert not found.wires_added  # the new wires end at a node that is new
    back = compare_graphs(after, remove_nodes(after, ["norm"]))
    assert [n.id for n in back.removed] == ["norm"]
    assert back.wires_added == (Wire("wide", "drop"),)
    skipped = compare_graphs(chain(), connect(chain(), Wire("rows", "out")))
    assert skipped.wires_added == (Wire("rows", "out"),)
    assert skipped.wires_removed == (Wire("drop", "out"),)


def test_that_two_retrained_drawings_without_a_common_name_still_meet() -> None:
    other = chain()
    for name in list(other.nodes):
        other = rename_node(other, name, f"{name}_again")
    found = compare_graphs(chain(), other)
    assert len(found.pairs) == len(chain())
    assert {c.name for each in found.changed for c in each.changes} == {"name"}


def test_that_another_type_under_the_same_name_is_another_node() -> None:
    after = replace(chain(), nodes={**chain().nodes, "drop": Node("drop", "keras.layers.ReLU")})
    found = compare_graphs(chain(), after)
    assert [n.type for n in found.removed] == ["keras.layers.Dropout"]
    assert [n.type for n in found.added] == ["keras.layers.ReLU"]


def test_that_blocks_are_compared_inside() -> None:
    graph = tower()
    inside = set_settings(graph_at(graph, ("one", "wide")), "dense", {"activation": "relu"})
    wider = replace(graph.blocks["Outer"], parameters={"width": 32})
    after = with_graph_at(graph, ("one", "wide"), inside)
    after = replace(after, blocks={**after.blocks, "Outer": wider})
    found = compare_graphs(graph, after)
    assert [c.name for c in found.blocks["Wide"].changed[0].changes] == ["activation"]
    assert found.blocks["Outer"].changed[0].changes == (Change("width", 16, 32),)
    assert found.count == 2
    without = compare_graphs(graph, replace(graph, blocks={"Wide": graph.blocks["Wide"]}))
    assert without.blocks_removed == ("Outer",)


def test_that_training_settings_are_compared_by_name() -> None:
    before = Project()
    after = replace(before, training=replace(before.training, epochs=3, early_stopping={"patience": 2}))
    assert compare_settings(before, after) == (
        Change("training.epochs", 20, 3),
        Change("training.early_stopping.patience", MISSING, 2),
    )
