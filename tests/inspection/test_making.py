"""A trained pair of players: what is made of noise, what is judged, the way between two, and what stands beside."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.project import DataSettings, Project
from dlstudio.inspection.asking import inspect_run, trained
from dlstudio.inspection.evaluation import evaluate
from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.making import make, maker
from dlstudio.templates.library import fit_template
from dlstudio.training.runs.run_folder import RunFolder
from tests.inspection.conftest import trained as train_in

SAMPLES, SIDE = 60, 8


def write_bars(folder: Path) -> None:
    """A bright row at one of four places on a dark ground."""
    rng = np.random.default_rng(0)
    x = rng.integers(0, 40, (SAMPLES, SIDE, SIDE), dtype=np.uint8)
    for sample in range(SAMPLES):
        x[sample, 2 * (sample % 4) : 2 * (sample % 4) + 2] += 200
    np.savez(folder / "bars.npz", x=x)


def project() -> Project:
    columns = {"x": {"type": "image", "size": [SIDE, SIDE], "channels": 1, "role": "input"}}
    split = {"train": 0.6, "validation": 0.2, "test": 0.2, "seed": 7}
    data = DataSettings("bars.npz", "npz", columns, split)
    made = fit_template("gan", data, {"x": ColumnSpec("x", "image", (SIDE, SIDE, 1))}, "Bars")
    return replace(made, training=replace(made.training, epochs=3, batch_size=12, device="cpu"))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    folder = tmp_path_factory.mktemp("bars")
    write_bars(folder)
    return train_in(folder, project())


def test_that_evaluation_names_the_worst_and_the_best_to_compare_with(run: RunFolder) -> None:
    found = evaluate(run)
    assert set(found["metrics"]) == {"told_apart", "energy"}
    assert [each["name"] for each in found["baselines"]] == ["simplest", "real"]
    assert all(set(each["metrics"]) == set(found["metrics"]) for each in found["baselines"])
    assert found["baselines"][1]["metrics"]["energy"] < found["metrics"]["energy"]


def test_that_made_samples_stand_beside_the_nearest_training_sample(run: RunFolder) -> None:
    message, arrays = inspect_run(run.path, "made", "test", {"from": 5, "count": 3})
    assert message["numbers"] == [5, 6, 7] and message["compared"] == 36
    assert arrays["made"].shape == arrays["nearest"].shape == (3, SIDE, SIDE, 1)
    model = trained(run.path)
    known = model.data.encode("x", model.rows("train"))
    samples, _ = maker(model).made(maker(model).noise(5, 6, 7))
    misses = np.sqrt(((samples[:, None] - known[None]) ** 2).mean(axis=(2, 3, 4)))
    np.testing.assert_allclose(arrays["distances"], misses.min(axis=1), rtol=1e-5)
    assert arrays["rows"].tolist() == model.rows("train")[misses.argmin(axis=1)].tolist()
    assert message["usual"] > 0
    assert inspect_run(run.path, "made", "train", {})[0]["usual"] is None  # each would be nearest to itself


def test_that_a_number_always_makes_the_same_and_another_one_something_else(run: RunFolder) -> None:
    model = trained(run.path)
    first, again, other = make(model, 4), make(model, {"noise": 4}), make(model, 5)
    assert first == again and first["made"] != other["made"]
    assert np.shape(first["made"]) == (SIDE, SIDE, 1) and 0 <= first["realness"] <= 1
    vector = maker(model).noise(4)[0]
    assert make(model, vector.tolist())["made"] == first["made"]


def test_that_a_picture_is_judged_whatever_the_noise(run: RunFolder, tmp_path: Path) -> None:
    model = trained(run.path)
    pixels = np.asarray(model.data.raw("x", 0), np.uint8).reshape(SIDE, SIDE)
    Image.fromarray(pixels).save(tmp_path / "bar.png")
    said = make(model, str(tmp_path / "bar.png"))
    assert said["label"] in ("real", "made") and said["confidence"] >= 0.5
    assert said["scores"]["real"] + said["scores"]["made"] == pytest.approx(1)
    logit = model.outputs("train")["x_made"][0, -2]
    encoded = model.data.encode("x", model.rows("train")[:1])
    assert maker(model).realness(encoded)[0] == pytest.approx(1 / (1 + np.exp(-logit)), abs=1e-4)


def test_that_the_way_between_two_begins_and_ends_with_them(run: RunFolder) -> None:
    _, arrays = inspect_run(run.path, "made", "test", {"between": [2, 9], "steps": 5})
    _, ends = inspect_run(run.path, "made", "test", {"from": 2, "count": 8})
    assert arrays["steps"].shape == (5, SIDE, SIDE, 1)
    assert np.abs(arrays["steps"][0].astype(int) - ends["made"][0]).max() <= 1
    assert np.abs(arrays["steps"][-1].astype(int) - ends["made"][-1]).max() <= 1


def test_that_growth_shows_what_was_made_after_each_epoch(run: RunFolder) -> None:
    message, arrays = inspect_run(run.path, "growth", "test", {})
    assert message["made"] and arrays["epochs"].tolist() == [1, 2, 3]
    assert arrays["given"].shape == (3, 10, SIDE, SIDE, 1)
    assert not np.array_equal(arrays["given"][0], arrays["given"][-1])


@pytest.mark.parametrize(
    ("options", "said"),
    [({"between": [1]}, "two numbers"), ({"from": -1}, "'from'"), ({"between": [1, "a"]}, "'between'")],
)
def test_that_an_option_that_makes_no_sense_is_refused(run: RunFolder, options: dict[str, object], said: str) -> None:
    with pytest.raises(InspectionError, match=re.escape(said)):
        inspect_run(run.path, "made", "test", options)


@pytest.mark.parametrize("value", [{}, {"x": 1, "noise": 2}, {"y": 1}, -3, "no such file.png"])
def test_that_an_input_that_is_neither_is_refused(run: RunFolder, value: object) -> None:
    with pytest.raises(InspectionError):
        make(trained(run.path), value)
