"""What is kept of an autoencoder's epochs: few enough, from the first to the last, and taken up where a run goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from dlstudio.graph.columns import ColumnSpec
from dlstudio.tasks.registry import get_task
from dlstudio.training.batches import Feed
from dlstudio.training.growth import MOST_EPOCHS, Growth, growth_of, read_growth
from dlstudio.training.targets import Target

SPEC = ColumnSpec("x", "series", (3, 2))
TARGET = Target("again", SPEC, get_task("reconstruction"), False)


class Counting:
    """Gives the number of times that it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def predict_on_batch(self, batch: np.ndarray) -> np.ndarray:
        self.asked += 1
        return np.full(batch.shape, self.asked, np.float32)


def feed(samples: int = 30) -> Feed:
    values = np.arange(samples * 6, dtype=np.float32).reshape(samples, 3, 2)
    return Feed(np.arange(samples), {"x": "x"}, {"again": "x"}, lambda _, rows: values[rows])


def grown(folder: Path, model: Any, epochs: range, resume: int = 0) -> Growth:
    found = Growth(folder, model, TARGET, feed())
    if resume:
        found.resume(resume)
    for epoch in epochs:
        found(epoch)
    return found


def test_that_many_epochs_are_thinned_and_the_first_is_kept(tmp_path: Path) -> None:
    grown(tmp_path, Counting(), range(1, 201))
    found = read_growth(tmp_path)
    assert found is not None
    epochs = found["epochs"].tolist()
    assert epochs[0] == 1 and epochs[-1] == 200 and len(epochs) <= MOST_EPOCHS + 1
    assert found["outputs"].shape == (len(epochs), 10, 3, 2)
    assert found["rows"].tolist() == np.linspace(0, 29, 10).astype(int).tolist()


def test_that_a_run_that_goes_on_keeps_what_was_before(tmp_path: Path) -> None:
    grown(tmp_path, Counting(), range(1, 6))
    grown(tmp_path, Counting(), range(4, 7), resume=3)
    found = read_growth(tmp_path)
    assert found is not None
    assert found["epochs"].tolist() == [1, 2, 3, 4, 5, 6]
    assert found["outputs"][:, 0, 0, 0].tolist() == [1, 2, 3, 1, 2, 3]


def test_that_other_tasks_are_not_watched(tmp_path: Path) -> None:
    label = ColumnSpec("y", "category", (), "int32", ("a", "b"))
    other = Target("y", label, get_task("classification"), False)
    empty = feed(0)
    assert growth_of(tmp_path, Counting(), (other,), feed(), feed()) is None
    assert growth_of(tmp_path, Counting(), (TARGET, other), feed(), feed()) is None
    assert growth_of(tmp_path, Counting(), (TARGET,), empty, empty) is None
    assert growth_of(tmp_path, Counting(), (TARGET,), empty, feed()) is not None
