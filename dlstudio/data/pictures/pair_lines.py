"""Reads lists of pairs of images: two files and whether both show the same, or as *Labeled Faces in the Wild* does.

That form (Huang et al. 2007, http://vis-www.cs.umass.edu/lfw/README.txt) names a person and two numbers of images of
theirs, or a person with a number and another one with a number: ``name/name_0001``.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dlstudio.data.listing import is_image_name
from dlstudio.data.table import DataError

SUFFIXES = (".csv", ".tsv", ".txt")
MOST_BYTES = 256 << 20
MOST_PAIRS = 5_000_000
_HEAD_BYTES = 1 << 16
_SAME = frozenset({"1", "same", "true", "yes", "match", "genuine", "positive", "1.0"})
_DIFFERENT = frozenset(
    {"0", "-1", "different", "diff", "false", "no", "mismatch", "nonmatch", "impostor", "imposter", "negative", "0.0"}
)
_BARE = frozenset({"0", "1", "-1", "0.0", "1.0", "true", "false", "yes", "no"})  # which may mean anything
_HINTS = ("same", "match", "pair", "genuine", "different", "ident")


@dataclass(frozen=True)
class Pair:
    """One line.

    Attributes:
        first, second: What it calls the images.
        same: Whether both show the same.
        line: From 1.
    """

    first: str
    second: str
    same: bool
    line: int


def is_pair_list(path: Path) -> bool:
    """Whether a file lists pairs of images; judged by its beginning."""
    if not path.is_file() or not path.name.lower().endswith(SUFFIXES):
        return False
    try:
        with path.open("rb") as file:
            text = file.read(_HEAD_BYTES).decode("utf-8-sig", errors="replace")
    except OSError:
        return False
    rows = _records("\n".join(text.splitlines()[:200]))
    return _by_number(rows) or _columns(rows, path.name) is not None


def read_pairs(path: Path) -> list[Pair]:
    """All pairs that a file lists.

    Raises:
        DataError: It is damaged; the sentence names the line.
    """
    if not path.is_file():
        raise DataError(f"There is no file {path}. Choose another one, or put it there.")
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise DataError(f"{path.name} has {size >> 20:,} MB; lists of pairs have {MOST_BYTES >> 20} MB at most.")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{path.name} is not UTF-8 at byte {error.start:,}. Save it as UTF-8.") from None
    rows = _records(text)
    if not rows:
        raise DataError(f"{path.name} lists no pair.")
    if len(rows) > MOST_PAIRS:
        raise DataError(f"{path.name} lists {len(rows):,} pairs; {MOST_PAIRS:,} are the most.")
    pairs = _numbered(path, rows) if _by_number(rows) else _named(path, rows)
    if not pairs:
        raise DataError(f"{path.name} lists no pair.")
    for same, word in ((True, "same"), (False, "different")):
        if not any(pair.same is same for pair in pairs):
            raise DataError(f"{path.name} lists no pair that is {word}; without both nothing can be told apart.")
    return pairs


def _records(text: str) -> list[tuple[int, list[str]]]:
    """The number of each line that is not empty, and its cells."""
    lines = text.splitlines()
    counts = Counter({mark: sum(mark in line for line in lines[:200]) for mark in ("\t", ",", ";")})
    mark = counts.most_common(1)[0][0] if lines else ","
    try:
        rows = [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=mark)]
    except csv.Error as error:
        raise DataError(f"The list of pairs cannot be read: {error}.") from None
    return [(number, row) for number, row in enumerate(rows, 1) if any(row)]


def _full(row: Sequence[str]) -> list[str]:
    """The cells up to the last that is not empty."""
    found = list(row)
    while found and not found[-1]:
        found.pop()
    return found


def _by_number(rows: Sequence[tuple[int, Sequence[str]]]) -> bool:
    """Whether most of the first lines are ``name n n`` or ``name n name n``."""
    seen = [_full(row) for _, row in rows[:200]]
    fits = [len(row) in (3, 4) and _is_numbered(row) for row in seen][1:]  # the first may be a header
    return bool(fits) and sum(fits) >= max(0.8 * len(fits), len(fits) - 3)


def _is_numbered(row: Sequence[str]) -> bool:
    if len(row) == 3:
        return not row[0].isdigit() and not is_image_name(row[0]) and row[1].isdigit() and row[2].isdigit()
    return not row[0].isdigit() and row[1].isdigit() and not row[2].isdigit() and row[3].isdigit()


def _numbered(path: Path, rows: Sequence[tuple[int, Sequence[str]]]) -> list[Pair]:
    found = []
    for place, (line, cells) in enumerate(rows):
        row = _full(cells)
        if not (len(row) in (3, 4) and _is_numbered(row)):
            if place == 0:
                continue  # a header, or how many pairs there are
            raise DataError(
                f"Line {line} of {path.name} is neither 'name number number' nor 'name number name number': "
                f"{' '.join(row)[:80]}. Mend or remove it."
            )
        name, number, *others = row
        other, last = (name, others[0]) if len(others) == 1 else (others[0], others[1])
        found.append(Pair(_lfw_name(name, number), _lfw_name(other, last), len(row) == 3, line))
    return found


def _lfw_name(name: str, number: str) -> str:
    return f"{name}/{name}_{int(number):04d}"


def _columns(rows: Sequence[tuple[int, Sequence[str]]], file: str) -> tuple[int, int, int] | None:
    """Places of both images and of what says same or different (-1 where nothing does); None for other tables."""
    body = [row for _, row in rows[:200] if not _is_header(row)]
    width = max((len(row) for row in body), default=0)
    columns = [[row[place] if place < len(row) else "" for row in body] for place in range(width)]
    images = [place for place, cells in enumerate(columns) if sum(map(is_image_name, cells)) >= max(0.8 * len(body), 1)]
    if len(images) != 2:
        return None
    header = rows[0][1] if rows and _is_header(rows[0][1]) else []
    hints = [file.lower(), *(cell.lower() for cell in header)]
    for place, cells in enumerate(columns):
        words = {cell.lower() for cell in cells if cell}
        told = sum(cell.lower() in _SAME | _DIFFERENT for cell in cells)
        if place in images or not words or told < 0.8 * len(cells):
            continue
        if not words <= _BARE or any(hint in each for hint in _HINTS for each in hints):
            return images[0], images[1], place
    return (images[0], images[1], -1) if "pair" in file.lower() else None


def _is_header(row: Sequence[str]) -> bool:
    return not any(is_image_name(cell) for cell in row)


def _named(path: Path, rows: Sequence[tuple[int, Sequence[str]]]) -> list[Pair]:
    places = _columns(rows, path.name)
    if places is None:
        raise DataError(
            f"{path.name} lists no pairs: two columns of names of image files are needed, and one that says whether "
            "both show the same."
        )
    first, second, said = places
    if said < 0:
        raise DataError(
            f"{path.name} has two columns of images, but none that says whether both show the same. Add a column "
            "'same' with 1 or 0, or with 'same' or 'different'."
        )
    found = []
    for place, (line, row) in enumerate(rows):
        if place == 0 and _is_header(row):
            continue
        if len(row) <= max(places) or not row[first] or not row[second]:
            raise DataError(f"Line {line} of {path.name} has no two images and an answer. Mend or remove it.")
        word = row[said].lower()
        if word not in _SAME | _DIFFERENT:
            raise DataError(
                f"Line {line} of {path.name} says '{row[said][:40]}', not whether both are the same. Write 1 or 0."
            )
        found.append(Pair(row[first], row[second], word in _SAME, line))
    return found
