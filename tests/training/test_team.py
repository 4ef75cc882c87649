"""Two processes that train one run together, joined by JAX alone."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from dlstudio.training.computing import backends
from dlstudio.training.runs.run_folder import RunFolder, create_run
from tests.training.on_devices import GRAPH
from tests.training.tiny_projects import jump, make_project

PATIENCE = 120.0

pytestmark = pytest.mark.skipif("jax" not in backends.installed(), reason="JAX is missing")


def start(module: str, *arguments: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, backends.VARIABLE: "jax", "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen([sys.executable, "-m", module, *arguments], env=environment)


def train_together(run: RunFolder, workers: int = 2, status: int = 0) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    each = [
        start("tests.training.team_member", str(run.path), str(rank), str(workers), address, "anew")
        for rank in range(workers)
    ]
    assert [process.wait(PATIENCE) for process in each] == [status] * workers, run.info().message


def test_that_two_workers_learn_what_one_process_does(tmp_path: Path) -> None:
    # 240 samples: seven batches that are dealt out evenly, and one of 16; the validation split's 30 as a whole.
    project = make_project(tmp_path, GRAPH, epochs=2, batch_size=32)
    alone, together = (create_run(tmp_path, project, backend="jax") for _ in range(2))
    assert start("dlstudio.training", str(alone.path)).wait(PATIENCE) == 0, alone.info().message
    train_together(together)
    one, two = alone.info(), together.info()
    assert (two.status, two.reason, two.epoch) == ("finished", "completed", 2)
    assert two.device.startswith("2 workers")
    for before, now in zip(one.history, two.history, strict=True):
        assert now == pytest.approx(before, abs=1e-6)
    assert two.metrics == pytest.approx(one.metrics, abs=1e-6)
    # Only the first one writes: each batch is told once.
    told = [line for line in together.events_file.read_text().splitlines() if '"batch"' in line]
    assert len(told) == 2 * 8
    assert together.model_file.is_file()


@pytest.mark.slow
def test_that_batches_that_cannot_be_dealt_out_are_computed_whole_and_this_is_told(tmp_path: Path) -> None:
    project = make_project(tmp_path, GRAPH, epochs=2, batch_size=33)
    alone, together = (create_run(tmp_path, project, backend="jax") for _ in range(2))
    assert start("dlstudio.training", str(alone.path)).wait(PATIENCE) == 0, alone.info().message
    train_together(together)
    for before, now in zip(alone.info().history, together.info().history, strict=True):
        assert now == pytest.approx(before, abs=1e-6)
    (warning,) = together.info().warnings
    assert "33 samples a batch cannot be dealt out evenly to 2 devices" in warning


@pytest.mark.slow
def test_that_a_loss_that_breaks_is_traced_to_its_layer_and_ends_all_workers(tmp_path: Path) -> None:
    # Whole batches are eight an epoch; after the twelfth step the rate is beyond all bounds.
    project = make_project(tmp_path, GRAPH, epochs=3, batch_size=32, schedule=jump(12, 1e38))
    alone, together = (create_run(tmp_path, project, backend="jax") for _ in range(2))
    assert start("dlstudio.training", str(alone.path)).wait(PATIENCE) == 1
    train_together(together, status=1)
    one, two = alone.info(), together.info()
    assert (one.status, one.failure, two.failure) == ("failed", "nan", "nan")
    assert two.message == one.message
    assert "the layer '" in two.message and "The checkpoint of epoch 1 is kept." in two.message
