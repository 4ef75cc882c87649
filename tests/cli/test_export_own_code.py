"""Exports of a network with a layer of the user's own run elsewhere, in a process that knows nothing of the studio."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dlstudio.graph.custom_code import code_files
from dlstudio.gui.workspaces.export.workspace import loading_code
from dlstudio.training.runs.run_folder import RunFolder
from dlstudio.workbench.consent import Consent
from tests.cli.conftest import Answer, Call, edit_project

OWN = """
import keras


class Scale(keras.layers.Layer):
    def __init__(self, by=3.0, **options):
        super().__init__(**options)
        self.by = by

    def build(self, shape):
        self.scale = self.add_weight(shape=shape[-1:], initializer="ones", name="scale")

    def call(self, inputs):
        return inputs * self.scale * self.by

    def get_config(self):
        return {**super().get_config(), "by": self.by}
"""
CLOSED = OWN.replace(", **options", "").replace("**options", "")
PREDICT = """
import json, sys
import numpy as np
import keras
{imports}

batch = np.linspace(-1, 1, 2 * model.input_shape[-1], dtype="float32").reshape(2, -1)
{more}
print("RESULT", json.dumps(np.asarray(model(batch)).tolist()))
"""


@pytest.fixture
def folder(call: Call, tmp_path: Path, make_table: Callable[..., Path]) -> Path:
    project = tmp_path / "project"
    assert call("new", project, "--template", "mlp", "--data", make_table(), "--json").status == 0
    (project / "layers").mkdir()

    def with_own_layers(value: dict[str, Any]) -> None:
        graph = value["graph"]
        first, second = graph["wires"][0]
        settings = {"file": "layers/own.py", "class": "Scale", "arguments": {"by": 0.5}}
        graph["nodes"]["own"] = {"type": "Custom", "settings": settings, "at": [0, 0]}
        graph["nodes"]["other"] = {"type": "Custom", "settings": {"file": "other.py", "class": "Scale"}, "at": [9, 0]}
        graph["wires"][0] = [first, "own"]
        graph["wires"] += [["own", "other"], ["other", second]]

    edit_project(project, with_own_layers)
    write(project, OWN)
    return project


def write(project: Path, own: str) -> None:
    (project / "layers" / "own.py").write_text(own)
    (project / "other.py").write_text(OWN.replace("* self.by", "+ self.by"))
    Consent().allow(project, code_files(project, ["layers/own.py", "other.py"]))


def run_script(place: Path, name: str) -> str:
    """What a script prints in a fresh Python where nothing of the studio can be imported."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    command = [sys.executable, name]
    done = subprocess.run(command, cwd=place, env=kept, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def run_elsewhere(place: Path, imports: str, more: str = "") -> list[list[float]]:
    """What a model predicts in a fresh Python in that folder."""
    (place / "predicting.py").write_text(PREDICT.format(imports=imports, more=more))
    result: list[list[float]] = json.loads(run_script(place, "predicting.py").rpartition("RESULT ")[2])
    return result


def loading(answer: Answer) -> str:
    """The Python that the command told for loading the file."""
    return answer.out.partition("Loading it:")[2].replace("\n    ", "")


@pytest.mark.slow
def test_that_script_and_keras_file_predict_alike_elsewhere(call: Call, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    script = call("export", folder, "--to", "python", out / "network.py", "--json")
    assert (script.status, script.json["beside"]) == (0, ["layers/own.py", "other.py"]), script.json
    assert (out / "layers" / "own.py").read_text() == OWN
    written = call("export", folder, "--to", "keras", out / "network.keras")
    assert written.status == 0, written.err
    assert "Beside it lies layers/own.py, which it needs wherever it goes." in written.out
    moved = tmp_path / "elsewhere"
    shutil.copytree(out, moved)
    shutil.rmtree(folder)
    assert "own (Scale)" in run_script(moved, "network.py")
    loaded = run_elsewhere(moved, loading(written))
    made = run_elsewhere(
        moved,
        "from network import build_model\nmodel = build_model()",
        more=f"{loading(written).replace('model =', 'trained =')}\nmodel.set_weights(trained.get_weights())",
    )
    assert made == loaded
    assert len(loaded) == 2
    assert loaded[0] != loaded[1]


def test_that_the_best_model_of_a_run_is_exported_with_the_code_of_the_run(
    call: Call, folder: Path, tmp_path: Path
) -> None:
    assert call("train", folder, "--epochs", 1, "--json").status == 0
    write(folder, OWN.replace("* self.by", "* 0"))
    written = call("export", folder, "--run", 1, "--to", "keras", tmp_path / "out.keras")
    assert written.status == 0, written.err
    assert (tmp_path / "layers" / "own.py").read_text() == OWN
    (predicted, _) = run_elsewhere(tmp_path, loading(written))
    # The Export page tells the same of the file in the run.
    run = RunFolder(folder / "runs" / "0001")
    place = tmp_path / "anywhere"
    place.mkdir()
    assert run_elsewhere(place, loading_code(run.model_file, run.info()))[0] == predicted


def test_that_another_file_of_that_name_is_not_written_over_unless_asked(
    call: Call, folder: Path, tmp_path: Path
) -> None:
    mine = tmp_path / "out" / "other.py"
    mine.parent.mkdir()
    mine.write_text("mine = 1")
    refused = call("export", folder, "--to", "python", mine.parent / "network.py")
    assert refused.status == 1
    assert "needs other.py beside network.py" in refused.err
    assert [path.name for path in mine.parent.iterdir()] == ["other.py"]
    assert call("export", folder, "--to", "python", mine.parent / "network.py", "--force").status == 0
    assert "class Scale" in mine.read_text()


def test_that_code_which_was_not_allowed_is_not_run_for_a_keras_file(call: Call, folder: Path, tmp_path: Path) -> None:
    (folder / "other.py").write_text("raise SystemExit(3)")
    refused = call("export", folder, "--to", "keras", tmp_path / "out.keras")
    assert refused.status == 1
    assert "--allow-code" in refused.err
    assert not (tmp_path / "out.keras").exists()


def test_that_a_class_that_keras_cannot_make_again_is_told(call: Call, folder: Path, tmp_path: Path) -> None:
    write(folder, CLOSED)
    answer = call("export", folder, "--to", "keras", tmp_path / "out.keras", "--json")
    assert answer.status == 1
    (said,) = answer.json["problems"]
    assert said.startswith("Keras cannot load out.keras again:")
    assert "**options" in said
    assert (tmp_path / "out.keras").exists()


def test_that_a_missing_file_is_said_and_the_script_written(call: Call, folder: Path, tmp_path: Path) -> None:
    (folder / "other.py").unlink()
    answer = call("export", folder, "--to", "python", tmp_path / "network.py", "--json")
    assert answer.status == 1
    assert answer.json["beside"] == ["layers/own.py"]
    assert any("other.py" in sentence for sentence in answer.json["problems"])
