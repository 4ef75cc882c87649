"""Starts training processes that outlive whoever starts them, and keeps one spare that has imported Keras already.

Standard library only: the window and the command line call this.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dlstudio
from dlstudio.locks import FolderLock
from dlstudio.training.computing.backends import AUTO, BackendError, chosen, usual
from dlstudio.training.computing.ways import Way, way_of
from dlstudio.training.runs.run_folder import RunError, RunFolder
from dlstudio.training.runs.worked_folder import WorkedFolder
from dlstudio.training.sites.site import refuse_unknown, site_of

_lock = threading.Lock()
_spare: subprocess.Popen[bytes] | None = None
_spare_backend = ""


@dataclass(frozen=True)
class TrainingProcess:
    """A process at work on a run. Letting go of this value does not end it.

    Attributes:
        run: Its run.
        process: The operating system's side of it.
    """

    run: RunFolder
    process: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def alive(self) -> bool:
        """Whether it still runs; also collects it once it has ended."""
        return self.process.poll() is None

    def wait(self, timeout: float | None = None) -> int:
        """Waits for the end and returns the exit status: 0 well, 1 with a failure that the events explain.

        Raises:
            subprocess.TimeoutExpired: It still runs after ``timeout`` seconds.
        """
        return self.process.wait(timeout)


def launch(run: RunFolder, *, resume: bool = False) -> TrainingProcess:
    """Starts training a run in a process of its own, in the spare where one is ready.

    Args:
        run: A run made by :func:`dlstudio.training.runs.run_folder.create_run`.
        resume: Continue from the last checkpoint of a run that was stopped or interrupted.

    Raises:
        RunError: A process works on the run already, its backend is not installed, it names a site that nobody has
            chosen here, or no process could be started.
    """
    with alone(run):
        if run.lives():
            raise RunError(f"Run {run.name} is being trained already.")
        record = run.record()
        refuse_unknown(record, run.name)
        elsewhere = site_of(record) is not None
        way = Way(usual()) if elsewhere else _way(run)
        plain = not elsewhere and not way.one_thread  # a spare has its threads already
        arguments = [str(run.path.resolve()), *(["--resume"] if resume else [])]
        process = (_hand_to_spare(run, resume, way.backend) if plain else None) or _start(arguments, None, way)
        with contextlib.suppress(OSError):  # the process records itself as well
            run.claim(process.pid)
    return TrainingProcess(run, process)


@contextlib.contextmanager
def alone(folder: WorkedFolder) -> Iterator[None]:
    """Two windows may both be asked to go on with a folder; one of them does.

    Raises:
        RunError: Another process is at it just now, or nothing can be written there.
    """
    lock = FolderLock(folder.path)
    if not lock.take():
        if not os.access(folder.path, os.W_OK):
            raise RunError(f"{folder.path} cannot be written to. Make the folder writable to go on with it.")
        raise RunError(f"{folder.title} is being started already.")
    try:
        yield
    finally:
        lock.give_back()


def _way(run: RunFolder) -> Way:
    """How a run begins: as it computed before, or as was found to be the fastest, or as its project asks for.

    Raises:
        RunError: Its backend is not installed.
    """
    try:
        return way_of(run) or Way(usual())
    except BackendError as error:
        raise RunError(str(error)) from None


def prepare_spare(wanted: str = AUTO) -> None:
    """Starts a process that imports Keras and waits for a run, unless one waits already. Returns at once.

    Args:
        wanted: The backend that the next run is expected to ask for; a spare of another one is let go.
    """
    global _spare, _spare_backend
    try:
        backend = chosen(wanted)
    except BackendError:
        return
    with _lock:
        waits = _spare is not None and _spare.poll() is None
        if waits and _spare_backend == backend:
            return
        other, _spare = (_spare if waits else None), None
        with contextlib.suppress(RunError):
            _spare, _spare_backend = _start(["--spare"], subprocess.PIPE, Way(backend)), backend
    _let_go(other)


def discard_spare() -> None:
    """Lets the spare go: it ends by itself. It also does when this process ends."""
    global _spare
    with _lock:
        spare, _spare = _spare, None
    _let_go(spare)


def _let_go(spare: subprocess.Popen[bytes] | None) -> None:
    if spare is not None and spare.stdin is not None:
        spare.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            spare.wait(0.2)
        if spare.poll() is None:
            spare.kill()  # still importing: it has nothing to lose
            spare.wait()


def _hand_to_spare(run: RunFolder, resume: bool, backend: str) -> subprocess.Popen[bytes] | None:
    global _spare
    with _lock:
        if _spare_backend != backend:
            return None
        spare, _spare = _spare, None
    if spare is None or spare.stdin is None or spare.poll() is not None:
        return None
    try:
        order = {"run": str(run.path.resolve()), "resume": resume}
        spare.stdin.write(json.dumps(order).encode() + b"\n")
        spare.stdin.close()
    except OSError:  # it died a moment ago
        return None
    return spare


def _start(arguments: list[str], stdin: int | None, way: Way) -> subprocess.Popen[bytes]:
    return start_process("dlstudio.training", arguments, stdin, way.environment)


def start_process(
    module: str, arguments: list[str], stdin: int | None = None, variables: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Starts ``python -m module`` so that it outlives this process.

    Args:
        module: A package of ours with a ``__main__``.
        arguments: What it is given.
        stdin: ``subprocess.PIPE``, or None for no input.
        variables: Added to this process' environment.

    Raises:
        RunError: It could not be started.
    """
    package_home = str(Path(dlstudio.__file__).resolve().parent.parent)
    paths = [package_home, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUNBUFFERED": "1", **(variables or {})}
    options: dict[str, Any] = {}
    if sys.platform == "win32":
        options["creationflags"] = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.DETACHED_PROCESS
    else:
        options["start_new_session"] = True  # signals to the starter's terminal do not reach it
    try:
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.DEVNULL if stdin is None else stdin,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
            **options,
        )
    except OSError as error:
        what = module.rpartition(".")[2]
        raise RunError(f"The {what} process could not be started: {error.strerror}.") from None
