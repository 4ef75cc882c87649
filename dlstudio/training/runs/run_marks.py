"""What a person writes on a run: a note, tags, a pin, as ``marks.json`` in its folder. Standard library only."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dlstudio.atomic import write_atomically
from dlstudio.graph.saving import parse_json

FILE = "marks.json"
MOST_CHARACTERS = 2000


@dataclass(frozen=True)
class RunMarks:
    """The marks of one run.

    Attributes:
        note: A text.
        tags: Words, each once, in the order in which they were given.
        pinned: Whether it is to be kept: it cannot be removed.
    """

    note: str = ""
    tags: tuple[str, ...] = ()
    pinned: bool = False

    def as_json(self) -> dict[str, Any]:
        """A JSON object."""
        return asdict(self) | {"tags": list(self.tags)}


def read_marks(folder: Path) -> RunMarks:
    """The marks in a run's folder; none where the file is missing or damaged."""
    try:
        value = parse_json((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return RunMarks()
    if not isinstance(value, dict):
        return RunMarks()
    tags = value.get("tags")
    words = tuple(str(tag) for tag in tags) if isinstance(tags, list) else ()
    return RunMarks(str(value.get("note", ""))[:MOST_CHARACTERS], words, value.get("pinned") is True)


def write_marks(folder: Path, marks: RunMarks) -> None:
    """Writes marks into a run's folder.

    Raises:
        OSError: They could not be written; those before are unchanged.
    """
    write_atomically(folder / FILE, (json.dumps(marks.as_json(), ensure_ascii=False, indent=1) + "\n").encode())


def tags_of(text: str) -> tuple[str, ...]:
    """``baseline, small`` as two tags."""
    return tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
