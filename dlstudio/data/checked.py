"""Remembers between processes which files were found to be whole, so that 100,000 pictures are decoded once.

The memory is a file of eight-byte marks, one for each file that was looked at and found good: a digest of its path, its
size, when it was changed, and how closely it was looked at. Marks are added as the work goes on, so that what was
cancelled goes on where it ended. Nothing is lost where the file is: files are looked at again then.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterable
from typing import Literal

import numpy as np

from dlstudio.places import cache_folder

Depth = Literal["decoded", "probed"]

FILE_NAME = "checked-files"
_MOST_BYTES = 32 << 20  # four million marks; then it begins anew


class CheckedFiles:
    """The marks of files that were found good before.

    Args:
        depth: How closely files are looked at: ``decoded`` whole, or only their header.
    """

    def __init__(self, depth: Depth) -> None:
        self._depth = depth
        self._path = cache_folder() / FILE_NAME
        try:
            content = self._path.read_bytes() if self._path.stat().st_size <= _MOST_BYTES else b""
        except OSError:
            content = b""
        marks = np.frombuffer(content[: len(content) // 8 * 8], np.uint64)
        self._known = frozenset(marks.tolist())

    def mark(self, path: str, status: os.stat_result) -> int:
        """The mark of a file as it is now."""
        words = f"{self._depth}\0{path}\0{status.st_size}\0{status.st_mtime_ns}"
        return int.from_bytes(hashlib.blake2b(words.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")

    def __contains__(self, mark: object) -> bool:
        return mark in self._known

    def add(self, marks: Iterable[int]) -> None:
        """Remembers files as good; where nothing can be written, they are looked at again next time."""
        content = np.fromiter(marks, np.uint64).tobytes()
        if not content:
            return
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if self._path.exists() and self._path.stat().st_size > _MOST_BYTES:
                self._path.unlink()
            with self._path.open("ab") as file:
                file.write(content)
