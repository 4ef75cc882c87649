"""Finds clips: files of animations and videos, and folders of numbered pictures that are one clip each."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from dlstudio.data.listing import DEEPEST, files_in, find_named, folders_in, in_order
from dlstudio.data.table import ClipFiles
from dlstudio.data.video.clips import CLIP_SUFFIXES, is_frame_folder


def clips_in(folder: Path, root: Path) -> list[Path]:
    """All clips in a folder and the folders below, by path. Links that lead out of ``root`` are passed over.

    Raises:
        DataError: There are absurdly many, or the folder cannot be read.
    """
    return in_order([*files_in(folder, root, CLIP_SUFFIXES), *_frame_folders(folder, root, DEEPEST)])


def has_clips(folder: Path, root: Path) -> bool:
    """Whether at least one clip lies directly there."""
    files = islice(files_in(folder, root, CLIP_SUFFIXES, deep=False), 1)
    return bool(list(files)) or any(map(is_frame_folder, folders_in(folder)))


def find_clips(names: Sequence[str], folder: Path, anywhere: bool = False) -> ClipFiles:
    """The clips that a table names; as :func:`dlstudio.data.listing.find_named`, also folders of frames."""
    found = find_named(names, folder, anywhere, CLIP_SUFFIXES, folders=True)
    faults = dict(found.faults)
    for row, path in enumerate(found.paths):
        if path is not None and path.suffix.lower() not in CLIP_SUFFIXES and not path.is_dir():
            faults[row] = "no clip, by the ending of its name"
    return ClipFiles(found.paths, found.names, faults)


def _frame_folders(folder: Path, root: Path, depth: int) -> list[Path]:
    found: list[Path] = []
    for each in folders_in(folder):
        if each.is_symlink() and not each.resolve().is_relative_to(root.resolve()):
            continue
        if is_frame_folder(each):
            found.append(each)
        elif depth > 0:
            found += _frame_folders(each, root, depth - 1)
    return found
