"""``dlstudio examine`` on shipped data with faults put into it."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from dlstudio.places import SAMPLE_DATA
from tests.cli.conftest import Call


def test_findings_come_with_their_samples_and_a_remedy(call: Call, tmp_path: Path) -> None:
    assert call("new", tmp_path / "p", "--template", "cnn", "--data", SAMPLE_DATA / "fruit-photos").status == 0
    answer = call("examine", tmp_path / "p", "--json")
    assert answer.status == 0
    (copies,) = [each for each in answer.json["findings"] if each["kind"] == "copies"]
    assert copies["count"] == 8
    assert copies["places"][:2] == ["test/Apple/869.jpg", "test/Apple/1530.jpg"]
    assert copies["fix"]["label"] == "Leave out the copies"


def test_clean_data_is_said_to_be_clean(call: Call, tmp_path: Path) -> None:
    assert call("new", tmp_path / "p", "--template", "cnn", "--data", SAMPLE_DATA / "digits").status == 0
    answer = call("examine", tmp_path / "p")
    assert answer.status == 0
    assert answer.out.strip() == "Nothing doubtful found."


def test_without_a_trained_run_labels_cannot_be_doubted(call: Call, tmp_path: Path) -> None:
    call("new", tmp_path / "p", "--template", "cnn", "--data", SAMPLE_DATA / "digits")
    answer = call("examine", tmp_path / "p", "--labels")
    assert answer.status == 1
    assert "has no trained model yet" in answer.err


def test_data_that_is_gone_gets_a_sentence(call: Call, tmp_path: Path) -> None:
    shutil.copytree(SAMPLE_DATA / "iris", tmp_path / "iris")
    call("new", tmp_path / "p", "--template", "mlp", "--data", tmp_path / "iris" / "iris.csv")
    (tmp_path / "iris" / "iris.csv").unlink()
    answer = call("examine", tmp_path / "p")
    assert answer.status == 1
    assert "The data is not there" in answer.err


@pytest.mark.slow
def test_wrong_labels_are_doubted_after_a_run(call: Call, tmp_path: Path) -> None:
    digits = tmp_path / "digits"
    shutil.copytree(SAMPLE_DATA / "digits" / "digits", digits)
    files, chance = sorted(digits.rglob("*.png")), random.Random(1)
    folders = sorted({path.parent for path in files})
    wrong = set()
    for path in chance.sample(files, len(files) // 20):
        other = chance.choice([folder for folder in folders if folder != path.parent])
        moved = path.rename(other / f"{path.stem}-moved.png")
        wrong.add(moved.relative_to(digits).as_posix())
    call("new", tmp_path / "p", "--template", "cnn", "--data", digits)
    assert call("train", tmp_path / "p", "--epochs", 8).status == 0
    found = call("examine", tmp_path / "p", "--labels", "--json").json["findings"]
    (labels,) = [each for each in found if each["kind"] == "label"]
    doubted = set(labels["fix"]["edits"][0]["value"]["options"]["left_out"])
    assert len(doubted & wrong) >= 0.95 * len(wrong)
    assert len(doubted & wrong) >= 0.8 * len(doubted)
