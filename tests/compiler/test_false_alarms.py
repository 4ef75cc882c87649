"""What is shipped is sound: no template, fitted to data of any size, and no block gets an error or a warning."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dlstudio.compiler.inference import Inference
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.project import DataSettings
from dlstudio.templates.library import TemplateError, fit_template, list_templates

SOURCES = {
    "digits": ColumnSpec("image", "image", (28, 28, 1)),
    "tiny pictures": ColumnSpec("image", "image", (8, 8, 1)),
    "photographs": ColumnSpec("image", "image", (224, 224, 3)),
    "texts": ColumnSpec("text", "text", (64,), "int32", vocabulary_size=8000),
    "short texts": ColumnSpec("text", "text", (6,), "int32", vocabulary_size=60),
    "gestures": ColumnSpec("series", "series", (100, 6)),
    "a long series": ColumnSpec("series", "series", (5000, 1)),
    "a table": ColumnSpec("features", "number", (30,)),
    "one number": ColumnSpec("features", "number", (1,)),
}
TARGETS = {
    "two classes": ColumnSpec("label", "category", (), "int32", ("no", "yes")),
    "a hundred classes": ColumnSpec("label", "category", (), "int32", tuple(map(str, range(100)))),
    "a number": ColumnSpec("label", "number", (1,)),
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
        result = inference.infer(project.graph, specs, project.training, rows=samples)
        said += [(name, source, target, problem.message) for problem in result.problems]
        checked += 1
    assert said == []
    assert checked >= 60
