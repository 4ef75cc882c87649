"""Running written scripts: each builds the studio's model. One process for all, as Keras starts slowly."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.compiler.building import build_model
from dlstudio.compiler.code import write_code
from dlstudio.graph.project import ObjectSettings, Project, TrainingSettings
from tests.compiler.code_graphs import everything, fitted_templates
from tests.compiler.columns import SPECS

_RUNNER = '''
import contextlib, importlib.util, io, json, runpy, sys, traceback
import keras

def described(model):
    """Names, shapes and weights of a model and of those nested in it."""
    rows = []
    for operation in model.operations:
        kind = type(operation).__name__
        # Keras numbers the operations that compute masks through all models of a process.
        row = ["mask" if kind == "NotEqual" else operation.name, kind]
        if isinstance(operation, keras.Model):
            row.append(described(operation))
        elif isinstance(operation, keras.Layer):
            row.append([[weight.path.rpartition("/")[2], list(weight.shape)] for weight in operation.weights])
        rows.append(row)
    shapes = [[tensor.name if side == "in" else "", list(tensor.shape), tensor.dtype]
              for side, tensors in (("in", model.inputs), ("out", model.outputs)) for tensor in tensors]
    return {"name": model.name, "operations": rows, "shapes": shapes, "parameters": model.count_params()}

found = {}
for path in sys.argv[1:]:
    try:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            names = runpy.run_path(path, run_name="__main__")
        model = names["model"]
        found[path] = {"model": described(model), "summary": "Total params" in printed.getvalue(),
                       "optimizer": type(model.optimizer).__name__}
    except BaseException:
        found[path] = {"error": traceback.format_exc()[-2000:]}
print(json.dumps(found))
'''


def _projects() -> dict[str, Project]:
    projects = fitted_templates()
    warm = ObjectSettings("keras.optimizers.schedules.CosineDecay", {"warmup_steps": 5})
    adam = ObjectSettings("keras.optimizers.AdamW", {"learning_rate": 0.002, "weight_decay": 0.01})
    projects["everything"] = Project(
        "all", graph=everything(), training=TrainingSettings(optimizer=adam, schedule=warm)
    )
    return projects


@pytest.fixture(scope="module")
def projects() -> dict[str, Project]:
    return _projects()


@pytest.fixture(scope="module")
def answers(projects: dict[str, Project], tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What each script made of itself, by the project's name."""
    folder = tmp_path_factory.mktemp("scripts")
    files = {}
    for name, project in projects.items():
        script = write_code(project.graph, SPECS, project.training, name=name, catalogue=load_catalogue())
        assert not script.missing, script.missing
        files[name] = folder / f"{name}.py"
        files[name].write_text(script.text, encoding="utf-8")
    runner = folder / "runner.py"
    runner.write_text(_RUNNER, encoding="utf-8")
    # The scripts need Keras and nothing of the studio: its own folder is not on their path.
    clean = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-P", runner, *files.values()],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**clean, "TF_CPP_MIN_LOG_LEVEL": "3"},
        check=False,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.strip().split("\n")[-1])
    return {name: found[str(file)] for name, file in files.items()}


def _described(project: Project, folder: Path) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(compile(_RUNNER.split("found = {}", maxsplit=1)[0], str(folder / "runner.py"), "exec"), names)
    described: dict[str, Any] = names["described"](build_model(project.graph, SPECS, seed=7))
    return described


@pytest.mark.parametrize("name", _projects())
def test_that_a_script_builds_the_studios_model(
    name: str, projects: dict[str, Project], answers: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    answer = answers[name]
    assert "error" not in answer, answer.get("error")
    assert answer["summary"]
    assert answer["optimizer"] == projects[name].training.optimizer.type.rpartition(".")[2]
    assert answer["model"] == json.loads(json.dumps(_described(projects[name], tmp_path)))
