"""Runs without Keras: what a training process would write, written at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dlstudio.graph.project import Project
from dlstudio.search.folder import Plan, SearchFolder, create_search
from dlstudio.search.ranges import Range
from dlstudio.search.running import Search
from dlstudio.training.runs import events as ev
from dlstudio.training.runs.event_log import EventLog
from dlstudio.training.runs.run_folder import RunFolder
from tests.training.tiny_projects import make_project

UNITS, RATE = "graph.nodes.hidden.settings.units", "training.optimizer.settings.learning_rate"
RANGES = (Range(UNITS, 4, 64), Range(RATE, 1e-3, 0.1, log=True))


class Killed(BaseException):
    """Stands for SIGKILL: nothing of the search runs any more."""


@dataclass
class Ended:
    """A process that has ended."""

    returncode: int = 0
    pid: int = 0

    @property
    def alive(self) -> bool:
        return False

    @property
    def process(self) -> Ended:
        return self


Part = Callable[[RunFolder, EventLog], int | None]


@dataclass
class Trainer:
    """Launches runs that are over as soon as they are launched.

    Attributes:
        parts: What the process of a trial does in place of training well, by the trial's number.
        launched: Number of the trial and whether it was continued, in order.
    """

    parts: dict[int, Part] = field(default_factory=dict)
    launched: list[tuple[int, bool]] = field(default_factory=list)

    def launch(self, run: RunFolder, *, resume: bool = False) -> Any:
        number = run.record()["trial"]
        self.launched.append((number, resume))
        log = EventLog(run.events_file)
        try:
            status = (self.parts.pop(number, None) or train_well)(run, log)
        finally:
            log.close()
        return Ended(status or 0)

    def search(self, folder: SearchFolder) -> Search:
        return Search(folder, launch=self.launch, prepare=lambda: None, sleep=lambda _: None)


def score_of(project: Project) -> float:
    """The accuracy of a network: the nearer to 32 units and a rate of 0.02, the better."""
    units = project.graph["hidden"].settings["units"]
    rate = project.training.optimizer.settings["learning_rate"]
    return 0.9 - abs(units - 32) / 200 - abs(rate - 0.02)


def begin(run: RunFolder, log: EventLog, epochs: int | None = None) -> None:
    project = run.project()
    units = project.graph["hidden"].settings["units"]
    log.write(ev.Started(epochs=3, steps_per_epoch=1, samples=9, validation_samples=3, parameters=5 * units))
    for epoch in range(1, (epochs or 3) + 1):
        loss = 1.0 - score_of(project) + (3 - epoch) * 0.01
        log.write(ev.Epoch(epoch=epoch, values={"loss": 1.0, "val_loss": loss}, seconds=0.5))


def train_well(run: RunFolder, log: EventLog) -> None:
    begin(run, log)
    log.write(ev.Finished(run=run.name, reason="completed", epoch=3, best_epoch=3))


def fail(kind: str) -> Part:
    def part(run: RunFolder, log: EventLog) -> int:
        log.write(ev.Failed(kind=kind, message=f"It failed: {kind}."))
        return 1

    return part


def die(status: int) -> Part:
    def part(run: RunFolder, log: EventLog) -> int:
        begin(run, log, epochs=1)
        return status

    return part


def be_killed(before: Part | None = None) -> Part:
    """The search is killed while the run of this trial begins, after what it did before."""

    def part(run: RunFolder, log: EventLog) -> int:
        if before is not None:
            before(run, log)
        raise Killed

    return part


def make_search(folder: Path, **plan: Any) -> SearchFolder:
    project = make_project(folder, epochs=3)
    options: dict[str, Any] = {"trials": 8, "goal": "val_loss", "pruning": False, **plan}
    return create_search(folder, project, Plan(options.pop("ranges", RANGES), **options))
