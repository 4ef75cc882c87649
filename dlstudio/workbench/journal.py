"""Unsaved edits on disk, so that a crash costs at most the last gesture.

One file a project in the configuration folder (the project folder belongs to git): a snapshot line, then one line an
undo step with only what differs; after fifty steps a new snapshot. It is removed at a clean close and when a save has
made it pointless.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from dlstudio.atomic import write_atomically
from dlstudio.graph.project import Project
from dlstudio.graph.saving import MAXIMUM_BYTES, ProjectError, parse_json, project_from_value
from dlstudio.workbench.preferences import config_folder

STEPS_A_SNAPSHOT = 50


def journal_of(folder: Path) -> Journal:
    """The journal of the project in ``folder``."""
    name = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:24]
    return Journal(config_folder() / "journal" / f"{name}.jsonl")


class Journal:
    """The file of unsaved edits of one project. A disk that refuses ends the journal, never the work."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._offered = file.with_suffix(".offered.jsonl")
        self._stream: IO[str] | None = None
        self._last: dict[str, Any] | None = None
        self._steps = 0

    def recovered(self, loaded: Project) -> Project | None:
        """The project as a crash left it, or None where nothing was left or it equals ``loaded``.

        It is kept apart from what is recorded from now on, until :meth:`forget_recovered`.
        """
        left = _read(self._file)
        if left is not None and left != loaded:
            with contextlib.suppress(OSError):
                self._file.replace(self._offered)
            return left
        left = _read(self._offered)
        return None if left == loaded else left

    def forget_recovered(self) -> None:
        """Drops what a crash left."""
        with contextlib.suppress(OSError):
            self._offered.unlink()

    def start(self, project: Project) -> None:
        """Forgets what was recorded: ``project`` is what is on disk now. The file appears with the first edit."""
        self._drop()
        self._last = project.as_json()

    def record(self, project: Project) -> None:
        """Adds one step."""
        value = project.as_json()
        try:
            if self._stream is None or self._last is None or self._steps >= STEPS_A_SNAPSHOT:
                self._snapshot(value)
            else:
                changes = _difference(self._last, value)
                self._stream.write(json.dumps({"changes": changes}, separators=(",", ":")) + "\n")
                self._stream.flush()
                self._steps += 1
            self._last = value
        except (OSError, ValueError):
            self._drop()

    def close(self) -> None:
        """Ends the journal and removes its file; what a crash left and nobody decided on stays."""
        self._drop()

    def _snapshot(self, value: dict[str, Any]) -> None:
        self._end()
        self._file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(self._file, (json.dumps({"snapshot": value}, separators=(",", ":")) + "\n").encode())
        self._stream = self._file.open("a", encoding="utf-8")
        self._steps = 0

    def _end(self) -> None:
        if self._stream is not None:
            with contextlib.suppress(OSError):
                self._stream.close()
            self._stream = None

    def _drop(self) -> None:
        self._end()
        with contextlib.suppress(OSError):
            self._file.unlink()


def _read(file: Path) -> Project | None:
    """The project that a journal leads to; a half-written last line is passed over."""
    value: Any = None
    try:
        if file.stat().st_size > 4 * MAXIMUM_BYTES:
            return None
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
            entry = parse_json(line)
            value = entry["snapshot"] if "snapshot" in entry else _patched(value, entry["changes"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass  # what came before the damaged line counts
    if value is None:
        return None
    try:
        return project_from_value(value, "The journal of unsaved edits")
    except (ProjectError, KeyError, TypeError, AttributeError):
        return None


def _difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[list[Any]]:
    """Changes as ``[path, value]`` to set and ``[path]`` to remove, paths as lists of keys."""
    changes: list[list[Any]] = []
    _collect(old, new, [], changes)
    return changes


def _collect(old: Mapping[str, Any], new: Mapping[str, Any], path: list[str], changes: list[list[Any]]) -> None:
    kept = [key for key in old if key in new]
    if kept + [key for key in new if key not in old] != list(new):  # another order: it counts, so write it all
        changes.append([path, new])
        return
    changes.extend([[*path, key]] for key in old if key not in new)
    for key, value in new.items():
        before = old.get(key)
        if key in old and before == value and _same_order(before, value):
            continue
        if path != [] and len(path) > 2:
            changes.append([[*path, key], value])
        elif isinstance(before, dict) and isinstance(value, dict):
            _collect(before, value, [*path, key], changes)
        else:
            changes.append([[*path, key], value])


def _same_order(old: Any, new: Any) -> bool:
    if isinstance(old, dict) and isinstance(new, dict):
        return list(old) == list(new)
    return True


def _patched(value: Any, changes: list[list[Any]]) -> Any:
    for path, *rest in changes:
        if not path:
            value = rest[0]
            continue
        place = value
        for key in path[:-1]:
            place = place[key]
        if rest:
            place[path[-1]] = rest[0]
        else:
            del place[path[-1]]
    return value
