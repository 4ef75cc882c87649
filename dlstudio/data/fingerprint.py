"""A short name for the content of a source: it changes with the files, not when they are moved elsewhere."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from dlstudio.data.listing import is_shown
from dlstudio.data.opening import source_path
from dlstudio.graph.project import DataSettings

READ_BYTES = 1 << 20  # of a larger file the beginning and the end are read
READ_FILES = 4000  # of more files so many, evenly spread, are opened; of the others name, size and age count


def fingerprint(settings: DataSettings, root: Path) -> str:
    """32 hexadecimal digits of the settings and of each file's relative name, size and bytes.

    Of many thousand files only some are read; of the others it is their size and when they were changed.

    Raises:
        DataError: The source is not there.
    """
    source = source_path(settings, root)
    digest = hashlib.sha256()
    told = settings.as_json()
    told.pop("source", None)
    digest.update(json.dumps(told, sort_keys=True, default=str).encode())
    files = {source.name: str(source)}
    if source.is_dir():
        files = dict(_files(str(source)))
        labels = str(settings.options.get("labels") or "")
        if labels and (source / labels).is_file():
            files.setdefault(labels.removeprefix("../"), str(source / labels))
    step = -(-len(files) // READ_FILES)
    for number, name in enumerate(sorted(files)):
        status = os.stat(files[name])  # noqa: PTH116 -- pathlib costs more than the call
        size = status.st_size
        digest.update(f"{name}\0{size}\0".encode())
        if number % step:
            digest.update(f"{status.st_mtime_ns}\0".encode())
            continue
        with Path(files[name]).open("rb") as file:
            digest.update(file.read(READ_BYTES))
            if size > 2 * READ_BYTES:
                file.seek(-READ_BYTES, 2)
            digest.update(file.read(READ_BYTES))
    return digest.hexdigest()[:32]


def _files(folder: str) -> Iterator[tuple[str, str]]:
    """Relative name and path of all visible files below a folder."""
    waiting = [folder]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                elif is_shown(entry.name) and entry.is_file():
                    yield entry.path[len(folder) + 1 :].replace(os.sep, "/"), entry.path
