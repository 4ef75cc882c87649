"""The run of one process beside which one of a Ray cluster is held."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from dlstudio.training.launching import launch
from dlstudio.training.runs.run_folder import RunFolder, create_run
from tests.training.on_devices import GRAPH
from tests.training.tiny_projects import make_project

PATIENCE = 280.0

with_ray = pytest.mark.skipif(
    find_spec("ray") is None or find_spec("jax") is None, reason="Ray or JAX is missing: pip install 'dlstudio[ray]'"
)


def trained_alone(folder: Path, epochs: int) -> RunFolder:
    run = create_run(folder, make_project(folder, GRAPH, epochs=epochs, batch_size=32), backend="jax")
    assert launch(run).wait(PATIENCE) == 0, run.info().message
    return run


def agree(run: RunFolder, alone: RunFolder) -> None:
    one, two = alone.info(), run.info()
    assert two.epoch == one.epoch
    for before, now in zip(one.history, two.history, strict=True):
        assert now == pytest.approx(before, abs=1e-6)
    assert two.metrics == pytest.approx(one.metrics, abs=1e-6)
