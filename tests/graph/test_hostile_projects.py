"""Random, truncated and mangled project files: a sentence that names the place, or a whole project; nothing between."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dlstudio.graph.project import Project
from dlstudio.graph.saving import ProjectError, load_project, parse_json, project_from_value, project_text
from tests.graph.test_paths import tower
from tests.graph.test_saving import PROJECT

TEXT = project_text(Project("Tower", graph=tower()))
SETTINGS = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]}

leaves = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(allow_nan=False), st.text(max_size=20)
)
values = st.recursive(
    leaves,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)),
)


def read(text: str, folder: Path) -> Project | None:
    """The project in a text, or None where the file was refused; anything else than a ProjectError is a failure."""
    (folder / "project.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        return load_project(folder)
    except ProjectError as error:
        message = str(error)
        assert "project.json" in message
        assert len(message) < 2000
        return None


def test_that_every_truncation_is_refused_with_its_place(tmp_path: Path) -> None:
    assert read(TEXT, tmp_path) == Project("Tower", graph=tower())
    for end in range(len(TEXT.rstrip()) - 1):
        assert read(TEXT[:end], tmp_path) is None


@settings(max_examples=400, **SETTINGS)
@given(place=st.integers(0, 10**9), wrong=values, remove=st.booleans())
def test_that_a_wrong_value_anywhere_is_refused_or_harmless(
    tmp_path: Path, place: int, wrong: Any, remove: bool
) -> None:
    value = json.loads(project_text(PROJECT) if place % 2 else TEXT)
    spots: list[tuple[Any, Any]] = []
    waiting = [value]
    for each in waiting:
        keys = list(each) if isinstance(each, dict) else range(len(each))
        for key in keys:
            spots.append((each, key))
            if isinstance(each[key], dict | list):
                waiting.append(each[key])
    holder, key = spots[place % len(spots)]
    if remove:
        del holder[key]
    else:
        holder[key] = wrong
    try:
        text = json.dumps(value)
    except ValueError:
        return
    found = read(text, tmp_path)
    if found is not None:  # what was taken can be written and read again
        assert read(project_text(found), tmp_path) == found


@settings(max_examples=300, **SETTINGS)
@given(value=values)
def test_that_any_json_is_refused_or_read(tmp_path: Path, value: Any) -> None:
    try:
        project = project_from_value(value, "project.json")
    except ProjectError as error:
        assert "project.json" in str(error)
    else:
        assert isinstance(project, Project)


@settings(max_examples=300, **SETTINGS)
@given(at=st.integers(0, len(TEXT) - 1), junk=st.text(min_size=1, max_size=6), cut=st.integers(0, 30))
def test_that_mangled_text_is_refused_or_read(tmp_path: Path, at: int, junk: str, cut: int) -> None:
    read(TEXT[:at] + junk + TEXT[at + cut :], tmp_path)


@pytest.mark.parametrize("text", ['{"a": ' * 5000, "[" * 10**6, '{"n": ' + "1" * 5000 + "}", "\ufeff{}", "", "\x00"])
def test_that_hostile_json_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):
        parse_json(text)
