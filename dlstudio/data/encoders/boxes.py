"""Boxes: class and edges of each object in an image, in the pixels that the network sees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from dlstudio.data.encoders.encoder import fit_setting, size_setting, whole_setting
from dlstudio.data.pictures.box_rows import BoxRows, RawBox
from dlstudio.data.pictures.images import Fitting
from dlstudio.data.pictures.placing import placing
from dlstudio.data.table import Array, DataError, RawColumn, Rows
from dlstudio.graph.columns import ColumnSpec

NO_BOX = -1.0
"""Fills an encoded row behind its last box."""

MOST_BOXES = 1000
MOST_CLASSES = 1000
LEVELS = 3
_FINEST = (8, 4, 2, 1)
_LEAST_SIDE = 1.0  # encoded pixels, below which nothing of a box is left to be seen


def usual_strides(size: tuple[int, int]) -> tuple[int, ...]:
    """Steps of three grids, each half as fine as the one before, that divide both sides evenly: 8, 16, 32 or finer.

    Raises:
        ValueError: The sides are no multiples of 4.
    """
    for finest in _FINEST:
        coarsest = finest << (LEVELS - 1)
        if all(side % coarsest == 0 for side in size):
            return tuple(finest << level for level in range(LEVELS))
    raise ValueError(f"{size} cannot be halved twice")


class BoxesEncoder:
    """Encodes boxes as float32 (boxes, 5): class index, left, top, right, bottom in pixels; ``NO_BOX`` fills up.

    Args:
        name: The column.
        size: Height and width of the encoded image; the image's own setting has to be the same.
        fit: How an image of another size gets there; the image's own setting has to be the same.
        classes: Class names in order.
        most: How many boxes a row can hold; the smallest beyond that are left out.
    """

    type = "boxes"

    def __init__(self, name: str, size: tuple[int, int], fit: Fitting, classes: Sequence[str], most: int) -> None:
        self.spec = ColumnSpec(
            name, "boxes", (most, 5), "float32", tuple(classes), size=size, strides=usual_strides(size)
        )
        self._fit = fit
        self._index = {label: index for index, label in enumerate(classes)}

    @classmethod
    def fit(cls, name: str, raw: RawColumn, _train: Rows, settings: Mapping[str, Any]) -> BoxesEncoder:
        """All classes of the source, or those that the settings name; as many boxes as the fullest image has.

        Raises:
            DataError: The column holds no boxes, or a setting makes no sense.
        """
        if not isinstance(raw, BoxRows):
            raise DataError(f"Column '{name}' does not hold boxes. They come from COCO, VOC, YOLO or CSV annotations.")
        size, _ = size_setting(name, settings)
        if any(side % 4 for side in size):
            raise DataError(
                f"Column '{name}' has size {list(size)}; both sides have to be multiples of 4, better of 32, so that "
                "they can be halved. Give the image the same size."
            )
        fit = fit_setting(name, settings, "stretch")
        classes = settings.get("classes", raw.classes)
        if not isinstance(classes, list | tuple) or not all(isinstance(each, str) for each in classes):
            raise DataError(f"Column '{name}' has classes {classes!r}; it has to be a list of class names.")
        if not 1 <= len(classes) <= MOST_CLASSES or len(set(classes)) < len(classes):
            raise DataError(
                f"Column '{name}' has {len(classes)} classes; it needs 1 to {MOST_CLASSES}, each of them once."
            )
        most = whole_setting(name, settings, "most", min(MOST_BOXES, max(1, raw.most)), (1, MOST_BOXES))
        return cls(name, size, fit, classes, most)

    def encode_rows(self, raw: BoxRows, rows: Array) -> Array:
        """(n, boxes, 5) float32 of some rows."""
        found = np.full((len(rows), *self.spec.shape), NO_BOX, np.float32)
        for place, row in enumerate(np.asarray(rows, np.int64).tolist()):
            height, width = raw.sizes[row].tolist()
            boxes = self._placed(raw.boxes[row], (height, width)) if height and width else self._none()
            found[place, : len(boxes)] = boxes
        return found

    def encode(self, raw: RawColumn) -> Array:
        """All rows."""
        if not isinstance(raw, BoxRows):
            raise DataError(f"Column '{self.spec.name}' does not hold boxes.")
        return self.encode_rows(raw, np.arange(len(raw)))

    def encode_value(self, value: Any) -> Array:
        """Boxes in pixels of the encoded image, each ``{"class": name, "box": [left, top, right, bottom]}``."""
        found = np.full(self.spec.shape, NO_BOX, np.float32)
        try:
            boxes = [RawBox(str(each["class"]), tuple(float(edge) for edge in each["box"])) for each in value]  # type: ignore[arg-type]
        except (TypeError, KeyError, ValueError):
            boxes = []
            value = None
        if value is None or any(len(box.edges) != 4 or box.label not in self._index for box in boxes):
            raise DataError(
                f"'{self.spec.name}' takes a list of boxes, each with one of its classes and four edges in pixels, "
                f'such as {{"class": "{self.spec.classes[0]}", "box": [4, 8, 30, 40]}}.'
            )
        placed = self._placed(boxes, (self.spec.size[0], self.spec.size[1]))
        found[: len(placed)] = placed
        return found

    def _placed(self, boxes: Sequence[RawBox], original: tuple[int, int]) -> npt.NDArray[np.float64]:
        known = [box for box in boxes if box.label in self._index]
        if not known:
            return self._none()
        where = placing(original, (self.spec.size[0], self.spec.size[1]), self._fit)
        edges = where.into([box.edges for box in known])
        sides = edges[:, 2:] - edges[:, :2]
        seen = np.flatnonzero((sides >= _LEAST_SIDE).all(axis=1))
        if len(seen) > self.spec.shape[0]:
            largest = np.argsort(-sides[seen].prod(axis=1), kind="stable")[: self.spec.shape[0]]
            seen = np.sort(seen[largest])
        labels = np.array([self._index[known[place].label] for place in seen.tolist()], np.float64).reshape(-1, 1)
        return np.concatenate([labels, edges[seen]], axis=1)

    @staticmethod
    def _none() -> npt.NDArray[np.float64]:
        return np.zeros((0, 5))

    def as_json(self) -> dict[str, Any]:
        return {
            "type": self.type,
            "name": self.spec.name,
            "size": list(self.spec.size),
            "fit": self._fit,
            "classes": list(self.spec.classes),
            "most": self.spec.shape[0],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> BoxesEncoder:
        size = (int(value["size"][0]), int(value["size"][1]))
        return cls(value["name"], size, value["fit"], value["classes"], value["most"])
