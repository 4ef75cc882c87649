"""A run on disk: where its files lie, how a new one is made, what state it is in, and how to speak to it.

::

    runs/0007/
        run.json         the frozen project, seed, versions, device, data fingerprint
        process.json     who works on it: process number, its begin, machine
        events.jsonl     appended only
        commands.jsonl   pause, resume, stop
        checkpoint/      last.npz and best.npz, each replaced in one step
        model.keras      the best model, replaced in one step
        encoders/        what the data was encoded with
        tensorboard/     the curves as event files for other tools, unless the project says no
        log.txt          what Keras and its backend print
        sync.json        of a run on another machine: how much of it has come back

Standard library only. Filling the folder is the business of :mod:`dlstudio.training.fitting`.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import platform
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dlstudio.graph.project import Project
from dlstudio.training.runs.event_log import finite
from dlstudio.training.runs.events import Event, EventReader
from dlstudio.training.runs.run_info import RunInfo as RunInfo  # noqa: PLC0414 - named here for readers of runs
from dlstudio.training.runs.run_info import begun, follow
from dlstudio.training.runs.worked_folder import Command as Command  # noqa: PLC0414
from dlstudio.training.runs.worked_folder import RunError as RunError  # noqa: PLC0414
from dlstudio.training.runs.worked_folder import (
    WorkedFolder,
    file_size,
    next_folder,
    numbered_folders,
    read_record,
    reason,
    write_json,
)

RUNS = "runs"
LAUNCHING_SECONDS = 30
ROOM_FOR_EVENTS = 16_384


@dataclass(frozen=True)
class RunFolder(WorkedFolder):
    """One run's folder."""

    @property
    def title(self) -> str:
        return f"Run {self.name}"

    @property
    def written_file(self) -> Path:
        return self.events_file

    @property
    def project_folder(self) -> Path:
        """The project the run belongs to; relative data sources are relative to it."""
        recorded = self.record().get("project_folder")
        beside = self.path.parent.parent
        return beside if self.path.parent.name == RUNS or not recorded else Path(recorded)

    @property
    def events_file(self) -> Path:
        return self.path / "events.jsonl"

    @property
    def model_file(self) -> Path:
        return self.path / "model.keras"

    @property
    def encoders_folder(self) -> Path:
        return self.path / "encoders"

    @property
    def last_checkpoint(self) -> Path:
        return self.path / "checkpoint" / "last.npz"

    @property
    def best_checkpoint(self) -> Path:
        return self.path / "checkpoint" / "best.npz"

    def record(self) -> dict[str, Any]:
        """What ``run.json`` holds.

        Raises:
            RunError: The file is missing or damaged.
        """
        return read_record(self.path / "run.json", "run")

    def amend(self, **entries: Any) -> None:
        """Sets entries of ``run.json`` (device, data fingerprint, versions), atomically.

        Raises:
            OSError: Nothing was replaced.
        """
        write_json(self.path / "run.json", {**self.record(), **entries})

    def project(self) -> Project:
        """The project as it was when the run was made."""
        return Project.from_json(self.record()["project"])

    def info(self) -> RunInfo:
        """The run's state, put together from its record, its events and whether its process lives.

        Raises:
            RunError: There is no readable ``run.json``.
        """
        return self.settled(lambda: follow(begun(self.path, self.record()), self._events()))

    def settled(self, told: Callable[[], RunInfo]) -> RunInfo:
        """The state that a run's events tell, with what they cannot know: whether somebody works on it, and can.

        Args:
            told: Reads the events; called after a look at the process, so that its last word is not missed.
        """
        process, alive = self.process(), self.lives()
        info = told()
        if info.ended is not None:
            # A process set to work after the end continues the run and has not spoken yet.
            silent = alive and process.get("written") == file_size(self.events_file)
            return replace(info, status="starting", ended=None) if silent else info
        if not alive and (process or abs(time.time() - info.created) > LAUNCHING_SECONDS):
            info = replace(info, status="interrupted")
        return replace(info, hindrance=self._hindrance())

    def _events(self) -> list[Event]:
        return EventReader(self.events_file, batches=False).read_new()

    def _hindrance(self) -> str:
        """What keeps a process from writing into this folder, as a sentence; empty where nothing does."""
        if not os.access(self.path, os.W_OK):
            return f"{self.path} cannot be written to, so nothing of this run can be kept. Make the folder writable."
        if free_bytes(self.path) < ROOM_FOR_EVENTS:
            return f"The disk that holds {self.path} is full, so nothing of this run can be kept. Free some space."
        return ""


def create_run(
    project_folder: Path,
    project: Project,
    *,
    device: str | None = None,
    backend: str | None = None,
    epochs: int | None = None,
    extra: Mapping[str, Any] | None = None,
) -> RunFolder:
    """Makes the next numbered folder under ``runs/`` and freezes the project into it.

    Two processes that do so at once get two numbers.

    Args:
        project_folder: The project's folder.
        project: The project as it is to be trained; later edits do not touch the run.
        device: ``auto``, ``cpu``, ``gpu:0`` and so on, in place of the project's.
        backend: ``auto``, ``tensorflow``, ``jax`` or ``torch``, in place of the project's.
        epochs: In place of the project's.
        extra: Further entries of ``run.json``.

    Raises:
        RunError: The folder cannot be made.
    """
    frozen = project.as_json()
    if device is not None:
        frozen["training"]["device"] = device
    if backend is not None:
        frozen["training"]["backend"] = backend
    if epochs is not None:
        frozen["training"]["epochs"] = epochs
    try:
        path = next_folder(project_folder.resolve() / RUNS)
        write_json(
            path / "run.json",
            {
                "name": path.name,
                "created": round(time.time(), 3),
                "project_folder": str(project_folder.resolve()),
                "seed": project.training.seed,
                "versions": _versions(),
                "graph_digest": _digest([frozen["graph"], frozen["blocks"]]),
                "commit": _commit(project_folder),
                **(extra or {}),
                "project": frozen,
            },
        )
        (path / "checkpoint").mkdir()
    except OSError as error:
        raise RunError(f"A new run could not be made in {project_folder / RUNS}: {reason(error)}.") from None
    return RunFolder(path)


def list_runs(project_folder: Path) -> list[RunFolder]:
    """The runs of a project that have a record, oldest first."""
    return [RunFolder(path) for path in numbered_folders(project_folder / RUNS, "run.json")]


def _versions() -> dict[str, str]:
    from importlib import metadata  # slow to load, and the window starts no run at once

    found = {"python": platform.python_version()}
    for package in ("dlstudio", "keras", "tensorflow", "jax", "torch", "numpy"):
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


def _digest(graph: Any) -> str:
    """SHA-256 of a graph's JSON, blocks included: equal where the drawings are."""
    return hashlib.sha256(json.dumps(finite(graph), sort_keys=True).encode()).hexdigest()


def _commit(folder: Path) -> str:
    """The git commit that a project folder is at; empty where it is in no repository, or git is not there."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), "rev-parse", "--verify", "HEAD"], check=False, capture_output=True, timeout=5
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode("ascii", "replace").strip() if done.returncode == 0 else ""


def is_disk_full(error: BaseException) -> bool:
    """Whether an error means that there is no room left to write (full disk, quota, file size limit)."""
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def free_bytes(folder: Path) -> int:
    """Room left on the disk that holds a folder, in bytes."""
    usage = os.statvfs(folder)
    return usage.f_bavail * usage.f_frsize
