"""Opens one clip: an animated GIF or WebP, a folder of numbered pictures, or a video file; some frames of it, evenly.

A clip of any length becomes as many frames as a column wants: its time is cut into so many equal pieces, and what is
seen in the middle of each is taken, so a short clip shows some frames twice. Videos are in :mod:`.videos`.
"""

from __future__ import annotations

import io
import os
import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from dlstudio.data.pictures.images import (
    DAMAGE,
    IMAGE_SUFFIXES,
    Fitting,
    ImageError,
    Pixels,
    checked_file,
    fitted,
    from_array,
    opened,
    said,
)
from dlstudio.data.pictures.images import load as load_image
from dlstudio.data.pictures.images import probe as probe_image
from dlstudio.data.video import videos
from dlstudio.data.video.videos import VIDEO_SUFFIXES

ANIMATION_SUFFIXES = frozenset({".gif", ".webp"})
FRAME_SUFFIXES = IMAGE_SUFFIXES - ANIMATION_SUFFIXES
CLIP_SUFFIXES = ANIMATION_SUFFIXES | VIDEO_SUFFIXES
MOST_FRAMES = 5000  # of an animation or a folder
MOST_DECODED = 4_000_000_000  # pixels of all frames of an animation together: it can only be read from its begin on
_LISTED = 100_000  # entries of a folder of frames
_FRAME = re.compile(r"(.*?)(\d+)$")
_USUAL = 0.1  # seconds that a frame lasts where a file does not say so, as browsers show it


@dataclass(frozen=True)
class ClipFacts:
    """What the beginning of a clip tells: frames (0 where only decoding would tell), size, channels (1 or 3), seconds
    (0 where nobody says).
    """

    frames: int
    height: int
    width: int
    channels: int
    seconds: float = 0.0


def probe(source: Path) -> ClipFacts:
    """Looks at a clip without decoding all of it.

    Raises:
        ImageError: It is no clip, or absurdly large.
    """
    if source.is_dir():
        frames = frame_files(source)
        return ClipFacts(len(frames), *probe_image(frames[0]))
    if source.suffix.lower() in VIDEO_SUFFIXES:
        return ClipFacts(*videos.probe(checked_video(source)))
    with _animation(checked_file(source)) as image:
        grey = image.mode in ("1", "L", "LA")
        return ClipFacts(_count(image), image.height, image.width, 1 if grey else 3)


def load(source: Path | bytes, frames: int, size: tuple[int, int], channels: int, fit: Fitting = "crop") -> Pixels:
    """``frames`` frames of a clip, evenly over its time: (frames, height, width, channels) uint8.

    Args:
        source: A file, a folder of pictures, or the bytes of an animation.
        frames: How many are wanted.
        size: (height, width) of each.
        channels: 1 or 3.
        fit: How another ratio of the sides is dealt with.

    Raises:
        ImageError: It is no clip, damaged, or absurdly large.
    """
    if isinstance(source, Path) and source.is_dir():
        return _from_folder(source, frames, size, channels, fit)
    if isinstance(source, Path) and source.suffix.lower() in VIDEO_SUFFIXES:
        found = videos.load(checked_video(source), frames)
        return np.stack([fitted(Image.fromarray(each), size, channels, fit) for each in found])
    with _animation(checked_file(source) if isinstance(source, Path) else io.BytesIO(source)) as image:
        places = middles(_durations(image), frames)
        kept: dict[int, Pixels] = {}
        for place in dict.fromkeys(places):
            try:
                image.seek(place)
                kept[place] = fitted(image.copy(), size, channels, fit)
            except DAMAGE as error:
                raise ImageError(f"damaged at frame {place + 1}: {said(error)}") from error
        return np.stack([kept[place] for place in places])


def of_array(array: npt.NDArray[Any], frames: int, size: tuple[int, int], channels: int, fit: Fitting) -> Pixels:
    """An array (time, height, width) or (time, height, width, 1 | 3 | 4), as :func:`load` gives a clip.

    Raises:
        ImageError: The array has another shape.
    """
    if array.ndim not in (3, 4) or not len(array):
        raise ImageError(f"an array of shape {array.shape} is no clip")
    places = middles(np.ones(len(array)), frames)
    kept = {place: from_array(array[place], size, channels, fit) for place in dict.fromkeys(places)}
    return np.stack([kept[place] for place in places])


def middles(durations: npt.ArrayLike, count: int) -> list[int]:
    """Which frame is seen in the middle of each of ``count`` equal pieces of time, given how long each frame lasts."""
    ends = np.cumsum(np.asarray(durations, np.float64))
    times = (np.arange(count) + 0.5) * ends[-1] / count
    places = np.minimum(np.searchsorted(ends, times, side="right"), len(ends) - 1)
    return [int(place) for place in places]


def is_animated(path: Path) -> bool:
    """Whether a GIF or WebP has more than one frame."""
    try:
        with opened(checked_file(path)) as image:
            return bool(getattr(image, "is_animated", False))
    except (ImageError, *DAMAGE):
        return False


def is_frame_folder(folder: Path) -> bool:
    """Whether a folder holds nothing but pictures numbered one after the other, at least two."""
    names: list[str] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if Path(entry.name).suffix.lower() not in FRAME_SUFFIXES or len(names) > MOST_FRAMES:
                    return False
                names.append(entry.name)
    except OSError:
        return False
    matched = [_FRAME.match(Path(name).stem) for name in names]
    if len(names) < 2 or not all(matched) or len({match[1] for match in matched if match}) > 1:
        return False
    numbers = sorted(int(match[2]) for match in matched if match)
    steps = {later - before for before, later in pairwise(numbers)}
    return len(steps) == 1 and steps <= set(range(1, 101))


def frame_files(folder: Path) -> list[Path]:
    """The pictures of a clip in the order of their numbers.

    Raises:
        ImageError: There are none, only one, or absurdly many.
    """
    try:
        with os.scandir(folder) as entries:
            found = [Path(entry.path) for place, entry in enumerate(entries) if place < _LISTED and _is_frame(entry)]
    except OSError as error:
        raise ImageError(f"a folder that cannot be read: {said(error)}") from error
    if len(found) < 2:
        raise ImageError("a folder without pictures" if not found else "a folder with a single picture, not a clip")
    if len(found) > MOST_FRAMES:
        raise ImageError(f"more than {MOST_FRAMES:,} pictures")
    return sorted(found, key=_number)


def checked_video(path: Path) -> Path:
    """The same path.

    Raises:
        ImageError: It is no file, or an empty or absurdly large one.
    """
    return checked_file(path, videos.MOST_BYTES)


def _is_frame(entry: os.DirEntry[str]) -> bool:
    suffix = os.path.splitext(entry.name)[1].lower()  # noqa: PTH122 -- called per file
    return suffix in FRAME_SUFFIXES and not entry.name.startswith(".") and not entry.is_symlink()


def _number(path: Path) -> tuple[str, int, str]:
    match = _FRAME.match(path.stem)
    return (match[1], int(match[2][-18:]), path.name) if match else (path.stem, 0, path.name)


def _from_folder(folder: Path, frames: int, size: tuple[int, int], channels: int, fit: Fitting) -> Pixels:
    files = frame_files(folder)
    places = middles(np.ones(len(files)), frames)
    kept: dict[int, Pixels] = {}
    for place in dict.fromkeys(places):
        try:
            kept[place] = load_image(files[place], size, channels, fit)
        except ImageError as fault:
            raise ImageError(f"{files[place].name}: {fault}") from fault
    return np.stack([kept[place] for place in places])


def _animation(source: Path | io.BytesIO) -> Image.Image:
    image = opened(source)
    count = _count(image)
    fault = ""
    if count < 2:
        fault = "a single picture, not a clip"
    elif count > MOST_FRAMES:
        fault = f"more than {MOST_FRAMES:,} frames"
    elif count * image.width * image.height > MOST_DECODED:
        fault = f"{count:,} frames of {image.height} × {image.width} pixels, which is too much"
    if fault:
        image.close()
        raise ImageError(fault)
    return image


def _count(image: Image.Image) -> int:
    try:
        return int(getattr(image, "n_frames", 1))
    except DAMAGE as error:
        raise ImageError(f"damaged: {said(error)}") from error


def _durations(image: Image.Image) -> npt.NDArray[np.float64]:
    """Seconds of each frame; every frame is decoded on the way, so what is damaged is found."""
    found = []
    for place in range(_count(image)):
        try:
            image.seek(place)
            image.load()
        except DAMAGE as error:
            raise ImageError(f"damaged at frame {place + 1}: {said(error)}") from error
        found.append(float(image.info.get("duration") or 0) / 1000 or _USUAL)
    return np.array(found, np.float64)
