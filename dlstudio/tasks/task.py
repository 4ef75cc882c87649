"""What every task offers. A task knows encoded arrays and column specs, no files and no Keras (only its names)."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from dlstudio.graph.columns import ColumnSpec

Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float64]


class TaskError(ValueError):
    """A task that does not exist or cannot do what was asked; the message is a sentence for the user."""


class Task(Protocol):
    """Loss, metrics, baseline and decoding of one kind of learning.

    In all methods ``outputs`` is what the network puts out, (n, units) float; ``truth`` is the encoded target, (n,)
    class indices or (n, values) numbers; ``probabilities`` says whether the network ends in a softmax, so that its
    outputs are probabilities and not logits.
    """

    name: str
    title: str
    monitor: str

    def suits(self, target: ColumnSpec) -> bool:
        """Whether a column of that kind can be learnt this way."""
        ...

    def units(self, target: ColumnSpec) -> int:
        """How many values the network has to put out: the length of its last axis."""
        ...

    def loss(self, target: ColumnSpec, probabilities: bool) -> dict[str, Any]:
        """``{"type": "keras.losses.…", "settings": {…}}``."""
        ...

    def metrics(self, target: ColumnSpec, probabilities: bool) -> list[dict[str, Any]]:
        """The same form, for what is measured while training; each has a short ``name`` among its settings."""
        ...

    def scores(self, outputs: Array, target: ColumnSpec, probabilities: bool) -> Floats:
        """(n, units): probabilities of classes, or the numbers themselves."""
        ...

    def predictions(self, outputs: Array, target: ColumnSpec, probabilities: bool) -> list[dict[str, Any]]:
        """One JSON object a sample."""
        ...

    def evaluate(self, truth: Array, outputs: Array, target: ColumnSpec, probabilities: bool) -> dict[str, float]:
        """The metrics of a finished network by name, the most telling first."""
        ...

    def sample_losses(self, truth: Array, outputs: Array, target: ColumnSpec, probabilities: bool) -> Floats:
        """(n,): how wrong each sample is."""
        ...

    def baseline(self, train_truth: Array, test_truth: Array, target: ColumnSpec) -> dict[str, float]:
        """What the simplest answer would reach, under names that :meth:`evaluate` uses too."""
        ...
