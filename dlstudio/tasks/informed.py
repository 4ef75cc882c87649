"""What some tasks know beyond the Output itself: baselines that read the inputs, answers about tokens of a text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from dlstudio.graph.columns import ColumnSpec

if TYPE_CHECKING:
    from dlstudio.data.encoders.tokenized import Token


@dataclass(frozen=True)
class Seen:
    """A split as a baseline sees it: what the network's Inputs read, by column, and the truth; (samples, ...) each."""

    inputs: Mapping[str, np.ndarray]
    truth: np.ndarray


@runtime_checkable
class LearnsFromInputs(Protocol):
    """A task whose baseline is a simple model of the inputs."""

    def baseline_from_inputs(self, train: Seen, test: Seen, target: ColumnSpec) -> dict[str, float]:
        """The metrics of a simple model on ``test``, learned from ``train`` alone."""
        ...


@runtime_checkable
class LearnsSimply(Protocol):
    """A task with a simple model beside its baseline that reads what the network reads.

    Attributes:
        learned_baseline_title: What that model is, in words.
    """

    learned_baseline_title: str

    def learned_baseline(
        self, train: tuple[np.ndarray, np.ndarray], test: tuple[np.ndarray, np.ndarray], target: ColumnSpec
    ) -> dict[str, float]:
        """The metrics on ``test``, learned from ``train`` alone; each is the encoded input and the truth."""
        ...


@runtime_checkable
class SaysOfTokens(Protocol):
    """A task whose answers are about tokens of a text that a user gives."""

    def of_tokens(self, prediction: Mapping[str, Any], tokens: Mapping[str, Sequence[Token]]) -> dict[str, Any]:
        """A prediction with its tokens.

        Args:
            prediction: One of the task's ``predictions``.
            tokens: By input column, those that the network reads.
        """
        ...


@runtime_checkable
class ComparesWithInput(Protocol):
    """A task whose answer is held against what was read."""

    def beside_input(self, prediction: Mapping[str, Any], read: np.ndarray, given: np.ndarray) -> dict[str, Any]:
        """A prediction with how far what the network gives is from what it read.

        Args:
            prediction: One of the task's ``predictions``.
            read: What the network read, encoded.
            given: What it gave, of the same number of values.
        """
        ...
