"""The view of found boxes with an invented answer: what is a hit follows the sliders, classes, and the mouse."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF

from dlstudio.data.pictures.class_colours import WRONG
from dlstudio.gui.plots.box_pane import label_place
from dlstudio.gui.workspaces.inspect.asking import Subject
from dlstudio.gui.workspaces.inspect.box_answer import BoxAnswer
from dlstudio.gui.workspaces.inspect.box_curves_view import BoxCurvesView
from dlstudio.gui.workspaces.inspect.boxes_view import HIT, MISS, BoxesView


def answer(total: int = 3) -> dict[str, Any]:
    arrays, items = {}, []
    for place in range(total):
        arrays[f"picture-{place}"] = np.full((40, 60, 3), 100, np.uint8)
        arrays[f"truth-{place}"] = np.array([[0, 5, 5, 15, 15], [1, 30, 10, 50, 30]], np.float32)
        arrays[f"found-{place}"] = np.array(
            [[0, 5, 5, 15, 12, 0.9], [1, 0, 30, 10, 40, 0.6], [1, 30, 10, 50, 28, 0.3]], np.float32
        )
        items.append({"row": 40 + place, "place": place, "name": f"yard{place}.png", "hits": 1, "misses": 1})
        items[-1]["false_alarms"] = 1
    page = {"kind": "boxes", "items": items, "total": total, "offset": 0, "of": total, "classes": ["cup", "pen"]}
    return {**page, "confidence": 0.5, "overlap": 0.5, "counts": [3, 3, 3], "arrays": arrays}


def shown(qtbot, studio) -> BoxesView:
    view = BoxesView(studio)
    qtbot.addWidget(view)
    view.resize(1000, 700)
    view.show()
    view.turn_to(Subject("/runs/0001"))
    view._first_page(answer())
    return view


def kinds(view: BoxesView) -> dict[str, int]:
    names = {HIT: "hit", MISS: "miss", WRONG: "alarm"}
    found: dict[str, int] = {}
    for mark in view.judged.marks:
        found[names[mark.colour]] = found.get(names[mark.colour], 0) + 1
    return found


def test_that_hits_misses_and_false_alarms_follow_the_sliders(qtbot, studio):
    view = shown(qtbot, studio)
    assert kinds(view) == {"hit": 1, "miss": 1, "alarm": 1}
    view.confidence.setValue(20)
    assert kinds(view) == {"hit": 2, "alarm": 1}
    view.confidence.setValue(70)
    assert kinds(view) == {"hit": 1, "miss": 1}
    view.overlap.setValue(80)  # the cup overlaps by 0.7
    assert kinds(view) == {"miss": 2, "alarm": 1}
    assert "0 hits, 2 misses, 1 false alarm" in view.where.text()
    assert view.overlap_words.text() == "0.80"


def test_that_the_order_is_asked_for_anew_when_a_slider_rests(qtbot, studio):
    view = shown(qtbot, studio)
    asked = []
    view.asker.inspect = lambda name, options, *_: asked.append((name, options))
    view.confidence.setValue(20)
    view.confidence.setValue(30)
    qtbot.waitUntil(lambda: bool(asked))
    assert [(name, options["confidence"], options["overlap"]) for name, options in asked] == [("boxes", 0.3, 0.5)]


def test_that_kinds_of_boxes_can_be_hidden_and_the_truth_stays(qtbot, studio):
    view = shown(qtbot, studio)
    view.shows["false alarms"].setChecked(False)
    view.shows["misses"].setChecked(False)
    assert kinds(view) == {"hit": 1}
    assert [mark.words for mark in view.truth.marks] == ["cup", "pen"]


def test_that_long_words_on_an_image_widen_no_window(qtbot, studio):
    view = shown(qtbot, studio)
    before = view.minimumSizeHint().width()
    view.where.say("images/" + 40 * "deeper/" + "one.jpg")
    assert view.minimumSizeHint().width() == before < 700
    assert "deeper/one.jpg" in view.where.toolTip()


def test_that_the_mouse_finds_the_boxes_under_it_smallest_first(qtbot, studio):
    view = shown(qtbot, studio)
    view.confidence.setValue(20)
    frame = view.judged._frame()
    scale = frame.width() / 60
    (mark,) = view.judged.marks_at(QPointF(frame.x() + 10 * scale, frame.y() + 10 * scale))
    assert mark.words == "cup 0.90, IoU 0.70"
    assert view.judged.marks_at(QPointF(frame.x() + 20 * scale, frame.y() + 2 * scale)) == []


def test_that_wheel_and_slider_walk_through_the_images_and_classes_are_listed(qtbot, studio):
    view = shown(qtbot, studio)
    view.judged.stepped.emit(1)
    assert view.place.value() == 1
    assert "yard1.png" in view.where.text()
    assert [view.kind.itemText(i) for i in range(view.kind.count())] == ["any class", "cup", "pen"]
    assert "3 hits, 3 misses, 3 false alarms" in view.all_words.text()
    assert view.judged.grab().toImage().pixelColor(2, 60).isValid()


def test_that_no_image_with_a_class_is_said(qtbot, studio):
    view = shown(qtbot, studio)
    view._first_page({**answer(0), "counts": [0, 0, 0]})
    assert "No image holds" in view.state.text()


def test_that_words_of_two_boxes_at_one_place_can_both_be_read():
    frame, taken = QRectF(0, 0, 200, 200), list[QRectF]()
    for box in (QRectF(20, 20, 60, 60), QRectF(22, 22, 60, 60), QRectF(18, 18, 60, 60), QRectF(150, 0, 50, 20)):
        label = label_place(box, 40, 14, frame, taken)
        assert frame.contains(label) and not any(label.intersects(other) for other in taken)
        taken.append(label)
    assert taken[0].topLeft() == QPointF(20, 20)  # where it is usually looked for


def test_that_an_answer_is_drawn_over_the_picture_that_was_given(qtbot):
    shown = BoxAnswer()
    qtbot.addWidget(shown)
    said = {"label": "1 cup", "scores": {"cup": 0.8}, "boxes": [{"class": "cup", "score": 0.8, "box": [1, 2, 9, 8]}]}
    shown.show_answer(said, [np.zeros((20, 30, 3), np.uint8)])
    assert [mark.words for mark in shown.pane.marks] == ["cup 0.80"]
    assert not shown.isHidden()
    shown.show_answer({"label": "cat"}, [np.zeros((20, 30, 3), np.uint8)])
    assert shown.isHidden()


def curve(payload: Any) -> dict[str, Any]:
    options = payload["options"]
    scores, hits = np.array([0.9, 0.8, 0.6, 0.3]), np.array([1, 0, 1, 1], np.uint8)
    arrays = {"scores": scores, "hits": hits, "interpolated": np.linspace(1, 0, 101)}
    answer = {"name": options.get("class", ""), "classes": ["cup", "pen"], "averages": [0.5, None], "mean": 0.5}
    return {**answer, "overlap": options["overlap"], "boxes": 4, "arrays": arrays}


def test_that_the_curve_is_asked_for_at_the_overlap_and_marked_at_the_confidence(qtbot, studio):
    studio.answers["inspect"] = curve
    view = BoxCurvesView(studio)
    qtbot.addWidget(view)
    view.resize(900, 600)
    view.show()
    view.turn_to(Subject("/runs/0001"))
    assert view.subtitle.text().startswith("mean average precision at an IoU of 0.50: 0.500 · 4 true boxes")
    assert view.meaning.text() == "2 hits, 2 misses, 1 false alarm: precision 66.7 %, recall 50.0 %."
    view.confidence.setValue(20)
    assert view.meaning.text().startswith("3 hits, 1 miss, 1 false alarm")
    assert [view.kind.itemText(place) for place in range(3)] == ["all classes", "cup · AP 0.500", "pen · no box"]
    view.kind.setCurrentIndex(1)
    assert view.subtitle.text().startswith("average precision at an IoU of 0.50")
    assert view.kind.currentData() == "cup"
    view.overlap.setValue(75)
    qtbot.waitUntil(lambda: "at an IoU of 0.75" in view.subtitle.text())
