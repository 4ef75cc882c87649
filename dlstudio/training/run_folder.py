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

Standard library only. Filling the folder is the business of :mod:`dlstudio.training.fitting`.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from dlstudio.atomic import write_atomically
from dlstudio.graph.project import Project
from dlstudio.graph.saving import parse_json
from dlstudio.training.event_log import finite
from dlstudio.training.process_identity import identity, lives
from dlstudio.training.run_info import RunInfo as RunInfo  # noqa: PLC0414 - named here for readers of runs
from dlstudio.training.run_info import read_info

RUNS = "runs"
REMOVED = "removed"
Command = Literal["pause", "resume", "stop"]


class RunError(RuntimeError):
    """A run that cannot be made or read; the message is a sentence for the user."""


@dataclass(frozen=True)
class RunFolder:
    """One run's folder. A value: it holds no open files and may be made as often as one likes."""

    path: Path

    @property
    def name(self) -> str:
        """The run's number as text: ``0007``."""
        return self.path.name

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
    def commands_file(self) -> Path:
        return self.path / "commands.jsonl"

    @property
    def log_file(self) -> Path:
        return self.path / "log.txt"

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
        file = self.path / "run.json"
        try:
            value = parse_json(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise RunError(f"There is no run at {self.path}: run.json is missing.") from None
        except (OSError, ValueError) as error:
            raise RunError(f"{file} cannot be read: {error}.") from None
        if not isinstance(value, dict) or not isinstance(value.get("project"), dict):
            raise RunError(f"{file} does not hold a run.")
        return value

    def amend(self, **entries: Any) -> None:
        """Sets entries of ``run.json`` (device, data fingerprint, versions), atomically.

        Raises:
            OSError: Nothing was replaced.
        """
        _write_json(self.path / "run.json", {**self.record(), **entries})

    def project(self) -> Project:
        """The project as it was when the run was made."""
        return Project.from_json(self.record()["project"])

    def claim(self, pid: int) -> None:
        """Records that the process of that number works on this run."""
        _write_json(self.path / "process.json", {**identity(pid), "time": round(time.time(), 6)})

    def release(self) -> None:
        """Records that nobody works on this run any more; its last event has been written."""
        with contextlib.suppress(OSError):
            (self.path / "process.json").unlink(missing_ok=True)

    def process(self) -> dict[str, Any]:
        """Who was last set to work on the run; empty where nobody was."""
        try:
            value = json.loads((self.path / "process.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return value if isinstance(value, dict) else {}

    def lives(self) -> bool:
        """Whether a process works on the run now."""
        known = self.process()
        if not known:
            return False
        answer = lives(known)
        if answer is None:  # on another machine: alive as long as it writes
            try:
                return time.time() - self.events_file.stat().st_mtime < 120
            except OSError:
                return False
        return answer

    def info(self) -> RunInfo:
        """The run's state, put together from its record, its events and whether its process lives.

        Raises:
            RunError: There is no readable ``run.json``.
        """
        return read_info(self.path, self.record(), self.process(), self.lives(), self.events_file)

    def send(self, command: Command) -> None:
        """Asks the process that works on the run to pause, resume or stop; it looks between two batches.

        Raises:
            RunError: The command could not be written.
        """
        try:
            with self.commands_file.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps({"command": command, "time": round(time.time(), 6)}) + "\n")
        except OSError as error:
            raise RunError(f"Run {self.name} could not be told to {command}: {_reason(error)}.") from None


def create_run(
    project_folder: Path,
    project: Project,
    *,
    device: str | None = None,
    epochs: int | None = None,
    extra: Mapping[str, Any] | None = None,
) -> RunFolder:
    """Makes the next numbered folder under ``runs/`` and freezes the project into it.

    Two processes that do so at once get two numbers.

    Args:
        project_folder: The project's folder.
        project: The project as it is to be trained; later edits do not touch the run.
        device: ``auto``, ``cpu``, ``gpu:0`` and so on, in place of the project's.
        epochs: In place of the project's.
        extra: Further entries of ``run.json``.

    Raises:
        RunError: The folder cannot be made.
    """
    frozen = project.as_json()
    if device is not None:
        frozen["training"]["device"] = device
    if epochs is not None:
        frozen["training"]["epochs"] = epochs
    try:
        runs = project_folder.resolve() / RUNS
        runs.mkdir(parents=True, exist_ok=True)
        path = _next_folder(runs)
        _write_json(
            path / "run.json",
            {
                "name": path.name,
                "created": round(time.time(), 3),
                "project_folder": str(project_folder.resolve()),
                "seed": project.training.seed,
                "versions": _versions(),
                **(extra or {}),
                "project": frozen,
            },
        )
        (path / "checkpoint").mkdir()
    except OSError as error:
        raise RunError(f"A new run could not be made in {project_folder / RUNS}: {_reason(error)}.") from None
    return RunFolder(path)


def list_runs(project_folder: Path) -> list[RunFolder]:
    """The runs of a project that have a record, oldest first."""
    try:
        found = [entry for entry in (project_folder / RUNS).iterdir() if re.fullmatch(r"\d{4,}", entry.name)]
    except OSError:
        return []
    return [RunFolder(entry) for entry in sorted(found, key=lambda e: int(e.name)) if (entry / "run.json").is_file()]


def _next_folder(runs: Path) -> Path:
    there = [*runs.iterdir(), *(runs / REMOVED).glob("*")]  # a removed run may come back under its number
    numbers = [int(entry.name) for entry in there if entry.name.isdigit()]
    number = max(numbers, default=0) + 1
    while True:
        path = runs / f"{number:04d}"
        try:
            path.mkdir()
        except FileExistsError:
            number += 1
        else:
            return path


def _versions() -> dict[str, str]:
    from importlib import metadata  # slow to load, and the window starts no run at once

    found = {}
    for package in ("dlstudio", "keras", "tensorflow", "numpy"):
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


def _write_json(file: Path, value: Any) -> None:
    write_atomically(file, (json.dumps(finite(value), indent=1, ensure_ascii=False) + "\n").encode())


def _reason(error: OSError) -> str:
    return "the disk is full" if error.errno == errno.ENOSPC else (error.strerror or str(error)).lower()


def is_disk_full(error: BaseException) -> bool:
    """Whether an error means that there is no room left to write (full disk, quota, file size limit)."""
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def free_bytes(folder: Path) -> int:
    """Room left on the disk that holds a folder, in bytes."""
    usage = os.statvfs(folder)
    return usage.f_bavail * usage.f_frsize
