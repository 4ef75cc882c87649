"""What some tasks know beyond the Output itself: baselines that read the inputs, answers about tokens of a text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from dlstudio.graph.columns import ColumnSpec

if TYPE_CHECKING:
    from dlstudio.data.encoders.tokenized import Token
    from dlstudio.data.pictures.listed_pairs import ListedPairs
    from dlstudio.data.texts.passages import Reference


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


@dataclass(frozen=True)
class Pairs:
    """Texts that a network reads and those that it is to write, as many of each."""

    sources: Sequence[str]
    targets: Sequence[str]


@dataclass(frozen=True)
class SimpleAnswer:
    """What one gets without a network: a short name, what is done, in words, and its metrics."""

    name: str
    title: str
    metrics: Mapping[str, float]


@runtime_checkable
class WritesTexts(Protocol):
    """A task whose network writes a text token by token, each after those before it."""

    def of_texts(self, truth: Sequence[str], given: Sequence[str]) -> dict[str, float]:
        """The metrics of texts that were written."""
        ...

    def each_text(self, truth: Sequence[str], given: Sequence[str]) -> np.ndarray:
        """How good each text is, higher being better, (texts,)."""
        ...

    def simple_answers(self, train: Pairs, asked: Pairs) -> list[SimpleAnswer]:
        """What simple ways of translating reach on ``asked``, learned from ``train`` alone; the simplest first."""
        ...


@runtime_checkable
class Stretches(Protocol):
    """A task whose answers have a band that is to hold as often as it says, which the validation split has to tell."""

    def stretch(self, truth: np.ndarray, outputs: np.ndarray, target: ColumnSpec) -> float:
        """By how much the band has to be stretched around its middle to hold for this truth as often as it says."""
        ...

    def stretched(self, outputs: np.ndarray, by: float, target: ColumnSpec) -> np.ndarray:
        """The same outputs with their band stretched."""
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
class SaysWhereInPicture(Protocol):
    """A task whose answers are places in a picture that a user gives."""

    def in_pixels(self, prediction: Mapping[str, Any], back: Callable[[Any], np.ndarray]) -> dict[str, Any]:
        """A prediction with its places in pixels of that picture.

        Args:
            prediction: One of the task's ``predictions``.
            back: Boxes (n, 4) in pixels of the encoded image to the same in pixels of the picture.
        """
        ...


@runtime_checkable
class JudgedByTexts(Protocol):
    """A task whose answers are texts, judged by what the source says of each row rather than by its encoded form."""

    def evaluate_texts(
        self,
        references: Sequence[Reference],
        truth: np.ndarray,
        outputs: np.ndarray,
        target: ColumnSpec,
        probabilities: bool,
    ) -> dict[str, float]:
        """Metrics of a split; ``references`` has one entry a sample, the rest is as in ``Task.evaluate``."""
        ...

    def baseline_from_texts(self, train: Sequence[Reference], test: Sequence[Reference]) -> dict[str, float]:
        """The metrics of a simple answer on ``test``, learned from ``train`` alone."""
        ...


@runtime_checkable
class JudgedByPairs(Protocol):
    """A task that compares samples: by the pairs that the source lists, where it lists some."""

    def evaluate_pairs(self, pairs: ListedPairs, outputs: np.ndarray, target: ColumnSpec) -> dict[str, float]:
        """What takes the place of the metrics of all pairs; ``pairs`` are places in ``outputs``."""
        ...

    def learned_on_pairs(
        self, pairs: ListedPairs, train: np.ndarray, test: np.ndarray, target: ColumnSpec
    ) -> dict[str, float]:
        """The same of the simple model, learned from the encoded inputs ``train`` alone, on the inputs ``test``."""
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


@runtime_checkable
class Makes(Protocol):
    """A task whose network makes samples, and judges them and real ones."""

    def made(self, outputs: np.ndarray, target: ColumnSpec) -> np.ndarray:
        """The samples in what the network gives, (samples, *target.shape)."""
        ...

    def verdicts(self, outputs: np.ndarray) -> np.ndarray:
        """How sure the network is that the sample read and that made are real, (samples, 2), 0 to 1."""
        ...

    def floor(self, train_truth: np.ndarray, test_truth: np.ndarray) -> Mapping[str, float]:
        """The metrics of real samples of the training split in place of made ones."""
        ...


def generates(task: object) -> bool:
    """Whether a task's answers go on a text, one token after the other."""
    return bool(getattr(task, "generates", False))


def embeds(task: object) -> bool:
    """Whether a task's answers are vectors that are compared with each other."""
    return bool(getattr(task, "embeds", False))
