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
    """Count, sum of sizes, latest change and a hash of the names of all files: changes whenever a file does."""
    count = size = latest = names = 0
    waiting = [source]
    if source.is_dir():
        # A table of labels may lie beside the folder.
        waiting += [each for each in source.parent.iterdir() if each.suffix in (".csv", ".tsv") and each.is_file()]
    while waiting and count < 2_000_000:
        current = waiting.pop()
        status = current.stat() if current.exists() else None
        if status is None:
            continue
        count, latest = count + 1, max(latest, status.st_mtime_ns)
        names ^= hash((str(current), status.st_size, status.st_mtime_ns))
        if current.is_dir():
            with os.scandir(current) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(Path(entry.path))
                    elif entry.is_file():
                        found = entry.stat()
                        count, size = count + 1, size + found.st_size
                        names ^= hash((entry.path, found.st_size, found.st_mtime_ns))
        else:
            size += status.st_size
    return [count, size, latest, names]
