"""What a window does with runs: start one, steer the live one, choose which to look at, read an old one.

Everything that touches disk or processes happens in one background thread; what comes of it is handed to the window's
thread through the ``post`` that the desk was given.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from dlstudio.graph.project import Project
from dlstudio.training import launching
from dlstudio.training.computing.backends import AUTO, BackendError, chosen
from dlstudio.training.remedies import calmer_record
from dlstudio.training.runs.repeating import run_again
from dlstudio.training.runs.run_code import keep_code
from dlstudio.training.runs.run_folder import Command, RunError, RunFolder, create_run
from dlstudio.training.runs.run_info import RunInfo
from dlstudio.training.runs.run_marks import RunMarks, write_marks
from dlstudio.training.runs.run_removal import bring_back, remove_run, removed_runs
from dlstudio.training.sites.site import Site, backend_at, remember, site_record
from dlstudio.workbench.consent import Consent, refuse_unallowed
from dlstudio.workbench.due_twins import due, due_record, make_due_twin
from dlstudio.workbench.runs import RunFollower

_PATIENCE_SECONDS = 2.0  # for a window that is busy with something else

Post = Callable[[Callable[[], None]], None]


def _nothing(*_: Any) -> None:
    pass


class RunDesk:
    """The runs of the open project.

    Args:
        post: Takes a function, in any thread, and calls it in the window's.

    Attributes:
        listed: Called when :attr:`runs` is new.
        chosen: Called with the name of the run that is looked at from now on.
        arrived: Called with a run's name and its new events.
        told: Called with a sentence and ``info``, ``warning`` or ``error``.
        starting: Whether a run is being made right now.
    """

    def __init__(self, post: Post) -> None:
        self._post = post
        self._worker = ThreadPoolExecutor(1, "runs")
        self._follower: RunFollower | None = None
        self._folder: Path | None = None
        self._current = ""
        self._closed = False
        self._awaited: set[str] = set()
        self._tried: set[str] = set()  # runs whose twin this window has made, or failed to
        self.starting = False
        self._backend = AUTO
        self._spared = False
        self.runs: list[RunInfo] = []
        self.listed: Callable[[], object] = _nothing
        self.chosen: Callable[[str], object] = _nothing
        self.arrived: Callable[[str, list[Any]], object] = _nothing
        self.told: Callable[[str, str], object] = _nothing

    @property
    def current(self) -> RunInfo | None:
        """The run that is looked at: the chosen one, else the latest."""
        named = next((run for run in self.runs if run.name == self._current), None)
        return named or (self.runs[-1] if self.runs else None)

    @property
    def live(self) -> RunInfo | None:
        """The latest run that is training right now."""
        return next((run for run in reversed(self.runs) if run.live), None)

    def follow(self, folder: Path | None) -> None:
        """Turns to the runs of another project."""
        follower, self._follower = self._follower, None
        if follower is not None:
            follower.end()
        self._folder, self._current, self.runs = folder, "", []
        self._awaited.clear()
        self._tried.clear()
        if folder is not None:
            self._follower = RunFollower(
                folder,
                lambda runs: self._post(lambda: self._take_runs(folder, runs)),
                lambda name, events: self._post(lambda: self._take_events(folder, name, events)),
            )

    def choose(self, name: str) -> None:
        """Looks at another run."""
        if name != self._current:
            self._current = name
            self.chosen(name)

    def folder_of(self, name: str) -> RunFolder | None:
        """The folder of a run, or None where there is no project folder or no such run."""
        if self._folder is None or not (self._folder / "runs" / name / "run.json").is_file():
            return None
        return RunFolder(self._folder / "runs" / name)

    @property
    def waiting(self) -> str:
        """The run after whose end its twin from scratch is to start, or empty."""
        return next((run.name for run in due(self.runs) if run.live), "")

    def start(self, folder: Path, project: Project, twin: Project | None = None, *, site: Site | None = None) -> None:
        """Makes a run folder and starts its process.

        Args:
            folder: The project folder.
            project: What is trained.
            twin: The same from scratch, to be trained as soon as this run has finished, by this window or a later one.
            site: Where both are trained, as the person has chosen; None for this computer.
        """
        self.starting = True

        def work() -> str:
            if site is None:
                chosen(project.training.backend)
            remember(site)
            extra = {**(due_record(twin) if twin else {}), **site_record(site)}
            run = create_run(folder, project, backend=backend_at(site), extra=extra)
            keep_code(run, project.graph, Consent().permission(folder))
            launching.launch(run)
            return run.name

        self._submit(work, self._started, "Training could not start", self._not_started)

    def again(self, name: str) -> None:
        """Makes a run as that one was and starts its process."""
        run = self.folder_of(name)
        if run is None:
            self.told(f"There is no run {name} to repeat.", "error")
            return
        self.starting = True

        def work() -> str:
            refuse_unallowed(run)
            repeat = run_again(run)
            launching.launch(repeat)
            return repeat.name

        self._submit(work, self._started, f"Run {name} could not be repeated", self._not_started)

    def resume(self, name: str, *, calmer: bool = False) -> None:
        """Starts the process of a run again; it goes on from its last checkpoint.

        Args:
            name: The run's.
            calmer: From here on with a tenth of its learning rate and clipped gradients.
        """
        run = self.folder_of(name)
        if run is None:
            self.told(f"There is no run {name} to continue.", "error")
            return
        self.starting = True

        def work() -> str:
            refuse_unallowed(run)
            if calmer:
                run.amend(project=calmer_record(run.record()["project"]))
            launching.launch(run, resume=True)
            return name

        self._submit(work, self._started, f"Run {name} could not be continued", self._not_started)

    def mark(self, name: str, marks: RunMarks) -> None:
        """Writes note, tags and pin of a run."""
        run = self.folder_of(name)
        if run is not None:
            self._submit(lambda: write_marks(run.path, marks), self._look, "It could not be written", self._tell_error)

    def remove(self, name: str) -> None:
        """Takes a run out of the list; it can be brought back."""
        run = self.folder_of(name)
        if run is not None:
            self._submit(lambda: remove_run(run), self._look, f"Run {name} could not be removed", self._tell_error)

    def removed(self) -> list[str]:
        """Names of the runs that can be brought back."""
        return removed_runs(self._folder) if self._folder is not None else []

    def bring_back(self, name: str) -> None:
        """Puts a removed run back."""
        folder = self._folder
        if folder is not None:
            what = f"Run {name} could not be brought back"
            self._submit(lambda: bring_back(folder, name), self._look, what, self._tell_error)

    def send(self, command: Command) -> None:
        """Tells the live run to ``pause``, ``resume`` or ``stop``."""
        live = self.live
        run = self.folder_of(live.name) if live else None
        if run is None:
            self.told("No run is training right now.", "warning")
            return
        self._submit(lambda: run.send(command), _nothing, f"The run could not be told to {command}", self._tell_error)

    def send_now(self, command: Command) -> None:
        """The same, before it returns: the window is closing."""
        live = self.live
        run = self.folder_of(live.name) if live else None
        if run is not None:
            try:
                run.send(command)
            except RunError as error:
                self.told(str(error), "error")

    def history(self, name: str, then: Callable[[list[Any]], None]) -> None:
        """Reads all events of a run; ``then`` gets them in parts, in order with what :attr:`arrived` tells."""
        if self._follower is not None:
            self._follower.history(name, lambda events: self._hand_over(lambda: then(events)))

    def _hand_over(self, work: Callable[[], None]) -> None:
        """Posts work and waits, in the reading thread, until the window has done it: parts must not pile up there."""
        done = threading.Event()

        def job() -> None:
            try:
                work()
            finally:
                done.set()

        self._post(job)
        end = time.monotonic() + _PATIENCE_SECONDS
        while not done.wait(0.05) and not self._closed and time.monotonic() < end:
            pass

    def prepare_spare(self) -> None:
        """Starts a process that has Keras imported when the next run begins; not while one trains: it would slow it."""
        if not self._closed and self.live is None and not self.starting:
            self._spared = True
            self._worker.submit(self._start_spare)

    def expect(self, backend: str) -> None:
        """Says what the next run is to compute with; a spare process that has imported another backend is replaced."""
        if backend != self._backend:
            self._backend = backend
            if self._spared:
                self.prepare_spare()

    def close(self) -> None:
        """Ends the threads and the spare process; live runs go on."""
        self._closed = True
        if self._follower is not None:
            self._follower.close()
            self._follower = None
        self._worker.shutdown(wait=True)  # a command given just now still reaches its run
        launching.discard_spare()

    def _start_spare(self) -> None:
        if not self._closed:
            launching.prepare_spare(self._backend)

    def _submit(
        self, work: Callable[[], Any], then: Callable[[Any], None], what: str, failed: Callable[[str], None]
    ) -> None:
        def job() -> None:
            try:
                result = work()
            except Exception as error:  # whatever keeps a run from starting has to reach the user
                sentence = str(error) if isinstance(error, RunError | BackendError) else f"{what}: {error}"
                self._post(lambda: failed(sentence))
            else:
                self._post(lambda: then(result))

        if not self._closed:
            self._worker.submit(job)

    def _look(self, _: object) -> None:
        if self._follower is not None:
            self._follower.look()

    def _tell_error(self, sentence: str) -> None:
        self.told(sentence, "error")

    def _not_started(self, sentence: str) -> None:
        self.starting = False
        self._tell_error(sentence)

    def _started(self, name: str) -> None:
        self.starting = not any(run.name == name for run in self.runs)  # till it is listed
        if self._follower is not None:
            self._follower.look()
        self.choose(name)

    def _take_runs(self, folder: Path, runs: list[RunInfo]) -> None:
        if folder != self._folder:
            return
        was_live = self.live is not None
        self.runs = runs
        if was_live:
            self.prepare_spare()
        if self.starting and any(run.name == self._current for run in runs):
            self.starting = False
        self._start_twin()
        self.listed()

    def _start_twin(self) -> None:
        """Starts a twin that is due, once its run has finished; says so where the run came to nothing meanwhile."""
        for run in due(self.runs):
            if run.live:
                self._awaited.add(run.name)
            elif run.status == "finished" and self.live is None and not self.starting:
                self._make_twin(run.name)
                return
            elif run.status != "finished" and run.name in self._awaited:
                self._awaited.remove(run.name)
                verb = "has" if run.status == "failed" else "was"
                words = f"Run {int(run.name)} {verb} {run.status}, so its twin from scratch is not trained."
                later = " It will be if the run goes on to its end." if run.can_continue else ""
                self.told(words + later, "warning")

    def _make_twin(self, name: str) -> None:
        folder = self._folder
        if folder is None or name in self._tried:
            return
        self.starting = True
        self._tried.add(name)

        def work() -> str:
            twin = make_due_twin(folder, name)
            if twin is None:
                return ""
            launching.launch(twin)
            return twin.name

        def started(twin: str) -> None:
            if twin:
                self._started(twin)
            else:
                self.starting = False

        self._submit(work, started, f"The twin of run {name} could not start", self._not_started)

    def _take_events(self, folder: Path, name: str, events: list[Any]) -> None:
        if folder == self._folder:
            self.arrived(name, events)
