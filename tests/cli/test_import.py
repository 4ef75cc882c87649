"""``dlstudio import`` makes a project of a model, or says why not and leaves nothing behind."""

from __future__ import annotations

import json
from pathlib import Path

import keras
import pytest

from dlstudio.__main__ import main
from dlstudio.graph.saving import load_project


@pytest.fixture
def model(tmp_path: Path) -> Path:
    entry = keras.Input((4,), name="values")
    keras.Model(entry, keras.layers.Dense(3, name="logits")(entry)).save(tmp_path / "tiny_net.keras")
    return tmp_path / "tiny_net.keras"


def test_that_a_model_becomes_a_project_with_its_weights(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "project"
    assert main(["import", str(model), str(folder), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["name"], said["layers"], said["parameters"]) == ("tiny net", 3, 15)
    assert (said["inputs"], said["outputs"]) == (["values"], ["output"])
    project = load_project(folder)
    assert project.weights is not None
    assert (folder / project.weights.file).is_file()
    assert dict(project.graph["logits"].settings) == {"units": 3}
    assert main(["check", str(folder)]) == 0


def test_that_what_is_no_model_is_told_and_leaves_no_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "old.h5").write_bytes(b"\x89HDF\r\n\x1a\n")
    assert main(["import", str(tmp_path / "old.h5"), str(tmp_path / "project"), "--json"]) == 1
    assert "save it from Keras 3" in json.loads(capsys.readouterr().out)["error"]
    assert not (tmp_path / "project").exists()


def test_that_a_folder_with_a_project_is_left_alone(model: Path, tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "project.json").write_text("{}")
    assert main(["import", str(model), str(tmp_path / "project")]) == 1
    assert (tmp_path / "project" / "project.json").read_text() == "{}"


def test_that_a_project_goes_out_as_a_keras_file_and_comes_back(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", str(model), str(tmp_path / "project")]) == 0
    out = tmp_path / "out.keras"
    capsys.readouterr()
    assert main(["export", str(tmp_path / "project"), "--to", "keras", str(out), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["weights"] == "of weights/initial.npz"
    before, after = (keras.models.load_model(file).get_layer("logits").get_weights() for file in (model, out))
    assert all((one == two).all() for one, two in zip(before, after, strict=True))
    assert main(["import", str(out), str(tmp_path / "again")]) == 0
    assert load_project(tmp_path / "again").graph == load_project(tmp_path / "project").graph


def test_that_a_keras_file_needs_its_ending(model: Path, tmp_path: Path) -> None:
    assert main(["import", str(model), str(tmp_path / "project")]) == 0
    assert main(["export", str(tmp_path / "project"), "--to", "keras", str(tmp_path / "out.h5")]) == 1
    assert not (tmp_path / "out.h5").exists()


def test_that_a_script_becomes_a_project_and_is_never_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    proof = tmp_path / "proof"
    script = tmp_path / "network.py"
    script.write_text(
        "import keras\n"
        "from keras import layers\n\n"
        'values = keras.Input((4,), name="values")\n'
        'logits = layers.Dense(3, name="logits")(values)\n'
        "model = keras.Model(values, logits)\n"
    )
    assert main(["import", str(script), str(tmp_path / "project"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["layers"] == 3
    assert dict(load_project(tmp_path / "project").graph["logits"].settings) == {"units": 3}
    script.write_text(script.read_text() + f"open({str(proof)!r}, 'w')\n")
    main(["import", str(script), str(tmp_path / "other")])
    assert not proof.exists()
