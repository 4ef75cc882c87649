"""Text files of any size, one or a folder of them: cut into windows of tokens, each to be continued by the next one."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from dlstudio.data.encoders.encoder import whole_setting
from dlstudio.data.guessing import DEFAULT_SPLIT
from dlstudio.data.listing import has_sounds, is_shown
from dlstudio.data.splitting.splits import FOLDED, fold_of
from dlstudio.data.table import SPLITS, DataError, DataIssue, Table, listed
from dlstudio.data.texts.text_files import TextFile, looks_like_text, survey
from dlstudio.data.texts.text_windows import TextColumn, TextWindows
from dlstudio.data.tokenizing.tokenizer import UNITS
from dlstudio.graph.project import DataSettings

NAME = "running-text"
TITLE = "Running text (.txt)"

TEXT, NEXT = "text", "next"
LENGTHS = {"characters": 128, "words": 64, "subwords": 64}
_SUFFIXES = (".txt", ".text")
_NOTES = ("readme", "license", "licence", "copying", "notice", "authors", "changelog")
_MOST_FILES = 100_000
_SHORTEST = 8
_TESTED = 2000  # windows of a large text that validation and test have: more take long and say no more


def matches(path: Path) -> bool:
    """Whether it is a text file, or a folder with text files and nothing else to learn from."""
    if path.is_file():
        return path.suffix.lower() in _SUFFIXES and looks_like_text(path)
    return path.is_dir() and bool(_texts_in(path)) and not _has_others(path)


def guess(path: Path) -> DataSettings:
    """Characters in windows of up to 128, split by blocks or by the names of the files.

    Raises:
        DataError: It is no text, or too short to learn from.
    """
    settings = DataSettings(str(path), NAME, {TEXT: {"type": "tokens", "role": "input"}, NEXT: {"type": "next-tokens"}})
    files = _surveyed(settings, path)
    characters = sum(file.characters for file in files)
    length = min(LENGTHS["characters"], characters // 40)
    if length < _SHORTEST:
        raise DataError(
            f"{path.name} has only {characters} characters; a few hundred at least are needed to learn from."
        )
    text: dict[str, Any] = {"type": "tokens", "unit": "characters", "length": length, "role": "input"}
    split: dict[str, Any] = dict(DEFAULT_SPLIT)
    if _folds(files) is not None:
        split = {"by": "folder", **FOLDED}
    else:
        share = round(min(0.1, max(_TESTED / max(characters / length, 1), 1e-5)), 6)
        split |= {"train": round(1 - 2 * share, 6), "validation": share, "test": share}
    return DataSettings(str(path), NAME, {TEXT: text, NEXT: {"type": "next-tokens", "role": "target"}}, split)


def read(settings: DataSettings, source: Path) -> Table:
    """One row a window.

    Raises:
        DataError: A file cannot be read as text, or a setting makes no sense; the sentence names the file.
    """
    files = _surveyed(settings, source)
    unit, length, vocabulary = _cut(settings, sum(file.characters for file in files))
    windows = TextWindows(files, unit, length, vocabulary)
    folds = None
    by_file = _folds(files)
    if by_file is not None:
        counts = np.bincount([windows.file_of(row) for row in range(len(windows))], minlength=len(files))
        folds = np.repeat(np.array(by_file, np.int8), counts)
    return Table(
        len(windows),
        {TEXT: TextColumn(windows, 0), NEXT: TextColumn(windows, 1)},
        folds,
        tuple(_issues(files, str(settings.options.get("encoding", "")))),
        place=windows.place,
        name=source.name,
        groups=windows.blocks,
    )


def adopt(settings: DataSettings) -> DataSettings:
    """The same settings with the options ``unit``, ``length`` and ``vocabulary`` written where the window edits them.

    Raises:
        DataError: One of them makes no sense.
    """
    options = dict(settings.options)
    text = dict(settings.columns[TEXT])
    if "unit" in options:
        text["unit"] = options.pop("unit")
        text.pop("length", None)
        text.pop("vocabulary", None)
    for name in ("length", "vocabulary"):
        if name in options:
            value = options.pop(name)
            text[name] = int(value) if isinstance(value, str) and value.isdigit() else value
    found = replace(settings, columns={**settings.columns, TEXT: text}, options=options)
    _cut(found, 0)
    return found


def _cut(settings: DataSettings, characters: int) -> tuple[str, int, int]:
    """Unit, length and vocabulary of the column."""
    given = settings.columns.get(TEXT, {})
    unit = given.get("unit", "characters")
    if unit not in UNITS:
        raise DataError(f"The text is to be cut into {unit!r}; it can be cut into {', '.join(UNITS)}.")
    length = whole_setting(TEXT, given, "length", LENGTHS[unit], (2, 8192))
    usual = 5000 if unit == "characters" else 1000 if characters < 2e6 else 4000 if characters < 2e7 else 8000
    vocabulary = whole_setting(TEXT, given, "vocabulary", usual, (258 if unit == "subwords" else 3, 100_000))
    return unit, length, vocabulary


def _surveyed(settings: DataSettings, source: Path) -> list[TextFile]:
    encoding = str(settings.options.get("encoding", ""))
    if source.is_dir():
        paths = _texts_in(source)
        if not paths:
            raise DataError(f"The folder {source.name} holds no text files (.txt).")
        if len(paths) > _MOST_FILES:
            raise DataError(f"The folder {source.name} holds more than {_MOST_FILES:,} text files. Join some of them.")
        return [survey(path, path.name, encoding) for path in paths if path.stat().st_size] or [
            survey(paths[0], paths[0].name, encoding)
        ]
    return [survey(source, source.name, encoding)]


def _texts_in(folder: Path) -> list[Path]:
    return sorted(
        each
        for each in folder.iterdir()
        if each.suffix.lower() in _SUFFIXES
        and is_shown(each.name)
        and not each.stem.lower().startswith(_NOTES)
        and each.is_file()
        and looks_like_text(each)
    )


def _has_others(folder: Path) -> bool:
    """Whether other files outnumber the texts, as pictures with captions do, or sounds have them as transcripts."""
    if has_sounds(folder, folder):
        return True
    files = [each for each in folder.iterdir() if is_shown(each.name) and each.is_file()]
    others = [each for each in files if each.suffix.lower() not in (*_SUFFIXES, ".md", ".pdf", ".html", "")]
    return len(others) > len(files) / 2


def _folds(files: list[TextFile]) -> list[int] | None:
    """The part that each file's name tells (``wiki.train.txt``), or None where no file says train."""
    found = []
    for file in files:
        words = re.split(r"[\W_]+", Path(file.name).stem)
        parts = [part for part in (fold_of(word) for word in words) if part]
        found.append(SPLITS.index(parts[-1]) if len(parts) == 1 else -1)
    return found if 0 in found and len(files) > 1 else None


def _issues(files: list[TextFile], chosen: str) -> list[DataIssue]:
    found = []
    other = [file for file in files if file.damaged >= 0 and file.encoding != "utf-8"]
    if other and chosen != "latin-1":
        names = listed([f"{file.name} (byte {file.damaged:,})" for file in other], len(other))
        found.append(
            DataIssue(
                "encoding",
                f"Not UTF-8: {names}. Read as Latin-1, the usual encoding of Western European texts before; letters "
                "look wrong where that is not so. Save the text as UTF-8 to be sure.",
                count=len(other),
                places=tuple(file.name for file in other[:20]),
            )
        )
    broken = [file for file in files if file.damaged >= 0 and file.encoding == "utf-8"]
    if broken:
        names = listed([f"{file.name} (byte {file.damaged:,} of {file.size:,})" for file in broken], len(broken))
        found.append(
            DataIssue(
                "encoding",
                f"Damaged or cut in the middle of a character: {names}. Such places are read as unknown characters.",
                count=len(broken),
                places=tuple(file.name for file in broken[:20]),
            )
        )
    return found
