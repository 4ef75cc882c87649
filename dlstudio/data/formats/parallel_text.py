"""Sentences and their translations: two text files of as many lines, or a table of texts parted by tabs.

Files are paired by the language in their names: ``news.en`` and ``news.fr``, ``train.en.txt`` and ``train.fr.txt``,
``en.txt`` and ``fr.txt``. In a table of tabs quotation marks are signs like any other, as in the exports of Tatoeba; a
table that names its columns in another way is read as CSV or TSV.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from dlstudio.data.guessing import DEFAULT_SPLIT, guess_cells
from dlstudio.data.listing import is_shown
from dlstudio.data.splitting.splits import FOLDED, fold_of
from dlstudio.data.table import SPLITS, Cells, DataError, DataIssue, Table
from dlstudio.data.tables.delimited import ragged_issue
from dlstudio.data.texts.language_pairs import is_language, language_pair, pair_columns
from dlstudio.data.texts.plain_lines import head_lines, read_lines
from dlstudio.graph.columns import so_far_name
from dlstudio.graph.project import DataSettings

NAME = "parallel-text"
TITLE = "Sentences with translations (name.en and name.fr, or a table of tabs)"
RANK = 0.6

LONGEST_LINE = 100_000
MOST_PAIRS = 5_000_000
_TABBED = (".tsv", ".tab", ".txt")
_TEXTS = (".txt", ".text")
_NOTES = ("readme", "license", "licence", "copying", "notice", "authors", "changelog")


@dataclass(frozen=True)
class _Named:
    """A file by what its name says: ``train.en.txt`` is the text ``train`` in ``en``."""

    path: Path
    text: str
    language: str


@dataclass(frozen=True)
class _Lines:
    """The columns of a source, a cell a row, and where each row stands."""

    cells: dict[str, list[str]]
    lines: list[int]
    files: list[str]
    issues: tuple[DataIssue, ...] = ()


def matches(path: Path) -> bool:
    """Whether it is a table of tabs with sentences in two languages, or files that are named after two languages."""
    if path.is_dir():
        return bool(_pairs(_named_in(path)))
    if _is_tabbed(path):
        return _columns_of(path) is not None
    return path.is_file() and _partner(path) is not None


def guess(path: Path) -> DataSettings:
    """The first language is translated into the second one; split by the names of the files where they tell.

    Raises:
        DataError: It cannot be read, or files do not fit together.
    """
    found = _read(path, "skip")
    source, target = list(found.cells)[:2]
    columns = pair_columns(source, target, so_far_name(target, {}), found.cells)
    columns |= {name: {"type": "ignore"} for name in list(found.cells)[2:]}
    folds = _folds(found.files)
    split: dict[str, Any] = dict(DEFAULT_SPLIT) if folds is None else {"by": "folder", **FOLDED}
    return DataSettings(str(path), NAME, columns, split)


def read(settings: DataSettings, source: Path) -> Table:
    """One row a pair of sentences.

    Raises:
        DataError: A file cannot be read, or two do not have as many lines; the sentence names file and line.
    """
    found = _read(source, settings.options.get("ragged"))
    several = len(set(found.files)) > 1
    return Table(
        len(found.lines),
        {name: Cells(cells) for name, cells in found.cells.items()},
        _folds(found.files),
        found.issues,
        place=lambda row: f"{found.files[row]} line {found.lines[row]}" if several else f"line {found.lines[row]}",
        name="" if several else source.name,
    )


def adopt(settings: DataSettings) -> DataSettings:
    """The same settings with ``unit``, ``length`` and ``vocabulary`` of the options where the window edits them."""
    options = dict(settings.options)
    given: dict[str, Any] = {}
    for name in ("unit", "length", "vocabulary"):
        if name in options:
            value = options.pop(name)
            given[name] = int(value) if isinstance(value, str) and value.isdigit() else value
    columns = {
        name: {**column, **given} if column.get("type") in ("sentence", "translation") else column
        for name, column in settings.columns.items()
    }
    return replace(settings, columns=columns, options=options)


def _read(path: Path, ragged: object) -> _Lines:
    if path.is_dir():
        return _of_files(path, _named_in(path))
    if _is_tabbed(path) and (columns := _columns_of(path)) is not None:
        return _of_table(path, columns, ragged)
    partner = _partner(path)
    if partner is None:
        raise DataError(
            f"{path.name} has no translation beside it. Put one there that is named after its language, such as "
            f"{path.stem}.fr beside {path.stem}.en."
        )
    return _of_files(path.parent, list(partner))


# Tables of tabs


def _is_tabbed(path: Path) -> bool:
    if not path.is_file() or path.suffix.lower() not in _TABBED:
        return False
    lines = [line for line in head_lines(path)[:500] if line.strip()]
    return bool(lines) and sum("\t" in line for line in lines) > 0.9 * len(lines)


def _columns_of(path: Path) -> tuple[list[str], bool] | None:
    """Names of the columns, the two languages first, and whether the first line holds them; None for another table."""
    rows = [line.split("\t") for line in head_lines(path) if line.strip()]
    width = _width(rows)
    rows = [row for row in rows if len(row) == width]
    if width < 2 or not rows:
        return None
    header = sum(map(is_language, rows[0])) == 2 and all(len(cell) <= 30 for cell in rows[0])
    names = [cell.strip() or f"column_{number}" for number, cell in enumerate(rows[0], 1)] if header else []
    if len(set(names)) < len(names) or (header and len(rows) < 2):
        return None
    names = names or [f"column_{number}" for number in range(1, width + 1)]
    cells = dict(zip(names, map(list, zip(*rows[header:], strict=True)), strict=True))
    pair = language_pair({name: guess_cells(name, column) for name, column in cells.items()}, cells)
    if pair is None or (not header and pair != (names[0], names[1])):
        return None
    return (names if header else _names_by_file(path, width)), header


def _width(rows: Sequence[Sequence[str]]) -> int:
    return Counter(map(len, rows)).most_common(1)[0][0] if rows else 0


def _names_by_file(path: Path, width: int) -> list[str]:
    """``eng-fra.tsv`` names both columns; ``fra.txt`` names the second one."""
    words = [word for word in re.split(r"[\W_\d]+", path.stem.lower()) if len(word) < 4 and is_language(word)]
    first, second = (words[0], words[1]) if len(words) == 2 and words[0] != words[1] else ("source", "target")
    if len(words) == 1:
        second = words[0]
    return [first, second, "attribution", *(f"column_{number}" for number in range(4, width + 1))][:width]


def _of_table(path: Path, columns: tuple[list[str], bool], ragged: object) -> _Lines:
    names, header = columns
    rows: list[list[str]] = []
    lines: list[int] = []
    uneven: list[tuple[int, int]] = []
    for number, line in enumerate(read_lines(path, LONGEST_LINE), 1):
        if not line.strip() or (header and number == 1):
            continue
        row = line.split("\t")
        if len(row) != len(names):
            uneven.append((number, len(row)))
            continue
        rows.append([cell.strip() for cell in row])
        lines.append(number)
    _bound(path.name, len(rows))
    cells = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in names]
    pair = language_pair({name: {"type": "text"} for name in names}, dict(zip(names, cells, strict=True)))
    order = [*(pair or names[:2]), *(name for name in names if name not in (pair or names[:2]))]
    by_name = dict(zip(names, cells, strict=True))
    issues = (ragged_issue(path, uneven, len(names), ragged),) if uneven else ()
    return _Lines({name: by_name[name] for name in order}, lines, [path.name] * len(lines), issues)


# Pairs of files


def _named(path: Path) -> _Named | None:
    """What a file's name says, or None where it names no language."""
    if path.stem.lower().startswith(_NOTES):
        return None
    name = path.stem if path.suffix.lower() in _TEXTS else path.name
    parts = re.fullmatch(r"(?:(.*)([._-]))?([^._-]+)", name, re.DOTALL)
    text, sign, language = parts.groups() if parts else ("", "", "")
    if not language or not is_language(language) or (sign in ("_", "-") and path.suffix.lower() not in _TEXTS):
        return None
    return _Named(path, text or "", language)


def _named_in(folder: Path) -> list[_Named]:
    files = [each for each in sorted(folder.iterdir()) if is_shown(each.name) and each.is_file()]
    return [named for named in map(_named, files) if named is not None]


def _pairs(named: Sequence[_Named]) -> list[str]:
    """The texts that there are in at least two languages."""
    return [text for text, count in Counter(each.text for each in named).items() if count > 1]


def _partner(path: Path) -> tuple[_Named, _Named] | None:
    """A file and the only one beside it that holds the same text in another language."""
    own = _named(path)
    if own is None or not path.parent.is_dir():
        return None
    others = [each for each in _named_in(path.parent) if each.text == own.text and each.language != own.language]
    return (own, others[0]) if len(others) == 1 else None


def _of_files(folder: Path, named: Sequence[_Named]) -> _Lines:
    languages = list(dict.fromkeys(each.language for each in named))
    if len(languages) != 2:
        raise DataError(
            f"{folder.name} holds texts in {len(languages)} languages ({', '.join(languages)}). Choose one file of the "
            "two that belong together, or put two languages into a folder of their own."
        )
    cells: dict[str, list[str]] = {language: [] for language in languages}
    lines: list[int] = []
    files: list[str] = []
    for text in sorted({each.text for each in named}):
        pair = {each.language: each.path for each in named if each.text == text}
        missing = [language for language in languages if language not in pair]
        if missing:
            only = next(iter(pair.values()))
            raise DataError(
                f"{only.name} has no translation: there is no file of the same name in '{missing[0]}'. Put it there, "
                "or take this file away."
            )
        read = [_sentences(pair[language]) for language in languages]
        if len(read[0]) != len(read[1]):
            names = [pair[language].name for language in languages]
            raise DataError(
                f"{names[0]} has {len(read[0]):,} lines and {names[1]} has {len(read[1]):,}. Line by line they have to "
                "be translations of each other: mend the one that lacks lines."
            )
        kept = [place for place in range(len(read[0])) if read[0][place] or read[1][place]]
        for language, sentences in zip(languages, read, strict=True):
            cells[language] += [sentences[place] for place in kept]
        lines += [place + 1 for place in kept]
        files += [pair[languages[0]].name] * len(kept)
    _bound(folder.name, len(lines))
    return _Lines(cells, lines, files)


def _sentences(path: Path) -> list[str]:
    lines = [line.strip() for line in read_lines(path, LONGEST_LINE)]
    return lines[:-1] if lines and not lines[-1] else lines


def _bound(name: str, rows: int) -> None:
    if not rows:
        raise DataError(f"{name} holds no sentence with a translation.")
    if rows > MOST_PAIRS:
        raise DataError(f"{name} holds {rows:,} pairs; {MOST_PAIRS:,} are the most that are read. Take a part of them.")


def _folds(files: Sequence[str]) -> Any:
    """The part of each row by the name of its file (``train.en``), or None where no file says train."""
    known: dict[str, int] = {}
    for name in dict.fromkeys(files):
        parts = [part for part in map(fold_of, re.split(r"[\W_]+", name)) if part]
        known[name] = SPLITS.index(parts[0]) if len(parts) == 1 else -1
    if 0 not in known.values() or len(known) < 2:
        return None
    return np.array([known[name] for name in files], np.int8)
