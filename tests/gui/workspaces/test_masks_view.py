"""The view of predicted masks with an invented answer: overlay, truth and errors, scrolling, filters, contours."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlstudio.data.pictures.class_colours import WRONG, class_colours
from dlstudio.gui.workspaces.inspect.asking import Subject
from dlstudio.gui.workspaces.inspect.mask_answer import MaskAnswer
from dlstudio.gui.workspaces.inspect.masks_view import MasksView
from dlstudio.gui.workspaces.inspect.own_path import own_volume

CLASSES = ["background", "cell"]


def answer(total: int = 3) -> dict[str, Any]:
    arrays, items = {}, []
    for place in range(total):
        truth = np.zeros((8, 10), np.int16)
        truth[2:5, 2:6] = 1
        truth[0] = -1
        given = truth.copy()
        given[0] = 1
        given[2, 2 : 2 + place] = 0
        arrays |= {f"picture-{place}": np.full((8, 10, 1), 100, np.uint8)}
        arrays |= {f"truth-{place}": truth, f"prediction-{place}": given}
        share = 1 - place / 10
        items.append(
            {
                **{"row": 40 + place, "place": place, "name": f"cell{place}.png", "loss": 0.1},
                **{"dice": share, "accuracy": share, "class_dice": [share, None if place else 0.5]},
            }
        )
    colours = [list(each) for each in class_colours(tuple(CLASSES))]
    page = {"kind": "masks", "items": items, "total": total, "offset": 0, "of": total, "classes": CLASSES}
    return {**page, "colours": colours, "arrays": arrays}


def shown(qtbot, studio) -> MasksView:
    view = MasksView(studio)
    qtbot.addWidget(view)
    view.resize(900, 640)
    view.show()
    view.turn_to(Subject("/runs/0001"))
    view._first_page(answer())
    return view


def test_that_the_first_image_is_shown_with_its_errors(qtbot, studio):
    view = shown(qtbot, studio)
    view.place.setValue(2)
    wrong = (view.errors.pixels() != 100).any(axis=-1)
    assert wrong[2, 2:4].all()
    assert not wrong[2, 4:].any()
    assert wrong[0].all()  # unlabelled
    assert view.errors.pixels()[2, 2, 0] > view.errors.pixels()[2, 2, 1]
    assert "cell2.png" in view.where.text()
    assert WRONG[0] > WRONG[1]


def test_that_opacity_goes_from_the_image_to_the_classes(qtbot, studio):
    view = shown(qtbot, studio)
    view.opacity.setValue(0)
    assert (view.truth.pixels() == 100).all()
    view.opacity.setValue(100)
    assert (view.truth.pixels()[3, 3] == class_colours(tuple(CLASSES))[1]).all()
    assert (view.predicted.pixels()[0] == 100).all()  # what nobody labelled is not judged


def test_that_contours_run_around_the_object(qtbot, studio):
    view = shown(qtbot, studio)
    view.contours.setChecked(True)
    assert (view.truth.pixels() == 100).all()
    ((_, lines),) = view.truth._lines
    assert len(lines) == 2 * (3 + 4)
    assert not view.opacity.isEnabled()


def test_that_the_wheel_the_slider_and_a_click_walk_through_the_images(qtbot, studio):
    view = shown(qtbot, studio)
    view.truth.stepped.emit(1)
    assert view.shown["name"] == "cell1.png"
    view.truth.stepped.emit(-5)
    assert view.shown["name"] == "cell0.png"
    view.grid.choose(2)
    assert view.shown["name"] == "cell2.png"


def test_that_order_and_class_are_asked_for(qtbot, studio):
    view = shown(qtbot, studio)
    view.sort.setCurrentIndex(view.sort.findData("row"))
    view.kind.setCurrentIndex(view.kind.findData("cell"))
    options = studio.asked[-1].payload["options"]
    assert (options["sort"], options["class"]) == ("row", "cell")


def test_that_a_class_in_no_image_is_said(qtbot, studio):
    view = shown(qtbot, studio)
    view._first_page({**answer(0)})
    assert "No image" in view.state.text()


def volume_page() -> dict[str, Any]:
    page = answer(1)
    page["items"][0] |= {"depth": 3}
    return page


def whole() -> dict[str, Any]:
    truth = np.zeros((3, 8, 10), np.int16)
    truth[0, 2:5, 2:6] = 1
    given = truth.copy()
    given[2, 1, 1] = 1
    picture = np.arange(3, dtype=np.uint8)[:, None, None, None] * np.full((3, 8, 10, 1), 50, np.uint8)
    return {"arrays": {"picture-0": picture, "truth-0": truth, "prediction-0": given}}


def shown_volume(qtbot, studio) -> MasksView:
    view = MasksView(studio)
    qtbot.addWidget(view)
    view.resize(900, 640)
    view.show()
    view.turn_to(Subject("/runs/0001"))
    view.asker.inspect = lambda _name, options, arrived, _failed: arrived(whole()) if "whole" in options else None
    view._first_page(volume_page())
    view.opacity.setValue(0)
    return view


def test_that_the_wheel_goes_through_the_slices_of_a_volume(qtbot, studio):
    view = shown_volume(qtbot, studio)
    assert view.slices.slider.maximum() == 2
    assert (view.truth.pixels() == 50).all()  # the middle slice first
    view.truth.stepped.emit(1)
    assert (view.truth.pixels() == 100).all()
    assert view.slices.words.text() == "slice 3 of 3"
    assert view.place.value() == 0
    view.errors.set_look(1.0, False)
    assert (view.errors.pixels()[1, 1] == WRONG).all()


def test_that_a_volume_is_seen_from_the_front_with_the_head_up(qtbot, studio):
    view = shown_volume(qtbot, studio)
    view.slices.direction.setCurrentIndex(1)
    assert view.slices.slider.maximum() == 7
    assert view.truth.pixels()[:, 0, 0].tolist() == [100, 50, 0]
    view.slices.direction.setCurrentIndex(2)
    assert view.truth.pixels().shape == (3, 8, 3)


def test_that_contours_of_truth_and_prediction_lie_over_each_other(qtbot, studio):
    view = shown(qtbot, studio)
    view.place.setValue(2)
    ((_, drawn),), ((_, dashed),) = view.both._lines, view.both._dashed
    assert len(drawn) == 2 * (3 + 4)
    assert len(dashed) == len(drawn)
    assert {line.toTuple() for line in dashed} != {line.toTuple() for line in drawn}


def test_that_a_scan_of_ones_own_is_judged_by_its_path(qtbot):
    own = own_volume()
    qtbot.addWidget(own)
    assert own.value() is None
    with qtbot.waitSignal(own.changed):
        own.open("/scans/brain.nii.gz")
    assert own.value() == "/scans/brain.nii.gz"
    assert own.said.text() == "brain.nii.gz"


def test_that_the_mask_of_a_scan_of_ones_own_is_leafed_through(qtbot):
    shown = MaskAnswer()
    qtbot.addWidget(shown)
    mask = np.zeros((3, 4, 5), int)
    mask[2] = 1
    shown.show_answer({"mask": mask.tolist(), "classes": CLASSES})
    ground, cell = class_colours(tuple(CLASSES))
    assert (shown.pane.pixels() == ground).all()
    shown.pane.stepped.emit(1)
    assert (shown.pane.pixels() == cell).all()
    assert {name: entry.color.getRgb()[:3] for name, entry in shown.legend.entries.items()} == {
        "background": tuple(ground),
        "cell": tuple(cell),
    }
    shown.show_answer({"label": "cat"})
    assert shown.isHidden()
