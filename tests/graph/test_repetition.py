"""Repeated parts of a graph are found, and become blocks with parameters."""

from __future__ import annotations

from dataclasses import replace

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.graph.blocks import bound_graph
from dlstudio.graph.likeness import Nested, into_blocks
from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.graph.repetition import Repetition, find_repetitions, group_repetitions


class Drawer:
    """Draws a graph node by node."""

    def __init__(self) -> None:
        self.nodes = [Node("images", "Input", {"shape": [8, 8, 16]})]
        self.wires: list[Wire] = []
        self.last = "images"

    def put(self, name: str, kind: str, *sources: str, **settings: object) -> str:
        self.nodes.append(Node(name, f"keras.layers.{kind}", settings))
        self.wires += [Wire(source, name) for source in sources or (self.last,)]
        self.last = name
        return name

    def residual(self, name: str, filters: int) -> None:
        begin = self.last
        self.put(f"{name}_1_conv", "Conv2D", filters=filters, kernel_size=3, padding="same")
        self.put(f"{name}_1_norm", "BatchNormalization")
        self.put(f"{name}_2_conv", "Conv2D", filters=4 * filters, kernel_size=1)
        self.put(f"{name}_sum", "Add", begin, self.last)
        self.put(f"{name}_out", "Activation", activation="relu")

    def done(self) -> Graph:
        self.nodes.append(Node("answer", "Output"))
        self.wires.append(Wire(self.last, "answer"))
        return Graph({node.id: node for node in self.nodes}, tuple(self.wires))


def network() -> Graph:
    drawer = Drawer()
    drawer.put("stem", "Conv2D", filters=16, kernel_size=1)
    for stage, filters in ((1, 4), (2, 4), (3, 8)):
        drawer.residual(f"stage{stage}", filters)
    drawer.put("logits", "Dense", units=3)
    return drawer.done()


def found(graph: Graph) -> tuple[Repetition, ...]:
    return find_repetitions(graph, load_catalogue())


def test_that_residual_blocks_are_found_with_their_parameter() -> None:
    (repetition,) = found(network())
    assert repetition.name == "Stage"
    assert [part.use for part in repetition.parts] == ["stage1", "stage2", "stage3"]
    assert dict(repetition.block.parameters) == {"filters": 4}
    assert [dict(settings) for settings in repetition.merged.settings] == [{}, {}, {"filters": 8}]


def test_that_multiples_of_a_parameter_are_written_as_such() -> None:
    (repetition,) = found(network())
    inside = repetition.block.graph
    assert inside["conv_1"].settings["filters"] == {"=": "filters"}
    assert inside["conv_2"].settings["filters"] == {"=": "filters * 4"}


def test_that_grouping_leaves_a_chain_of_uses() -> None:
    graph = network()
    grouped = group_repetitions(graph, found(graph))
    assert list(grouped.graph.nodes) == ["images", "stem", "stage1", "stage2", "stage3", "logits", "answer"]
    assert [(wire.source, wire.target) for wire in grouped.graph.wires] == [
        ("images", "stem"),
        ("stem", "stage1"),
        ("stage1", "stage2"),
        ("stage2", "stage3"),
        ("stage3", "logits"),
        ("logits", "answer"),
    ]
    assert grouped.moves["stage3_2_conv"] == "stage3/conv_2"


def test_that_each_use_holds_what_stood_there() -> None:
    graph = network()
    grouped = group_repetitions(graph, found(graph)).graph
    inside = bound_graph(grouped.blocks["Stage"], grouped["stage3"].settings)
    assert dict(inside["conv_1"].settings) == dict(graph["stage3_1_conv"].settings)
    assert dict(inside["conv_2"].settings) == dict(graph["stage3_2_conv"].settings)


def test_that_nothing_is_found_where_nothing_repeats() -> None:
    drawer = Drawer()
    for name, kind in (("a", "Flatten"), ("b", "Dropout"), ("c", "Dense")):
        drawer.put(name, kind)
    assert found(drawer.done()) == ()


def test_that_parts_with_a_second_way_in_are_left_alone() -> None:
    graph = network()
    skip = Wire("stem", "stage2_sum")
    (repetition,) = found(replace(graph, wires=(*graph.wires, skip))) or (None,)
    assert repetition is None or all("stage2_sum" not in part.nodes for part in repetition.parts)


def test_that_weights_shared_across_parts_keep_them_apart() -> None:
    graph = network()
    shared = replace(graph["stage2_1_conv"], settings={}, shares="stage1_1_conv")
    changed = replace(graph, nodes={**graph.nodes, "stage2_1_conv": shared})
    assert all("stage2_1_conv" not in part.nodes for each in found(changed) for part in each.parts)


def test_that_a_graph_with_a_circle_or_without_nodes_has_none() -> None:
    graph = network()
    assert found(replace(graph, wires=(*graph.wires, Wire("stage3_out", "stage1_1_conv")))) == ()
    assert found(Graph()) == ()


def test_that_nested_graphs_of_one_kind_become_one_block() -> None:
    def inner(units: int, name: str) -> Graph:
        nodes = (Node("x", "Input"), Node(f"{name}_dense", "keras.layers.Dense", {"units": units}), Node("y", "Output"))
        wires = (Wire("x", f"{name}_dense"), Wire(f"{name}_dense", "y"))
        return Graph({node.id: node for node in nodes}, wires)

    nodes = (Node("in", "Input"), Node("left", "block.1"), Node("right", "block.2"), Node("out", "Output"))
    wires = (Wire("in", "left"), Wire("left", "right"), Wire("right", "out"))
    top = Graph({node.id: node for node in nodes}, wires)
    nested = Nested(top, {"left": Nested(inner(3, "left")), "right": Nested(inner(5, "right"))})
    graph, paths = into_blocks(nested, load_catalogue())
    (block,) = graph.blocks.values()
    assert dict(block.parameters) == {"units": 3}
    assert dict(graph["right"].settings) == {"units": 5}
    assert paths[("right", "right_dense")] == ("right", "dense")
