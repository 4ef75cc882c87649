"""The inspector shows what an augmenting layer makes of real samples."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.edits import set_settings
from dlstudio.graph.model import INPUT, OUTPUT, Graph, Node, Wire
from dlstudio.gui.workspaces.design.augmentation import SAMPLES, TIMES, Augmentation

NODES = (
    Node("images", INPUT, {"column": "image"}),
    Node("flip", "keras.layers.RandomFlip", {"mode": "horizontal"}),
    Node("conv", "keras.layers.Conv2D", {"filters": 4, "kernel_size": 3}),
    Node("label", OUTPUT, {"column": "label"}),
)


@pytest.fixture
def section(qtbot, studio):
    wires = tuple(Wire(a.id, b.id) for a, b in pairwise(NODES))
    studio.specs = {"image": ColumnSpec("image", "image", (12, 12, 1), "float32")}
    studio.change("Draw", replace(studio.project, graph=Graph({node.id: node for node in NODES}, wires)))
    made = Augmentation(studio)
    qtbot.addWidget(made)
    made.resize(276, 300)
    made.show()
    return made


def show(section, studio, name):
    node = studio.graph[name]
    section.show_node(node, studio.catalogue.get(node.type))


def test_that_samples_are_shown_as_the_network_sees_them(section, studio):
    show(section, studio, "flip")
    question = studio.waiting("encoded_rows")
    assert (question.payload["column"], question.payload["split"]) == ("image", "train")
    question.then({"rows": [3, 4], "arrays": {"values": np.full((SAMPLES, 12, 12, 1), 0.5, np.float32)}})
    tried = studio.waiting("augmented")
    assert tried.payload["node"] == "flip"
    tried.then({"arrays": {"shown": np.full((SAMPLES, TIMES, 12, 12, 1), 200, np.uint8)}})
    colours = [picture.pixmap().toImage().pixelColor(5, 5).red() for picture in section.pictures]
    assert colours == [128, 200, 200, 200, 200] * SAMPLES or colours == [127, 200, 200, 200, 200] * SAMPLES
    assert section.minimumSizeHint().width() <= 276


def test_that_other_layers_have_no_such_section(section, studio):
    show(section, studio, "conv")
    assert section.isHidden()
    assert not studio.asked


def test_that_a_changed_setting_is_tried_again_and_old_answers_are_dropped(section, studio):
    show(section, studio, "flip")
    old = studio.waiting("encoded_rows")
    show(section, studio, "flip")
    assert len(studio.asked) == 1
    studio.change_graph("Set mode", set_settings(studio.graph, "flip", {"mode": "vertical"}))
    show(section, studio, "flip")
    assert studio.waiting("encoded_rows") is not old
    old.then({"rows": [3, 4], "arrays": {"values": np.zeros((SAMPLES, 12, 12, 1), np.float32)}})
    assert [question.kind for question in studio.asked] == ["encoded_rows", "encoded_rows"]


def test_that_a_refusal_is_a_sentence_in_place_of_the_pictures(section, studio):
    show(section, studio, "flip")
    studio.waiting("encoded_rows").failed("There are no samples of 'image' to show.")
    assert section.said.text() == "There are no samples of 'image' to show."
    assert not section._grid.isVisible()


def test_that_boxes_are_drawn_as_they_are_moved(section, studio):
    spec = ColumnSpec("boxes", "boxes", (2, 5), "float32", ("cup",), size=(12, 12), strides=(1, 2, 4))
    studio.specs = {**studio.specs, "boxes": spec}
    studio.change_graph("Learn boxes", set_settings(studio.graph, "label", {"column": "boxes"}))
    show(section, studio, "flip")
    studio.waiting("encoded_rows").then({"arrays": {"values": np.zeros((SAMPLES, 12, 12, 1), np.float32)}})
    question = studio.waiting("encoded_rows")
    assert question.payload["column"] == "boxes"
    boxes = np.full((SAMPLES, 2, 5), -1, np.float32)
    boxes[:, 0] = (0, 0, 0, 6, 12)
    question.then({"arrays": {"values": boxes}})
    tried = studio.waiting("augmented")
    np.testing.assert_array_equal(tried.payload["arrays"]["target"], boxes)
    assert tried.payload["output"] == "label"
    after = np.repeat(boxes[:, None], TIMES, 1)
    after[:, :, 0, [1, 3]] = (6, 12)
    shown = np.zeros((SAMPLES, TIMES, 12, 12, 1), np.uint8)
    tried.then({"arrays": {"shown": shown, "target": after}})
    first, second = (picture.pixmap().toImage() for picture in section.pictures[:2])
    assert first.pixelColor(0, 20).red() > 100 > first.pixelColor(48, 20).red()
    assert second.pixelColor(48, 20).red() > 100 > second.pixelColor(0, 20).red()


def test_that_masks_are_tinted_as_they_are_moved(section, studio):
    studio.specs = {**studio.specs, "mask": ColumnSpec("mask", "mask", (12, 12), "int32", ("background", "cell"))}
    studio.change_graph("Learn masks", set_settings(studio.graph, "label", {"column": "mask"}))
    show(section, studio, "flip")
    studio.waiting("encoded_rows").then({"arrays": {"values": np.zeros((SAMPLES, 12, 12, 1), np.float32)}})
    mask = np.zeros((SAMPLES, 12, 12), np.int32)
    mask[:, :, :4], mask[:, :, 6:] = 1, -1  # a cell at the left, nobody knows at the right
    studio.waiting("encoded_rows").then({"arrays": {"values": mask}})
    after = np.repeat(mask[:, None, :, ::-1], TIMES, 1)
    shown = np.zeros((SAMPLES, TIMES, 12, 12, 1), np.uint8)
    studio.waiting("augmented").then({"arrays": {"shown": shown, "target": after}})
    first, second = (picture.pixmap().toImage() for picture in section.pictures[:2])
    assert first.pixelColor(2, 20).red() > 60 and second.pixelColor(46, 20).red() > 60
    for picture, places in ((first, (20, 46)), (second, (2, 28))):
        assert all(picture.pixelColor(x, 20).red() == 0 for x in places)
