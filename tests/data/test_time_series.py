"""Series over time: many ways to write a time, gaps, order, splits without leakage, and broken files."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from dlstudio.data.opening import guess_settings
from dlstudio.data.preparing import PreparedData, prepare
from dlstudio.data.series.clock import grid_of, read_times
from dlstudio.data.series.windows import guess_season
from dlstudio.data.table import SPLITS, DataError
from tests.data.sources import time_series

DAYS = [(date(2024, 1, 1) + timedelta(days=n)).isoformat() for n in range(84)]


def written(folder: Path, lines: Sequence[str], name: str = "series.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def opened(path: Path, **options: object) -> PreparedData:
    settings = guess_settings(path)
    assert settings.format == "time-series"
    return prepare(replace(settings, options={**settings.options, **options}), Path("/"))


@pytest.mark.parametrize(
    ("cells", "second", "unit"),
    [
        (["2024-01-31", "2024-02-29", "2024-03-31"], "2024-02", "month"),
        (["31.01.2024", "01.02.2024", "02.02.2024"], "2024-02-01", "day"),
        (["1/13/2024", "1/14/2024"], "2024-01-14", "day"),
        (["Jan 2020", "Feb 2020", "Mar 2020"], "2020-02", "month"),
        (["2020Q1", "2020Q2", "2020Q3"], "2020-04", "quarter"),
        (["19580329", "19580405"], "1958-04-05", "week"),
        (["1949", "1949.08333333", "1949.16666667"], "1949-02", "month"),
        (["1749", "1750"], "1750", "step"),
        (["2024-01-01T00:00:00Z", "2024-01-01T01:00:00Z"], "2024-01-01 01:00", "hour"),
        (["1700000000", "1700000900"], "2023-11-14 22:28:20", "15 minutes"),
    ],
)
def test_that_times_are_read_in_many_forms(cells: list[str], second: str, unit: str) -> None:
    found = read_times(cells, "time")
    assert found is not None
    clock, places = grid_of(*found)
    assert places is not None and places.tolist() == list(range(len(cells)))
    assert (clock.label(1), clock.unit) == (second, unit)


def test_that_words_are_no_times() -> None:
    assert read_times(["spring", "summer", "autumn"], "time") is None


def test_that_a_series_is_recognized_with_its_season(tmp_path: Path) -> None:
    settings = guess_settings(time_series(tmp_path))
    assert settings.options["season"] == 8
    assert settings.options["time"] == "time"
    assert settings.columns["power"]["role"] == "target"
    assert settings.columns["past"]["role"] == "input"


@pytest.mark.parametrize("lines", [[f"{n},{n * n},{n % 3}" for n in range(40)], [f"{d},{d},a" for d in DAYS]])
def test_that_plain_tables_and_tables_with_classes_are_none(tmp_path: Path, lines: list[str]) -> None:
    assert guess_settings(written(tmp_path, ["size,weight,label", *lines])).format == "csv"


def test_that_a_pure_sine_has_its_season_and_noise_has_none() -> None:
    assert guess_season(np.sin(np.arange(300) * 2 * np.pi / 14)) == 14
    assert guess_season(np.random.default_rng(0).normal(size=300)) == 1


def test_that_nothing_learnt_lies_in_two_parts(tmp_path: Path) -> None:
    data = opened(time_series(tmp_path), context=10, horizon=4)
    line = data.table.timeline
    assert line is not None
    learnt = {
        split: {int(step) for row in data.rows[split] for step in range(line.origins[row], line.origins[row] + 4)}
        for split in SPLITS
    }
    assert all(learnt.values())
    assert max(learnt["train"]) < min(learnt["validation"])
    assert max(learnt["validation"]) < min(learnt["test"])


def test_that_apart_keeps_the_past_inside_its_part_too(tmp_path: Path) -> None:
    settings = guess_settings(time_series(tmp_path))
    settings = replace(settings, options={**settings.options, "context": 8, "horizon": 2})
    near, apart = (
        prepare(settings, Path("/")),
        prepare(replace(settings, split={**settings.split, "apart": True}), Path("/")),
    )
    line = apart.table.timeline
    assert line is not None
    end = int((line.origins[apart.rows["train"]] + 2).max())
    assert (line.origins[apart.rows["test"]] - 8).min() >= end
    assert len(apart.rows["test"]) == len(near.rows["test"]) - 8


def test_that_windows_hold_past_truth_and_naive_forecasts(tmp_path: Path) -> None:
    path = written(tmp_path, ["step,load", *(f"{n},{n}" for n in range(60))])
    data = opened(path, context=5, horizon=3, season=4)
    settings = replace(data.settings, columns={n: {**c, "normalize": False} for n, c in data.settings.columns.items()})
    data = prepare(settings, Path("/"))
    row = np.array([2])
    assert data.encode("past", row)[0, :, 0].tolist() == [2, 3, 4, 5, 6]
    assert data.encode("load", row)[0].tolist() == [[7, 6, 3], [8, 6, 4], [9, 6, 5]]


def test_that_the_level_is_that_of_the_training_part_alone(tmp_path: Path) -> None:
    lines = [f"{n},{n % 4}" for n in range(65)] + [f"{n},{1000 + n % 4}" for n in range(65, 100)]
    data = opened(written(tmp_path, ["step,load", *lines]), context=5, horizon=2, season=1)
    mean = data.encoders["past"].as_json()["mean"][0]
    assert mean == pytest.approx(1.5, abs=0.1)
    assert data.encoders["load"].as_json()["mean"] == pytest.approx(mean)


def test_that_gaps_are_told_and_never_learnt(tmp_path: Path) -> None:
    lines = [f"{day},{n}" for n, day in enumerate(DAYS[:28]) if n not in (10, 11)]
    lines[20] = lines[20].split(",")[0] + ","
    path = written(tmp_path, ["date,load", *lines])
    data = opened(path, context=4, horizon=3, season=1)
    said = " ".join(issue.message for issue in data.issues)
    assert "no row for 2 steps of 28: 2024-01-11, 2024-01-12" in said
    assert "no value at 1 of 28 steps: 2024-01-23" in said
    origin = data.table.timeline.origins.tolist().index(9)  # type: ignore[union-attr]
    assert np.isnan(data.encode("load", np.array([origin]))[0, :, 0]).tolist() == [False, True, True]
    assert np.isfinite(data.encode("past", np.arange(data.table.rows))).all()
    assert np.isfinite(opened(path, context=4, horizon=3, season=1, gaps="skip").encode("load", np.array([0, 5]))).all()


def test_that_rows_are_put_in_order_and_doubled_times_are_told(tmp_path: Path) -> None:
    lines = [f"{day},{n}" for n, day in enumerate(DAYS)]
    lines[3], lines[30] = lines[30], lines[3]
    data = opened(written(tmp_path, ["date,load", *lines, lines[5]]), context=4, horizon=3)
    assert data.table.timeline.values[:, 0].tolist() == list(range(84))  # type: ignore[union-attr]
    said = " ".join(issue.message for issue in data.issues)
    assert "go back" in said and "line 86" in said


def test_that_uneven_times_are_told_with_their_lines(tmp_path: Path) -> None:
    steps = np.cumsum(np.random.default_rng(1).uniform(0.3, 5, 60)).round(2)
    data = opened(
        written(tmp_path, ["time,load", *(f"{t},{n % 7}" for n, t in enumerate(steps))]), context=4, horizon=2
    )
    (issue,) = data.issues
    assert "not equally far apart" in issue.message and "series.csv" in issue.message and "line " in issue.message


def test_that_several_columns_are_read_and_one_is_learnt(tmp_path: Path) -> None:
    lines = [f"{day},{n * 2},{100 - n},{n % 5}" for n, day in enumerate(DAYS)]
    data = opened(written(tmp_path, ["date,heat,cold,load", *lines]), context=6, horizon=2, season=1)
    assert data.specs["past"].shape == (6, 3)
    assert data.specs["load"].kind == "forecast"
    values = data.raw("past", 0)
    assert isinstance(values, np.ndarray) and values[:, 0].tolist() == [0, 1, 2, 3, 4, 0]


BROKEN = {
    "the time column is gone": ({}, ["when,load", *(f"{day},{n}" for n, day in enumerate(DAYS))], "'date'"),
    "the value column is gone": ({}, ["date,weight", *(f"{day},{n}" for n, day in enumerate(DAYS))], "'load'"),
    "no times": ({}, ["date,load", *(f"soon,{n}" for n in range(84))], "'soon' in line 2"),
    "no numbers": ({}, ["date,load", *(f"{day},many" for day in DAYS)], "'load'"),
    "too short": ({}, ["date,load", *(f"{day},{n}" for n, day in enumerate(DAYS[:5]))], "5 steps"),
    "an absurd horizon": ({"horizon": 10**9}, [], "horizon"),
    "a word for a horizon": ({"horizon": "ten"}, [], "'ten'"),
    "an unknown way with gaps": ({"gaps": "guess"}, [], "gaps"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_that_a_broken_series_gets_a_sentence_that_names_file_and_place(tmp_path: Path, what: str) -> None:
    options, lines, said = BROKEN[what]
    path = written(tmp_path, ["date,load", *(f"{day},{n % 9}" for n, day in enumerate(DAYS))])
    settings = guess_settings(path)
    if lines:
        written(tmp_path, lines)
    with pytest.raises(DataError) as refused:
        prepare(replace(settings, options={**settings.options, **options}), Path("/"))
    assert "series.csv" in str(refused.value) and said in str(refused.value)


def test_that_a_truncated_archive_gets_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "series.csv.gz"
    whole = gzip.compress("\n".join(["date,load", *(f"{d},{n}" for n, d in enumerate(DAYS))]).encode())
    path.write_bytes(whole)
    settings = guess_settings(path)
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=r"series\.csv\.gz"):
        prepare(settings, Path("/"))


def test_that_bytes_which_are_no_text_get_a_sentence(tmp_path: Path) -> None:
    path = written(tmp_path, ["date,load", *(f"{d},{n}" for n, d in enumerate(DAYS))])
    settings = guess_settings(path)
    path.write_bytes(b"\x00\x01\x02" * 500)
    with pytest.raises(DataError, match=r"series\.csv"):
        prepare(settings, Path("/"))
