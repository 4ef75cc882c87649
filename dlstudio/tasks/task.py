"""What every task offers. A task knows the meaning of an Output, not its network: only numpy, no Keras, no files."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from dlstudio.graph.columns import ColumnSpec


class TaskError(ValueError):
    """A task that is not there or does not suit; the message is a sentence for the user."""


class Task(Protocol):
    """One kind of thing to predict.

    Attributes:
        name: Its name in project files.
        title: Its name for people.
        monitor: The value that decides which checkpoint is the best.
        baseline_title: What the baseline does, in words: ``always the commonest class``.
    """

    name: str
    title: str
    monitor: str
    baseline_title: str

    def suits(self, target: ColumnSpec) -> bool:
        """Whether a column can be the target of this task."""
        ...

    def units(self, target: ColumnSpec) -> int:
        """Width of the network's last axis for this target."""
        ...

    def output_shape(self, target: ColumnSpec) -> tuple[int | None, ...]:
        """Shape of what the network has to give for one sample, without the batch axis; None for any length."""
        ...

    def loss(self, target: ColumnSpec, probabilities: bool) -> dict[str, Any]:
        """``{"type": "keras.losses.X", "settings": {...}}``; ``probabilities`` where the network ends in a softmax.

        ``dlstudio.X`` names one of :mod:`dlstudio.training.objectives` where Keras has none; also among metrics.
        """
        ...

    def metrics(self, target: ColumnSpec, probabilities: bool) -> list[dict[str, Any]]:
        """Metrics for the curves, each ``{"type": "keras.metrics.X", "name": SHORT, "settings": {...}}``."""
        ...

    def scores(self, outputs: np.ndarray, target: ColumnSpec, probabilities: bool) -> np.ndarray:
        """What the network says, (samples, units), in a form for people: probabilities, or plain values."""
        ...

    def predictions(self, outputs: np.ndarray, target: ColumnSpec, probabilities: bool) -> list[dict[str, Any]]:
        """One JSON object a sample."""
        ...

    def evaluate(
        self, truth: np.ndarray, outputs: np.ndarray, target: ColumnSpec, probabilities: bool
    ) -> dict[str, float]:
        """Metrics of a split.

        Args:
            truth: Encoded target values, (samples,) class indices or (samples, values) numbers in the data's units.
            outputs: What the network gives, (samples, units), numbers in the data's units.
            target: The target column.
            probabilities: Whether the network ends in a softmax.
        """
        ...

    def sample_losses(
        self, truth: np.ndarray, outputs: np.ndarray, target: ColumnSpec, probabilities: bool
    ) -> np.ndarray:
        """The loss of each sample, (samples,)."""
        ...

    def baseline(self, train_truth: np.ndarray, test_truth: np.ndarray, target: ColumnSpec) -> dict[str, float]:
        """The metrics of the simplest answer, learned from the training split alone."""
        ...
