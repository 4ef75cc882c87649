"""Making blocks of nodes and nodes of blocks; parameters; bringing blocks into other projects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dlstudio.graph import block_edits, edits
from dlstudio.graph.blocks import bound_graph
from dlstudio.graph.edits import EditError, apply_edits
from dlstudio.graph.model import Block, Frame, Graph, Node, Wire
from dlstudio.graph.paths import graph_at, with_graph_at
from dlstudio.graph.project import Project

DENSE, ADD = "keras.layers.Dense", "keras.layers.Add"


def residual(extra: tuple[Node, ...] = ()) -> Graph:
    """input → a → b → add → c → output, and a → add."""
    nodes = [
        Node("input", "Input", {"column": "x"}, (0, 0)),
        Node("a", DENSE, {"units": 8}, (200, 0)),
        Node("b", DENSE, {"units": 8, "activation": "relu"}, (400, 100)),
        Node("add", ADD, {}, (600, 0)),
        Node("c", DENSE, {"units": 3}, (800, 0)),
        Node("output", "Output", {"column": "y"}, (1000, 0)),
        *extra,
    ]
    wires = [("input", "a"), ("a", "b"), ("b", "add"), ("a", "add"), ("add", "c"), ("c", "output")]
    return Graph({node.id: node for node in nodes}, tuple(Wire(*wire) for wire in wires))


def unplaced(graph: Graph) -> tuple[dict[str, Any], list[Any]]:
    """What counts of a graph: wires by target in their order, positions left out."""
    nodes = {node.id: (node.type, dict(node.settings), node.shares) for node in graph}
    return nodes, sorted((name, [(w.source, w.source_port) for w in graph.incoming(name)]) for name in nodes)


def doubling() -> Block:
    """in → wide (units * 2) → out."""
    inside = Graph(
        {
            "x": Node("x", "Input"),
            "wide": Node("wide", DENSE, {"units": {"=": "units * 2"}, "activation": {"=": "activation"}}, (200, 0)),
            "y": Node("y", "Output"),
        },
        (Wire("x", "wide"), Wire("wide", "y")),
    )
    return Block("Doubling", inside, {"units": 4, "activation": "relu"})


def using(block: Block, **settings: Any) -> Graph:
    """input → use → output."""
    nodes = {
        "input": Node("input", "Input"),
        "use": Node("use", f"block.{block.name}", settings, (300, 0)),
        "output": Node("output", "Output", {}, (600, 0)),
    }
    return Graph(nodes, (Wire("input", "use"), Wire("use", "output")), blocks={block.name: block})


# Making and unpacking


def test_that_wires_across_the_border_become_ports_named_after_what_they_carry() -> None:
    graph, use = block_edits.make_block(residual(), ["b", "add"], "Skip")
    block = graph.blocks["Skip"]
    assert use == "skip"
    assert [node.id for node in block.graph.of_type("Input")] == ["a"]  # one tensor, one port
    assert [node.id for node in block.graph.of_type("Output")] == ["add_output"]
    assert [(w.source, w.target) for w in block.graph.incoming("add")[:2]] == [("b", "add"), ("a", "add")]
    assert list(graph.nodes) == ["input", "a", "skip", "c", "output"]
    assert graph.incoming("skip") == (Wire("a", "skip", "", "a"),)
    assert graph.incoming("c") == (Wire("skip", "c", "add_output", ""),)


def test_that_unpacking_what_was_made_gives_the_graph_that_was() -> None:
    graph, use = block_edits.make_block(residual(), ["b", "add"], "Skip")
    assert unplaced(block_edits.unpack(graph, use)) == unplaced(residual())


def test_that_a_selection_that_is_left_and_entered_again_is_refused() -> None:
    with pytest.raises(EditError, match="comes back through 'b'"):
        block_edits.make_block(residual(), ["a", "add"], "Broken")


@pytest.mark.parametrize(
    ("names", "block", "said"),
    [
        (["input", "a"], "B", "'input' is an Input"),
        (["c", "output"], "B", "'output' is an Output"),
        ([], "B", "Select the layers"),
        (["a"], "no name", "cannot be a block's name"),
        (["a"], "", "cannot be a block's name"),
    ],
)
def test_that_what_cannot_be_a_block_is_refused_with_a_sentence(names: list[str], block: str, said: str) -> None:
    with pytest.raises(EditError, match=said):
        block_edits.make_block(residual(), names, block)


def test_that_a_taken_name_is_refused() -> None:
    graph, _ = block_edits.make_block(residual(), ["a"], "One")
    with pytest.raises(EditError, match="already is a block named 'One'"):
        block_edits.make_block(graph, ["c"], "One")


def test_that_shared_weights_do_not_cross_the_border() -> None:
    graph = residual((Node("twin", DENSE, {}, (0, 300), "b"),))
    with pytest.raises(EditError, match="'twin' shares the weights of 'b'"):
        block_edits.make_block(graph, ["b", "add"], "Skip")
    graph, _ = block_edits.make_block(graph, ["b", "add", "twin"], "Skip")
    assert graph.blocks["Skip"].graph["twin"].shares == "b"


def test_that_loose_nodes_get_ports_at_their_ends() -> None:
    graph = Graph({"a": Node("a", DENSE), "b": Node("b", DENSE)}, (Wire("a", "b"),))
    graph, _ = block_edits.make_block(graph, ["a", "b"], "Loose")
    inside = graph.blocks["Loose"].graph
    assert inside.incoming("a") == (Wire("inputs", "a"),)
    assert inside.outgoing("b") == (Wire("b", "b_output"),)


def test_that_parts_of_a_block_keep_their_parameters_when_they_become_a_block() -> None:
    project = using(doubling(), units=16)
    inner, use = block_edits.make_block(graph_at(project, ("use",)), ["wide"], "Inner")
    project = with_graph_at(project, ("use",), inner)
    assert project.blocks["Inner"].parameters == {"activation": "relu", "units": 4}
    assert project.blocks["Doubling"].graph[use].settings == {
        "units": {"=": "units"},
        "activation": {"=": "activation"},
    }
    bound = bound_graph(project.blocks["Doubling"], {"units": 16})
    assert bound[use].settings["units"] == 16


def test_that_unpacking_binds_expressions_and_finds_free_names() -> None:
    graph = using(doubling(), units=16)
    graph = edits.add_node(graph, Node("wide", DENSE))
    graph = block_edits.unpack(graph, "use")
    assert graph["wide_2"].settings == {"units": 32, "activation": "relu"}
    assert set(graph.wires) == {Wire("input", "wide_2"), Wire("wide_2", "output")}
    assert "Doubling" in graph.blocks


def test_that_unpacking_a_repeated_use_puts_the_copies_in_a_row() -> None:
    graph = block_edits.unpack(using(doubling(), repeat=3), "use")
    assert set(graph.wires) == {
        Wire("input", "wide"),
        Wire("wide", "wide_2"),
        Wire("wide_2", "wide_3"),
        Wire("wide_3", "output"),
    }
    assert graph["wide"].at[0] < graph["wide_2"].at[0] < graph["wide_3"].at[0] < graph["output"].at[0]


def test_that_unpacking_inside_a_block_keeps_what_depends_on_its_parameters() -> None:
    outer = replace(using(doubling(), units={"=": "n + 1"}, activation="tanh"), blocks={})
    top = using(Block("Outer", outer, {"n": 2}))
    top = replace(top, blocks={**top.blocks, "Doubling": doubling()})
    inner = block_edits.unpack(graph_at(top, ("use",)), "use")
    assert inner["wide"].settings == {"units": {"=": "(n + 1) * 2"}, "activation": "tanh"}


def test_that_a_port_that_only_passes_on_leaves_a_wire() -> None:
    through = Block("Through", Graph({"x": Node("x", "Input"), "y": Node("y", "Output")}, (Wire("x", "y"),)))
    assert block_edits.unpack(using(through, repeat=2), "use").wires == (Wire("input", "output"),)


def test_that_frames_and_notes_come_out_with_the_nodes() -> None:
    block = doubling()
    framed = replace(block, graph=replace(block.graph, frames={"f": Frame("f", "Wide", (180, -20))}))
    graph = block_edits.unpack(using(framed), "use")
    assert graph.frames["f"].at == (280, -20)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda g: replace(g["use"], bypassed=True), "bypassed"),
        (lambda g: replace(g["use"], settings={"repeat": 10**6}), "nodes"),
        (lambda g: replace(g["use"], settings={"repeat": "x"}), "whole number"),
        (lambda g: replace(g["use"], type="block.Nowhere"), "no use of a block"),
        (lambda g: replace(g["use"], shares="other"), "share their weights"),
    ],
)
def test_that_what_cannot_be_unpacked_is_refused(change: Callable[[Graph], Node], said: str) -> None:
    graph = using(doubling())
    graph = replace(graph, nodes={**graph.nodes, "use": change(graph)})
    with pytest.raises(EditError, match=said):
        block_edits.unpack(graph, "use")


# Names, removal, ports


def nested() -> Graph:
    """A project whose block Outer uses Doubling, which the project uses too."""
    outer = Block("Outer", replace(using(doubling()), blocks={}))
    graph = using(doubling())
    graph = edits.add_node(graph, Node("second", "block.Outer"))
    return replace(graph, blocks={**graph.blocks, "Outer": outer, "Idle": replace(doubling(), name="Idle")})


def test_that_all_uses_follow_a_new_name() -> None:
    graph = block_edits.rename_block(nested(), "Doubling", "Wider")
    assert list(graph.blocks) == ["Wider", "Outer", "Idle"]
    assert graph.blocks["Wider"].name == "Wider"
    assert graph["use"].block == "Wider"
    assert graph.blocks["Outer"].graph["use"].block == "Wider"
    with pytest.raises(EditError, match="already"):
        block_edits.rename_block(graph, "Wider", "Outer")
    with pytest.raises(EditError, match="cannot be a block's name"):
        block_edits.rename_block(graph, "Wider", "two words")


def test_that_only_blocks_that_nothing_uses_go() -> None:
    assert set(block_edits.remove_unused_blocks(nested()).blocks) == {"Doubling", "Outer"}
    assert "Idle" not in block_edits.remove_block(nested(), "Idle").blocks
    with pytest.raises(EditError, match="used by 'Outer'"):
        block_edits.remove_block(nested(), "Doubling")


def test_that_wires_stay_at_their_ports_when_the_order_changes() -> None:
    inside = Graph(
        {
            "first": Node("first", "Input"),
            "second": Node("second", "Input"),
            "add": Node("add", ADD),
            "y": Node("y", "Output"),
        },
        (Wire("first", "add"), Wire("second", "add"), Wire("add", "y")),
    )
    graph = using(Block("Sum", inside))
    graph = block_edits.set_port_order(graph, "Sum", ["second", "first"])
    assert [node.id for node in graph.blocks["Sum"].graph.of_type("Input")] == ["second", "first"]
    assert graph.incoming("use") == (Wire("input", "use", "", "first"),)
    with pytest.raises(EditError, match="no port 'add'"):
        block_edits.set_port_order(graph, "Sum", ["add"])


# Parameters


def test_that_parameters_can_be_added_changed_and_used() -> None:
    graph = block_edits.add_parameter(using(doubling()), "Doubling", "scale", 3)
    graph = block_edits.use_parameter(graph, "Doubling", "wide", "units", "units * scale")
    assert bound_graph(graph.blocks["Doubling"], {})["wide"].settings["units"] == 12
    graph = block_edits.set_parameter(graph, "Doubling", "scale", 5)
    assert bound_graph(graph.blocks["Doubling"], {})["wide"].settings["units"] == 20
    plain = block_edits.use_parameter(graph, "Doubling", "wide", "units", "")
    assert plain.blocks["Doubling"].graph["wide"].settings["units"] == 20


def test_that_an_expression_that_cannot_be_computed_is_refused() -> None:
    with pytest.raises(EditError, match="nowhere"):
        block_edits.use_parameter(using(doubling()), "Doubling", "wide", "units", "nowhere * 2")


def test_that_uses_and_expressions_follow_a_parameters_new_name() -> None:
    graph = block_edits.rename_parameter(using(doubling(), units=16), "Doubling", "units", "width")
    assert list(graph.blocks["Doubling"].parameters) == ["width", "activation"]
    assert graph["use"].settings == {"width": 16}
    assert bound_graph(graph.blocks["Doubling"], graph["use"].settings)["wide"].settings["units"] == 32


def test_that_removing_a_parameter_leaves_its_default_behind() -> None:
    graph = block_edits.remove_parameter(using(doubling(), units=16), "Doubling", "units")
    assert graph["use"].settings == {}
    assert graph.blocks["Doubling"].graph["wide"].settings["units"] == 8


def test_that_removing_one_of_two_parameters_keeps_the_other_in_the_expression() -> None:
    graph = block_edits.add_parameter(using(doubling()), "Doubling", "scale", 3)
    graph = block_edits.use_parameter(graph, "Doubling", "wide", "units", "max(units, 2) * scale")
    graph = block_edits.remove_parameter(graph, "Doubling", "scale")
    assert bound_graph(graph.blocks["Doubling"], {"units": 7})["wide"].settings["units"] == 21


@pytest.mark.parametrize("name", ["units", "repeat", "min", "if", "two words", "", "_x"])
def test_that_a_parameters_name_has_to_be_free_and_usable(name: str) -> None:
    with pytest.raises(EditError):
        block_edits.add_parameter(using(doubling()), "Doubling", name, 1)


# Bringing blocks along


def test_that_a_pasted_use_brings_its_blocks() -> None:
    fragment = edits.extract(nested(), ["second"])
    graph, (name,) = edits.paste(residual(), fragment, (0, 0))
    assert graph[name].block == "Outer"
    assert set(graph.blocks) == {"Outer", "Doubling"}


def test_that_equal_blocks_are_shared_and_others_get_a_free_name() -> None:
    other = replace(doubling(), parameters={"units": 99, "activation": "relu"})
    target = using(other)
    fragment = edits.extract(nested(), ["use", "second"])
    graph, names = edits.paste(target, fragment, (0, 0))
    assert graph.blocks["Doubling"] == other
    assert [graph[name].block for name in names] == ["Doubling_2", "Outer"]
    assert graph.blocks["Outer"].graph["use"].block == "Doubling_2"
    again, more = edits.paste(graph, fragment, (0, 0))
    assert [again[name].block for name in more] == ["Doubling_2", "Outer"]
    assert again.blocks is graph.blocks


def test_that_pasted_nodes_share_among_themselves() -> None:
    pair = Graph({"a": Node("a", DENSE, {"units": 2}), "b": Node("b", DENSE, {}, (0, 0), "a")})
    graph, names = edits.paste(pair, pair, (10, 10))
    assert graph[names[1]].shares == names[0]


def test_that_an_added_block_is_shared_or_gets_a_free_name() -> None:
    graph, name = block_edits.add_block(using(doubling()), replace(doubling(), summary="Wider."))
    assert name == "Doubling" and graph == using(doubling())
    other = replace(doubling(), parameters={"units": 1, "activation": "relu"})
    graph, name = block_edits.add_block(graph, other)
    assert name == "Doubling_2" and graph.blocks["Doubling_2"].name == "Doubling_2"
    everything = nested().blocks
    graph, name = block_edits.add_block(residual(), everything["Outer"], everything)
    assert set(graph.blocks) == {"Outer", "Doubling"}


# Edits as values


def test_that_an_edit_may_name_a_block() -> None:
    project = Project(graph=using(doubling()))
    edit = {"edit": "set", "block": "Doubling", "node": "wide", "setting": "units", "value": 5}
    after = apply_edits(project, [edit])
    assert after.blocks["Doubling"].graph["wide"].settings["units"] == 5
    assert after.graph.nodes == project.graph.nodes
    with pytest.raises(EditError, match="no block named 'Nowhere'"):
        apply_edits(project, [{**edit, "block": "Nowhere"}])


def test_that_bypassing_is_an_edit() -> None:
    project = apply_edits(Project(graph=residual()), [{"edit": "bypass", "node": "b", "value": True}])
    assert project.graph["b"].bypassed
    assert not apply_edits(project, [{"edit": "bypass", "node": "b", "value": False}]).graph["b"].bypassed
