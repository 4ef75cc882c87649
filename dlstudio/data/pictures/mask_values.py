"""What the values of masks mean: which are classes, which say *unlabelled*, and whether they number single objects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from dlstudio.data.pictures.images import ImageError
from dlstudio.data.pictures.rasters import UNLABELLED
from dlstudio.data.table import Array, DataError

MOST_CLASSES = 256
INSTANCES_FROM = 40  # more values than that, without names, number objects
_VOID = 255  # what most data sets write where nobody labelled
_NO_CLASS = frozenset(
    {"unlabelled", "unlabeled", "void", "ignore", "ignored", "unknown", "nodata", "no data", "no_data", "unclassified"}
)


@dataclass(frozen=True)
class MaskClasses:
    """The classes of masks.

    Attributes:
        classes: Name → value.
        instances: Whether each object has its own number, and the classes are only *background* and *object*.
    """

    classes: Mapping[str, int] = field(default_factory=dict)
    instances: bool = False

    def as_settings(self) -> dict[str, Any]:
        """The entries of a mask column's settings."""
        return {"classes": dict(self.classes), **({"instances": True} if self.instances else {})}


def mask_codes(values: Array) -> npt.NDArray[np.int64]:
    """One whole number a pixel, int64 (height, width); colours as ``red * 65536 + green * 256 + blue``.

    Raises:
        ImageError: It is no mask.
    """
    whole = values[..., 0] if values.ndim == 3 and values.shape[-1] in (1, 2) else values
    if whole.ndim == 3 and whole.shape[-1] in (3, 4):
        parts = whole[..., :3].astype(np.int64)
        if (parts[..., 0] == parts[..., 1]).all() and (parts[..., 1] == parts[..., 2]).all():
            return parts[..., 0]
        return parts[..., 0] * 65536 + parts[..., 1] * 256 + parts[..., 2]
    if whole.ndim != 2 or 0 in whole.shape:
        raise ImageError(f"an array of shape {values.shape} is no mask")
    if whole.dtype.kind == "f":
        if not np.isfinite(whole).all() or (whole != np.round(whole)).any():
            raise ImageError("its values are no whole numbers, so they are no classes")
    elif whole.dtype.kind not in "biu":
        raise ImageError("its values are no numbers")
    return whole.astype(np.int64)


def volume_codes(values: Array) -> npt.NDArray[np.int64]:
    """One whole number a voxel, int64 (depth, height, width).

    Raises:
        ImageError: It is no mask of a volume.
    """
    whole = values[..., 0] if values.ndim == 4 and values.shape[-1] == 1 else values
    if whole.ndim != 3 or 0 in whole.shape:
        raise ImageError(f"an array of shape {values.shape} is no mask of a volume")
    return mask_codes(whole.reshape(len(whole), -1)).reshape(whole.shape)


def guess_classes(
    masks: Iterable[Array], names: Mapping[int, str] | Sequence[str] = (), lossy: bool = False
) -> MaskClasses:
    """Looks at some masks and says what their values mean.

    Args:
        masks: Arrays (height, width) or (height, width, channels).
        names: Class names by value, or in the order of the values from 0.
        lossy: Whether the files are JPEG, which mixes values at the edges of things.

    Raises:
        DataError: There are no two classes.
    """
    counts: dict[int, int] = {}
    for mask in masks:
        values, found = np.unique(mask_codes(mask), return_counts=True)
        for value, count in zip(values.tolist(), found.tolist(), strict=True):
            counts[value] = counts.get(value, 0) + count
    counts.pop(UNLABELLED, None)
    known = dict(names) if isinstance(names, Mapping) else dict(enumerate(names))
    if known and set(counts) <= {*known, _VOID}:
        classes = {name: value for value, name in sorted(known.items()) if not means_nothing(name)}
        return MaskClasses(_two_at_least(classes))
    if lossy and len(counts) > 2:
        raise DataError(
            "The masks are JPEG files, which blur the values at the edges of things, so that no pixel's class is sure. "
            "Save them as PNG."
        )
    if len(counts) > INSTANCES_FROM:
        ground = 0 if 0 in counts else max(counts, key=lambda value: counts[value])
        return MaskClasses({"background": ground, "object": max(each for each in counts if each != ground)}, True)
    kinds = sorted(counts)
    if len(kinds) > 2 and kinds[-1] == _VOID and kinds[-2] < _VOID - 1:
        kinds.remove(_VOID)
    if len(kinds) == 2 and kinds[0] == 0 and kinds[1] <= 65535:
        return MaskClasses({"background": 0, "object": kinds[1]})
    return MaskClasses(_two_at_least({_named(value): value for value in kinds}))


def means_nothing(name: str) -> bool:
    """Whether a class name says that nobody labelled these pixels."""
    return name.strip().lower() in _NO_CLASS


def _two_at_least(classes: dict[str, int]) -> dict[str, int]:
    if len(classes) < 2:
        found = f"only '{next(iter(classes))}'" if classes else "no class"
        raise DataError(f"The masks hold {found}; two classes at least are needed, such as background and object.")
    if len(classes) > MOST_CLASSES:
        raise DataError(f"The masks hold {len(classes)} classes; {MOST_CLASSES} are the most.")
    return classes


def _named(value: int) -> str:
    if value == 0:
        return "background"
    return f"#{value:06x}" if value > 65535 else f"class {value}"
