"""Remembers how far a large text was read and what was found in it, so that nobody waits for that twice."""

from __future__ import annotations

import contextlib
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from dlstudio.atomic import write_atomically
from dlstudio.places import cache_folder


@dataclass(frozen=True)
class Survey:
    """What is known of a text up to a place.

    Attributes:
        offset: Bytes that were read.
        characters: Characters up to there.
        damaged: Byte offset of the first place that is no UTF-8, or -1.
        held: The begin of a character whose rest lies behind ``offset``.
    """

    offset: int
    characters: int
    damaged: int
    held: bytes


class SurveyMemory:
    """The memory of one file as it is now: of another size or age it is another file."""

    def __init__(self, path: Path) -> None:
        status = path.stat()
        words = f"{path.resolve()}\0{status.st_size}\0{status.st_mtime_ns}"
        name = hashlib.blake2b(words.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
        self._size = status.st_size
        self._file = cache_folder() / "surveys" / f"{name}.json"

    def read(self) -> Survey | None:
        """What was remembered, or None."""
        try:
            told = json.loads(self._file.read_text(encoding="ascii"))
            found = Survey(
                int(told["offset"]), int(told["characters"]), int(told["damaged"]), bytes.fromhex(told["held"])
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return found if 0 <= found.characters <= found.offset <= self._size and len(found.held) < 4 else None

    def write(self, survey: Survey) -> None:
        """Remembers; where nothing can be written, the file is read again next time."""
        told = {**survey.__dict__, "held": survey.held.hex()}
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self._file, json.dumps(told).encode("ascii"))
