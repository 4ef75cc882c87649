"""Finds image, sound and other files: what lies in a folder, and which file a name in a table means; never outside."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from dlstudio.data.pictures.images import IMAGE_SUFFIXES
from dlstudio.data.sound.sounds import SOUND_SUFFIXES
from dlstudio.data.table import DataError, Files, SoundFiles

MOST_FILES = 2_000_000
DEEPEST = 12
_IGNORED = frozenset({"__macosx", "thumbs.db", "desktop.ini", "runs"})


def is_shown(name: str) -> bool:
    """Whether a file or folder counts: hidden ones and what operating systems leave behind do not."""
    return not name.startswith((".", "_")) and name.lower() not in _IGNORED


def is_image_name(name: str) -> bool:
    """Whether a name ends like that of an image file."""
    return os.path.splitext(name)[1].lower() in IMAGE_SUFFIXES and is_shown(name)  # noqa: PTH122 -- called per file


def folders_in(folder: Path) -> list[Path]:
    """The visible folders directly inside a folder, by name."""
    return sorted((each for each in folder.iterdir() if is_shown(each.name) and each.is_dir()), key=_order)


def images_in(folder: Path, root: Path, deep: bool = True) -> list[Path]:
    """All image files in a folder (and the folders below), by path. Links that lead out of ``root`` are passed over.

    Raises:
        DataError: There are absurdly many, or the folder cannot be read.
    """
    return in_order(list(files_in(folder, root, IMAGE_SUFFIXES, deep=deep)))


def has_images(folder: Path, root: Path, deep: bool = False) -> bool:
    """Whether at least one image file lies there."""
    return next(_walk(folder, root.resolve(), 3 if deep else 0, [0]), None) is not None


def sounds_in(folder: Path, root: Path) -> list[Path]:
    """All sound files in a folder and the folders below, by path. Links that lead out of ``root`` are passed over.

    Raises:
        DataError: There are absurdly many, or the folder cannot be read.
    """
    return in_order(list(files_in(folder, root, SOUND_SUFFIXES)))


def has_sounds(folder: Path, root: Path, deep: bool = False) -> bool:
    """Whether at least one sound file lies there."""
    return next(_walk(folder, root.resolve(), 3 if deep else 0, [0], SOUND_SUFFIXES), None) is not None


def files_in(
    folder: Path, root: Path, suffixes: frozenset[str], most: int | None = None, deep: bool = True
) -> Iterator[Path]:
    """Files with one of some endings in a folder and those below, in no order; links out of ``root`` are passed over.

    Args:
        folder: Where to look.
        root: What nothing leads out of.
        suffixes: Endings in small letters.
        most: How many entries are looked at, whatever they are; the others are left. All where it is None.
        deep: Whether folders below are looked into.

    Raises:
        DataError: There are absurdly many, or the folder cannot be read.
    """
    try:
        yield from _walk(folder, root.resolve(), DEEPEST if deep else 0, [0] if most is None else [0, most], suffixes)
    except OSError as error:
        raise DataError(f"The folder {folder} cannot be read: {error.strerror or error}.") from error


def in_order(paths: Sequence[Path]) -> list[Path]:
    """The same paths as people count: 2 before 10."""
    return sorted(paths, key=_order)


def find_sounds(names: Sequence[str], folder: Path, anywhere: bool = False) -> SoundFiles:
    """The sound files that a table names; as :func:`find_named`."""
    found = find_named(names, folder, anywhere, SOUND_SUFFIXES)
    return SoundFiles(found.paths, found.names, found.faults)


def find_named(
    names: Sequence[str],
    folder: Path,
    anywhere: bool = False,
    suffixes: frozenset[str] = IMAGE_SUFFIXES,
    folders: bool = False,
) -> Files:
    """The files that a table names: relative to ``folder``, else by file name anywhere below, with or without ending.

    Args:
        names: One name a row; an empty one is a missing file.
        folder: Where the table lies.
        anywhere: Whether files outside the folder may be opened; only the user can say so.
        suffixes: How the files end that a name without a folder or an ending may mean.
        folders: Whether a name may be that of a folder.
    """
    home = folder.resolve()
    index: dict[str, Path] | None = None
    paths: list[Path | None] = []
    faults: dict[int, str] = {}
    for row, name in enumerate(names):
        path, fault = _named(name, home, anywhere, folders)
        if path is None and not fault:
            if index is None:
                index = _index(home, suffixes)
            plain = name.replace("\\", "/").rsplit("/", 1)[-1].lower()
            path = index.get(plain)
            fault = "" if path else "there is no such file"
        if fault:
            faults[row] = fault
        paths.append(path)
    return Files(paths, list(names), faults)


def _named(name: str, home: Path, anywhere: bool, folders: bool) -> tuple[Path | None, str]:
    if not name:
        return None, "no file is named"
    if "\0" in name or len(name) > 1024:
        return None, "not the name of a file"
    path = home / name.replace("\\", "/")
    try:
        resolved = path.resolve()
        if not resolved.is_file() and not (folders and resolved.is_dir()):
            return None, ""
    except (OSError, RuntimeError, ValueError):
        return None, "not the name of a file"
    if not anywhere and not resolved.is_relative_to(home):
        return None, "outside the folder of the table"
    return resolved, ""


def _index(home: Path, suffixes: frozenset[str]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in _walk(home, home, 4, [0], suffixes):
        found.setdefault(path.stem.lower(), path)
        found.setdefault(path.name.lower(), path)
    return found


def _walk(
    folder: Path,
    root: Path,
    depth: int,
    count: list[int],
    suffixes: frozenset[str] = IMAGE_SUFFIXES,
) -> Iterator[Path]:
    """``count`` holds how many were found, and perhaps how many entries of any sort may still be looked at."""
    below: list[Path] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if len(count) > 1:
                count[1] -= 1
                if count[1] < 0:
                    return
            if not is_shown(entry.name):
                continue
            if entry.is_symlink() and not _stays(Path(entry.path), root):
                continue
            if entry.is_dir():
                below.append(Path(entry.path))
            elif os.path.splitext(entry.name)[1].lower() in suffixes:  # noqa: PTH122 -- called per file
                count[0] += 1
                if count[0] > MOST_FILES:
                    raise DataError(
                        f"There are more than {MOST_FILES:,} such files in {root}. Choose a smaller folder."
                    )
                yield Path(entry.path)
    if depth > 0:
        for each in below:
            yield from _walk(each, root, depth - 1, count, suffixes)


def _stays(link: Path, root: Path) -> bool:
    try:
        return link.resolve(strict=True).is_relative_to(root)
    except (OSError, RuntimeError):
        return False


def _order(path: Path) -> tuple[int, str, str]:
    """Folders first by depth of name, and numbers in names by their digits' count, so that 2 comes before 10."""
    stem = path.stem
    return (len(stem) if stem.isdigit() else 0, path.as_posix().casefold(), path.as_posix())
