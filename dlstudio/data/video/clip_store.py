"""The frames of a clip column: decoded when first asked for, kept within bounds, and quick from then on."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dlstudio.data.pictures.image_store import ImageStore
from dlstudio.data.pictures.images import ImageError, Pixels
from dlstudio.data.table import Array, DataError
from dlstudio.data.video import clips

STRIP = 3  # frames by which people are shown a clip in one picture


class ClipStore(ImageStore):
    """Clips of one column; ``size`` is (frames, height, width). Channels and faults are as those of images."""

    noun = "clip"
    checked_bytes = 40 << 20  # a video unfolds to far more than a picture of its size does

    def pixels(self, rows: Array) -> Pixels:
        """(n, height, 3 × width and two gaps, channels) uint8: begin, middle and end side by side, to look at."""
        return strips(self.frames(rows), STRIP)

    def frames(self, rows: Array) -> Pixels:
        """(n, frames, height, width, channels) uint8."""
        return super().pixels(rows)

    def shown(self, row: int) -> Pixels:
        """(frames, height, width, channels) uint8 of one row."""
        return np.asarray(self.frames(np.array([row]))[0], np.uint8)

    def _arranged(self, array: Array, channels_first: bool) -> Array:
        if array.ndim == 4:
            return array[..., np.newaxis]
        if array.ndim == 5:
            return array.transpose(0, 1, 3, 4, 2) if channels_first else array
        raise DataError(f"its arrays have the shape {array.shape[1:]}, which is no clip (frames, height, width, ...)")

    def _from_array(self, array: Array) -> Pixels:
        return clips.of_array(array, self.size[0], self._plane, self.channels, self._fit)

    def _from_file(self, path: Path) -> Pixels:
        return clips.load(path, self.size[0], self._plane, self.channels, self._fit)

    def _look_at(self, path: Path) -> None:
        clips.probe(path)

    def _status(self, path: Path | None) -> os.stat_result | None:
        """Of a folder of frames: as if it were one file, of the size of all and changed when the last of them was."""
        status = super()._status(path)
        if path is None or status is None or not path.is_dir():
            return status
        try:
            each = [os.stat(file) for file in clips.frame_files(path)]  # noqa: PTH116
        except (ImageError, OSError):
            return None
        last = max(found.st_mtime_ns for found in each)
        fields = list(status)
        fields[6] = sum(found.st_size for found in each)
        return os.stat_result(fields, {"st_mtime_ns": last})


def strips(frames: npt.NDArray[np.uint8], count: int) -> Pixels:
    """Some frames of each clip side by side, from the first to the last, with gaps of grey between them.

    Args:
        frames: (n, frames, height, width, channels).
        count: How many are shown; fewer where a clip has fewer.

    Returns:
        (n, height, width, channels) uint8.
    """
    places = np.unique(np.linspace(0, frames.shape[1] - 1, count).round().astype(np.int64))
    gap = np.full((len(frames), frames.shape[2], max(1, frames.shape[3] // 24), frames.shape[4]), 128, np.uint8)
    pieces: list[npt.NDArray[np.uint8]] = []
    for place in places.tolist():
        pieces += [gap, frames[:, place]] if pieces else [frames[:, place]]
    return np.ascontiguousarray(np.concatenate(pieces, axis=2))
