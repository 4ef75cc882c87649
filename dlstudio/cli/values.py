"""Reads the INPUTs of ``predict``: each word of the command line becomes one or more values for the network."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dlstudio.cli.command import CommandError
from dlstudio.data.guessing import guess_decimal
from dlstudio.data.pictures.scans import is_nifti
from dlstudio.data.tables.cells import is_number, parse_number
from dlstudio.data.tables.delimited import find_dialect, read_records
from dlstudio.data.video.clip_files import clips_in
from dlstudio.data.video.clips import CLIP_SUFFIXES, is_frame_folder
from dlstudio.graph.columns import ColumnSpec

SOUND_ENDINGS = frozenset({".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff", ".au"})
IMAGE_ENDINGS = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp"})


def read_inputs(words: Sequence[str], specs: Sequence[ColumnSpec]) -> list[tuple[str, Any]]:
    """Name and value of every input; a folder or a table gives several.

    Args:
        words: As they were typed.
        specs: The columns that the network reads; where they are several, a word is a JSON object by column name.

    Raises:
        CommandError: An input that is not there or cannot be understood.
        DataError: A table that cannot be read.
    """
    if len(specs) > 1:
        names = ", ".join(f'"{spec.name}": ...' for spec in specs)
        return [(word, _json(word, f"a JSON object with every input: {{{names}}}")) for word in words]
    (spec,) = specs
    found: list[tuple[str, Any]] = []
    for word in words:
        match spec.kind:
            case "image":
                found += _files(word, IMAGE_ENDINGS, "image")
            case "video":
                found += _clips(word)
            case "audio":
                found += _files(word, SOUND_ENDINGS, "sound")
            case "volume":
                found += _volumes(word)
            case "text":
                found += _texts(word, spec.name)
            case "series":
                found.append((word, _series(word)))
            case _:
                found += _numbers(word)
    return found


def _files(word: str, endings: frozenset[str], noun: str) -> list[tuple[str, Any]]:
    path = Path(word).expanduser()
    if path.is_dir():
        files = sorted(each for each in path.iterdir() if each.suffix.lower() in endings)
        if not files:
            raise CommandError(f"There is no {noun} in the folder {word}.")
        return [(str(file), file) for file in files]
    if not path.exists():
        raise CommandError(f"There is no file {word}. This network reads {noun}s: name {noun} files.")
    return [(word, path)]


def _clips(word: str) -> list[tuple[str, Any]]:
    """A clip, be it a file or a folder of its frames, or all clips in a folder."""
    path = Path(word).expanduser()
    if path.is_dir():
        found = [path] if is_frame_folder(path) else clips_in(path, path)
        if not found:
            raise CommandError(f"There is no clip in the folder {word}.")
        return [(str(each), each) for each in found]
    return _files(word, CLIP_SUFFIXES, "clip")


def _volumes(word: str) -> list[tuple[str, Any]]:
    """A file is one volume; a folder holds NIfTI files or the slices of one DICOM series."""
    path = Path(word).expanduser()
    if not path.exists():
        raise CommandError(f"There is no file {word}. Name a NIfTI file, a .npy file or a folder of DICOM slices.")
    inside = sorted(each for each in path.iterdir() if is_nifti(each)) if path.is_dir() else []
    return [(str(each), each) for each in inside] or [(word, path)]


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
    """The rows of a table, read as data are: delimiter, encoding and decimal comma are found."""
    cells = _columns(path, header=True)
    decimal = guess_decimal(cells)
    plain = {
        name: [cell.replace(",", ".") if decimal == "," and is_number(cell, ",") else cell for cell in column]
        for name, column in cells.items()
    }
    return [dict(zip(plain, row, strict=True)) for row in zip(*plain.values(), strict=True)]


def _matrix(path: Path) -> list[list[float]]:
    cells = _columns(path, header=False)
    decimal = guess_decimal(cells)
    lines = list(zip(*cells.values(), strict=True))
    if not any(is_number(cell, decimal) for cell in lines[0]):
        del lines[0]  # it names the columns
    steps = [[parse_number(cell, decimal) for cell in line] for line in lines]
    for line, step in zip(lines, steps, strict=True):
        if any(math.isnan(value) for value in step):
            raise CommandError(f"{path}: every field has to be a number, and the row '{', '.join(line)[:60]}' is not.")
    if not steps:
        raise CommandError(f"{path} has no numbers under its header.")
    return steps


def _columns(path: Path, header: bool) -> dict[str, list[str]]:
    dialect = find_dialect(path, {"header": header})
    return read_records(path, dialect, {"ragged": "stop"}).columns
