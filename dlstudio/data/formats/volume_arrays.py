"""NumPy archives of volumes: images (n, depth, height, width[, channels]) with masks (n, depth, height, width).

An array of patients or groups keeps what belongs together in one part of the split; fewer than three volumes are
read slice by slice, as :mod:`dlstudio.data.formats.mask_arrays` does it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from dlstudio.data.archive import read_arrays, read_headers
from dlstudio.data.formats.mask_arrays import array_pairs, checked_pairs, mask_classes, named_groups, npz_headers
from dlstudio.data.pictures.mask_table import IMAGE, MASK, SHARES, group_split, mask_columns, mask_contents
from dlstudio.data.pictures.rasters import VolumeArrays, VolumeMaskArrays
from dlstudio.data.pictures.volume_sizes import volume_size
from dlstudio.data.table import Array, DataError, Rows, Table
from dlstudio.graph.project import DataSettings

NAME = "volume-arrays"
TITLE = "NumPy arrays of volumes with masks (.npz)"
RANK = -1  # before slices with masks, which these could be read as
LEAST = 3


def matches(path: Path) -> bool:
    """Whether an .npz file holds three or more volumes with a mask each."""
    headers = npz_headers(path)
    pairs = array_pairs(headers)
    shape = headers[pairs[""].mask].shape if list(pairs) == [""] else ()
    return len(shape) == 4 and shape[0] >= LEAST


def guess(path: Path) -> DataSettings:
    """Size, channels, classes and split.

    Raises:
        DataError: It cannot be read, or volumes and masks do not fit together.
    """
    images, masks, groups = _content(path)
    headers, _ = read_headers(path)
    classes = mask_classes(path, headers, masks.reshape(-1, *masks.shape[2:]))
    size, fit = volume_size(masks.shape[1:])
    columns = mask_columns("volume", size, images.shape[-1], fit, classes)
    return DataSettings(str(path), NAME, columns, group_split() if groups is not None else dict(SHARES), {})


def read(_settings: DataSettings, source: Path) -> Table:
    """One row a volume.

    Raises:
        DataError: It cannot be read.
    """
    images, masks, groups = _content(source)
    return Table(
        len(images),
        {IMAGE: VolumeArrays(images), MASK: VolumeMaskArrays(masks)},
        None,
        place=lambda row: f"volume {row + 1}",
        name=source.name,
        groups=groups,
        contents=mask_contents(masks) if groups is not None else None,
    )


def _content(path: Path) -> tuple[Array, Array, Rows | None]:
    headers, _ = read_headers(path)
    pair = checked_pairs(path, headers).get("")
    if pair is None or len(headers[pair.mask].shape) != 4:
        raise DataError(
            f"{path.name} has no volumes with masks. Save images (n, depth, height, width) and masks of that shape."
        )
    arrays = read_arrays(path, [pair.image, pair.mask])
    image, mask = arrays[pair.image], arrays[pair.mask]
    if not mask.size:
        raise DataError(f"The arrays '{pair.image}' and '{pair.mask}' of {path.name} are empty.")
    if pair.first:
        image = np.moveaxis(image, -3, -1)
    elif image.ndim == mask.ndim:
        image = image[..., np.newaxis]
    return image, mask, named_groups(path, headers, len(mask))
