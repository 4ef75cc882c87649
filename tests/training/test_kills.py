"""A training process killed with SIGKILL at any moment: what is continued ends with the weights of a run left alone."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.graph.project import ObjectSettings, Project
from dlstudio.training import launching
from dlstudio.training.checkpoints import read_snapshot
from dlstudio.training.computing import backends
from dlstudio.training.computing.ways import Way
from dlstudio.training.fitting import train
from dlstudio.training.runs import events as ev
from dlstudio.training.runs.run_folder import RunFolder, create_run
from dlstudio.training.runs.run_info import WAY
from tests.training.tiny_projects import make_project

pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL"),
]

EPOCHS, BATCH = 4, 16
PATIENCE = 120.0
Moment = Callable[[RunFolder, random.Random], Callable[[], bool]]
Chain = tuple[tuple[str, dict[str, object]], ...]

FAMILIES: dict[str, Chain] = {
    "mlp": (
        ("Dense", {"units": 16, "activation": "relu"}),
        ("Dropout", {"rate": 0.3}),
        ("GaussianNoise", {"stddev": 0.1}),
    ),
    "cnn": (
        ("Reshape", {"target_shape": [2, 2, 1]}),
        ("RandomFlip", {}),
        ("Conv2D", {"filters": 8, "kernel_size": 2, "padding": "same"}),
        ("BatchNormalization", {"momentum": 0.9}),
        ("ReLU", {}),
        ("GlobalAveragePooling2D", {}),
    ),
    "lstm": (("Reshape", {"target_shape": [4, 1]}), ("LSTM", {"units": 8, "dropout": 0.2})),
    "transformer": (
        ("Reshape", {"target_shape": [4, 1]}),
        ("Dense", {"units": 8}),
        ("MultiHeadAttention", {"num_heads": 2, "key_dim": 4, "dropout": 0.2}),
        ("LayerNormalization", {}),
        ("GlobalAveragePooling1D", {}),
    ),
}
AVERAGED = ObjectSettings("keras.optimizers.Adam", {"learning_rate": 0.01, "use_ema": True, "clipnorm": 1.0})
SCHEDULE = ObjectSettings("keras.optimizers.schedules.CosineDecay", {"warmup_target": 0.02, "warmup_steps": 20})


def family(name: str, folder: Path, backend: str = "auto") -> Project:
    nodes = {"numbers": Node("numbers", "Input", {"column": "features"})}
    wires, last = [], "numbers"
    for index, (layer, settings) in enumerate((*FAMILIES[name], ("Dense", {"units": 3}))):
        made = f"{layer.lower()}_{index}"
        nodes[made] = Node(made, f"keras.layers.{layer}", settings)
        if layer == "MultiHeadAttention":
            wires += [Wire(last, made, target_port=port) for port in ("query", "value")]
        else:
            wires.append(Wire(last, made))
        last = made
    nodes["answer"] = Node("answer", "Output", {"column": "colour", "task": "classification"})
    graph = Graph(nodes, (*wires, Wire(last, "answer")))
    return make_project(
        folder,
        graph,
        epochs=EPOCHS,
        batch_size=BATCH,
        optimizer=AVERAGED,
        schedule=SCHEDULE,
        early_stopping={"monitor": "val_loss", "patience": EPOCHS},
        checkpoint_minutes=0.001,  # every few steps
        backend=backend,
    )


def start(_run: RunFolder, rng: random.Random) -> Callable[[], bool]:
    """A moment before the first step: reading data, building the network, restoring."""
    end = time.monotonic() + rng.uniform(0.0, 3.0)
    return lambda: time.monotonic() > end


def batch(run: RunFolder, rng: random.Random) -> Callable[[], bool]:
    """After some steps more."""
    reader, left = ev.EventReader(run.events_file), rng.randrange(1, 25)
    reader.read_new()

    def reached() -> bool:
        nonlocal left
        left -= sum(isinstance(event, ev.Batch) for event in reader.read_new())
        return left <= 0

    return reached


def epoch_end(run: RunFolder, _rng: random.Random) -> Callable[[], bool]:
    """As soon as an epoch's values are told; its checkpoint is being written."""
    reader = ev.EventReader(run.events_file)
    reader.read_new()
    return lambda: any(isinstance(event, ev.Epoch) for event in reader.read_new())


def writing(run: RunFolder, _rng: random.Random) -> Callable[[], bool]:
    """While a checkpoint is written: its temporary file is there."""
    folder = run.last_checkpoint.parent
    known = {run.last_checkpoint.name, run.best_checkpoint.name}
    return lambda: folder.exists() and any(each.name not in known for each in folder.iterdir())


MOMENTS = (batch, writing, start, epoch_end)


def killed(run: RunFolder, rng: random.Random, moment: Moment, backend: str) -> bool:
    """Has the run go on in a process that is killed at a moment; whether it was killed before it was done."""
    resume = run.events_file.exists()
    reached = moment(run, rng)
    process = launching.launch(run, resume=resume)
    launching.prepare_spare(backend)  # imports Keras for the next one meanwhile
    end = time.monotonic() + PATIENCE
    while process.alive and not reached():
        assert time.monotonic() < end, run.log_file.read_text()
    before = process.alive
    if before:
        os.kill(process.pid, signal.SIGKILL)
    process.wait(PATIENCE)
    return before


def trained(run: RunFolder, resume: bool = False) -> bool:
    """Trains a run to its end, in this process where it computes as the run's does; whether that went well."""
    if run.project().training.backend == backends.usual():
        return train(run, resume) == 0
    return launching.launch(run, resume=resume).wait(PATIENCE) == 0


def survive(name: str, kills: int, seed: int, folder: Path, backend: str, *, at_once: int = 1) -> None:
    rng = random.Random(seed)

    def made(where: str) -> RunFolder:
        extra = {WAY: Way(backend, steps_at_once=at_once).as_json()} if at_once > 1 else {}
        return create_run(folder / where, family(name, folder / where, backend), extra=extra)

    alone = made("alone")
    assert trained(alone), alone.info().message
    assert alone.info().backend == backend
    run = made("killed")
    count, hurt = 0, 0
    while count < kills and hurt < 3 * kills:
        hurt += 1
        moment = MOMENTS[(count + seed) % len(MOMENTS)]
        if killed(run, rng, moment, backend):
            count += 1
            assert run.info().status == "interrupted" and run.info().can_continue
        else:  # it was quicker; the same again from the beginning
            assert run.info().status == "finished", run.info().message
            run = made("killed")
    assert count == kills
    assert trained(run, resume=True), run.info().message
    for file in ("last_checkpoint", "best_checkpoint"):
        one, other = read_snapshot(getattr(alone, file)), read_snapshot(getattr(run, file))
        for group in ("weights", "optimizer"):
            pairs = zip(getattr(one, group), getattr(other, group), strict=True)
            assert all(np.array_equal(a, b) for a, b in pairs), f"{file}: {group}"
        ignored = {"seconds"}
        assert {k: v for k, v in one.state.items() if k not in ignored} == {
            k: v for k, v in other.state.items() if k not in ignored
        }
    assert curve(run) == curve(alone)
    assert run.info().history == alone.info().history
    assert run.info().metrics == alone.info().metrics


def curve(run: RunFolder) -> dict[tuple[int, int], dict[str, float | None]]:
    """What the window shows: of each step the values that came last."""
    events = ev.EventReader(run.events_file).read_new()
    return {(each.epoch, each.step): dict(each.values) for each in events if isinstance(each, ev.Batch)}


KILLS = {"mlp": 4, "cnn": 2, "lstm": 2, "transformer": 2}


def here(backend: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(backend not in backends.installed(), reason=f"{backend} is not installed")


@pytest.fixture(autouse=True)
def no_spare_left() -> Iterator[None]:
    yield
    launching.discard_spare()


@pytest.mark.parametrize(("name", "kills"), KILLS.items())
def test_that_ten_kills_change_nothing(name: str, kills: int, tmp_path: Path) -> None:
    survive(name, kills, list(FAMILIES).index(name), tmp_path, "tensorflow")


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("backend", [pytest.param(each, marks=here(each)) for each in ("tensorflow", "jax")])
def test_that_kills_change_nothing_where_several_steps_are_made_at_once(backend: str, tmp_path: Path) -> None:
    survive("mlp", 4, 11, tmp_path, backend, at_once=4)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("backend", [pytest.param(each, marks=here(each)) for each in backends.BACKENDS])
@pytest.mark.parametrize("name", list(FAMILIES))
def test_that_a_hundred_kills_change_nothing(name: str, backend: str, tmp_path: Path) -> None:
    """A quarter of the hundred each; five runs are killed five times."""
    for turn in range(5):
        survive(name, 5, 100 + turn, tmp_path / str(turn), backend)
