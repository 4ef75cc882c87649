"""Which backend a run is trained with, and that each that is installed trains as the others do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from dlstudio.training import launching
from dlstudio.training.computing import backends
from dlstudio.training.computing.ways import Way, way_of
from dlstudio.training.runs import events as ev
from dlstudio.training.runs.run_folder import RunError, RunFolder, create_run
from tests.training.tiny_projects import make_project

PATIENCE = 240.0
OTHERS = [
    pytest.param(
        name, marks=pytest.mark.skipif(name not in backends.installed(), reason=f"{backends.TITLES[name]} is missing")
    )
    for name in ("jax", "torch")
]


@pytest.fixture
def only_jax(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backends, "find_spec", lambda name: object() if name == "jax" else None)


@pytest.mark.usefixtures("only_jax")
def test_that_a_backend_that_is_not_installed_is_named_with_what_to_do(tmp_path: Path) -> None:
    run = create_run(tmp_path, make_project(tmp_path, backend="torch"))
    with pytest.raises(RunError, match=r"PyTorch is not installed here. Install it with: pip install 'dlstudio\[torch"):
        launching.launch(run)
    with pytest.raises(backends.BackendError, match=r"no backend .theano.. Choose one of: auto, fastest, jax"):
        backends.chosen("theano")


@pytest.mark.usefixtures("only_jax")
def test_that_what_is_installed_is_used_where_nobody_chose() -> None:
    assert backends.usual({}) == "jax"
    assert backends.usual({"KERAS_BACKEND": "tensorflow"}) == "jax"


def test_that_the_environment_variable_of_keras_decides_between_those_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backends, "find_spec", lambda _: object())
    assert backends.usual({}) == "tensorflow"
    assert backends.usual({"KERAS_BACKEND": "torch"}) == "torch"


def test_that_a_run_goes_on_with_the_backend_it_began_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backends, "find_spec", lambda _: object())
    run = create_run(tmp_path, make_project(tmp_path), backend="jax")
    assert way_of(run) == Way("jax")
    run.amend(backend="torch")
    assert way_of(run) == Way("torch")


def test_that_finding_the_backends_imports_none() -> None:
    code = (
        "import sys; from dlstudio.training.computing import backends; backends.use_usual(); "
        "assert backends.installed(); assert not {'tensorflow', 'jax', 'torch', 'keras'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.slow
@pytest.mark.parametrize("name", OTHERS)
def test_that_a_run_with_another_backend_learns_and_tells_the_means_of_its_epochs(name: str, tmp_path: Path) -> None:
    run = create_run(tmp_path, make_project(tmp_path, epochs=2), backend=name)
    assert launching.launch(run).wait(PATIENCE) == 0, run.info().message
    info = run.info()
    assert info.backend == name
    assert (info.metrics["accuracy"] or 0) > 0.7
    losses, sizes = _batches(run, 1)
    assert info.history[0]["loss"] == pytest.approx(np.average(losses, weights=sizes), rel=1e-4)


def _batches(run: RunFolder, epoch: int) -> tuple[list[float], list[int]]:
    """Loss and size of each batch of an epoch."""
    events = ev.EventReader(run.events_file).read_new()
    (started,) = (event for event in events if isinstance(event, ev.Started))
    losses = [event.values["loss"] or 0.0 for event in events if isinstance(event, ev.Batch) and event.epoch == epoch]
    size = started.batch_size
    return losses, [min(size, started.samples - step * size) for step in range(len(losses))]
