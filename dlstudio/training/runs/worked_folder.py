"""A numbered folder of a project that one process at a time works on: a run, or a search over settings.

Who works on it stands in ``process.json``, what is asked of that process in ``commands.jsonl``, what it prints in
``log.txt``. Standard library only.
"""

from __future__ import annotations

import contextlib
import errno
import json
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from dlstudio.atomic import write_atomically
from dlstudio.graph.saving import parse_json
from dlstudio.training.runs.event_log import finite
from dlstudio.training.runs.process_identity import identity, lives

Command = Literal["pause", "resume", "stop"]
SILENT_SECONDS = 120
REMOVED = "removed"


class RunError(RuntimeError):
    """A run that cannot be made or read; the message is a sentence for the user."""


@dataclass(frozen=True)
class WorkedFolder:
    """A folder and who works on it. A value: it holds no open files and may be made as often as one likes."""

    path: Path

    @property
    def name(self) -> str:
        """Its number as text: ``0007``."""
        return self.path.name

    @property
    def title(self) -> str:
        """What it is, for sentences: ``Run 0007``."""
        raise NotImplementedError

    @property
    def written_file(self) -> Path:
        """The file that its process writes again and again while it works."""
        raise NotImplementedError

    @property
    def commands_file(self) -> Path:
        return self.path / "commands.jsonl"

    @property
    def log_file(self) -> Path:
        return self.path / "log.txt"

    def claim(self, pid: int) -> None:
        """Records that the process of that number works here.

        What was said and written until then is of those before it: told by the sizes of the files, since clocks jump.
        """
        who, known = identity(pid), self.process()
        if any(known.get(name) != value for name, value in who.items()):
            known = {"commands": file_size(self.commands_file), "written": file_size(self.written_file)}
        write_json(self.path / "process.json", {**known, **who})

    def release(self) -> None:
        """Records that nobody works here any more; the last word has been written."""
        with contextlib.suppress(OSError):
            (self.path / "process.json").unlink(missing_ok=True)

    def process(self) -> dict[str, Any]:
        """Who was last set to work here; empty where nobody was."""
        try:
            value = json.loads((self.path / "process.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return value if isinstance(value, dict) else {}

    def lives(self) -> bool:
        """Whether a process works here now."""
        known = self.process()
        if not known:
            return False
        answer = lives(known)
        if answer is None:  # on another machine: alive as long as it writes
            try:
                return time.time() - self.written_file.stat().st_mtime < SILENT_SECONDS
            except OSError:
                return False
        return answer

    def send(self, command: Command) -> None:
        """Asks the process that works here to pause, resume or stop; it looks several times a second.

        Raises:
            RunError: The command could not be written.
        """
        try:
            with self.commands_file.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps({"command": command}) + "\n")
        except OSError as error:
            raise RunError(f"{self.title} could not be told to {command}: {reason(error)}.") from None


def read_record(file: Path, what: str) -> dict[str, Any]:
    """The record of a folder, which holds the frozen project.

    Args:
        file: ``run.json`` or ``search.json``.
        what: ``run`` or ``search``, for sentences.

    Raises:
        RunError: The file is missing or damaged.
    """
    try:
        value = parse_json(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RunError(f"There is no {what} at {file.parent}: {file.name} is missing.") from None
    except (OSError, ValueError) as error:
        raise RunError(f"{file} cannot be read: {error}.") from None
    if not isinstance(value, dict) or not isinstance(value.get("project"), dict):
        raise RunError(f"{file} does not hold a {what}.")
    return value


def next_folder(home: Path) -> Path:
    """Makes the folder of the next number; two processes that do so at once get two.

    Raises:
        OSError: It cannot be made.
    """
    home.mkdir(parents=True, exist_ok=True)
    there = [*home.iterdir(), *(home / REMOVED).glob("*")]  # what was removed may come back under its number
    number = max((int(entry.name) for entry in there if entry.name.isdigit()), default=0) + 1
    while True:
        path = home / f"{number:04d}"
        try:
            path.mkdir()
        except FileExistsError:
            number += 1
        else:
            return path


def numbered_folders(home: Path, record: str) -> list[Path]:
    """The numbered folders that have a record of that name, the oldest first."""
    try:
        found = [entry for entry in home.iterdir() if re.fullmatch(r"\d{4,}", entry.name)]
    except OSError:
        return []
    return [entry for entry in sorted(found, key=lambda each: int(each.name)) if (entry / record).is_file()]


def write_json(file: Path, value: Any) -> None:
    """Writes a JSON value atomically; numbers that are not finite become null.

    Raises:
        OSError: Nothing was replaced.
    """
    write_atomically(file, (json.dumps(finite(value), indent=1, ensure_ascii=False) + "\n").encode())


def file_size(file: Path) -> int:
    """Bytes of a file; 0 where there is none."""
    try:
        return file.stat().st_size
    except OSError:
        return 0


def reason(error: OSError) -> str:
    """Why a file could not be written, as the end of a sentence."""
    return "the disk is full" if error.errno == errno.ENOSPC else (error.strerror or str(error)).lower()
