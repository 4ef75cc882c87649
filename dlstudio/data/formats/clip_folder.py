"""A folder of clips: animated GIFs or WebPs, videos, or folders of numbered pictures, each of which is one clip.

One sub-folder a class, also below train, validation and test; or a CSV that names each clip.
"""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np

from dlstudio.data.listing import files_in, folders_in
from dlstudio.data.pictures import class_folders
from dlstudio.data.pictures.class_folders import Sort
from dlstudio.data.pictures.images import ImageError, load
from dlstudio.data.pictures.sizes import guess_clip
from dlstudio.data.splitting.splits import fold_of
from dlstudio.data.table import ClipFiles, Table
from dlstudio.data.video.clip_files import clips_in, find_clips, has_clips
from dlstudio.data.video.clips import ANIMATION_SUFFIXES, frame_files, is_animated, is_frame_folder
from dlstudio.data.video.videos import VIDEO_SUFFIXES
from dlstudio.graph.project import DataSettings

NAME = "clip-folder"
TITLE = "Folder of clips (GIF, WebP, video, numbered pictures)"
RANK = 0.9  # before folders of images, which animations and numbered pictures are as well

CLIPS = Sort("clip", ClipFiles, has_clips, clips_in, find_clips, guess_clip, is_frame_folder)

_LOOKED_AT = 4000  # entries; whoever keeps clips shows one among the first
_OPENED = 12
_FOLDERS = 6


def matches(path: Path) -> bool:
    """Whether a folder holds videos, animations or folders of frames, directly or below."""
    if not path.is_dir():
        return False
    some = list(islice(files_in(path, path, ANIMATION_SUFFIXES | VIDEO_SUFFIXES, _LOOKED_AT), 200))
    if any(each.suffix.lower() in VIDEO_SUFFIXES for each in some):
        return True
    opened = some[:: max(1, len(some) // _OPENED)][:_OPENED]
    if opened and sum(map(is_animated, opened)) > len(opened) / 2:
        return True
    return _in_frames(path)


def guess(path: Path) -> DataSettings:
    """Frames, size, channels, classes and split of the clips.

    Raises:
        DataError: There are neither class folders nor a table of labels.
    """
    return class_folders.guess(CLIPS, path, NAME)


def read(settings: DataSettings, source: Path) -> Table:
    """One row a clip.

    Raises:
        DataError: The folder is not there, or holds no clips.
    """
    return class_folders.read(CLIPS, settings, source)


def _in_frames(path: Path) -> bool:
    """Whether the folders below hold the frames of one clip each, and not the pictures of one class each.

    Numbers alone do not tell: what comes next in a clip also looks much like what was before, compared with other
    folders.
    """
    path = class_folders.descended(CLIPS, path)
    below = folders_in(path)
    parts = [each for each in below if fold_of(each.name) and folders_in(each)]
    classes = [each for part in parts or [path] for each in folders_in(part)]
    if not classes:
        return False
    some = classes[:: max(1, len(classes) // _FOLDERS)][:_FOLDERS]
    deeper = [each for label in some for each in folders_in(label)[:2]]
    if not deeper and class_folders.labels_file(CLIPS, path) is None:
        return False
    frames = deeper if deeper else some  # a table names folders that lie in no class
    return len(frames) > 1 and all(map(is_frame_folder, frames)) and _are_films(frames)


def _are_films(folders: list[Path]) -> bool:
    begins, steps = [], []
    for folder in folders:
        try:
            first, second = (load(file, (16, 16), 1).astype(np.float32) for file in frame_files(folder)[:2])
        except ImageError:
            continue
        begins.append(first)
        steps.append(float(np.abs(second - first).mean()))
    if len(begins) < 2:
        return False
    apart = [float(np.abs(begins[i] - begins[i - 1]).mean()) for i in range(len(begins))]
    return float(np.median(steps)) < 0.5 * float(np.median(apart))
