"""What the inspector of masks gives: images with true and predicted classes for each pixel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dlstudio.inspection.results import Message

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class MaskSample:
    """One image.

    Attributes:
        row: Its row in the data.
        name: Where it is in the source: a file, a slice, a tile.
        place: Its place in the split.
        picture: uint8 (height, width, 1 or 3); of a whole volume (depth, height, width, 1 or 3).
        truth, prediction: Class indices, int16 of the same places; a negative truth is unlabelled.
        dice: Mean Dice of the classes in it; None where nothing is labelled.
        accuracy: Share of its labelled pixels that are right.
        class_dice: Dice of each class; None where it is in neither truth nor prediction.
        loss: Mean cross-entropy of its pixels.
        depth: How many slices the volume has of which it is; 0 for an image.
    """

    row: int
    place: int
    name: str
    picture: np.ndarray
    truth: np.ndarray
    prediction: np.ndarray
    dice: float | None
    accuracy: float | None
    class_dice: Sequence[float | None]
    loss: float
    depth: int = 0


@dataclass(frozen=True)
class MaskPage:
    """A page of images with masks.

    Attributes:
        title: Heading.
        samples: Those of the page.
        total: How many pass the filter.
        offset: The first one's number among those.
        of: How many the split has.
        classes: Class names in index order.
        colours: Red, green and blue of each class, 0 to 255.
    """

    title: str
    samples: Sequence[MaskSample]
    total: int
    offset: int
    of: int
    classes: Sequence[str]
    colours: Sequence[tuple[int, int, int]]

    def as_message(self) -> Message:
        arrays: dict[str, np.ndarray] = {}
        items = []
        for sample in self.samples:
            for name in ("picture", "truth", "prediction"):
                arrays[f"{name}-{sample.place}"] = getattr(sample, name)
            items.append(
                {
                    "row": sample.row,
                    "place": sample.place,
                    "name": sample.name,
                    "dice": sample.dice,
                    "accuracy": sample.accuracy,
                    "class_dice": list(sample.class_dice),
                    "loss": sample.loss,
                    "depth": sample.depth,
                }
            )
        return {
            "kind": "masks",
            "title": self.title,
            "items": items,
            "total": self.total,
            "offset": self.offset,
            "of": self.of,
            "classes": list(self.classes),
            "colours": [list(each) for each in self.colours],
        }, arrays
