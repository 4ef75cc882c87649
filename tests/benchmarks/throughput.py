"""Samples a second of a studio run against a plain ``model.fit`` of the same model, data and batch size.

    python tests/benchmarks/throughput.py [--rounds N] [--only mlp cnn lstm transformer] [--json]

Both train alternately in this process. What is compared is the time from the end of the first epoch (imports, tracing
and first touches done) to the end of the last, so checkpoints, events and validation of the studio are counted in, and
the validation of the plain script too. The plain script holds its arrays in memory and prints nothing. The number that
counts is the median of the paired ratios; 0.95 is the least allowed.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

from dlstudio.data.opening import guess_settings
from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.graph.project import Project, TrainingSettings
from dlstudio.training import events as ev
from dlstudio.training.fitting import train
from dlstudio.training.optimizers import build_optimizer
from dlstudio.training.preparation import prepare_run
from dlstudio.training.run_folder import create_run
from dlstudio.training.targets import compile_model

LEAST = 0.95
LAYERS = "keras.layers."


@dataclass(frozen=True)
class Case:
    """One network: its layers in a row, the shape of a sample, how many samples and epochs."""

    name: str
    shape: tuple[int, ...]
    layers: tuple[tuple[str, dict[str, Any]], ...]
    samples: int
    epochs: int = 5
    residual: bool = False


CASES = (
    Case(
        "mlp",
        (28, 28, 1),
        (("Flatten", {}), ("Dense", {"units": 128, "activation": "relu"}), ("Dense", {"units": 10})),
        6000,
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


class _Clock(keras.callbacks.Callback):
    """Notes when each epoch of the plain script ended."""

    def __init__(self) -> None:
        super().__init__()
        self.ends: list[float] = []

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:
        self.ends.append(time.perf_counter())


def plain(project: Project, folder: Path) -> float:
    """Samples a second of ``model.fit``."""
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
    clock = _Clock()
    network.model.fit(
        x,
        y,
        batch_size=project.training.batch_size,
        epochs=project.training.epochs,
        validation_data=parts["validation"],
        callbacks=[clock],
        verbose=0,
    )
    return len(x) * (project.training.epochs - 1) / (clock.ends[-1] - clock.ends[0])


def studio(project: Project, folder: Path) -> float:
    """Samples a second of a studio run, by its own events."""
    run = create_run(folder, project)
    if train(run) != 0:
        raise SystemExit(run.info().message)
    events = ev.EventReader(run.events_file, batches=False).read_new()
    ends = [event.time for event in events if isinstance(event, ev.Epoch)]
    samples = next(event.samples for event in events if isinstance(event, ev.Started))
    return samples * (project.training.epochs - 1) / (ends[-1] - ends[0])


def main() -> int:
    """Prints a table; exit status 1 where a median ratio is under the least allowed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="pairs a network (5)")
    parser.add_argument("--only", nargs="+", choices=[case.name for case in CASES], help="these networks")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = []
    for case in CASES:
        if options.only and case.name not in options.only:
            continue
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            project = make_project(case, folder)
            pairs = []
            for index in range(options.rounds):
                # Alternating which one goes first, so that a machine growing slower favours neither.
                both = [plain, studio] if index % 2 == 0 else [studio, plain]
                speeds = {each.__name__: each(project, folder) for each in both}
                pairs.append(speeds)
        ratios = [pair["studio"] / pair["plain"] for pair in pairs]
        row = {
            "network": case.name,
            "plain": statistics.median(pair["plain"] for pair in pairs),
            "studio": statistics.median(pair["studio"] for pair in pairs),
            "ratio": statistics.median(ratios),
            "least": min(ratios),
            "most": max(ratios),
        }
        rows.append(row)
        if not options.json:
            if len(rows) == 1:
                print(f"{'network':12} {'plain':>12} {'studio':>12}   samples/s   ratio (least - most)")
            print(
                f"{case.name:12} {row['plain']:12.0f} {row['studio']:12.0f}               "
                f"{row['ratio']:.2f} ({row['least']:.2f} - {row['most']:.2f})",
                flush=True,
            )
    if options.json:
        print(json.dumps(rows))
    return 0 if all(row["ratio"] >= LEAST for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
