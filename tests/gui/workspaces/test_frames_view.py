"""Clips in the Inspect workspace: frames with their weights, playing, and clips of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent

from dlstudio.gui.plots.frame_strip import FrameStrip, written
from dlstudio.gui.workspaces.inspect.asking import Asker, Subject
from dlstudio.gui.workspaces.inspect.frames_view import FramesView
from dlstudio.gui.workspaces.inspect.own_clip import OwnClip
from tests.data.sources import frames

WEIGHTS = np.array([0.0, 0.5, -0.2, 0.05, 0.1, 0.0], np.float32)


def answer(studio, correct: bool = True) -> None:
    said = {"label": "right" if correct else "left", "confidence": 0.9, "scores": {"right": 0.9, "left": 0.1}}

    def item(place: int) -> dict[str, Any]:
        return {
            "row": place + 10,
            "place": place,
            "truth": "right",
            "prediction": said["label"],
            "correct": correct,
            "confidence": 0.9,
            "loss": 0.1,
            "scores": said["scores"],
            "array": f"sample-{place}",
            "file": f"right/{place}.gif",
        }

    def inspect(payload: Mapping[str, Any]) -> dict[str, Any]:
        if payload["inspector"] == "gallery":
            shown = {f"sample-{n}": np.concatenate(frames(40)[::2], axis=1) for n in range(3)}
            items = [item(n) for n in range(3)]
            classes = ["left", "right"]
            return {"sample_kind": "video", "items": items, "total": 3, "of": 3, "classes": classes, "arrays": shown}
        row = payload["options"].get("row", 10)
        return {
            "row": row,
            "file": f"right/{row - 10}.gif",
            "about": said["label"],
            "prediction": said,
            "truth": "right",
            "share": True,
            "arrays": {"frames": frames(40), "weights": WEIGHTS},
        }

    studio.answers["inspect"] = inspect


@pytest.fixture
def view(qtbot, studio) -> FramesView:
    answer(studio)
    made = FramesView(studio)
    qtbot.addWidget(made)
    made.resize(1100, 700)
    made.show()
    made.turn_to(Subject("/run", "test"))
    qtbot.waitUntil(lambda: made.clip.verdict.text() != "")
    return made


def test_that_a_clip_is_shown_with_truth_prediction_and_weights(view):
    assert view.clip.verdict.text() == "✓ truth right · predicted right, 90.0 % sure"
    assert "right/0.gif · 6 frames of 12 × 12" in view.clip.subtitle.text()
    assert "probability of “right”" in view.clip.explained.text()
    assert view.clip.strip.accessibleDescription() == "frame 2 speaks most for it: +50.0"
    drawn = view.clip.strip.grab().toImage()
    colours = {drawn.pixel(x, y) for x in range(0, drawn.width(), 3) for y in range(0, drawn.height(), 3)}
    assert len(colours) > 20, "frames, bars and numbers are painted"


def test_that_a_wrong_prediction_is_marked(qtbot, studio):
    answer(studio, correct=False)
    view = FramesView(studio)
    qtbot.addWidget(view)
    view.show()
    view.turn_to(Subject("/run", "test"))
    qtbot.waitUntil(lambda: view.clip.verdict.text().startswith("✕ truth right · predicted left"))


def test_that_a_clip_plays_and_the_strip_follows(view, qtbot):
    seen: set[int] = set()
    view.clip.player.frameShown.connect(seen.add)
    view.clip.player._timer.setInterval(1)
    qtbot.waitUntil(lambda: seen == set(range(6)))
    qtbot.mouseClick(view.clip.play, Qt.MouseButton.LeftButton)
    assert not view.clip.player.playing and "Play" in view.clip.play.text()
    assert view.clip.strip.now == view.clip.player.now


def test_that_a_hidden_clip_rests(view):
    assert view.clip.player._timer.isActive()
    view.hide()
    assert not view.clip.player._timer.isActive()


def test_that_a_clicked_frame_stops_the_clip_there(view, qtbot):
    strip = view.clip.strip
    qtbot.mouseClick(strip, Qt.MouseButton.LeftButton, pos=strip.box_of(3).center().toPoint())
    assert view.clip.player.now == 3 and not view.clip.player.playing
    assert view.clip.player.title == "frame 4 of 6"
    qtbot.keyClick(strip, Qt.Key.Key_Left)
    assert view.clip.player.now == 2
    np.testing.assert_array_equal(view.clip.player.shown(), frames(40)[2])


def test_that_choosing_a_sample_turns_the_clip(view, qtbot):
    grid = view.samples.grid
    qtbot.waitUntil(lambda: len(grid.loaded) == 3)
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=grid._box(2).center().toPoint())
    qtbot.waitUntil(lambda: "right/2.gif" in view.clip.subtitle.text())


@pytest.mark.parametrize("count", [2, 6, 40, 256])
def test_that_any_number_of_frames_lies_inside_the_strip(qtbot, count):
    strip = FrameStrip()
    qtbot.addWidget(strip)
    strip.resize(600, 420)
    strip.set_clip(np.zeros((count, 12, 16, 1), np.uint8), np.linspace(-1, 1, count), share=False)
    boxes = [strip.box_of(place) for place in range(count)]
    assert all(box.left() >= 0 and box.right() <= 600 and box.width() > 4 for box in boxes)
    assert not any(one.intersects(other) for one, other in pairwise(boxes))


def test_that_frames_in_little_room_are_as_large_as_it_allows(qtbot):
    strip = FrameStrip()
    qtbot.addWidget(strip)
    strip.resize(316, 132)
    strip.set_clip(np.zeros((10, 48, 48, 3), np.uint8), np.linspace(-1, 1, 10))
    boxes = [strip.box_of(place) for place in range(10)]
    assert min(box.width() for box in boxes) > 20
    assert len({box.top() for box in boxes}) == 1 and boxes[-1].right() <= 316


def test_that_weights_are_written_with_their_sign():
    assert [written(w, True) for w in (0.123, -0.5, 0.0, 0.00001)] == ["+12.3", "−50.0", "0.0", "0.0"]
    assert written(-1.234, False) == "−1.23"


def test_that_a_dropped_clip_is_read_by_the_engine_and_judged_by_its_path(qtbot, studio):
    asked: list[Mapping[str, Any]] = []

    def read(payload: Mapping[str, Any]) -> dict[str, Any]:
        asked.append(payload)
        return {"name": "own.gif", "arrays": {"frames": frames(40)}}

    studio.answers["clip_file"] = read
    own = OwnClip(Asker(studio, "test", studio), (6, 12, 12, 3))
    qtbot.addWidget(own)
    assert own.value() is None
    content = QMimeData()
    content.setUrls([QUrl.fromLocalFile("/somewhere/own.gif")])
    place, copy = QPointF(5, 5), Qt.DropAction.CopyAction
    with qtbot.waitSignal(own.changed):
        own.dropEvent(QDropEvent(place, copy, content, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier))
    assert asked == [{"path": "/somewhere/own.gif", "shape": [6, 12, 12, 3]}]
    own.show()
    assert own.player._timer.isActive(), "it plays"
    assert own.value() == "/somewhere/own.gif" and own.said.text() == "own.gif"
