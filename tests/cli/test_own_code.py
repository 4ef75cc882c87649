"""A network with a layer of the user's own, from the terminal: refused, allowed, trained, predicted with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dlstudio.graph.custom_code import code_files
from dlstudio.workbench.consent import Consent
from tests.cli.conftest import Call, edit_project

CODE = """
import keras


class Scale(keras.layers.Layer):
    def build(self, shape):
        self.scale = self.add_weight(shape=shape[-1:], initializer="ones", name="scale")

    def call(self, inputs):
        return inputs * self.scale
"""


@pytest.fixture
def folder(call: Call, tmp_path: Path, make_table: Callable[..., Path]) -> Path:
    project = tmp_path / "project"
    assert call("new", project, "--template", "mlp", "--data", make_table(), "--json").status == 0
    (project / "layers").mkdir()
    (project / "layers" / "own.py").write_text(CODE)

    def with_own_layer(value: dict[str, Any]) -> None:
        graph = value["graph"]
        first, second = graph["wires"][0]
        settings = {"file": "layers/own.py", "class": "Scale"}
        graph["nodes"]["own"] = {"type": "Custom", "settings": settings, "at": [0, 0]}
        graph["wires"][0] = [first, "own"]
        graph["wires"].append(["own", second])

    edit_project(project, with_own_layer)
    return project


def test_that_commands_refuse_to_run_code_that_was_not_allowed(call: Call, folder: Path) -> None:
    for command in ("check", "train"):
        answer = call(command, folder)
        assert answer.status == 1
        assert "--allow-code" in answer.err
        assert "own.py" in answer.err
    assert not (folder / "runs").exists()


def test_that_the_flag_allows_one_command(call: Call, folder: Path) -> None:
    checked = call("check", folder, "--allow-code", "--json")
    assert checked.status == 0, checked.out
    assert [layer["parameters"] for layer in checked.json["layers"] if layer["name"] == "own"] != [0]
    assert call("check", folder).status == 1


def test_that_a_network_with_code_is_trained_and_predicts_from_the_copy_in_its_run(call: Call, folder: Path) -> None:
    Consent().allow(folder, code_files(folder, ["layers/own.py"]))
    trained = call("train", folder, "--epochs", 1, "--json")
    assert trained.status == 0, trained.err
    assert trained.lines[-1]["event"] == "finished"
    assert (folder / "runs" / "0001" / "code" / "layers" / "own.py").read_text() == CODE
    (folder / "layers" / "own.py").write_text("not Python any more(")
    predicted = call("predict", folder, '{"width": 1, "height": 5}', "--json")
    assert predicted.status == 0, predicted.err
    assert call("evaluate", folder, "--json").status == 0
    (folder / "runs" / "0001" / "code" / "layers" / "own.py").write_text(CODE + "# changed by a stranger\n")
    refused = call("predict", folder, '{"width": 1, "height": 5}')
    assert refused.status == 1
    assert "--allow-code" in refused.err
