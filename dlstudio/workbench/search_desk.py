"""What a window does with searches: begin one, steer it, follow what it finds, make a project of a trial.

Everything that touches disk or processes happens in background threads; what comes of it is handed to the window's
thread through the ``post`` that the desk was given.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dlstudio.graph.custom_code import code_names
from dlstudio.graph.project import Project
from dlstudio.graph.saving import ProjectError
from dlstudio.search.folder import SEARCHES, Plan, SearchFolder, create_search, list_searches
from dlstudio.search.launching import launch_search
from dlstudio.search.taking import take_trial, trial_project
from dlstudio.search.trials import Results
from dlstudio.training.runs.worked_folder import Command, RunError
from dlstudio.workbench.consent import Consent

Post = Callable[[Callable[[], None]], None]
LOOK_SECONDS = 0.5


def _nothing(*_: Any) -> None:
    pass


@dataclass(frozen=True)
class Seen:
    """A search as the window shows it."""

    name: str
    plan: Plan
    results: Results


class SearchDesk:
    """The searches of the open project. Nothing is read before :meth:`watch` is called.

    Args:
        post: Takes a function, in any thread, and calls it in the window's.

    Attributes:
        names: Of all searches, the oldest first.
        seen: The search that is looked at, or None where there is none (yet).
        changed: Called when :attr:`names` or :attr:`seen` is new.
        told: Called with a sentence and ``info``, ``warning`` or ``error``.
    """

    def __init__(self, post: Post) -> None:
        self._post = post
        self._worker = ThreadPoolExecutor(1, "searches")
        self._folder: Path | None = None
        self._wanted = ""
        self._closing = threading.Event()
        self._look = threading.Event()
        self._thread: threading.Thread | None = None
        self.names: list[str] = []
        self.seen: Seen | None = None
        self.changed: Callable[[], object] = _nothing
        self.told: Callable[[str, str], object] = _nothing

    def follow(self, folder: Path | None) -> None:
        """Turns to the searches of another project."""
        self._folder, self._wanted, self.names, self.seen = folder, "", [], None
        self._look.set()

    def watch(self) -> None:
        """Reads what there is from now on."""
        if self._thread is None and not self._closing.is_set():
            self._thread = threading.Thread(target=self._run, name="search follower", daemon=True)
            self._thread.start()
        self._look.set()

    def choose(self, name: str) -> None:
        """Looks at another search; the latest one for an empty name."""
        self._wanted = name
        self._look.set()

    def start(self, folder: Path, project: Project, plan: Plan) -> None:
        """Makes a search and starts its process."""

        def work() -> str:
            allowed = Consent().digests(folder) if code_names(project.graph) else ()
            search = create_search(folder, project, replace(plan, code=tuple(sorted(allowed))))
            launch_search(search)
            return search.name

        self._submit(work, self.choose, "The search could not start")

    def resume(self, name: str) -> None:
        """Goes on with a search that was stopped or interrupted."""
        search = self._named(name)
        self._submit(lambda: launch_search(search), lambda _: self.choose(name), "The search could not go on")

    def send(self, name: str, command: Command) -> None:
        """Tells a search to ``pause``, ``resume`` or ``stop``."""
        search = self._named(name)
        self._submit(lambda: search.send(command), _nothing, f"The search could not be told to {command}")

    def settings_of(self, name: str, number: int, then: Callable[[Project], None]) -> None:
        """Reads what a trial trained."""
        search = self._named(name)
        self._submit(lambda: trial_project(search, number)[0], then, f"Trial {number} could not be read")

    def take(self, name: str, number: int, target: Path, then: Callable[[Path], object]) -> None:
        """Makes a project of a trial in another folder."""
        search = self._named(name)

        def work() -> Path:
            take_trial(search, number, target)
            return target

        self._submit(work, then, f"Trial {number} could not be made a project")

    def close(self) -> None:
        """Ends the threads; searches go on."""
        self._closing.set()
        self._look.set()
        self._worker.shutdown(wait=True)
        if self._thread is not None:
            self._thread.join(10)

    def _named(self, name: str) -> SearchFolder:
        return SearchFolder((self._folder or Path()) / SEARCHES / name)

    def _submit(self, work: Callable[[], Any], then: Callable[[Any], object], what: str) -> None:
        def job() -> None:
            try:
                result = work()
            except Exception as error:  # whatever goes wrong has to reach the user
                sentence = str(error) if isinstance(error, RunError | ProjectError) else f"{what}: {error}"
                self._post(lambda: _call(self.told, sentence, "error"))
            else:
                self._post(lambda: _call(then, result))

        if not self._closing.is_set():
            self._worker.submit(job)

    def _run(self) -> None:
        known: tuple[Path | None, list[str], Seen | None] | None = None
        while not self._closing.is_set():
            self._look.clear()
            folder, wanted = self._folder, self._wanted
            now = (folder, *_read(folder, wanted))
            if now != known and not self._closing.is_set():
                known = now
                self._post(lambda now=now: self._take(*now))  # type: ignore[misc]
            self._look.wait(LOOK_SECONDS)

    def _take(self, folder: Path | None, names: list[str], seen: Seen | None) -> None:
        if folder == self._folder and not self._closing.is_set():
            self.names, self.seen = names, seen
            self.changed()


def _call(function: Callable[..., object], *arguments: Any) -> None:
    function(*arguments)


def _read(folder: Path | None, wanted: str) -> tuple[list[str], Seen | None]:
    searches = list_searches(folder) if folder is not None else []
    names = [each.name for each in searches]
    chosen = next((each for each in reversed(searches) if not wanted or each.name == wanted), None)
    if chosen is None:
        return names, None
    try:
        return names, Seen(chosen.name, chosen.plan(), chosen.results())
    except RunError:
        return names, None
