"""Samples a second of a studio run against a plain ``model.fit``, on each backend; *Train* to the first point.

    python -m tests.benchmarks.training [--rounds N] [--minutes M] [--only mlp cnn lstm transformer] [--backends jax]

Model, data, batch size and backend are the same, and both train alternately in one process for each backend. What is
compared is the time from the end of the first epoch (imports, tracing and first touches done) to the end of the last,
so checkpoints, events and validation of the studio are counted in, and the validation of the plain script too. That one
holds its arrays in memory and prints nothing. The number that counts is the median of the paired ratios. Networks whose
epochs take some milliseconds have more of them, so that a pair is compared over a second or so.

``--at-once N`` has the studio make N steps in one call, as *fastest* may choose to; the plain script stays as it is.

*Train* to the first point is the time from the start of a run in a spare process, which waits with Keras imported,
until the first batch stands in the run's events: the first time that this network is trained here, and again, the
median of three. Where a backend compiles, the second finds what the first has made.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import psutil

from dlstudio.data.opening import guess_settings
from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.graph.project import Project, TrainingSettings
from dlstudio.training import launching
from dlstudio.training.computing import backends
from dlstudio.training.computing.ways import Way
from dlstudio.training.runs import events as ev
from dlstudio.training.runs.run_folder import create_run
from dlstudio.training.runs.run_info import WAY

LEAST = 1.0
PATIENCE = 120.0
FIRST_POINTS = 3
MARK = "row: "
LAYERS = "keras.layers."


@dataclass(frozen=True)
class Case:
    """One network: its layers in a row, the shape of a sample, how many samples and epochs."""

    name: str
    shape: tuple[int, ...]
    layers: tuple[tuple[str, dict[str, Any]], ...]
    samples: int
    epochs: int = 4
    residual: bool = False


CASES = (
    Case(
        "mlp",
        (28, 28, 1),
        (("Flatten", {}), ("Dense", {"units": 128, "activation": "relu"}), ("Dense", {"units": 10})),
        6000,
        epochs=24,
    ),
    Case(
        "cnn",
        (28, 28, 1),
        (
            ("Conv2D", {"filters": 16, "kernel_size": 3, "activation": "relu"}),
            ("MaxPooling2D", {}),
            ("Conv2D", {"filters": 32, "kernel_size": 3, "activation": "relu"}),
            ("MaxPooling2D", {}),
            ("Flatten", {}),
            ("Dense", {"units": 64, "activation": "relu"}),
            ("Dense", {"units": 10}),
        ),
        4000,
    ),
    Case("lstm", (28, 28), (("LSTM", {"units": 64}), ("Dense", {"units": 10})), 3000),
    Case(
        "transformer",
        (32, 16),
        (
            ("Dense", {"units": 32}),
            ("MultiHeadAttention", {"num_heads": 2, "key_dim": 16}),
            ("LayerNormalization", {}),
            ("Dense", {"units": 64, "activation": "relu"}),
            ("GlobalAveragePooling1D", {}),
            ("Dense", {"units": 10}),
        ),
        3000,
    ),
)


def make_project(case: Case, folder: Path) -> Project:
    """A project on random data in the form of an ``.npz``."""
    rng = np.random.default_rng(0)
    x = rng.integers(0, 256, (case.samples, *case.shape)).astype(np.uint8)
    if len(case.shape) == 2:
        x = rng.normal(size=(case.samples, *case.shape)).astype(np.float32)
    y = rng.integers(0, 10, case.samples)
    np.savez(folder / "data.npz", x=x.squeeze(), y=y)
    data = guess_settings(folder / "data.npz")
    columns = {settings.get("role"): name for name, settings in data.columns.items()}
    nodes = [Node("input", "Input", {"column": columns["input"]})]
    wires = []
    for index, (kind, settings) in enumerate(case.layers):
        node = Node(f"{kind.lower()}_{index}", LAYERS + kind, settings)
        ports = ("query", "value") if kind == "MultiHeadAttention" else ("",)
        wires += [Wire(nodes[-1].id, node.id, "", port) for port in ports]
        nodes.append(node)
    wires.append(Wire(nodes[-1].id, "output"))
    nodes.append(Node("output", "Output", {"column": columns["target"], "task": "classification"}))
    graph = Graph({node.id: node for node in nodes}, tuple(wires))
    return Project(case.name, data, graph, TrainingSettings(epochs=case.epochs, batch_size=64))


def plain(project: Project, folder: Path) -> float:
    """Samples a second of ``model.fit``."""
    import keras

    from dlstudio.training.optimizers import build_optimizer
    from dlstudio.training.preparation import prepare_run
    from dlstudio.training.targets import compile_model

    run = create_run(folder, project)
    network, data = prepare_run(run)
    parts = {}
    for split in ("train", "validation"):
        feed = network.feed(data, split)
        x, y, _ = feed.take(np.arange(len(feed)))
        parts[split] = (x, y)
    x, y = parts["train"]
    steps = -(-len(x) // project.training.batch_size) * project.training.epochs
    compile_model(network.model, network.targets, build_optimizer(project.training, steps))
    ends: list[float] = []
    clock = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: ends.append(time.perf_counter()))
    network.model.fit(
        x,
        y,
        batch_size=project.training.batch_size,
        epochs=project.training.epochs,
        validation_data=parts["validation"],
        callbacks=[clock],
        verbose=0,
    )
    return len(x) * (project.training.epochs - 1) / (ends[-1] - ends[0])


def studio(project: Project, folder: Path, at_once: int = 1) -> float:
    """Samples a second of a studio run, by its own events."""
    from dlstudio.training.fitting import train

    way = Way(backends.usual(), steps_at_once=at_once)
    run = create_run(folder, project, extra={WAY: way.as_json()} if at_once > 1 else None)
    if train(run) != 0:
        raise SystemExit(run.info().message)
    events = ev.EventReader(run.events_file, batches=False).read_new()
    ends = [event.time for event in events if isinstance(event, ev.Epoch)]
    samples = next(event.samples for event in events if isinstance(event, ev.Started))
    return samples * (project.training.epochs - 1) / (ends[-1] - ends[0])


def measure(case: Case, rounds: int, seconds: float, at_once: int = 1) -> dict[str, Any]:
    """One row: the network's name, speeds and ratios of as many pairs as fit in the time, one at least."""
    until = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        project = make_project(case, folder)
        pairs: list[dict[str, float]] = []
        while len(pairs) < rounds and (not pairs or time.monotonic() < until):
            # Alternating which one goes first, so that a machine growing slower favours neither.
            both = ["plain", "studio"] if len(pairs) % 2 == 0 else ["studio", "plain"]
            made = {"plain": lambda: plain(project, folder), "studio": lambda: studio(project, folder, at_once)}
            pairs.append({each: made[each]() for each in both})
    ratios = [pair["studio"] / pair["plain"] for pair in pairs]
    return {
        "network": case.name,
        "plain": statistics.median(pair["plain"] for pair in pairs),
        "studio": statistics.median(pair["studio"] for pair in pairs),
        "ratio": statistics.median(ratios),
        "least": min(ratios),
        "most": max(ratios),
        "pairs": len(pairs),
    }


def measured(backend: str, case: Case, rounds: int, seconds: float, at_once: int) -> dict[str, Any]:
    """The same in a process of its own with a backend.

    Raises:
        SystemExit: It failed; the message is its last words.
    """
    command = [sys.executable, "-m", "tests.benchmarks.training", "--measure", case.name]
    environment = {**os.environ, backends.VARIABLE: backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [*command, "--rounds", str(rounds), "--minutes", str(seconds / 60), "--at-once", str(at_once)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    rows = [line for line in done.stdout.splitlines() if line.startswith(MARK)]
    if not rows:
        raise SystemExit(f"{case.name} with {backend} failed: {done.stderr[-600:]}")
    return {"backend": backend, **json.loads(rows[-1].removeprefix(MARK))}


def first_points(backend: str, case: Case) -> tuple[float, float]:
    """Seconds from the start of a run to its first batch, in a spare that has imported everything: first, and again."""
    taken = []
    with (
        tempfile.TemporaryDirectory() as name,
        mock.patch.dict(os.environ, JAX_COMPILATION_CACHE_DIR=f"{name}/compiled"),
    ):
        folder = Path(name)
        project = make_project(case, folder)
        for _ in range(1 + FIRST_POINTS):
            launching.prepare_spare(backend)
            _let_warm_up()
            began = time.perf_counter()
            run = create_run(folder, project, backend=backend)
            process = launching.launch(run)
            reader = ev.EventReader(run.events_file)
            while not any(isinstance(event, ev.Batch) for event in reader.read_new()):
                if not process.alive or time.perf_counter() - began > PATIENCE:
                    raise SystemExit(f"{case.name} with {backend} did not begin: {run.info().message}")
                time.sleep(0.005)
            taken.append(time.perf_counter() - began)
            process.process.kill()
            process.wait()
    return taken[0], statistics.median(taken[1:])


def _let_warm_up() -> None:
    """Returns when the spare has nothing left to do: its processor time stands still."""
    spare = psutil.Process(psutil.Process().children()[-1].pid)
    before, still = -1.0, 0
    while still < 4:
        now = sum(spare.cpu_times()[:2])
        still = still + 1 if now - before < 0.02 and now > 1.0 else 0
        before = now
        time.sleep(0.5)


def main() -> int:
    """Prints a table; exit status 1 where a median ratio is under 1."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="pairs a network and backend, at most (5)")
    parser.add_argument("--minutes", type=float, default=8.0, help="time for all pairs together (8)")
    parser.add_argument("--only", nargs="+", choices=[case.name for case in CASES], help="these networks")
    parser.add_argument("--backends", nargs="+", choices=backends.BACKENDS, help="these of the installed backends")
    parser.add_argument("--at-once", type=int, default=1, help="steps that the studio makes in one call (1)")
    parser.add_argument("--measure", choices=[case.name for case in CASES], help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.measure:
        case = next(case for case in CASES if case.name == options.measure)
        print(MARK + json.dumps(measure(case, options.rounds, options.minutes * 60, options.at_once)))
        return 0
    cases = [case for case in CASES if not options.only or case.name in options.only]
    here = [name for name in backends.installed() if not options.backends or name in options.backends]
    seconds = options.minutes * 60 / max(len(cases) * len(here), 1)
    rows = []
    for backend in here:
        for case in cases:
            at_once = 1 if backend == "torch" else options.at_once  # PyTorch makes its steps one by one
            rows.append(measured(backend, case, options.rounds, seconds, at_once))
            rows[-1]["first_point"], rows[-1]["again"] = first_points(backend, case)
            if not options.json:
                _print(rows[-1], head=len(rows) == 1)
    if options.json:
        print(json.dumps(rows))
    return 0 if all(row["ratio"] >= LEAST for row in rows) else 1


def _print(row: dict[str, Any], *, head: bool) -> None:
    if head:
        print(
            "| backend | network | plain, samples/s | studio, samples/s | ratio (least - most, pairs) "
            "| first point, again |"
        )
        print("| --- | --- | ---: | ---: | --- | ---: |")
    print(
        f"| {backends.TITLES[row['backend']]} | {row['network']} | {row['plain']:.0f} | {row['studio']:.0f} | "
        f"{row['ratio']:.2f} ({row['least']:.2f} - {row['most']:.2f}, {row['pairs']}) | {row['first_point']:.2f} s, "
        f"{row['again']:.2f} s |",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
