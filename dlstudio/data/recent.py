"""Remembers the data that was prepared last: its summary, thumbnails and rows are asked for one after the other."""

from __future__ import annotations

import json
import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from dlstudio.data.opening import source_path
from dlstudio.graph.project import DataSettings

T = TypeVar("T")

_KEPT = 2
_MOST_FILES = 2_000_000
_lock = threading.Lock()
_memory: OrderedDict[str, object] = OrderedDict()


def remembered(settings: DataSettings, root: Path, columns: tuple[str, ...] | None, make: Callable[[], T]) -> T:
    """What ``make`` made last time for the same settings and columns, unless the files have changed since."""
    source = source_path(settings, root)
    key = json.dumps([settings.as_json(), columns, str(source.resolve()), stamp(source)], sort_keys=True, default=str)
    with _lock:
        if key in _memory:
            _memory.move_to_end(key)
            return _memory[key]  # type: ignore[return-value]
    made = make()
    with _lock:
        _memory[key] = made
        while len(_memory) > _KEPT:
            _memory.popitem(last=False)
    return made


def forget() -> None:
    """Lets go of all that is remembered."""
    with _lock:
        _memory.clear()


def stamp(source: Path) -> list[int]:
    """Count, sum of sizes, latest change and a hash over all files: changes whenever a file does."""
    found = [0, 0, 0, 0]
    if not source.is_dir():
        _add(found, str(source), source.stat())
        return found
    for beside in source.parent.glob("*.[ct]sv*"):  # a table of labels may lie beside the folder
        if beside.is_file():
            _add(found, str(beside), beside.stat())
    waiting = [str(source)]
    while waiting and found[0] < _MOST_FILES:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    _add(found, entry.path, entry.stat(follow_symlinks=False))
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
        except OSError:
            continue  # what cannot be looked at cannot be read either, which reading says
    return found


def _add(found: list[int], path: str, status: os.stat_result) -> None:
    found[0] += 1
    found[1] += status.st_size
    found[2] = max(found[2], status.st_mtime_ns)
    found[3] ^= hash((path, status.st_size, status.st_mtime_ns))
