"""Architecture figures: layers joined, repetitions counted, blocks named, well-formed SVG with what papers show."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.compiler.facts import LayerFacts
from dlstudio.export.figure import architecture_figure
from dlstudio.export.figure.condensing import condensed
from dlstudio.export.figure.drawing import draw
from dlstudio.export.figure.grouping import grouped
from dlstudio.export.figure.placing import place
from dlstudio.export.figure.shapes import form_of
from dlstudio.export.figure.sketch import Sketch, Step
from dlstudio.export.figure.svg import LIGHT, text_width
from dlstudio.graph.model import Block, Graph, Node, Wire
from tests.graph.networks import NETWORKS, densenet, inception, lenet, nasnet, resnet50, transformer, unet

CATALOGUE = load_catalogue()
SVG = "{http://www.w3.org/2000/svg}"


def sizes(graph: Graph) -> dict[str, LayerFacts]:
    """Shapes as a network of 64×64 pictures has them: halved by strides and poolings, doubled by transposed ones."""
    found: dict[str, LayerFacts] = {}
    for node in graph:
        before = [found[w.source].shape for w in graph.incoming(node.id) if w.source in found]
        side, channels = (before[0][0], before[0][-1]) if before else (64, 3)
        assert side is not None
        if "Transpose" in node.type:
            side *= 2
        elif "MaxPooling" in node.type or node.settings.get("strides") == 2:
            side = max(1, side // 2)
        shape: tuple[int | None, ...] = (side, side, node.settings.get("filters", channels))
        if "Concatenate" in node.type:
            shape = (before[-1][0], before[-1][0], sum(b[-1] or 0 for b in before))
        if "Global" in node.type or "Dense" in node.type or node.type == "Output":
            shape = (node.settings.get("units", channels),)
        found[node.id] = LayerFacts({"outputs": shape}, parameters=10)
    return found


def steps(graph: Graph) -> list[tuple[str, int]]:
    return [(step.title, step.times) for step in grouped(condensed(graph, CATALOGUE, sizes(graph))).steps.values()]


def shown(svg: str) -> list[str]:
    return [text.text or "" for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def figure(graph: Graph, **options: object) -> str:
    return architecture_figure(graph, CATALOGUE, sizes(graph), **options)  # type: ignore[arg-type]


def test_that_normalization_and_activation_join_the_layer_before() -> None:
    sketch = condensed(resnet50((1,)), CATALOGUE, {})
    first = sketch.steps["conv2d_1"]
    assert first.title == "Conv 7×7, 64, /2"
    assert first.extras == ("BN", "ReLU")
    assert first.members == ("conv2d_1", "batchnormalization_2", "activation_3")


def test_that_every_node_stands_in_one_step() -> None:
    for make in NETWORKS.values():
        graph = make()
        sketch = grouped(condensed(graph, CATALOGUE, {}))
        members = [member for step in sketch.steps.values() for member in step.members]
        assert sorted(members) == sorted(graph.nodes)


def test_that_the_stages_of_a_resnet_are_counted() -> None:
    assert [times for title, times in steps(resnet50()) if title == "Bottleneck block"] == [3, 4, 6, 3]


def test_that_blocks_get_the_names_of_the_literature() -> None:
    assert ("Inception block", 5) in steps(inception(5))
    assert [times for title, times in steps(densenet(3, 6)) if title == "Dense layer"] == [6, 6, 6]
    assert ("Transformer encoder", 4) in steps(transformer(4))
    titles = steps(transformer(2, 2))
    assert ("Transformer encoder", 2) in titles
    assert ("Transformer decoder", 2) in titles


def test_that_a_unet_is_drawn_whole_as_a_u() -> None:
    graph = unet()
    sketch = grouped(condensed(graph, CATALOGUE, sizes(graph)))
    assert all(step.inner is None for step in sketch.steps.values())
    forms = {name: form_of(step) for name, step in sketch.steps.items()}
    placed = place(sketch, forms, 1200)
    assert placed.is_u
    first, bottom = placed.at["conv2d_2" if "conv2d_2" in placed.at else "conv2d_1"][1], placed.at["conv2d_13"][1]
    assert bottom > first + 200
    for joined in (name for name in sketch.steps if name.startswith("concatenate")):
        skip = next(a for a in sketch.before(joined) if not a.startswith("conv2dtranspose"))
        assert placed.at[skip][1] == placed.at[joined][1], "skips run straight across"


def test_that_a_small_network_is_drawn_whole() -> None:
    graph = resnet50((1,))
    small = Graph({n: graph[n] for n in list(graph.nodes)[:9]}, tuple(w for w in graph.wires))
    sketch = grouped(condensed(small, CATALOGUE, {}))
    assert all(step.inner is None for step in sketch.steps.values())


def test_that_a_block_of_the_project_is_one_step_with_its_name_and_number() -> None:
    inside = Graph({"x": Node("x", "Input"), "y": Node("y", "Output")}, (Wire("x", "y"),))
    nodes = [Node("in", "Input"), Node("body", "block.Stage", {"repeat": 4}), Node("out", "Output")]
    graph = Graph(
        {n.id: n for n in nodes}, (Wire("in", "body"), Wire("body", "out")), blocks={"Stage": Block("Stage", inside)}
    )
    svg = architecture_figure(graph, CATALOGUE, {})
    assert "Stage" in shown(svg)
    assert "×4" in shown(svg)


def test_that_a_bypassed_layer_is_not_drawn() -> None:
    graph = lenet()
    off = replace(graph["dense_7"], bypassed=True)
    graph = replace(graph, nodes={**graph.nodes, off.id: off})
    assert not any("84" in text for text in shown(architecture_figure(graph, CATALOGUE, {})))


@pytest.mark.parametrize("variant", ["light", "dark", "transparent"])
@pytest.mark.parametrize("make", NETWORKS.values(), ids=NETWORKS)
def test_that_every_figure_is_well_formed_and_stays_inside_its_bounds(make: object, variant: str) -> None:
    svg = ElementTree.fromstring(figure(make(), variant=variant))  # type: ignore[operator]
    width, height = float(svg.attrib["width"]), float(svg.attrib["height"])
    for text in svg.iter(f"{SVG}text"):
        own = text_width(text.text or "", float(text.attrib["font-size"]), "font-weight" in text.attrib)
        x = float(text.attrib["x"]) - {"middle": own / 2, "start": 0, "end": own}[text.attrib["text-anchor"]]
        assert x >= -1 and x + own <= width + 1, text.text
        assert 0 <= float(text.attrib["y"]) <= height
    for polygon in svg.iter(f"{SVG}polygon"):
        points = [tuple(map(float, point.split(","))) for point in polygon.attrib["points"].split()]
        assert all(0 <= x <= width and 0 <= y <= height for x, y in points)
    grounds = [rect for rect in svg.iter(f"{SVG}rect") if "stroke" not in rect.attrib]
    assert len(grounds) == (variant != "transparent")


@pytest.mark.parametrize("make", NETWORKS.values(), ids=NETWORKS)
def test_that_no_two_shapes_and_labels_overlap(make: object) -> None:
    graph = make()  # type: ignore[operator]
    sketch = grouped(condensed(graph, CATALOGUE, sizes(graph)))
    forms = {name: form_of(step) for name, step in sketch.steps.items()}
    placed = place(sketch, forms, 1180)
    boxes = []
    for name, form in forms.items():
        x, y = placed.at[name]
        half = form.room / 2
        boxes.append((x + form.behind / 2 - half, y + form.top, x + form.behind / 2 + half, y + form.bottom))
    for index, a in enumerate(boxes):
        for b in boxes[index + 1 :]:
            assert a[2] <= b[0] + 0.1 or b[2] <= a[0] + 0.1 or a[3] <= b[1] + 0.1 or b[3] <= a[1] + 0.1


def test_that_dimensions_heading_legend_and_weights_are_told() -> None:
    texts = shown(figure(lenet(), heading="LeNet"))
    assert {"LeNet", "64×64×3", "Conv 5×5, 6", "convolution", "100 parameters"} <= set(texts)


def test_that_larger_tensors_have_larger_slabs() -> None:
    def form(*shape: int) -> tuple[float, float]:
        made = form_of(Step("x", ("x",), "Conv", "convolution", shape=shape))
        return made.width, made.height

    assert form(64, 64, 32)[1] > form(32, 32, 32)[1]
    assert form(32, 32, 256)[0] > form(32, 32, 32)[0]
    assert form(1000)[1] > form(10)[1]


def test_that_names_from_strangers_cannot_break_the_document() -> None:
    name = "<script>&\"'\x00"
    graph = Graph({"a": Node("a", "Input", {"column": name}), "b": Node("b", "Output")}, (Wire("a", "b"),))
    svg = architecture_figure(graph, CATALOGUE, {}, heading=name)
    assert "<script>" not in svg
    assert any("<script>" in text for text in shown(svg))


def test_that_unknown_types_circles_and_an_empty_graph_are_drawn_too() -> None:
    nodes = {n: Node(n, "their.Layer") for n in "abc"}
    circle = Graph(nodes, (Wire("a", "b"), Wire("b", "c"), Wire("c", "a")))
    assert shown(architecture_figure(circle, CATALOGUE, {})).count("Layer") >= 1
    ElementTree.fromstring(architecture_figure(Graph(), CATALOGUE, {}))
    ElementTree.fromstring(draw(Sketch(), LIGHT, title="", heading="", footer="", width=100))


def test_that_a_large_network_becomes_a_figure_of_few_steps() -> None:
    graph = nasnet(12)
    sketch = grouped(condensed(graph, CATALOGUE, sizes(graph)))
    assert len(graph) > 500
    assert len(sketch.steps) <= 60
