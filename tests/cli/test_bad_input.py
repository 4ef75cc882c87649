"""Bad input gives a sentence and exit status 1, and loses nothing."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dlstudio.graph import saving
from tests.cli.conftest import Answer, Call, edit_project

Make = Callable[..., Path]


@pytest.fixture
def project(call: Call, tmp_path: Path, make_table: Make) -> Path:
    """A project on a small table: input features, two hidden layers, three classes."""
    folder = tmp_path / "project"
    answer = call("new", folder, "--template", "mlp", "--data", make_table())
    assert answer.status == 0, answer.err
    return folder


def refused(answer: Answer, *parts: str) -> None:
    """A sentence with these parts on standard error, and exit status 1."""
    assert answer.status == 1
    assert "Traceback" not in answer.err
    assert answer.err.startswith("Error: ")
    assert len(answer.err.splitlines()) == 1
    for part in parts:
        assert part in answer.err


def problems(answer: Answer) -> list[dict[str, Any]]:
    """The errors that ``check --json`` lists, exit status 1."""
    assert answer.status == 1, answer.out
    return [problem for problem in answer.json["problems"] if problem["severity"] == "error"]


@pytest.mark.parametrize("command", ["check", "train", "evaluate", "predict"])
def test_that_a_missing_project_is_named(call: Call, tmp_path: Path, command: str) -> None:
    words = [command, tmp_path / "nowhere", *(["hello"] if command == "predict" else [])]
    refused(call(*words), "nowhere")


def test_that_missing_data_is_named_with_what_is_shipped(call: Call, tmp_path: Path) -> None:
    answer = call("new", tmp_path / "project", "--template", "cnn", "--data", "no-such-thing")
    refused(answer, "no-such-thing", "digits")
    assert not (tmp_path / "project").exists()


def test_that_data_that_was_moved_away_is_named(call: Call, project: Path, tmp_path: Path) -> None:
    (tmp_path / "table.csv").rename(tmp_path / "elsewhere.csv")
    (problem,) = problems(call("check", project, "--json"))
    assert "table.csv" in problem["message"]


def test_that_wrong_json_is_told_with_line_and_column(call: Call, project: Path) -> None:
    file = project / "project.json"
    text = file.read_text().replace('"format": 1,', '"format": 1,,')
    file.write_text(text)
    for command in ("check", "train"):
        refused(call(command, project), "line 2 column", "project.json")
    assert file.read_text() == text


def test_that_an_unknown_layer_is_named(call: Call, project: Path) -> None:
    edit_project(project, lambda value: value["graph"]["nodes"]["dense_1"].update(type="keras.layers.Dens"))
    found = problems(call("check", project, "--json"))
    assert any(problem["node"] == "dense_1" and "Dens" in problem["message"] for problem in found)
    refused(call("train", project), "dense_1", "keras.layers.Dens")
    assert not (project / "runs").exists()


def test_that_a_cycle_is_named(call: Call, project: Path) -> None:
    edit_project(project, lambda value: value["graph"]["wires"].append(["dense_2", "dropout_1"]))
    assert any("dense_2" in problem["message"] for problem in problems(call("check", project, "--json")))
    refused(call("train", project), "dense_2")


def test_that_a_dangling_wire_is_named(call: Call, project: Path) -> None:
    edit_project(project, lambda value: value["graph"]["wires"].append(["ghost", "dense_2"]))
    assert any("ghost" in problem["message"] for problem in problems(call("check", project, "--json")))
    refused(call("train", project), "ghost", "dangles")


def test_that_shapes_that_do_not_fit_are_named_with_a_fix(call: Call, project: Path) -> None:
    edit_project(project, lambda value: value["graph"]["nodes"]["logits"]["settings"].update(units=7))
    (problem,) = problems(call("check", project, "--json"))
    assert problem["node"]
    assert "7" in problem["message"]
    assert "3" in problem["message"]


def test_that_an_unsuited_template_is_refused(call: Call, tmp_path: Path, make_sentences: Make) -> None:
    answer = call("new", tmp_path / "project", "--template", "cnn", "--data", make_sentences())
    refused(answer, "'cnn'", "'review' (text)", "bilstm-text")
    assert not (tmp_path / "project").exists()


def test_that_an_unknown_template_is_refused(call: Call, tmp_path: Path) -> None:
    refused(call("new", tmp_path / "project", "--template", "cnm"), "Did you mean 'cnn'?")


def test_that_a_project_is_never_overwritten(call: Call, project: Path, make_table: Make) -> None:
    before = (project / "project.json").read_text()
    refused(call("new", project, "--template", "mlp", "--data", make_table()), "holds a project already")
    assert (project / "project.json").read_text() == before


def test_that_an_image_that_is_none_is_named_and_can_be_skipped(call: Call, tmp_path: Path, make_images: Make) -> None:
    data, folder = make_images(classes=2, size=8), tmp_path / "project"
    (data / "kind_0" / "0.png").write_text("not an image")
    refused(call("new", folder, "--template", "cnn", "--data", data), "0.png", "--option unreadable=skip")
    assert not folder.exists()
    made = call("new", folder, "--template", "cnn", "--data", data, "--option", "unreadable=skip", "--json")
    assert sum(made.json["rows"].values()) == 23
    answer = call("check", folder, "--json")
    assert answer.status == 0
    assert any("0.png" in problem["message"] for problem in answer.json["problems"])


def test_that_a_ragged_table_is_told_with_its_lines_and_can_be_skipped(
    call: Call, tmp_path: Path, make_table: Make
) -> None:
    rows = [f"{number},{number % 7},{'ab'[number % 2]}" for number in range(40)]
    data, folder = make_table(["width,height,kind", *rows, "3,4,b,extra", "7"]), tmp_path / "project"
    refused(call("new", folder, "--template", "mlp", "--data", data), "table.csv", "line 42", "--option ragged=skip")
    assert not folder.exists()
    assert call("new", folder, "--template", "mlp", "--data", data, "--option", "ragged=skip").status == 0


def test_that_an_empty_class_is_named(call: Call, tmp_path: Path, make_images: Make) -> None:
    data = make_images(classes=3, size=8)
    for file in (data / "kind_1").iterdir():
        file.unlink()
    new = call("new", tmp_path / "project", "--template", "cnn", "--data", data)
    answer = new if new.status else call("check", tmp_path / "project")
    assert answer.status == 1
    assert "kind_1" in answer.err + answer.out


def test_that_a_class_only_in_the_test_split_is_named(call: Call, tmp_path: Path, make_images: Make) -> None:
    data = make_images(classes=3, size=8)
    for part in ("train", "test"):
        (data / part).mkdir()
    for kind in range(3):
        (data / f"kind_{kind}").rename(data / ("test" if kind == 2 else "train") / f"kind_{kind}")
    (data / "train" / "kind_0" / "0.png").rename(data / "test" / "0.png")
    (data / "test" / "kind_0").mkdir()
    (data / "test" / "0.png").rename(data / "test" / "kind_0" / "0.png")
    new = call("new", tmp_path / "project", "--template", "cnn", "--data", data)
    answer = new if new.status else call("check", tmp_path / "project")
    assert answer.status == 1
    assert "kind_2" in answer.err + answer.out


def test_that_a_full_disk_leaves_no_half_project(
    call: Call, tmp_path: Path, make_table: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(file))

    data = make_table()
    monkeypatch.setattr(saving, "write_atomically", full)
    refused(call("new", tmp_path / "project", "--template", "mlp", "--data", data), "the disk is full")
    assert not (tmp_path / "project").exists()


def test_that_warnings_about_the_data_are_checked_and_told_in_training(
    call: Call, tmp_path: Path, make_table: Make
) -> None:
    lines = ["width,height,kind", *(f"{n % 7}.5,{n * 0.37:.2f},{'b' if n % 15 == 0 else 'a'}" for n in range(120))]
    call("new", tmp_path / "project", "--template", "mlp", "--data", make_table(lines))
    checked = call("check", tmp_path / "project", "--json")
    assert checked.status == 0
    assert any("unbalanced" in problem["message"] for problem in checked.json["problems"])
    trained = call("train", tmp_path / "project", "--json", "--epochs", 1)
    assert any("unbalanced" in event["message"] for event in trained.lines if event["event"] == "warning")


def test_that_a_target_that_never_changes_is_refused_by_check_and_train(
    call: Call, tmp_path: Path, make_table: Make
) -> None:
    lines = ["width,height,price", *(f"{n % 7}.5,{n * 0.37:.2f},3.5" for n in range(60))]
    call("new", tmp_path / "project", "--template", "mlp", "--data", make_table(lines))
    (problem,) = problems(call("check", tmp_path / "project", "--json"))
    assert "'price' is the same in every training sample" in problem["message"]
    refused(call("train", tmp_path / "project"), "'price' is the same in every training sample")


@pytest.mark.parametrize(
    ("section", "entry", "part"),
    [
        ("training", {"optimizer": {"type": "os.system", "settings": {}}}, "no optimizer 'os.system'"),
        ("training", {"optimizer": {"type": "keras.optimizers.SGD", "settings": {"pace": 1}}}, "pace"),
        ("output", {"loss": "os.system"}, "no loss 'os.system'"),
        ("data", {"columns": {}}, "reads the column"),
    ],
)
def test_that_check_says_what_would_end_the_training(
    call: Call, project: Path, section: str, entry: dict[str, Any], part: str
) -> None:
    def change(value: dict[str, Any]) -> None:
        outputs = [node for node in value["graph"]["nodes"].values() if node["type"] == "Output"]
        (outputs[0]["settings"] if section == "output" else value[section]).update(entry)

    edit_project(project, change)
    assert any(part in problem["message"] for problem in problems(call("check", project, "--json")))


def test_that_a_column_that_is_not_there_is_told_with_those_that_are(call: Call, project: Path) -> None:
    def rename(value: dict[str, Any]) -> None:
        next(node for node in value["graph"]["nodes"].values() if node["type"] == "Input")["settings"]["column"] = "x"

    edit_project(project, rename)
    message = problems(call("check", project, "--json"))[0]["message"]
    assert "'x'" in message
    assert all(f"'{name}'" in message for name in ("width", "height", "kind", "features"))


def test_that_a_run_without_checkpoint_is_not_offered_to_be_continued(call: Call, project: Path) -> None:
    call("train", project, "--epochs", 1, "--set", "training.learning_rate=1e30")
    answer = call("evaluate", project, "--run", 1)
    refused(answer, "no trained model (failed)")
    assert "--resume" not in answer.err


@pytest.mark.parametrize(
    "words",
    [
        ("train", ".", "--epochs", "0"),
        ("demo", "--headless", "--epochs", "-3"),
        ("evaluate", ".", "--split", "nope"),
        ("check",),
        ("new", "there"),
    ],
)
def test_that_wrong_usage_is_told_to_programs_too(call: Call, words: tuple[str, ...]) -> None:
    answer = call(*words, "--json")
    assert answer.status == 2
    assert answer.json["error"].startswith("Wrong usage: ")
    assert not call(*words).out


def test_that_predicting_before_training_says_what_to_do(call: Call, project: Path) -> None:
    refused(call("predict", project, "[1, 2]"), "no trained model yet", "dlstudio train")


def test_that_a_loss_that_is_no_number_ends_the_run_with_the_reason(call: Call, project: Path) -> None:
    answer = call("train", project, "--json", "--epochs", 3, "--set", "training.learning_rate=1e30")
    assert answer.status == 1
    last = answer.lines[-1]
    assert last["event"] == "failed"
    assert last["kind"] == "nan"
    assert "learning rate" in answer.err
    (run,) = (project / "runs").iterdir()
    assert json.loads((run / "run.json").read_text())["name"] == "0001"


def test_that_an_impossible_setting_ends_the_run_with_the_reason(call: Call, project: Path) -> None:
    answer = call("train", project, "--set", "training.optimizer=Addam")
    refused(answer, "Addam")
