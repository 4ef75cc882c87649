"""The state of a run as one value, derived from what its folder holds. Standard library only."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal

from dlstudio.graph.project import Project
from dlstudio.training.runs import events as ev
from dlstudio.training.runs.run_marks import RunMarks, read_marks
from dlstudio.training.runs.worked_folder import RunError
from dlstudio.training.sites.site import site_of

Status = Literal["starting", "running", "paused", "finished", "stopped", "failed", "interrupted"]
TWIN = "twin"
"""The entry of ``run.json`` that names the run with given weights whose twin from scratch this one is."""
TWIN_DUE = "twin_due"
"""The entry of ``run.json`` that holds the project of a twin which is to be trained after the run."""
WAY = "way"
"""The entry of ``run.json`` that tells how a run computes, and why so: :mod:`dlstudio.training.computing.ways`."""
ENDED: tuple[Status, ...] = ("finished", "stopped", "failed", "interrupted")


@dataclass(frozen=True)
class RunInfo:
    """What can be said of a run in one glance.

    Attributes:
        name: ``0007``.
        folder: The run's folder.
        project: The frozen project.
        status: ``interrupted`` where its process ended without a word.
        created: Seconds since 1970.
        epochs: Passes planned.
        epoch: Passes completed.
        steps_per_epoch, samples, batch_size, parameters, device, backend, monitor: As the run announced.
        site: Where it is computed, for people; empty for this computer.
        way: Why the run computes as it does, where that was measured; else empty.
        values: Of the last epoch: ``loss``, ``val_loss``, metrics.
        history: The values of every epoch, in order.
        best_epoch: The epoch of the best checkpoint, 0 where there is none.
        last_epoch: Epochs completed when the last checkpoint was taken; *Continue* goes on after them.
        saved: Whether there is a last checkpoint on disk.
        metrics: Of the best model on the test split (and ``val_...``), once finished.
        reason: Why it finished: ``completed``, ``early-stopping``, ``stopped``.
        failure: Kind of the failure, or empty.
        message: The sentences that go with a failure, or empty.
        cause: What of a broken training was no number, as in :class:`dlstudio.training.runs.events.Failed`, or empty.
        warnings: Sentences.
        hindrance: What keeps the run from being written down just now, as a sentence, or empty.
        seconds: Spent training, epochs completed.
        ended: Seconds since 1970, or None while it runs or where nobody wrote it down.
        twin: Of a run from scratch: the run with given weights that it was made to be compared with; else empty.
        twin_due: Whether its twin from scratch is to be trained after it, and has not been made yet.
        trial: ``search 2, trial 7`` where it is a trial of a search, else empty.
        marks: Note, tags and pin.
    """

    name: str
    folder: Path
    project: Project
    status: Status
    created: float = 0.0
    epochs: int = 0
    epoch: int = 0
    steps_per_epoch: int = 0
    samples: int = 0
    batch_size: int = 0
    parameters: int = 0
    device: str = ""
    backend: str = ""
    site: str = ""
    way: str = ""
    monitor: str = "val_loss"
    values: Mapping[str, float | None] = field(default_factory=dict)
    history: tuple[Mapping[str, float | None], ...] = ()
    best_epoch: int = 0
    last_epoch: int = 0
    saved: bool = False
    metrics: Mapping[str, float | None] = field(default_factory=dict)
    reason: str = ""
    failure: str = ""
    message: str = ""
    cause: str = ""
    warnings: tuple[str, ...] = ()
    hindrance: str = ""
    seconds: float = 0.0
    ended: float | None = None
    twin: str = ""
    twin_due: bool = False
    trial: str = ""
    marks: RunMarks = field(default_factory=RunMarks)

    @property
    def best_values(self) -> dict[str, float]:
        """The values of the best epoch, or of the last where none is the best yet; those that are numbers."""
        row = self.history[self.best_epoch - 1] if 0 < self.best_epoch <= len(self.history) else self.values
        return {name: value for name, value in row.items() if value is not None and math.isfinite(value)}

    @property
    def live(self) -> bool:
        """Whether a process works on it."""
        return self.status not in ENDED

    @property
    def can_continue(self) -> bool:
        """Whether it can go on from its last checkpoint."""
        broken = self.diverged or self.failure in ("problems", "settings")
        # Killed before its first checkpoint, it begins anew; one that is elsewhere may have more there than came back.
        begun = self.saved or self.status == "interrupted" or self.failure == "site"
        # One that ended after its last epoch without a word has not been judged, nor its best model saved.
        left = self.last_epoch < self.epochs or self.status in ("interrupted", "failed")
        return self.status in ENDED and begun and left and not broken

    @property
    def diverged(self) -> bool:
        """Whether its loss or weights became no numbers, or its loss exploded: the same settings would do it again."""
        return self.failure in ("nan", "exploded")

    @property
    def can_go_on_calmer(self) -> bool:
        """Whether it broke and can go on from its last good checkpoint with a lower rate."""
        return self.status in ENDED and self.diverged and self.saved and self.last_epoch < self.epochs

    @property
    def has_model(self) -> bool:
        """Whether there is something to inspect."""
        return self.best_epoch > 0 or self.last_epoch > 0

    def as_json(self) -> dict[str, Any]:
        """A JSON object without the project."""
        value: dict[str, Any] = {each.name: getattr(self, each.name) for each in fields(self)}
        del value["project"]
        value["folder"] = str(self.folder)
        value["values"] = dict(self.values)
        value["metrics"] = dict(self.metrics)
        value["history"] = [dict(entry) for entry in self.history]
        value["warnings"] = list(self.warnings)
        value["marks"] = self.marks.as_json()
        return value


def begun(path: Path, record: Mapping[str, Any]) -> RunInfo:
    """The state of a run of which nothing is known but its folder and what ``run.json`` holds."""
    project = Project.from_json(record["project"])
    return RunInfo(
        path.name,
        path,
        project,
        "starting",
        created=float(record.get("created", 0.0)),
        epochs=project.training.epochs,
        batch_size=project.training.batch_size,
        twin=str(record.get(TWIN, "")),
        twin_due=bool(record.get(TWIN_DUE)),
        trial=_trial(record),
        site=_site(record),
        way=str((record.get(WAY) or {}).get("why", "")),
        marks=read_marks(path),
    )


def _site(record: Mapping[str, Any]) -> str:
    try:
        site = site_of(record)
    except RunError:
        return ""
    return str(site) if site else ""


def _trial(record: Mapping[str, Any]) -> str:
    search, number = record.get("search"), record.get("trial")
    return f"search {int(search)}, trial {number}" if isinstance(search, str) and search.isdigit() else ""


def follow(info: RunInfo, events: list[ev.Event]) -> RunInfo:
    """The state after further events. A living process is assumed; see
    :meth:`dlstudio.training.runs.run_folder.RunFolder.settled`."""
    history = list(info.history)
    for event in events:
        match event:
            case ev.Started():
                history = history[: event.first_epoch - 1]
                info = replace(
                    info,
                    status="running",
                    epochs=event.epochs,
                    epoch=event.first_epoch - 1,
                    steps_per_epoch=event.steps_per_epoch,
                    samples=event.samples,
                    batch_size=event.batch_size or info.batch_size,
                    parameters=event.parameters,
                    device=event.device,
                    backend=event.backend,
                    monitor=event.monitor,
                    metrics={},
                    reason="",
                    failure="",
                    message="",
                    cause="",
                    ended=None,
                )
            case ev.Epoch():
                history = [*history[: event.epoch - 1], event.values]
                seconds = info.seconds + event.seconds
                info = replace(info, epoch=event.epoch, values=event.values, seconds=seconds)
            case ev.Checkpoint(kind="best"):
                info = replace(info, best_epoch=event.epoch)
            case ev.Checkpoint():
                info = replace(info, last_epoch=event.epoch, saved=True)
            case ev.Warning_():
                info = replace(info, warnings=(*info.warnings, event.message))
            case ev.Paused():
                info = replace(info, status="paused")
            case ev.Resumed():
                info = replace(info, status="running")
            case ev.Finished():
                status: Status = "stopped" if event.reason == "stopped" else "finished"
                info = replace(info, status=status, metrics=event.metrics, reason=event.reason, ended=event.time)
            case ev.Failed():
                info = replace(
                    info,
                    status="failed",
                    failure=event.kind,
                    message=event.message,
                    cause=event.cause,
                    reason="",
                    ended=event.time,
                )
    return replace(info, history=tuple(history))
