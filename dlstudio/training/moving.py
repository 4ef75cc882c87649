"""Moves a batch of images and the boxes in them together, as the drawing's flips and translations say.

What happens to a batch is a function of (seed, epoch, step), as its samples are, so a run that is continued sees what
it would have seen. Translations are by whole pixels. Where they fill up by reflecting or wrapping, pieces of objects
come in at the rim that have no box; ``constant`` and ``nearest`` bring none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from dlstudio.compiler.box_moves import BoxMoves, box_moves
from dlstudio.graph.model import Node
from dlstudio.training.batches import Feed
from dlstudio.training.preparation import Network

LEAST_SIDE = 1.0
"""Pixels of a side below which nothing is left of a box that was moved out of the image."""

LEAST_SHARE = 0.25
"""Share of its area that has to stay inside, or the box is dropped: a rim of an object is none."""

_PADDINGS = {"reflect": "symmetric", "nearest": "edge", "wrap": "wrap", "constant": "constant"}


def moved(
    moves: BoxMoves,
    images: np.ndarray,
    boxes: Mapping[str, np.ndarray],
    random: np.random.Generator,
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """A batch, moved.

    Args:
        moves: The layers.
        images: (samples, height, width, channels).
        boxes: By name, (samples, boxes, 5): class, left, top, right, bottom in pixels; rows of -1 at the end.
        random: Says by how much.

    Returns:
        Both anew, of the same shapes.
    """
    found = {name: np.array(values) for name, values in boxes.items()}
    for layer in moves.layers:
        if layer.type.endswith("RandomFlip"):
            images = _flip(layer, images, found, random)
        else:
            images = _translate(layer, images, found, random)
    return images, found


def move_boxes(network: Network, feed: Feed) -> None:
    """Has the training batches moved, and the layers that say so rest; nothing where the drawing has none."""
    moves = box_moves(network.project.graph, network.encoders.specs)
    if moves is None:
        return

    def move(x: dict[str, np.ndarray], y: dict[str, np.ndarray], random: np.random.Generator) -> None:
        boxes = {name: y[name] for name in moves.outputs}
        x[moves.entry], changed = moved(moves, x[moves.entry], boxes, random)
        y.update(changed)

    resting(network.model, moves)
    feed.move = move


def resting(model: keras.Model, moves: BoxMoves) -> None:
    """Lets the layers of a model give on what they get: in training the batch comes moved already."""
    for node in moves.layers:
        layer = model.get_layer(node.id)
        layer.call = _Rest(layer.compute_dtype)


class _Rest:
    def __init__(self, dtype: str) -> None:
        self._dtype = dtype

    def __call__(self, data: Any, training: bool = True) -> Any:
        return keras.ops.cast(data, self._dtype)


def _flip(layer: Node, images: np.ndarray, boxes: Mapping[str, np.ndarray], random: np.random.Generator) -> np.ndarray:
    mode = str(layer.settings.get("mode", "horizontal_and_vertical"))
    chosen = random.random(len(images)) <= 0.5
    height, width = images.shape[1:3]
    found = np.array(images)
    for axis, word, side, (low, high) in ((2, "horizontal", width, (1, 3)), (1, "vertical", height, (2, 4))):
        if word not in mode:
            continue
        found[chosen] = np.flip(found[chosen], axis=axis)
        for values in boxes.values():
            real = chosen[:, None] & (values[:, :, 0] >= 0)
            values[:, :, low], values[:, :, high] = (
                np.where(real, side - values[:, :, high], values[:, :, low]),
                np.where(real, side - values[:, :, low], values[:, :, high]),
            )
    return found


def _translate(
    layer: Node, images: np.ndarray, boxes: Mapping[str, np.ndarray], random: np.random.Generator
) -> np.ndarray:
    height, width = images.shape[1:3]
    down = np.rint(random.uniform(*_range(layer, "height_factor"), len(images)) * height).astype(np.int64)
    right = np.rint(random.uniform(*_range(layer, "width_factor"), len(images)) * width).astype(np.int64)
    down, right = np.clip(down, -height, height), np.clip(right, -width, width)
    mode = _PADDINGS.get(str(layer.settings.get("fill_mode", "reflect")), "symmetric")
    filled: dict[str, Any] = {"constant_values": float(layer.settings.get("fill_value", 0.0))}
    filled = filled if mode == "constant" else {}
    found = np.empty_like(images)
    for row, image in enumerate(images):
        y, x = int(down[row]), int(right[row])
        rims: Any = ((max(y, 0), max(-y, 0)), (max(x, 0), max(-x, 0)), (0, 0))
        padded = np.pad(image, rims, mode, **filled)  # type: ignore[call-overload]
        found[row] = padded[max(-y, 0) :, max(-x, 0) :][:height, :width]
    for values in boxes.values():
        for row in range(len(values)):
            real = values[row][values[row][:, 0] >= 0]
            values[row] = -1.0
            inside = _shifted(real, (int(right[row]), int(down[row])), (width, height))
            values[row][: len(inside)] = inside
    return found


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
