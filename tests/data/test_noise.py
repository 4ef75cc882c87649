"""A column of noise: in no file, a function of seed and row, never that of what a person asks for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dlstudio.data.encoders.noise import NoiseEncoder
from dlstudio.data.encoders.saved import load_encoders, save_encoders
from dlstudio.data.preparing import prepare
from dlstudio.data.summary import summarize
from dlstudio.data.table import DataError
from dlstudio.graph.columns import noise_name
from dlstudio.graph.project import DataSettings
from tests.data.sources import npz_arrays


def settings(folder: Path, **more: object) -> DataSettings:
    npz_arrays(folder)
    columns = {"x": {"type": "image", "size": [8, 8], "channels": 1, "role": "both"}, "z": {"type": "noise", **more}}
    return DataSettings("arrays.npz", "npz", columns)


def test_that_noise_follows_from_seed_and_row_alone(tmp_path: Path) -> None:
    data = prepare(settings(tmp_path, length=6), tmp_path)
    some = data.encode("z", np.array([3, 0, 3]))
    assert some.shape == (3, 6) and some.dtype == np.float32
    assert np.array_equal(some[0], some[2]) and not np.array_equal(some[0], some[1])
    assert np.array_equal(data.encode("z", np.arange(5))[3], some[0])
    assert np.array_equal(data.raw("z", 3), some[0])
    other = prepare(settings(tmp_path, length=6, seed=8), tmp_path).encode("z", np.array([3]))
    assert not np.array_equal(other[0], some[0])


def test_that_noise_is_standard_normal() -> None:
    values = NoiseEncoder("z", 50).encode_rows(np.arange(400))
    assert abs(values.mean()) < 0.03 and abs(values.std() - 1) < 0.03
    assert np.abs(np.corrcoef(values[:, :5].T) - np.eye(5)).max() < 0.2


def test_that_what_a_person_asks_for_is_the_noise_of_no_row() -> None:
    encoder = NoiseEncoder("z", 4)
    rows = encoder.encode_rows(np.arange(100))
    asked = encoder.encode_value(3)
    assert np.array_equal(asked, encoder.encode_value(3.0))
    assert not (rows == asked).all(axis=1).any()
    assert encoder.encode_value([1, 2, 3, 4]).tolist() == [1, 2, 3, 4]


@pytest.mark.parametrize("value", [-1, 1.5, True, "3", [1.0, 2.0], [1, 2, 3, float("nan")], None])
def test_that_what_is_no_noise_is_refused_with_what_is(value: object) -> None:
    with pytest.raises(DataError, match=r"whole number from 0 on.*or 4 numbers"):
        NoiseEncoder("z", 4).encode_value(value)


@pytest.mark.parametrize(
    ("more", "said"), [({"length": 0}, "length"), ({"seed": -1}, "seed"), ({"length": "8"}, "length")]
)
def test_that_a_setting_that_makes_no_sense_is_named(tmp_path: Path, more: dict[str, object], said: str) -> None:
    with pytest.raises(DataError, match=f"'z' has {said}"):
        prepare(settings(tmp_path, **more), tmp_path, ["x", "z"])


def test_that_a_saved_run_draws_the_same_noise(tmp_path: Path) -> None:
    encoders = prepare(settings(tmp_path, length=5, seed=3), tmp_path).encoders
    save_encoders(encoders, tmp_path)
    again = load_encoders(tmp_path)
    assert again.specs["z"] == encoders.specs["z"]
    assert np.array_equal(again.encode_value("z", 12), encoders.encode_value("z", 12))


def test_that_the_data_page_shows_a_column_that_is_in_no_file(tmp_path: Path) -> None:
    columns = {column.name: column for column in summarize(settings(tmp_path), tmp_path).columns}
    assert columns["z"].type == "noise" and columns["z"].fits == ()


def test_that_a_column_of_noise_gets_a_name_of_its_own() -> None:
    assert noise_name({"x": {"type": "image"}}) == "noise"
    assert noise_name({"noise": {"type": "number"}}) == "noise_"
    assert noise_name({"z": {"type": "noise"}}) == "z"
