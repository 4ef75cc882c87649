"""Moves a batch of images with the boxes and masks of them, as the drawing's augmenting layers say.

What happens to a batch is a function of (seed, epoch, step), as its samples are, so a run that is continued sees what
it would have seen. Translations are by whole pixels. A mask is moved as its image is, to the nearest pixel; what comes
in at the rim from nowhere (``constant``) is unlabelled. Boxes have no reflection: where a translation fills up by
reflecting or wrapping, pieces of objects come in at the rim that have no box.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from dlstudio.compiler.joint_moves import JointMoves, joint_moves
from dlstudio.data.pictures.rasters import UNLABELLED
from dlstudio.graph.model import Node
from dlstudio.training.batches import Feed
from dlstudio.training.preparation import Network

LEAST_SIDE = 1.0
"""Pixels of a side below which nothing is left of a box that was moved out of the image."""

LEAST_SHARE = 0.25
"""Share of its area that has to stay inside, or the box is dropped: a rim of an object is none."""

_PADDINGS = {"reflect": "symmetric", "nearest": "edge", "wrap": "wrap", "constant": "constant"}
_FILLINGS = {"reflect": "reflect", "nearest": "nearest", "wrap": "grid-wrap", "constant": "constant"}
"""The words of Keras in those of NumPy and of SciPy."""


def moved(
    moves: JointMoves,
    images: np.ndarray,
    targets: Mapping[str, np.ndarray],
    random: np.random.Generator,
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """A batch, moved.

    Args:
        moves: The layers.
        images: (samples, height, width, channels).
        targets: By Output. Boxes (samples, boxes, 5): class, left, top, right, bottom in pixels, rows of -1 at the end.
            Masks (samples, height, width): class indices.
        random: Says by how much.

    Returns:
        Both anew, of the same shapes.
    """
    copies = {name: np.array(values) for name, values in targets.items()}
    boxes = {name: values for name, values in copies.items() if moves.outputs[name] == "boxes"}
    masks = {name: values for name, values in copies.items() if moves.outputs[name] == "mask"}
    found = _Targets(boxes, masks)
    for layer in moves.layers:
        images = _MOVES[layer.type.rpartition(".")[2]](layer, images, found, random)
    return images, found.boxes | found.masks


def move_targets(network: Network, feed: Feed) -> None:
    """Has the training batches moved, and the layers that say so rest; nothing where the drawing has none."""
    moves = joint_moves(network.project.graph, network.encoders.specs)
    if moves is None:
        return

    def move(x: dict[str, np.ndarray], y: dict[str, np.ndarray], random: np.random.Generator) -> None:
        targets = {name: y[name] for name in moves.outputs}
        x[moves.entry], changed = moved(moves, x[moves.entry], targets, random)
        y.update(changed)

    resting(network.model, moves)
    feed.move = move


def resting(model: keras.Model, moves: JointMoves) -> None:
    """Lets the layers of a model give on what they get: in training the batch comes moved already."""
    for node in moves.layers:
        layer = model.get_layer(node.id)
        layer.call = _Rest(layer.compute_dtype)


class _Rest:
    def __init__(self, dtype: str) -> None:
        self._dtype = dtype

    def __call__(self, data: Any, training: bool = True) -> Any:
        return keras.ops.cast(data, self._dtype)


@dataclass
class _Targets:
    """What is changed in place while images are moved: boxes and masks, by Output."""

    boxes: dict[str, np.ndarray]
    masks: dict[str, np.ndarray]


def _flip(layer: Node, images: np.ndarray, targets: _Targets, random: np.random.Generator) -> np.ndarray:
    mode = str(layer.settings.get("mode", "horizontal_and_vertical"))
    chosen = random.random(len(images)) <= 0.5
    height, width = images.shape[1:3]
    found = np.array(images)
    for axis, word, side, (low, high) in ((2, "horizontal", width, (1, 3)), (1, "vertical", height, (2, 4))):
        if word not in mode:
            continue
        for values in (found, *targets.masks.values()):
            values[chosen] = np.flip(values[chosen], axis=axis)
        for values in targets.boxes.values():
            real = chosen[:, None] & (values[:, :, 0] >= 0)
            values[:, :, low], values[:, :, high] = (
                np.where(real, side - values[:, :, high], values[:, :, low]),
                np.where(real, side - values[:, :, low], values[:, :, high]),
            )
    return found


def _translate(layer: Node, images: np.ndarray, targets: _Targets, random: np.random.Generator) -> np.ndarray:
    height, width = images.shape[1:3]
    down = np.rint(random.uniform(*_range(layer, "height_factor"), len(images)) * height).astype(np.int64)
    right = np.rint(random.uniform(*_range(layer, "width_factor"), len(images)) * width).astype(np.int64)
    down, right = np.clip(down, -height, height), np.clip(right, -width, width)
    mode = _PADDINGS[_fill_mode(layer)]

    def shifted(values: np.ndarray, row: int, filling: float) -> np.ndarray:
        y, x = int(down[row]), int(right[row])
        rims: Any = ((max(y, 0), max(-y, 0)), (max(x, 0), max(-x, 0)), *[(0, 0)] * (values.ndim - 3))
        filled: dict[str, Any] = {"constant_values": filling} if mode == "constant" else {}
        padded = np.pad(values[row], rims, mode, **filled)  # type: ignore[call-overload]
        return np.asarray(padded[max(-y, 0) :, max(-x, 0) :][:height, :width])

    found = np.stack([shifted(images, row, _fill_value(layer)) for row in range(len(images))])
    for values in targets.masks.values():
        values[:] = [shifted(values, row, UNLABELLED) for row in range(len(values))]
    for values in targets.boxes.values():
        for row in range(len(values)):
            real = values[row][values[row][:, 0] >= 0]
            values[row] = -1.0
            inside = _shifted(real, (int(right[row]), int(down[row])), (width, height))
            values[row][: len(inside)] = inside
    return found


def _rotate(layer: Node, images: np.ndarray, targets: _Targets, random: np.random.Generator) -> np.ndarray:
    angles = random.uniform(*_range(layer, "factor"), len(images)) * 2 * np.pi
    cosines, sines = np.cos(angles), np.sin(angles)
    return _resampled(layer, images, targets.masks, np.array([[cosines, sines], [-sines, cosines]]).transpose(2, 0, 1))


def _zoom(layer: Node, images: np.ndarray, targets: _Targets, random: np.random.Generator) -> np.ndarray:
    down = 1 + random.uniform(*_range(layer, "height_factor"), len(images))
    alone = layer.settings.get("width_factor") is not None
    across = 1 + random.uniform(*_range(layer, "width_factor"), len(images)) if alone else down
    return _resampled(layer, images, targets.masks, np.eye(2) * np.stack([down, across], axis=1)[:, None, :])


_MOVES = {"RandomFlip": _flip, "RandomTranslation": _translate, "RandomRotation": _rotate, "RandomZoom": _zoom}


def _resampled(layer: Node, images: np.ndarray, masks: dict[str, np.ndarray], from_new: np.ndarray) -> np.ndarray:
    """Images whose pixels come from other places, told by a matrix each around the middle; masks along with them.

    Args:
        layer: Says how one fills up and between pixels.
        images: (samples, height, width, channels).
        masks: By Output, (samples, height, width); changed in place.
        from_new: (samples, 2, 2): where a pixel of the result comes from, down and across.

    Returns:
        The images.
    """
    from scipy.ndimage import affine_transform

    mode = _FILLINGS[_fill_mode(layer)]
    order = 0 if layer.settings.get("interpolation") == "nearest" else 1
    middle = (np.array(images.shape[1:3]) - 1) / 2
    found = np.empty_like(images)
    for row, matrix in enumerate(from_new):
        offset = middle - matrix @ middle
        for channel in range(images.shape[3]):
            affine_transform(
                images[row, :, :, channel],
                matrix,
                offset,
                output=found[row, :, :, channel],
                order=order,
                mode=mode,
                cval=_fill_value(layer),
            )
        for values in masks.values():
            values[row] = affine_transform(values[row], matrix, offset, order=0, mode=mode, cval=UNLABELLED)
    return found


def _fill_mode(layer: Node) -> str:
    mode = str(layer.settings.get("fill_mode", "reflect"))
    return mode if mode in _PADDINGS else "reflect"


def _fill_value(layer: Node) -> float:
    return float(layer.settings.get("fill_value", 0.0))


def _shifted(real: np.ndarray, by: tuple[int, int], size: tuple[int, int]) -> np.ndarray:
    """Boxes moved by some pixels and cut at the edges, without those of which too little is left; (n, 5)."""
    edges = real[:, 1:] + np.array([*by, *by], real.dtype)
    cut = np.clip(edges, 0, np.array([*size, *size], real.dtype))
    before = (edges[:, 2:] - edges[:, :2]).prod(axis=1)
    sides = cut[:, 2:] - cut[:, :2]
    stays = (sides >= LEAST_SIDE).all(axis=1) & (sides.prod(axis=1) >= LEAST_SHARE * before)
    return np.asarray(np.column_stack([real[:, 0], cut])[stays])


def _range(layer: Node, name: str) -> tuple[float, float]:
    """Lowest and highest share of the side, as Keras reads the setting."""
    value = layer.settings.get(name, 0.0)
    if isinstance(value, list | tuple):
        low, high = sorted(float(each) for each in value[:2])
        return low, high
    return -abs(float(value)), abs(float(value))
