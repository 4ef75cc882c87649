"""Reads the INPUTs of ``predict``: each word of the command line becomes one or more values for the network."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dlstudio.cli.command import CommandError
from dlstudio.graph.columns import ColumnSpec

IMAGE_ENDINGS = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp"})


def read_inputs(words: Sequence[str], specs: Sequence[ColumnSpec]) -> list[tuple[str, Any]]:
    """Name and value of every input; a folder or a table gives several.

    Args:
        words: As they were typed.
        specs: The columns that the network reads; where they are several, a word is a JSON object by column name.

    Raises:
        CommandError: An input that is not there or cannot be understood.
    """
    if len(specs) > 1:
        names = ", ".join(f'"{spec.name}": ...' for spec in specs)
        return [(word, _json(word, f"a JSON object with every input: {{{names}}}")) for word in words]
    (spec,) = specs
    found: list[tuple[str, Any]] = []
    for word in words:
        match spec.kind:
            case "image":
                found += _images(word)
            case "text":
                found += _texts(word, spec.name)
            case "series":
                found.append((word, _series(word)))
            case _:
                found += _numbers(word)
    return found


def _images(word: str) -> list[tuple[str, Any]]:
    path = Path(word).expanduser()
    if path.is_dir():
        files = sorted(each for each in path.iterdir() if each.suffix.lower() in IMAGE_ENDINGS)
        if not files:
            raise CommandError(f"There is no image in the folder {word}.")
        return [(str(file), file) for file in files]
    if not path.exists():
        raise CommandError(f"There is no file {word}. This network reads images: name image files.")
    return [(word, path)]


def _texts(word: str, column: str) -> list[tuple[str, Any]]:
    path = Path(word)
    if path.suffix.lower() in (".csv", ".tsv") and path.is_file():
        rows = _rows(path)
        if column not in rows[0]:
            raise CommandError(f"{word} has no column '{column}'. It has: {', '.join(rows[0])}.")
        return [(row[column], row[column]) for row in rows]
    return [(word, word)]


def _numbers(word: str) -> list[tuple[str, Any]]:
    path = Path(word).expanduser()
    if path.suffix.lower() in (".csv", ".tsv") and path.is_file():
        return [(f"{path.name} row {number}", row) for number, row in enumerate(_rows(path), 1)]
    if path.suffix.lower() == ".npy":
        return [(word, _array(path))]
    value = _json(word, 'a JSON list such as [5.1, 3.5], an object such as {"age": 31}, or a .csv file')
    return [(word, [value] if isinstance(value, int | float) else value)]


def _series(word: str) -> Any:
    path = Path(word).expanduser()
    if path.suffix.lower() == ".npy":
        return _array(path)
    if path.suffix.lower() in (".csv", ".tsv"):
        if not path.is_file():
            raise CommandError(f"There is no file {word}.")
        return _matrix(path)
    return _json(word, "a .npy file, a .csv file, or a JSON list of steps such as [[0.1, 0.2], [0.3, 0.4]]")


def _json(word: str, wanted: str) -> Any:
    try:
        return json.loads(word)
    except ValueError:
        missing = " There is no such file." if Path(word).suffix and not Path(word).exists() else ""
        raise CommandError(f"'{word[:60]}' cannot be read as numbers.{missing} Give {wanted}.") from None


def _array(path: Path) -> Any:
    import numpy as np

    try:
        return np.load(path, allow_pickle=False)
    except FileNotFoundError:
        raise CommandError(f"There is no file {path}.") from None
    except (OSError, ValueError) as error:
        raise CommandError(f"{path} is not an array that can be read: {error}.") from None


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream, delimiter=_delimiter(path)))
    except (UnicodeDecodeError, csv.Error) as error:
        raise CommandError(f"{path} cannot be read as a table: {error}.") from None
    if not rows:
        raise CommandError(f"{path} has no rows.")
    for number, row in enumerate(rows, 2):
        if None in row or None in row.values():
            raise CommandError(f"{path}, line {number}: the row has not as many fields as the header.")
    return rows


def _matrix(path: Path) -> list[list[float]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        lines = [line for line in csv.reader(stream, delimiter=_delimiter(path)) if line]
    steps: list[list[float]] = []
    for number, line in enumerate(lines, 1):
        try:
            steps.append([float(cell) for cell in line])
        except ValueError:
            if number > 1:  # the first line may be a header
                raise CommandError(f"{path}, line {number}: every field has to be a number.") from None
    if len({len(step) for step in steps}) != 1:
        raise CommandError(f"{path}: every step needs the same number of values.")
    return steps


def _delimiter(path: Path) -> str:
    return "\t" if path.suffix.lower() == ".tsv" else ","
