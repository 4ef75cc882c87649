"""A folder of sounds: one sub-folder a class, also below train, validation and test; or tables or text files beside
them that say what is heard in each.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from dlstudio.data.encoders.transcript import guess_transcript
from dlstudio.data.guessing import DEFAULT_SPLIT, guess_decimal
from dlstudio.data.listing import find_sounds, folders_in, has_sounds, is_shown, sounds_in
from dlstudio.data.sound.sounds import SoundError, probe
from dlstudio.data.sound.speech_tables import guess_lengths, guess_rate, guess_table, split_by
from dlstudio.data.splitting.splits import FOLDED, fold_of
from dlstudio.data.table import SPLITS, Cells, DataError, DataIssue, Files, RawColumn, SoundFiles, Table, listed
from dlstudio.data.tables.cell_columns import guess_split_column, raw_columns
from dlstudio.data.tables.delimited import Records, find_dialect, is_delimited, read_records
from dlstudio.graph.project import DataSettings

NAME = "sound-folder"
TITLE = "Folder of sounds"

SOUND, LABEL, TRANSCRIPT = "sound", "label", "transcript"
_PROBED = 300
_MOST_TABLES = 10
_MOST_TEXT = 64 << 10


def matches(path: Path) -> bool:
    """Whether a folder holds sounds, directly or below."""
    return path.is_dir() and has_sounds(path, path, deep=True)


def guess(path: Path) -> DataSettings:
    """Rate, length, target and split of the sounds.

    Raises:
        DataError: Nothing says what is heard in them.
    """
    path = _descended(path)
    tables = _tables(path)
    if tables:
        return _guess_tables(path, tables)
    if _texts(path):
        table = _read_texts(path)
        said = table.columns[TRANSCRIPT]
        assert isinstance(said, Cells)
        target = {TRANSCRIPT: {**guess_transcript(said.values), "role": "target"}}
    elif _class_folders(path):
        table = _read_folders(path)
        target = {LABEL: {"type": "category", "role": "target"}}
    else:
        raise DataError(
            f"{path} holds sounds, but nothing says what is heard in them. Put them into one sub-folder a class, put a "
            "CSV with a column of file names beside them, or a text file of the same name beside each."
        )
    sounds = table.columns[SOUND]
    assert isinstance(sounds, Files)
    split = {"by": "folder", **FOLDED} if table.folds is not None else dict(DEFAULT_SPLIT)
    return DataSettings(str(path), NAME, {SOUND: {**guess_sound(sounds), "role": "input"}, **target}, split)


def read(settings: DataSettings, source: Path) -> Table:
    """One row a sound.

    Raises:
        DataError: The folder is not there, or holds no sounds.
    """
    if not source.is_dir():
        raise DataError(f"There is no folder {source}. Choose another one, or put it there.")
    source = _descended(source)
    names = settings.options.get("tables")
    if names:
        return _read_tables(settings, source, [str(name) for name in names])
    return _read_texts(source) if TRANSCRIPT in settings.columns else _read_folders(source)


def guess_sound(column: Files) -> dict[str, Any]:
    """``{"type": "audio", "rate", "seconds"}`` that suit a column of files, from the headers of some of them."""
    seconds: list[float] = []
    rates: list[int] = []
    for row in range(0, len(column), max(1, len(column) // _PROBED)):
        path = column.paths[row]
        if path is None or row in column.faults:
            continue
        try:
            length, rate, _ = probe(path)
        except SoundError:
            continue
        seconds.append(length)
        rates.append(rate)
    return {"type": "audio", "rate": guess_rate(rates), "seconds": guess_lengths(seconds)}


def _descended(path: Path) -> Path:
    """Down to where it begins: archives often unpack to a folder in a folder."""
    for _ in range(4):
        below = folders_in(path)
        if (
            len(below) != 1
            or has_sounds(path, path)
            or fold_of(below[0].name)
            or any(map(is_delimited, path.iterdir()))
        ):
            break
        if has_sounds(below[0], path) and not folders_in(below[0]) and not _texts(below[0]):
            break
        path = below[0]
    return path


# Class folders


def _class_folders(path: Path) -> list[tuple[str, str | None, Path]]:
    """(class, part or None, folder) of each class folder."""
    below = folders_in(path)
    parts = [each for each in below if fold_of(each.name)]
    if any(fold_of(each.name) == "train" and folders_in(each) for each in parts):
        return [(each.name, fold_of(part.name), each) for part in parts for each in folders_in(part)]
    return [(each.name, None, each) for each in below if has_sounds(each, path, deep=True)]


def _read_folders(path: Path) -> Table:
    paths: list[Path | None] = []
    names: list[str] = []
    labels: list[str] = []
    folds: list[int] = []
    links: list[str] = []
    folders = _class_folders(path)
    for label, part, folder in folders:
        if folder.is_symlink() and not folder.resolve().is_relative_to(path.resolve()):
            links.append(label)
            continue
        found = sounds_in(folder, path)
        paths.extend(found)
        names.extend(each.relative_to(path).as_posix() for each in found)
        labels.extend([label] * len(found))
        folds.extend([SPLITS.index(part) if part else -1] * len(found))
    issues: list[DataIssue] = []
    if links:
        message = f"Folders that are links out of {path.name} are not followed: {listed(links, len(links))}."
        issues.append(DataIssue("outside", message, count=len(links), places=tuple(links)))
    if not paths:
        raise DataError(f"There is no sound in the sub-folders of {path}. Choose another folder.")
    known = tuple(dict.fromkeys(label for label, _, _ in folders if label not in links))
    columns: dict[str, RawColumn] = {SOUND: SoundFiles(paths, names), LABEL: Cells(labels, known=known)}
    parted = any(part for _, part, _ in folders)
    return Table(
        len(paths), columns, np.array(folds, np.int8) if parted else None, tuple(issues), lambda row: names[row]
    )


# A text file beside each sound


def _texts(path: Path) -> bool:
    """Whether most of the first sounds have a text file of their name beside them."""
    some = sounds_in(path, path)[:20]
    return bool(some) and sum(each.with_suffix(".txt").is_file() for each in some) > len(some) / 2


def _read_texts(path: Path) -> Table:
    found = sounds_in(path, path)
    if not found:
        raise DataError(f"There is no sound in {path}. Choose another folder.")
    names = [each.relative_to(path).as_posix() for each in found]
    folds = [fold_of(name.split("/")[0]) if "/" in name else None for name in names]
    said: list[str] = []
    wrong: list[str] = []
    for sound in found:
        file = sound.with_suffix(".txt")
        text = ""
        if file.is_file():
            with file.open("rb") as opened:
                content = opened.read(_MOST_TEXT)
            try:
                text = " ".join(content.decode("utf-8-sig").split())
            except UnicodeDecodeError:
                wrong.append(file.relative_to(path).as_posix())
        said.append(text)
    issues: list[DataIssue] = []
    if wrong:
        message = f"Text files that are not in UTF-8 are left empty: {listed(wrong, len(wrong))}. Save them as UTF-8."
        issues.append(DataIssue("encoding", message, count=len(wrong), places=tuple(wrong[:20])))
    parted = "train" in folds
    return Table(
        len(found),
        {SOUND: SoundFiles(list(found), names), TRANSCRIPT: Cells(said)},
        np.array([SPLITS.index(fold) if fold else -1 for fold in folds], np.int8) if parted else None,
        tuple(issues),
        lambda row: names[row],
    )


# Tables


def _tables(path: Path) -> list[Path]:
    """The tables in a folder that name sounds: train, validation and test tables together, or else one."""
    inside = sorted(each for each in path.iterdir() if is_shown(each.name) and is_delimited(each) and each.is_file())
    parts = [each for each in inside if fold_of(_stem(each))]
    if any(fold_of(_stem(each)) == "train" for each in parts) and all(_sound_column(each, path)[0] for each in parts):
        return parts
    for table in inside[:_MOST_TABLES]:
        try:
            if _sound_column(table, path)[0]:
                return [table]
        except DataError:
            if len(inside) == 1:
                raise
    return []


def _stem(table: Path) -> str:
    return table.name.split(".")[0]


def _sound_column(table: Path, path: Path) -> tuple[str, dict[str, list[str]], Mapping[str, Any]]:
    dialect = find_dialect(table, {})
    cells = read_records(table, dialect, {}, 20_000).columns
    for name, values in cells.items():
        sample = values[:: max(1, len(values) // 40)]
        if len(set(sample)) <= len(sample) / 2:
            continue  # a few numbers, over and over, are no names of files, although 0.wav may be there
        if len(find_sounds(sample, path).faults) <= len(sample) / 2:
            return name, cells, dialect.as_options()
    return "", cells, dialect.as_options()


def _guess_tables(path: Path, tables: list[Path]) -> DataSettings:
    first = next((each for each in tables if fold_of(_stem(each)) == "train"), tables[0])
    name, cells, dialect = _sound_column(first, path)
    decimal = guess_decimal(cells)
    sound = {**guess_sound(find_sounds(cells[name], path)), "role": "input"}
    columns = {name: sound, **guess_table(cells, name, decimal)}
    options: dict[str, Any] = {"tables": [each.name for each in tables], **dialect}
    if decimal != ".":
        options["decimal"] = decimal
    by = guess_split_column(cells)
    if len(tables) > 1:
        split: dict[str, Any] = {"by": "folder", **FOLDED}
    elif by:
        columns[by], split = {"type": "ignore"}, {"by": "column", "column": by, **FOLDED}
    else:
        split = split_by(cells, DEFAULT_SPLIT)
    if not any(column.get("role") == "target" for column in columns.values()):
        raise DataError(
            f"{first.name} names the sounds, but no column says what is heard in them. Add a column of labels or "
            "transcripts."
        )
    return DataSettings(str(path), NAME, columns, split, options)


def _read_tables(settings: DataSettings, source: Path, names: list[str]) -> Table:
    read: list[tuple[str, Records]] = []
    for name in names:
        if Path(name).name != name:
            raise DataError(f"The tables have to lie in the folder of sounds, not at {name}.")
        table = source / name
        if not table.is_file():
            raise DataError(f"The table {name} is not in {source} any more. Put it back, or choose the folder again.")
        read.append((name, read_records(table, find_dialect(table, settings.options), settings.options)))
    shared = [column for column in read[0][1].columns if all(column in records.columns for _, records in read)]
    found = {column for _, records in read for column in records.columns}
    for column in settings.columns:
        lacking = [name for name, records in read if column in found and column not in records.columns]
        if lacking:
            having = next(name for name, records in read if column in records.columns)
            raise DataError(
                f"{lacking[0]} has no column '{column}', which {having} has. Give all tables the same columns."
            )
    cells = {column: [cell for _, records in read for cell in records.columns[column]] for column in shared}
    places = [(name, line) for name, records in read for line in records.lines]
    folds = None
    if len(read) > 1:
        parts = [fold_of(_stem(source / name)) for name, _ in read]
        folds = np.concatenate(
            [
                np.full(len(records.lines), SPLITS.index(part) if part else -1, np.int8)
                for part, (_, records) in zip(parts, read, strict=True)
            ]
        )
    several = len(read) > 1

    def place(row: int) -> str:
        name, line = places[row]
        return f"{name} line {line}" if several else f"line {line}"

    return Table(
        len(places),
        raw_columns(cells, settings.columns, settings.options, source),
        folds,
        tuple(issue for _, records in read for issue in records.issues),
        place,
        "" if several else names[0],
    )
