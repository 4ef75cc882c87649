"""A folder of text files: one sub-folder a class, also below train, validation and test, as the IMDb reviews come."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from dlstudio.data.guessing import DEFAULT_SPLIT, guess_text
from dlstudio.data.listing import folders_in, has_images, is_shown
from dlstudio.data.splitting.splits import FOLDED, fold_of
from dlstudio.data.table import LISTED, SPLITS, Cells, DataError, DataIssue, Table, listed
from dlstudio.data.texts.tokens import LONGEST
from dlstudio.graph.project import DataSettings

NAME = "text-folder"
TITLE = "Folder of text files, a sub-folder a class"

TEXT, LABEL = "text", "label"
MOST_FILES = 1_000_000
MOST_BYTES = 4 * LONGEST  # read of one file: more characters than that are never looked at
MOST_TOTAL = 2 << 30


def matches(path: Path) -> bool:
    """Whether a folder has at least two class folders with text files, and no images."""
    if not path.is_dir() or has_images(path, path, deep=True):
        return False
    folders = _class_folders(path)
    return len({label for label, _, _ in folders}) > 1 and all(_has_texts(folder) for _, _, folder in folders)


def guess(path: Path) -> DataSettings:
    """Length of the texts, classes and split.

    Raises:
        DataError: The files cannot be read.
    """
    table = read(DataSettings(str(path), NAME), path)
    texts = table.columns[TEXT]
    assert isinstance(texts, Cells)
    columns = {TEXT: {**guess_text(texts.values), "role": "input"}, LABEL: {"type": "category", "role": "target"}}
    split = {"by": "folder", **FOLDED} if table.folds is not None else dict(DEFAULT_SPLIT)
    return DataSettings(str(path), NAME, columns, split)


def read(settings: DataSettings, source: Path) -> Table:
    """One row a file; the label is the name of its folder.

    Raises:
        DataError: The folder is not there, holds no texts, or absurdly many.
    """
    del settings
    if not source.is_dir():
        raise DataError(f"There is no folder {source}. Choose another one, or put it there.")
    texts: list[str] = []
    labels: list[str] = []
    folds: list[int] = []
    names: list[str] = []
    odd: list[str] = []
    links: list[str] = []
    total = 0
    folders = _class_folders(source)
    for label, part, folder in folders:
        for file in _texts_in(folder):
            name = file.relative_to(source).as_posix()
            if file.is_symlink() and not file.resolve().is_relative_to(source.resolve()):
                links.append(name)
                continue
            if len(texts) >= MOST_FILES:
                raise DataError(f"{source.name} holds more than {MOST_FILES:,} text files. Use a part of them.")
            text, why = _read_text(file)
            total += len(text)
            if total > MOST_TOTAL:
                raise DataError(f"The texts in {source.name} are longer than {MOST_TOTAL >> 30} GiB. Use a part.")
            if why:
                odd.append(f"{name} ({why})")
            texts.append(text)
            labels.append(label)
            folds.append(SPLITS.index(part) if part else -1)
            names.append(name)
    if not texts:
        raise DataError(f"There is no text file in the sub-folders of {source}. Choose another folder.")
    issues = []
    if odd:
        message = f"Files that are not UTF-8 text to their end: {listed(odd, len(odd))}. Save them as UTF-8."
        issues.append(DataIssue("encoding", message, count=len(odd), places=tuple(odd[:LISTED])))
    if links:
        message = f"Files that are links out of {source.name} are not followed: {listed(links, len(links))}."
        issues.append(DataIssue("outside", message, count=len(links), places=tuple(links[:LISTED])))
    known = tuple(dict.fromkeys(label for label, _, _ in folders))
    columns = {TEXT: Cells(texts), LABEL: Cells(labels, known=known)}
    parted = any(part for _, part, _ in folders)
    return Table(
        len(texts), columns, np.array(folds, np.int8) if parted else None, tuple(issues), lambda row: names[row]
    )


def _read_text(file: Path) -> tuple[str, str]:
    """The text of a file and what is odd about it; nothing where it cannot be read at all."""
    try:
        with file.open("rb") as stream:
            raw = stream.read(MOST_BYTES + 1)
    except OSError as error:
        return "", f"cannot be read: {error.strerror}"
    if b"\0" in raw[:4096] and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "", "not a text"
    cut = raw[:MOST_BYTES]
    if cut.startswith((b"\xff\xfe", b"\xfe\xff")):
        return cut.decode("utf-16", errors="replace").strip(), ""
    if len(raw) > MOST_BYTES:
        return cut.decode("utf-8", errors="ignore").removeprefix("\ufeff").strip(), ""
    try:
        return cut.decode("utf-8-sig").strip(), ""
    except UnicodeDecodeError as error:
        return cut.decode("latin-1").strip(), f"read as Latin-1, byte {error.start}"


def _class_folders(path: Path) -> list[tuple[str, str | None, Path]]:
    """(class, part or None, folder) of each class folder."""
    below = folders_in(path)
    parts = [each for each in below if fold_of(each.name)]
    if any(fold_of(each.name) == "train" and folders_in(each) for each in parts):
        return [(each.name, fold_of(part.name), each) for part in parts for each in folders_in(part)]
    return [(each.name, None, each) for each in below]


def _has_texts(folder: Path) -> bool:
    with os.scandir(folder) as entries:
        return any(_is_text(entry.name) for entry in entries)


def _texts_in(folder: Path) -> list[Path]:
    with os.scandir(folder) as entries:
        return sorted(folder / entry.name for entry in entries if _is_text(entry.name) and entry.is_file())


def _is_text(name: str) -> bool:
    return is_shown(name) and name.lower().endswith(".txt")
