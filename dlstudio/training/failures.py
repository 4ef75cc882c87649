"""Why a run could not start or go on: this room's errors, and what others' errors mean to the user."""

from __future__ import annotations

import traceback
from collections.abc import Sequence

from dlstudio.graph.problems import Problem
from dlstudio.training.computing.devices import DeviceError
from dlstudio.training.runs.events import Failed
from dlstudio.training.runs.run_folder import RunError, is_disk_full

_MEMORY_WORDS = (
    "resource_exhausted",
    "resourceexhausted",
    "out of memory",
    "oom when allocating",
    "cannot allocate memory",
)


class TrainingError(RuntimeError):
    """Training cannot go on; the message is a sentence or two for the user.

    Attributes:
        kind: As in :class:`dlstudio.training.runs.events.Failed`.
        problems: What is wrong with the drawing, where that is the reason.
    """

    def __init__(self, kind: str, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.kind = kind
        self.problems = tuple(problems)


def explained(error: BaseException, batch_size: int, kept: str) -> Failed:
    """The event that tells the user of an error.

    Args:
        error: What was raised.
        batch_size: The run's, for advice.
        kept: A sentence about the checkpoint that is there, or empty.
    """
    if isinstance(error, TrainingError):
        problems = tuple(problem.as_json() for problem in error.problems)
        message = str(error) if error.kind in ("problems", "data", "settings") else _joined(str(error), kept)
        return Failed(kind=error.kind, message=message, problems=problems)
    if isinstance(error, DeviceError | RunError):
        return Failed(kind="settings", message=str(error))
    if is_out_of_memory(error):
        smaller = max(batch_size // 2, 1)
        message = (
            f"There is not enough memory to train with {batch_size} samples a batch. Set the batch size to {smaller} "
            f"or less, make the inputs or the layers smaller, or close other programs."
        )
        return Failed(kind="out-of-memory", message=_joined(message, kept))
    if is_disk_full(error):
        message = "The disk is full, so the run could not be saved. Free some space and continue the run."
        return Failed(kind="disk-full", message=_joined(message, kept))
    where = _origin(error)
    text = " ".join(str(error).split())
    message = f"Training broke off with {type(error).__name__}: {text[:600] or 'no message'}{where}. See log.txt."
    return Failed(kind="crash", message=_joined(message, kept))


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error of Python or of a backend means that memory ran out."""
    if isinstance(error, MemoryError):
        return True
    text = f"{type(error).__name__} {error}".lower()
    return not isinstance(error, OSError) and any(word in text for word in _MEMORY_WORDS)


def _joined(message: str, kept: str) -> str:
    return f"{message} {kept}".strip()


def _origin(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f" (in {frames[-1].name})" if frames else ""
