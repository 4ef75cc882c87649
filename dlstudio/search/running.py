"""A search at work: proposes trials, trains each as a run, follows them, and writes down what came of them.

A trial may run out of memory, crash or be killed: it has a process of its own, so it is marked failed and the next one
begins. This process may be killed, too: the journal says what was proposed, the runs go on by themselves, and whoever
goes on with the search takes them over where they are by then.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import psutil

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.graph.custom_code import Permission
from dlstudio.graph.model import OUTPUT
from dlstudio.graph.project import LAST, Project
from dlstudio.search.folder import SearchFolder
from dlstudio.search.ranges import RangeError
from dlstudio.search.settings import own_value, with_values
from dlstudio.search.study import Study
from dlstudio.search.trial_run import TrialRun
from dlstudio.search.trials import Results, SearchStatus, Trial
from dlstudio.tasks.registry import get_task
from dlstudio.training import launching
from dlstudio.training.controls import Controls
from dlstudio.training.direction import higher_is_better
from dlstudio.training.early_stopping import BestSoFar
from dlstudio.training.runs.run_code import keep_code
from dlstudio.training.runs.run_folder import RunFolder, create_run, list_runs
from dlstudio.training.runs.worked_folder import Command, RunError

LOOK_SECONDS = 0.1
WRITE_SECONDS = 1.0
IMPORTANCE_SECONDS = 10.0  # computing it takes a second, and it changes slowly
HOPELESS = 5
"""So many trials that failed, and none that did not, end a search: something is wrong with all of them."""


class Search:
    """One search until it is done, stopped or hopeless.

    Args:
        folder: The search's.
        launch: Starts the process of a run.
        prepare: Called while a trial trains and another is to follow: gets a process ready for it.
    """

    def __init__(
        self,
        folder: SearchFolder,
        *,
        launch: Callable[..., launching.TrainingProcess] = launching.launch,
        prepare: Callable[[], None] = launching.prepare_spare,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._folder = folder
        self._plan = folder.plan()
        self._project = folder.project()
        self._catalogue = load_catalogue()
        self._launch = launch
        self._prepare = prepare
        self._sleep = sleep
        self._goal = self._plan.goal or usual_goal(self._project)
        self._higher = higher_is_better(self._goal)
        epochs = self._plan.epochs or self._project.training.epochs
        self._study = Study(
            folder.journal_file, self._plan, higher=self._higher, epochs=epochs, first=self._beginnings()
        )
        self._controls = Controls(folder)
        self._active: dict[int, TrialRun] = {}
        self._hopeless = ""
        self._importance: dict[str, float] = {}
        self._weighed_at = 0.0
        self._memory = self._memory_each()
        self._written_at = 0.0
        self._paused = False
        self._told_to_stop = False

    def go(self) -> SearchStatus:
        """Searches; returns ``finished``, ``stopped`` or ``failed``, which stands in ``results.json`` as well."""
        try:
            with self._controls.listening():
                self._weigh()
                self._write(now=True)
                for number, values, notes in self._study.unended():
                    self._take_over(number, values, notes)
                return self._loop()
        finally:
            launching.discard_spare()

    def _loop(self) -> SearchStatus:
        while True:
            self._controls.look()
            self._steer()
            for number in list(self._active):
                self._follow(number)
            stopping = self._stopping
            if not stopping and not self._controls.paused:
                self._fill()
            if not self._active and (stopping or self._study.proposed() >= self._plan.trials):
                status: SearchStatus = "failed" if self._hopeless else "stopped" if stopping else "finished"
                self._weigh()
                self._write(status, self._hopeless, now=True)
                return status
            self._write()
            self._sleep(LOOK_SECONDS)

    @property
    def _stopping(self) -> bool:
        return self._controls.stopping or bool(self._hopeless)

    def _steer(self) -> None:
        if self._stopping and not self._told_to_stop:
            self._told_to_stop = True
            self._tell_all("stop")
        if self._controls.paused != self._paused:
            self._paused = self._controls.paused
            self._tell_all("pause" if self._paused else "resume")
            self._write(now=True)

    def _tell_all(self, command: Command) -> None:
        for each in self._active.values():
            each.run.send(command)

    def _follow(self, number: int) -> None:
        work = self._active[number]
        asked = work.pruning
        trial = work.look(stopping=self._stopping)
        if work.pruning and not asked:
            self._study.note(number, pruning=True)
            work.run.send("stop")
        self._hopeless = self._hopeless or work.obstacle
        if trial is None:
            return
        del self._active[number]
        if trial.state != "waiting":  # else the search was stopped, and goes on with this trial later
            self._end(trial)

    def _end(self, trial: Trial) -> None:
        self._study.end(trial)
        if time.monotonic() - self._weighed_at > IMPORTANCE_SECONDS:
            self._weigh()
        if trial.failure == "disk-full":
            self._hopeless = trial.message
        self._give_up_on(trial)
        self._write(now=True)

    def _weigh(self) -> None:
        self._importance = self._study.importance()
        self._weighed_at = time.monotonic()

    def _give_up_on(self, trial: Trial) -> None:
        ended = [each for each in self._study.trials() if each.ended]
        if trial.state == "failed" and len(ended) >= HOPELESS and all(each.state == "failed" for each in ended):
            self._hopeless = f"The first {len(ended)} trials all failed, the last one so: {trial.message}"

    def _fill(self) -> None:
        while len(self._active) < self._plan.side_by_side and self._study.proposed() < self._plan.trials:
            number, values = self._study.ask()
            known = self._study.same(number, values)
            if known is not None:
                words = f"The same values as trial {known.number}. {known.message}".strip()
                self._end(replace(known, number=number, message=words))
                continue
            self._begin(Trial(number, "waiting", values))
        if self._study.proposed() < self._plan.trials:
            self._prepare()

    def _begin(self, trial: Trial) -> None:
        try:
            project = with_values(self._project, trial.values, self._catalogue)
        except RangeError as error:
            self._end(replace(trial, state="failed", failure="settings", message=str(error)))
            return
        folder = self._folder.project_folder
        extra = {"search": self._folder.name, "trial": trial.number}
        run = create_run(folder, project, device=self._plan.device, epochs=self._plan.epochs, extra=extra)
        self._study.note(trial.number, run=run.name)
        if self._plan.code:
            keep_code(run, project.graph, Permission(folder.resolve(), frozenset(self._plan.code)))
        work = self._work(trial, run)
        self._write(now=True)
        work.take(self._launch(run))

    def _work(self, trial: Trial, run: RunFolder) -> TrialRun:
        best = BestSoFar(self._goal, self._higher, latest=self._project.training.keep == LAST)
        number = trial.number

        def report(epoch: int, score: float) -> bool:
            return self._study.report(number, epoch, score)

        work = self._active[number] = TrialRun(trial, run, best, report, self._memory)
        return work

    def _take_over(self, number: int, values: dict[str, Any], notes: Mapping[str, Any]) -> None:
        """Goes on with a trial of a search that was stopped or killed, wherever its run is by now."""
        if notes.get("end"):
            self._study.end(Trial.from_json({**notes["end"], "values": values}))
            return
        trial = Trial(number, "waiting", values)
        run = self._run_of(number, str(notes.get("run", "")))
        if run is None:
            self._begin(trial)
            return
        work = self._work(trial, run)
        work.catch_up()
        work.pruning = bool(notes.get("pruning"))
        ended = work.said_end is not None and (work.pruning or run.info().status != "stopped")
        if not ended and not run.lives():
            work.take(self._launch(run, resume=True))

    def _run_of(self, number: int, name: str) -> RunFolder | None:
        for run in reversed(list_runs(self._folder.project_folder)):
            if name and run.name != name:
                continue
            record = run.record()
            if record.get("search") == self._folder.name and record.get("trial") == number:
                return run
        return None

    def _beginnings(self) -> list[Mapping[str, Any]]:
        """The project as it stands, where its values lie in the ranges, and what the plan begins with."""
        own = {each.path: own_value(self._project, each.path, self._catalogue) for each in self._plan.ranges}
        inside = all(each.holds(own[each.path]) for each in self._plan.ranges)
        return [*([own] if inside else []), *self._plan.first]

    def _memory_each(self) -> int:
        if self._plan.memory_gb is not None:
            return int(self._plan.memory_gb * 2**30)
        return int(0.9 * psutil.virtual_memory().available / self._plan.side_by_side)

    def _write(self, ended: SearchStatus | None = None, message: str = "", *, now: bool = False) -> None:
        clock = time.monotonic()
        if not now and clock - self._written_at < WRITE_SECONDS:
            return
        self._written_at = clock
        trials = [
            self._active[each.number].trial if each.number in self._active else each for each in self._study.trials()
        ]
        status: SearchStatus = ended or ("paused" if self._paused else "running")
        results = Results(status, message, self._goal, self._higher, self._plan.trials, tuple(trials), self._importance)
        self._folder.write_results(results)


def usual_goal(project: Project) -> str:
    """The value that decides which checkpoint of a run is the best.

    Raises:
        RunError: The network has no Output.
    """
    outputs = project.graph.of_type(OUTPUT)
    if not outputs:
        raise RunError("The network has no Output, so there is nothing to search for. Add one.")
    if len(outputs) > 1:
        return "val_loss"
    return get_task(str(outputs[0].settings.get("task") or "classification")).monitor
