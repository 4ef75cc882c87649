"""Images and their boxes or masks, which are moved together in training."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from dlstudio.compiler.joint_moves import joint_moves
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.model import INPUT, OUTPUT, Graph, Node, Wire
from dlstudio.training.batches import Feed
from dlstudio.training.moving import moved, resting
from dlstudio.training.previewing import moved_before

SPECS = {
    "image": ColumnSpec("image", "image", (16, 24, 1)),
    "boxes": ColumnSpec("boxes", "boxes", (4, 5), "float32", ("cup",), size=(16, 24), strides=(1, 2, 4)),
}
FLIP = Node("flip", "keras.layers.RandomFlip", {"mode": "horizontal"})
SHIFT = Node("shift", "keras.layers.RandomTranslation", {"height_factor": 0.2, "width_factor": 0.2})


def graph(*layers: Node, extra: tuple[Wire, ...] = ()) -> Graph:
    nodes = [Node("x", INPUT, {"column": "image"}), *layers, Node("conv", "keras.layers.Conv2D", {"filters": 5})]
    nodes.append(Node("y", OUTPUT, {"column": "boxes"}))
    wires = tuple(Wire(a.id, b.id) for a, b in itertools.pairwise(nodes))
    return Graph({node.id: node for node in nodes}, wires + extra)


def samples(count: int = 64) -> tuple[np.ndarray, np.ndarray]:
    """Black images with two white rectangles, and boxes around them."""
    random = np.random.default_rng(2)
    images, boxes = np.zeros((count, 16, 24, 1), np.float32), np.full((count, 4, 5), -1.0, np.float32)
    for row in range(count):
        for place, left in enumerate((1, 13)):
            x, y = left + int(random.integers(0, 4)), int(random.integers(1, 9))
            images[row, y : y + 5, x : x + 4] = 1
            boxes[row, place] = (0, x, y, x + 4, y + 5)
    return images, boxes


def assert_around_white(images: np.ndarray, boxes: np.ndarray) -> int:
    """Every box holds white pixels alone; returns how many boxes there are."""
    count = 0
    for image, found in zip(images, boxes, strict=True):
        for _, left, top, right, bottom in found[found[:, 0] >= 0].astype(int):
            assert image[top:bottom, left:right].min() == 1
            assert right > left and bottom > top
            count += 1
    return count


@pytest.mark.parametrize("mode", ["horizontal", "vertical", "horizontal_and_vertical"])
def test_that_boxes_are_flipped_with_their_image(mode: str) -> None:
    images, boxes = samples()
    moves = joint_moves(graph(Node("flip", FLIP.type, {"mode": mode})), SPECS)
    assert moves is not None
    after, found = moved(moves, images, {"y": boxes}, np.random.default_rng(0))
    assert assert_around_white(after, found["y"]) == 128
    changed = [not np.array_equal(a, b) for a, b in zip(images, after, strict=True)]
    assert 16 < sum(changed) < 48
    assert_around_white(images, boxes)  # what was given is not touched


@pytest.mark.parametrize("fill", ["constant", "nearest", "reflect", "wrap"])
def test_that_boxes_are_translated_cut_and_dropped_with_their_image(fill: str) -> None:
    images, boxes = samples()
    far = Node("shift", SHIFT.type, {"height_factor": 0.5, "width_factor": [-0.5, 0.5], "fill_mode": fill})
    moves = joint_moves(graph(far, FLIP), SPECS)
    assert moves is not None and [each.id for each in moves.layers] == ["shift", "flip"]
    after, found = moved(moves, images, {"y": boxes}, np.random.default_rng(1))
    left = assert_around_white(after, found["y"])
    assert 40 < left < 128
    sizes = (found["y"][..., 3:] - found["y"][..., 1:3]).prod(axis=-1)[found["y"][..., 0] >= 0]
    assert 5 <= sizes.min() < sizes.max() == 20
    real = found["y"][..., 0] >= 0
    assert not (~real[:, :-1] & real[:, 1:]).any()  # what fills up stays behind


def test_that_only_layers_at_the_beginning_move_both() -> None:
    rescale = Node("scale", "keras.layers.Rescaling", {"scale": 2.0})
    turn = Node("turn", "keras.layers.RandomRotation", {"factor": 0.1})
    found = joint_moves(graph(rescale, FLIP, turn, SHIFT), SPECS)
    assert found is not None and [each.id for each in found.layers] == ["flip"]
    assert joint_moves(graph(FLIP, extra=(Wire("x", "conv"),)), SPECS) is None
    label = {**SPECS, "boxes": ColumnSpec("boxes", "category", (), "int32", ("a", "b"))}
    assert joint_moves(graph(FLIP), label) is None


def test_that_the_layers_rest_while_the_batch_is_moved_for_them() -> None:
    import keras

    entering = keras.Input((16, 24, 1))
    flipped = keras.layers.RandomFlip("horizontal", name="flip")(entering)
    model = keras.Model(entering, keras.layers.RandomTranslation(0.5, 0.5, name="shift")(flipped))
    images, _ = samples(8)
    assert not np.array_equal(model(images, training=True), images)
    moves = joint_moves(graph(FLIP, SHIFT), SPECS)
    assert moves is not None
    resting(model, moves)
    np.testing.assert_array_equal(model(images, training=True), images)
    assert model.get_layer("flip").get_config()["mode"] == "horizontal"  # what is saved is the drawing's


def test_that_a_batch_is_moved_alike_each_time_and_otherwise_in_each_epoch() -> None:
    images, boxes = samples(12)
    held = {"image": images, "boxes": boxes}
    feed = Feed(np.arange(12), {"x": "image"}, {"y": "boxes"}, lambda column, rows: held[column][rows])

    def move(x: dict[str, np.ndarray], y: dict[str, np.ndarray], random: np.random.Generator) -> None:
        x["x"], y["y"] = x["x"] + random.random(), y["y"]

    feed.move = move
    places = np.arange(12)
    first = [x for x, _, _ in feed.batches(places, 4, 0, (7, 1))]
    again = [x for x, _, _ in feed.batches(places, 4, 1, (7, 1))]
    np.testing.assert_array_equal(first[1], again[0])  # a run that is continued within the epoch
    assert not np.array_equal(first[0], next(feed.batches(places, 4, 0, (7, 2)))[0])
    np.testing.assert_array_equal(next(feed.batches(places, 4))[0], images[:4])  # judged as it is


def test_that_the_window_sees_what_is_before_a_node_moved_and_the_rest_left(tmp_path: Path) -> None:
    images, boxes = samples(32)
    drawn = graph(FLIP, SHIFT)
    shown, after, found = moved_before(drawn, SPECS, "flip", (images, {"y": boxes}), 3)
    assert_around_white(after, found["y"])
    assert shown["flip"].bypassed and not shown["shift"].bypassed
    assert (found["y"][..., 2] == boxes[..., 2]).all()  # nothing went up or down


MASKS = {**SPECS, "boxes": ColumnSpec("boxes", "mask", (16, 24), "int32", ("ground", "white"))}
TURN = Node("turn", "keras.layers.RandomRotation", {"factor": 0.2, "fill_mode": "constant"})
ZOOM = Node("zoom", "keras.layers.RandomZoom", {"height_factor": [-0.3, 0.5], "fill_mode": "constant"})


@pytest.mark.parametrize("layers", [(FLIP,), (SHIFT,), (TURN,), (ZOOM,), (ZOOM, FLIP, TURN, SHIFT)], ids=str)
def test_that_a_mask_is_moved_with_its_image(layers: tuple[Node, ...]) -> None:
    images, _ = samples()
    masks = images[..., 0].astype(np.int32)
    nearest = [Node(each.id, each.type, {**each.settings, "interpolation": "nearest"}) for each in layers]
    moves = joint_moves(graph(*nearest), MASKS)
    assert moves is not None and [each.id for each in moves.layers] == [each.id for each in layers]
    after, found = moved(moves, images, {"y": masks}, np.random.default_rng(0))
    mask = found["y"]
    assert mask.dtype == np.int32
    np.testing.assert_array_equal(after[mask >= 0][:, 0], mask[mask >= 0])
    assert (after[mask < 0] == 0).all()  # filled up with black, which nobody labelled
    assert sum(not np.array_equal(a, b) for a, b in zip(masks, mask, strict=True)) > 16
    np.testing.assert_array_equal(images[..., 0], masks)  # what was given is not touched


@pytest.mark.parametrize("name", ["RandomRotation", "RandomZoom"])
def test_that_turning_and_zooming_is_what_keras_does(name: str) -> None:
    import keras

    images = np.random.default_rng(1).random((1, 16, 24, 3)).astype(np.float32)
    settings = {"factor": [0.1, 0.1]} if name == "RandomRotation" else {"height_factor": [0.3, 0.3]}
    layer = getattr(keras.layers, name)(*settings.values(), fill_mode="constant")
    moves = joint_moves(graph(Node("turn", f"keras.layers.{name}", {**settings, "fill_mode": "constant"})), MASKS)
    assert moves is not None
    after, _ = moved(moves, images, {"y": np.zeros((1, 16, 24), np.int32)}, np.random.default_rng(0))
    inside = np.s_[:, 4:-4, 8:-8]
    np.testing.assert_allclose(after[inside], np.asarray(layer(images, training=True))[inside], atol=2e-3)


def test_that_a_box_is_not_turned_and_a_volume_not_moved() -> None:
    assert joint_moves(graph(TURN), SPECS) is None
    volume = ColumnSpec("boxes", "mask", (4, 16, 24), "int32", ("ground", "white"))
    assert joint_moves(graph(FLIP), {**SPECS, "boxes": volume}) is None
