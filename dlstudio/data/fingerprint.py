"""A short name for the content of a source: it changes with the files, not when they are moved elsewhere."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from dlstudio.data.listing import is_shown
from dlstudio.data.opening import source_path
from dlstudio.graph.project import DataSettings

READ_BYTES = 1 << 20  # of a larger file the beginning and the end are read


def fingerprint(settings: DataSettings, root: Path) -> str:
    """32 hexadecimal digits of the settings and of each file's relative name, size and bytes.

    Raises:
        DataError: The source is not there.
    """
    source = source_path(settings, root)
    digest = hashlib.sha256()
    told = settings.as_json()
    told.pop("source", None)
    digest.update(json.dumps(told, sort_keys=True, default=str).encode())
    files = [source]
    if source.is_dir():
        files = sorted(path for path in source.rglob("*") if is_shown(path.name) and path.is_file())
        labels = settings.options.get("labels")
        if labels and (source / str(labels)).is_file():
            files.append(source / str(labels))
    for path in files:
        name = path.relative_to(source).as_posix() if path.is_relative_to(source) and path != source else path.name
        size = path.stat().st_size
        digest.update(f"{name}\0{size}\0".encode())
        with path.open("rb") as file:
            digest.update(file.read(READ_BYTES))
            if size > 2 * READ_BYTES:
                file.seek(-READ_BYTES, 2)
            digest.update(file.read(READ_BYTES))
    return digest.hexdigest()[:32]
