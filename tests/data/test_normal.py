"""Normal samples alone in training and validation; anomalies are tested; choices that make no sense are refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlstudio.data.opening import guess_settings
from dlstudio.data.preparing import PreparedData, prepare
from dlstudio.data.table import DataError
from dlstudio.graph.project import DataSettings
from tests.data.sources import image_folder


def settings_of(folder: Path, normal: Any) -> DataSettings:
    found = guess_settings(image_folder(folder / "animals"))
    columns = {**found.columns, "image": {**found.columns["image"], "role": "both"}}
    columns["label"] = {"type": "category"}
    return replace(found, columns=columns, options={**found.options, "normal": normal})


def labels(data: PreparedData, part: str) -> set[str]:
    return {str(data.raw("label", int(row))) for row in data.rows[part]}


def test_that_training_and_validation_hold_normal_samples_only(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, {"column": "label", "classes": ["cat"]})
    data = prepare(settings, tmp_path)
    everything = prepare(replace(settings, options={}), tmp_path)
    assert labels(data, "train") == labels(data, "validation") == {"cat"}
    assert labels(data, "test") == {"cat", "dog"}
    assert sum(len(rows) for rows in data.rows.values()) == sum(len(rows) for rows in everything.rows.values()) == 40
    assert sum(data.raw("label", int(row)) == "dog" for row in data.rows["test"]) == 20
    (said,) = [issue for issue in data.issues if issue.kind == "normal"]
    assert "cat" in said.message and said.severity == "info"


def test_that_both_kinds_keep_their_share_of_the_test_part(tmp_path: Path) -> None:
    data = prepare(settings_of(tmp_path, {"column": "label", "classes": ["cat"]}), tmp_path)
    assert sum(data.raw("label", int(row)) == "cat" for row in data.rows["test"]) == 2


def test_that_nothing_changes_where_nothing_is_given_back(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, {"column": "label", "classes": ["cat"]})
    plain = {**settings.columns, "image": {**settings.columns["image"], "role": "input"}}
    assert labels(prepare(replace(settings, columns=plain), tmp_path), "train") == {"cat", "dog"}


def test_that_samples_without_a_class_are_in_no_part(tmp_path: Path) -> None:
    x = np.random.default_rng(0).normal(size=(30, 8, 2)).astype(np.float32)
    y = np.where(np.arange(30) % 3 == 0, np.nan, np.arange(30) % 3)
    np.savez(tmp_path / "arrays.npz", x=x, y=y)
    columns = {"x": {"type": "series", "role": "both"}, "y": {"type": "category"}}
    options = {"normal": {"column": "y", "classes": ["1"]}}
    found = guess_settings(tmp_path / "arrays.npz")
    data = prepare(replace(found, columns=columns, options={**found.options, **options}), tmp_path)
    used = set(data.used_rows().tolist())
    assert used == {row for row in range(30) if row % 3}
    assert any("10 samples without a class" in issue.message for issue in data.issues)


@pytest.mark.parametrize(
    ("normal", "said"),
    [
        ({"column": "label", "classes": ["bird"]}, "no class 'bird'"),
        ({"column": "label", "classes": []}, "at least one"),
        ({"column": "label", "classes": ["cat", "dog"]}, "Leave out"),
        ({"column": "mood", "classes": ["cat"]}, "'mood'"),
        ({"column": "image", "classes": ["cat"]}, "'image'"),
        ("label", "has to name a column"),
        ({"classes": ["cat"]}, "has to name a column"),
        ({"column": "label", "classes": "cat"}, "has to name a column"),
    ],
)
def test_that_a_choice_without_sense_is_refused_in_words(tmp_path: Path, normal: Any, said: str) -> None:
    with pytest.raises(DataError, match=said):
        prepare(settings_of(tmp_path, normal), tmp_path)


def marked_series(folder: Path) -> Path:
    """Hours with a season of eight steps; steps 60 and 200 to 203 are marked, one step has no mark, one no row."""
    marks = {60: "1", **dict.fromkeys(range(200, 204), "1"), 150: ""}
    lines = [
        f"2024-01-{1 + n // 24:02d} {n % 24:02d}:00,{n % 8 + (9 if marks.get(n) else 0)},{marks.get(n, '0')}"
        for n in range(300)
        if n != 151
    ]
    path = folder / "plant.csv"
    path.write_text("\n".join(["time,load,anomaly", *lines]) + "\n", encoding="utf-8")
    return path


def test_that_a_window_is_an_anomaly_where_one_of_its_steps_is_marked(tmp_path: Path) -> None:
    found = guess_settings(marked_series(tmp_path))
    assert found.format == "time-series"
    assert {name: column["type"] for name, column in found.columns.items()} == {
        **{"time": "ignore", "load": "forecast", "anomaly": "category", "past": "series"}
    }
    columns = {**found.columns, "past": {**found.columns["past"], "role": "both"}, "load": {"type": "forecast"}}
    normal = {"column": "anomaly", "classes": ["0"]}
    settings = replace(found, columns=columns, options={**found.options, "context": 10, "horizon": 1, "normal": normal})
    data = prepare(settings, tmp_path)
    line = data.table.timeline
    assert line is not None and line.steps == 300
    struck = {int(row) for row in data.rows["test"] if data.raw("anomaly", int(row)) == "1"}
    expected = {
        row
        for row, origin in enumerate(line.origins)
        if any(origin - 10 <= step < origin for step in (60, *range(200, 204)))
    }
    assert struck == expected and len(expected) == 10 + 13
    assert {data.raw("anomaly", int(row)) for part in ("train", "validation") for row in data.rows[part]} == {"0"}


def test_that_values_to_forecast_cannot_say_what_is_normal(tmp_path: Path) -> None:
    found = guess_settings(marked_series(tmp_path))
    columns = {**found.columns, "past": {**found.columns["past"], "role": "both"}}
    options = {**found.options, "normal": {"column": "load", "classes": ["3"]}}
    with pytest.raises(DataError, match="no such column of classes"):
        prepare(replace(found, columns=columns, options=options), tmp_path)
