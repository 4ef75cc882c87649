"""What a training process says while it works: typed events, one JSON line each in ``events.jsonl``.

Standard library only: the window, the command line and the training process all read them. Writing them to disk is the
business of :mod:`dlstudio.training.runs.event_log`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, ClassVar


@dataclass(frozen=True, kw_only=True)
class Event:
    """What every event carries.

    Attributes:
        time: Seconds since 1970 when it happened.
    """

    NAME: ClassVar[str] = ""
    time: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """The JSON object of one line: the field ``event`` names the kind, the others are the event's own."""
        value: dict[str, Any] = {"event": self.NAME}
        for each in fields(self):
            value[each.name] = _plain(getattr(self, each.name))
        return value


@dataclass(frozen=True, kw_only=True)
class Started(Event):
    """Data and network are ready; the first step follows.

    Attributes:
        epochs: Passes planned in all.
        first_epoch: Epoch that comes first: 1, or later where a run is continued.
        steps_per_epoch: Batches a pass.
        samples: Samples in the training split.
        validation_samples: Samples in the validation split.
        batch_size: Samples a batch; the last of an epoch may have fewer.
        metrics: Names of the values that batches and epochs report, ``loss`` first.
        monitor: The value that decides which checkpoint is the best, such as ``val_loss``.
        keep: Which epoch's weights the run keeps: ``best``, or ``last`` whatever that value says.
        parameters: Number of trainable and other weights.
        device: Name of the device for people.
        backend: What Keras computes with: ``tensorflow``, ``jax`` or ``torch``.
    """

    NAME: ClassVar[str] = "started"
    epochs: int
    steps_per_epoch: int
    samples: int
    metrics: tuple[str, ...] = ("loss",)
    parameters: int = 0
    device: str = ""
    backend: str = ""
    first_epoch: int = 1
    validation_samples: int = 0
    batch_size: int = 0
    monitor: str = "val_loss"
    keep: str = "best"


@dataclass(frozen=True, kw_only=True)
class Batch(Event):
    """One step is done.

    Attributes:
        epoch: Counted from 1.
        step: Within the epoch, counted from 1.
        values: This batch's own loss and metrics, not running means; None where a value is not finite.
        samples_per_second: Over about the last second, pauses left out.
        waiting, studio: Shares of that time: waiting for data, and what the studio itself did (events, checkpoints).
    """

    NAME: ClassVar[str] = "batch"
    epoch: int
    step: int
    values: Mapping[str, float | None] = field(default_factory=dict)
    samples_per_second: float = 0.0
    waiting: float = 0.0
    studio: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Epoch(Event):
    """One pass is done and validated.

    Attributes:
        values: Means over the epoch: ``loss``, the metrics, and the same of the validation split as ``val_...``.
        seconds: How long it took, validation included, pauses left out.
        learning_rate: At the end of the epoch.
        spent: Where its seconds went: ``data`` (waiting), ``steps``, ``validation``, ``studio``.
        memory_bytes: Main memory of the training process then; 0 where nobody looked.
    """

    NAME: ClassVar[str] = "epoch"
    epoch: int
    values: Mapping[str, float | None] = field(default_factory=dict)
    seconds: float = 0.0
    learning_rate: float | None = None
    spent: Mapping[str, float] = field(default_factory=dict)
    memory_bytes: int = 0


@dataclass(frozen=True, kw_only=True)
class Layers(Event):
    """How the layers learnt in one step, measured now and then.

    Attributes:
        epoch, step: The step, counted from 1 within its epoch.
        layers: By the layer's path: ``gradient`` and ``weights`` are Euclidean norms over all that it learns, the first
            before clipping; ``update`` is the norm of what the step added, divided by that of the weights; ``dead`` is
            the share of its relu units that give 0 for all samples of a fixed few. None where it is not finite.
    """

    NAME: ClassVar[str] = "layers"
    epoch: int
    step: int
    layers: Mapping[str, Mapping[str, float | None]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Checkpoint(Event):
    """A checkpoint is safely on disk: ``kind`` is ``best`` or ``last``, taken after ``epoch``."""

    NAME: ClassVar[str] = "checkpoint"
    kind: str
    epoch: int


@dataclass(frozen=True, kw_only=True)
class Warning_(Event):  # noqa: N801 - the builtin's name stays free
    """Something the user should know; training goes on."""

    NAME: ClassVar[str] = "warning"
    message: str


@dataclass(frozen=True, kw_only=True)
class Note(Event):
    """Something worth knowing of the run that is no fault: which layers begin with weights of before."""

    NAME: ClassVar[str] = "note"
    message: str


@dataclass(frozen=True, kw_only=True)
class Paused(Event):
    """Training waits between two batches until it is resumed or stopped."""

    NAME: ClassVar[str] = "paused"
    epoch: int = 0
    step: int = 0


@dataclass(frozen=True, kw_only=True)
class Resumed(Event):
    """Training goes on after a pause."""

    NAME: ClassVar[str] = "resumed"
    epoch: int = 0
    step: int = 0


@dataclass(frozen=True, kw_only=True)
class Stopped(Event):
    """A stop was asked for and no further step is made; checkpoint, evaluation and :class:`Finished` follow."""

    NAME: ClassVar[str] = "stopped"
    epoch: int = 0
    step: int = 0


@dataclass(frozen=True, kw_only=True)
class Finished(Event):
    """The run ended well.

    Attributes:
        run: The run's name, such as ``0007``.
        metrics: Of the best checkpoint on the test split, and of the validation split as ``val_...``.
        reason: ``completed``, ``early-stopping`` or ``stopped``.
        epoch: The last epoch that was completed.
        best_epoch: The epoch after which the best checkpoint was taken; 0 where there is none.
        seconds: Length of the run, pauses left out.
    """

    NAME: ClassVar[str] = "finished"
    run: str
    metrics: Mapping[str, float | None] = field(default_factory=dict)
    reason: str = "completed"
    epoch: int = 0
    best_epoch: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Failed(Event):
    """The run ended because something is wrong.

    Attributes:
        kind: ``problems`` (the drawing), ``data``, ``settings``, ``nan`` (loss or weights are no numbers),
            ``exploded`` (the loss), ``out-of-memory``, ``disk-full``, ``crash``, ``site`` (where it was to be
            computed, it could not be).
        message: Sentences for the user: what, where, what to do.
        problems: JSON form of each :class:`dlstudio.graph.problems.Problem`, where there are several.
        epoch, step: Where a training broke, counted from 1; 0 for other kinds.
        layer: Path of the layer in which it broke, or name of the Input or Output; empty where that is not known.
        cause: What of it was no number: ``input``, ``target``, ``weights``, ``output``, ``loss``; ``large`` where the
            loss exploded.
    """

    NAME: ClassVar[str] = "failed"
    kind: str
    message: str
    problems: tuple[Mapping[str, Any], ...] = ()
    epoch: int = 0
    step: int = 0
    layer: str = ""
    cause: str = ""


KINDS: dict[str, type[Event]] = {
    kind.NAME: kind
    for kind in (Started, Batch, Epoch, Layers, Checkpoint, Warning_, Note, Paused, Resumed, Stopped, Finished, Failed)
}

FIELDS: dict[type[Event], frozenset[str]] = {
    kind: frozenset(each.name for each in fields(kind)) for kind in KINDS.values()
}
PART_BYTES = 1 << 18


def from_json(value: Mapping[str, Any]) -> Event | None:
    """The event a JSON object stands for, or None for one that this version does not know.

    Fields that are unknown are passed over, so that older readers follow newer runs.
    """
    kind = KINDS.get(str(value.get("event")))
    if kind is None:
        return None
    known = FIELDS[kind]
    arguments: dict[str, Any] = {
        name: tuple(entry) if isinstance(entry, list) else entry for name, entry in value.items() if name in known
    }
    try:
        return kind(**arguments)
    except TypeError:
        return None


class EventReader:
    """Follows an event file that another process appends to.

    A last line that is only half written is left for the next call; a line that is damaged is passed over.
    """

    def __init__(self, path: Path, *, batches: bool = True) -> None:
        """Args:
        path: The ``events.jsonl``; it may not be there yet.
        batches: False passes over batch events without parsing them, which is quick for long runs.
        """
        self._path = path
        self._batches = batches
        self._offset = 0

    def read_new(self) -> list[Event]:
        """The events that were written since the last call, in order."""
        return [event for part in self.parts() for event in part]

    def parts(self, most_bytes: int = PART_BYTES) -> Iterator[list[Event]]:
        """The same in parts of about so many bytes each: a million steps are a file of hundreds of megabytes."""
        try:
            with self._path.open("rb") as stream:
                if stream.seek(0, 2) < self._offset:  # another file than before
                    self._offset = 0
                stream.seek(self._offset)
                while content := stream.read(most_bytes):
                    if len(content) == most_bytes:
                        content += stream.readline()
                    whole = content[: content.rfind(b"\n") + 1]
                    self._offset += len(whole)
                    if whole:
                        yield self._events(whole)
                    if len(whole) < len(content):
                        return
        except OSError:
            return

    def _events(self, whole: bytes) -> list[Event]:
        lines = whole.splitlines()
        if not self._batches:
            lines = [line for line in lines if not line.startswith(b'{"event": "batch"')]
        try:
            values = json.loads(b"[" + b",".join(lines) + b"]")  # at once: a tenth of the time
        except (ValueError, RecursionError):
            values = [_read(line) for line in lines]
        events = (from_json(value) for value in values if isinstance(value, dict))
        return [event for event in events if event is not None]


def _read(line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, Mapping):
        return {key: _plain(entry) for key, entry in value.items()}
    return value
