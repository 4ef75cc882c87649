"""``dlstudio check`` tells where the cost is, and every remedy of a problem."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Call, edit_project


@pytest.fixture
def project(call: Call, tmp_path: Path, make_table: Callable[..., Path]) -> Path:
    """A project on a small table: input features, two hidden layers, three classes."""
    folder = tmp_path / "project"
    assert call("new", folder, "--template", "mlp", "--data", make_table()).status == 0
    return folder


def test_that_check_tells_cost_and_axes_of_every_layer(call: Call, project: Path) -> None:
    batch = json.loads((project / "project.json").read_text())["training"]["batch_size"]
    checked = call("check", project, "--json").json
    by_name = {layer["name"]: layer for layer in checked["layers"]}
    logits, before = by_name["logits"], by_name["dense_2"]
    units, width = logits["output_shape"][0], before["output_shape"][0]
    assert logits["axes"] == ["classes"]
    assert logits["multiply_adds"] == width * units
    assert logits["parameters"] == logits["trainable_parameters"] == width * units + units
    assert logits["activations"] == units
    assert logits["activation_bytes"] == units * batch * 4
    assert checked["multiply_adds"] == sum(layer["multiply_adds"] or 0 for layer in checked["layers"])
    assert checked["memory_bytes"] > 4 * checked["parameters"]


def test_that_check_lists_every_remedy(call: Call, project: Path) -> None:
    edit_project(project, lambda value: value["graph"]["nodes"]["logits"]["settings"].update(units=7))
    checked = call("check", project, "--json").json
    (problem,) = [each for each in checked["problems"] if each["severity"] == "error"]
    assert problem["fix"] == problem["fixes"][0]
    assert len(problem["fixes"]) > 1
    printed = call("check", project).out
    assert all(fix["label"] in " ".join(printed.split()) for fix in problem["fixes"])


def test_that_check_knows_how_many_samples_there_are(call: Call, project: Path) -> None:
    edit_project(project, lambda value: value["training"].update(batch_size=100_000))
    checked = call("check", project, "--json")
    assert checked.status == 0
    assert any("A batch of 100000 is more than" in problem["message"] for problem in checked.json["problems"])
