"""Opening runs, predicting own inputs, measuring."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlstudio.inspection.asking import inspect_run, predict_value, trained
from dlstudio.inspection.evaluation import evaluate
from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.loading import load_trained
from dlstudio.training.runs.run_folder import RunFolder, create_run
from tests.inspection.conftest import drawn
from tests.training.tiny_projects import make_project, write_table

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture
def copied(class_run: RunFolder, tmp_path: Path) -> RunFolder:
    """A copy of the run's project that a test may damage."""
    shutil.copytree(class_run.project_folder, tmp_path / "copy")
    return RunFolder(tmp_path / "copy" / "runs" / class_run.name)


def test_that_evaluation_agrees_with_the_end_of_the_training(class_run: RunFolder) -> None:
    told = class_run.info().metrics
    for split, prefix in (("test", ""), ("validation", "val_")):
        measured = evaluate(class_run, split)
        assert measured["metrics"] == pytest.approx(
            {name: told[prefix + name] for name in measured["metrics"]}, rel=1e-5
        )
        assert measured["metrics"]["accuracy"] > measured["baseline"]["accuracy"]


def test_that_regression_is_measured_in_units_beside_the_mean(number_run: RunFolder) -> None:
    measured = evaluate(number_run)
    assert 2 < measured["metrics"]["mae"] < measured["baseline"]["mae"] < 500


def test_that_predictions_are_kept_until_the_weights_change(copied: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    first = load_trained(copied).outputs("test")["answer"]
    assert (copied.path / "predictions-test.npz").is_file()

    def never(*arguments: Any) -> Any:
        raise AssertionError("predicted again")

    with monkeypatch.context() as patched:
        patched.setattr("dlstudio.inspection.trained.predict", never)
        assert np.array_equal(load_trained(copied).outputs("test")["answer"], first)
    copied.best_checkpoint.touch()
    monkeypatch.setattr("dlstudio.inspection.trained.predict", never)
    with pytest.raises(AssertionError, match="predicted again"):
        load_trained(copied).outputs("test")


def test_that_damaged_kept_predictions_are_made_again(copied: RunFolder) -> None:
    (copied.path / "predictions-test.npz").write_bytes(b"no archive")
    assert len(load_trained(copied).outputs("test")["answer"]) == 30


def test_that_a_loaded_run_is_kept_and_replaced_by_a_newer_checkpoint(copied: RunFolder) -> None:
    first = trained(copied.path)
    assert trained(copied.path) is first
    copied.best_checkpoint.touch()
    assert trained(copied.path) is not first


def test_that_numbers_can_be_given_as_a_list_or_by_name(class_run: RunFolder) -> None:
    said = predict_value(class_run.path, [0.0, 0.0, 4.0, 0.0])
    assert said["label"] == "red"
    assert said["scores"]["red"] == said["confidence"] > 0.5
    by_name = predict_value(class_run.path, {"features": {"a": 0.0, "b": 0.0, "c": 4.0, "d": 0.0}})
    assert by_name["scores"] == pytest.approx(said["scores"], abs=1e-5)


def test_that_prices_are_told_in_their_units(number_run: RunFolder) -> None:
    assert predict_value(number_run.path, [1.0, 1.0, 1.0, 1.0])["value"] == pytest.approx(1200, abs=150)


@pytest.mark.parametrize("shape", ["bar", "square"])
def test_that_a_drawing_of_any_size_is_recognized(image_run: RunFolder, shape: str, tmp_path: Path) -> None:
    from PIL import Image

    picture = drawn(shape, np.random.default_rng(5), 96)
    for value in (picture, np.repeat(picture[..., None], 3, axis=2)):
        assert predict_value(image_run.path, value)["label"] == shape
    Image.fromarray(picture).save(tmp_path / "mine.png")
    assert predict_value(image_run.path, str(tmp_path / "mine.png"))["label"] == shape


@pytest.mark.parametrize("value", ["no numbers", [1.0], None, {"a": 1.0}, [1.0, 2.0, 3.0, "x"]])
def test_that_an_unreadable_input_gets_a_sentence(class_run: RunFolder, value: Any) -> None:
    with pytest.raises(InspectionError, match=r"features|takes numbers"):
        predict_value(class_run.path, value)


def test_that_a_file_that_is_no_image_gets_a_sentence(image_run: RunFolder, tmp_path: Path) -> None:
    (tmp_path / "mine.png").write_text("no image")
    for name in ("mine.png", "gone.png"):
        with pytest.raises(InspectionError, match=name):
            predict_value(image_run.path, str(tmp_path / name))


def test_that_own_inputs_are_predicted_without_the_data(copied: RunFolder) -> None:
    (copied.project_folder / "table.csv").unlink()
    assert predict_value(copied.path, [0.0, 0.0, 4.0, 0.0])["label"] == "red"
    with pytest.raises(InspectionError, match="cannot be read"):
        inspect_run(copied.path, "gallery", "test", {})


def test_that_changed_data_is_not_shown_as_if_it_were_the_same(copied: RunFolder) -> None:
    write_table(copied.project_folder / "table.csv", 200)
    with pytest.raises(InspectionError, match="has changed since"):
        inspect_run(copied.path, "gallery", "test", {})


def test_that_weights_come_from_the_model_file_where_the_checkpoint_is_gone(copied: RunFolder) -> None:
    before = load_trained(copied).outputs("validation")["answer"]
    copied.best_checkpoint.unlink()
    assert np.allclose(load_trained(copied).outputs("validation")["answer"], before, atol=1e-6)
    copied.model_file.write_bytes(b"no model")
    with pytest.raises(InspectionError, match="cannot be read"):
        load_trained(copied)


def test_that_a_model_file_with_other_layers_is_refused(copied: RunFolder) -> None:
    copied.best_checkpoint.unlink()
    with zipfile.ZipFile(copied.model_file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(members["config.json"])
    layer = config["config"]["layers"][1]
    layer["class_name"] = "Lambda"
    layer["config"] = {
        "name": layer["config"]["name"],
        "function": {"class_name": "__lambda__", "config": {"code": ""}},
    }
    members["config.json"] = json.dumps(config).encode()
    with zipfile.ZipFile(copied.model_file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    with pytest.raises(InspectionError, match="is refused: its layers are not those of run"):
        load_trained(copied)


def test_that_a_run_without_a_model_says_when_there_will_be_one(tmp_path: Path) -> None:
    run = create_run(tmp_path, make_project(tmp_path))
    with pytest.raises(InspectionError, match="no model yet"):
        load_trained(run)
    with pytest.raises(InspectionError, match="no run at"):
        load_trained(RunFolder(tmp_path / "nowhere"))


def test_that_a_split_without_samples_cannot_be_measured(class_run: RunFolder) -> None:
    with pytest.raises(InspectionError, match="There is no split 'exam'"):
        evaluate(class_run, "exam")
