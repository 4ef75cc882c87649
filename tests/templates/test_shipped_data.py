"""Every template on every shipped data set that suits it: it fits, and the compiler finds nothing wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pytest

from dlstudio.compiler.inference import Inference
from dlstudio.data.opening import guess_settings
from dlstudio.data.preparing import prepare
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.project import DataSettings, Project
from dlstudio.places import SAMPLE_DATA, sample_names, sample_path
from dlstudio.templates.library import find_template, fit_template, list_templates, suited_templates
from dlstudio.templates.making import data_for


@cache
def shipped(name: str) -> tuple[DataSettings, Mapping[str, ColumnSpec]]:
    path = sample_path(name)
    assert path is not None
    settings = guess_settings(path)
    return settings, prepare(settings, path.parent).specs


@cache
def inference() -> Inference:
    return Inference()


def fitted(template: str, sample: str) -> tuple[Project, Mapping[str, ColumnSpec]]:
    settings, specs = shipped(sample)
    path, needed = sample_path(sample), data_for(template, settings)
    if needed != settings and path is not None:
        specs = prepare(needed, path.parent).specs
    project = fit_template(template, needed, specs, sample)
    if path is not None and set(project.data.columns) - set(needed.columns):  # such as noise, which is in no file
        specs = prepare(project.data, path.parent).specs
    return project, specs


@pytest.mark.parametrize("sample", sample_names())
def test_that_every_suited_template_fits_a_shipped_set_without_problems(sample: str) -> None:
    settings, specs = shipped(sample)
    suited = suited_templates(specs, settings)
    assert suited
    for template in suited:
        project, read = fitted(template.name, sample)
        result = inference().infer(project.graph, read, project.training)
        assert [problem.message for problem in result.problems] == [], template.name
        assert result.parameters > 0


def test_that_every_template_suits_its_own_sample_and_the_sets_of_its_bars() -> None:
    for template in list_templates():
        for name in {template.sample, *(bar.data for bar in template.bars)}:
            settings, specs = shipped(name)
            assert template in suited_templates(specs, settings), (template.name, name)


def test_that_every_shipped_set_comes_with_a_note_on_origin_and_licence() -> None:
    for name in sample_names():
        assert (SAMPLE_DATA / name / "README.md").is_file()


def test_that_the_kind_of_a_set_decides_what_is_suggested_first() -> None:
    def first(name: str) -> str:
        settings, specs = shipped(name)
        return suited_templates(specs, settings)[0].name

    assert first("digits") == "cnn"
    assert first("penguins") == "mlp"
    assert "text" in first("movie-snippets")
    assert first("basic-motions") in ("lstm", "gru")
    assert find_template(first("fashion")).inputs == ("image",)
