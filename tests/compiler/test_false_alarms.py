"""What is shipped is sound: no template, fitted to data of any size, and no block gets an error or a warning."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import keras
import pytest

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.compiler.importing.drawing import draw
from dlstudio.compiler.inference import Inference
from dlstudio.graph.blocks import bound_graph
from dlstudio.graph.columns import NOISE, ColumnSpec
from dlstudio.graph.edits import set_settings
from dlstudio.graph.model import INPUT, OUTPUT, Node
from dlstudio.graph.project import DataSettings, TrainingSettings
from dlstudio.templates.library import TemplateError, fit_template, list_templates
from tests.compiler.test_shipped_blocks import BLOCKS, CASES, network, values_of

PUBLISHED = {
    "MobileNetV2": (224, 0.30),
    "VGG16": (224, 15.5),
    "ResNet50": (224, 3.86),
    "DenseNet121": (224, 2.83),
    "InceptionV3": (299, 5.71),
    "Xception": (299, 8.37),
}
"""Side of the image, and billions of multiply-adds of one: the numbers of the papers, less the larger classifier."""

SOURCES = {
    "digits": ColumnSpec("image", "image", (28, 28, 1)),
    "tiny pictures": ColumnSpec("image", "image", (8, 8, 1)),
    "photographs": ColumnSpec("image", "image", (224, 224, 3)),
    "texts": ColumnSpec("text", "text", (64,), "int32", vocabulary_size=8000),
    "short texts": ColumnSpec("text", "text", (6,), "int32", vocabulary_size=60),
    "gestures": ColumnSpec("series", "series", (100, 6)),
    "a long series": ColumnSpec("series", "series", (5000, 1)),
    "a second of sound": ColumnSpec("sound", "audio", (16_000, 1), rate=16_000.0),
    "a table": ColumnSpec("features", "number", (30,)),
    "one number": ColumnSpec("features", "number", (1,)),
}
TARGETS = {
    "two classes": ColumnSpec("label", "category", (), "int32", ("no", "yes")),
    "a hundred classes": ColumnSpec("label", "category", (), "int32", tuple(map(str, range(100)))),
    "a number": ColumnSpec("label", "number", (1,)),
    "a transcript": ColumnSpec("label", "transcript", (12,), "int32", ("", "?", "a", "b")),
    "five numbers": ColumnSpec("label", "number", (5,)),
}


def fitted() -> Iterator[tuple[str, str, str]]:
    for template in list_templates():
        for source in SOURCES:
            for target in TARGETS:
                yield template.name, source, target


@pytest.mark.parametrize("samples", [150, 60_000])
def test_that_no_template_gets_a_problem_on_any_data_that_it_takes(samples: int, inference: Inference) -> None:
    checked, said = 0, []
    for name, source, target in fitted():
        specs = {spec.name: spec for spec in (SOURCES[source], TARGETS[target])}
        roles = {SOURCES[source].name: {"role": "input"}, TARGETS[target].name: {"role": "target"}}
        try:
            project = fit_template(name, DataSettings(columns=roles), specs, "p", samples=samples)
        except TemplateError:
            continue
        for column, settings in project.data.columns.items():
            if settings.get("type") == NOISE:  # comes with the template
                specs[column] = ColumnSpec(column, NOISE, (settings["length"],))
        result = inference.infer(project.graph, specs, project.training, rows=samples)
        said += [(name, source, target, problem.message) for problem in result.problems]
        checked += 1
    assert said == []
    assert checked >= 60


@pytest.mark.parametrize("name", CASES)
def test_that_no_shipped_block_gets_a_problem_in_use_or_looked_into(name: str, inference: Inference) -> None:
    values = values_of(name, {})
    shapes = CASES[name].shapes(values)
    used = inference.infer(network(name, {}, shapes), {}, TrainingSettings(), rows=5000)
    assert [problem.message for problem in used.problems] == []
    inside = bound_graph(BLOCKS[name], values)
    inputs = {port: Node(port, INPUT, {"shape": list(shape)}) for port, shape in shapes.items()}
    graph = replace(inside, nodes={**inside.nodes, **inputs}, blocks=BLOCKS)
    alone = inference.infer(graph, {}, TrainingSettings(), rows=5000)
    assert [problem.message for problem in alone.problems] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", PUBLISHED)
def test_that_published_networks_get_no_problem_and_their_published_cost(name: str, inference: Inference) -> None:
    size, billions = PUBLISHED[name]
    model = getattr(keras.applications, name)(weights=None, input_shape=(size, size, 3), classes=10)
    graph = draw(json.loads(model.to_json()), load_catalogue()).graph
    for node in graph.of_type(INPUT):
        graph = set_settings(graph, node.id, {"column": "image"})
    for node in graph.of_type(OUTPUT):
        graph = set_settings(graph, node.id, {"column": "label"})
    label = ColumnSpec("label", "category", (), "int32", tuple("0123456789"))
    specs = {"image": ColumnSpec("image", "image", (size, size, 3)), "label": label}
    result = inference.infer(graph, specs, TrainingSettings(batch_size=8), rows=50_000)
    assert [problem.message for problem in result.problems] == []
    assert result.parameters == model.count_params()
    assert result.multiply_adds / 1e9 == pytest.approx(billions, rel=0.03)
