"""The form that says how data is split."""

from __future__ import annotations

import pytest

from dlstudio.gui.workspaces.data.split_form import SplitForm
from tests.gui.workspaces.choosing import choose

SPLIT = {"train": 0.8, "validation": 0.1, "test": 0.1, "seed": 7}


def test_that_whole_groups_are_those_of_the_data_or_of_a_column(qtbot):
    form = SplitForm()
    qtbot.addWidget(form)
    found = []
    form.changed.connect(found.append)
    form.show_split(SPLIT, ["label", "speaker"])
    choose(form.by, "group")
    assert found[-1]["by"] == "group" and "column" not in found[-1]
    form.show_split(found[-1], ["label", "speaker"])
    form.validation.setValue(20)
    assert "column" not in found[-1]
    choose(form.column, "speaker")
    assert (found[-1]["by"], found[-1]["column"], found[-1]["validation"]) == ("group", "speaker", 0.2)
    form.show_split(found[-1], ["label", "speaker"])
    choose(form.by, "column")
    assert found[-1] == {"by": "column", "column": "speaker", "seed": 7}


def test_that_shares_of_a_split_add_up(qtbot):
    form = SplitForm()
    qtbot.addWidget(form)
    found = []
    form.changed.connect(found.append)
    form.show_split(SPLIT, ["label"])
    form.validation.setValue(20)
    assert found[-1] == {"train": 0.7, "validation": 0.2, "test": 0.1, "seed": 7}
    form.validation.setValue(80)
    form.test.setValue(80)
    assert found[-1]["train"] > 0
    assert sum(found[-1][name] for name in ("train", "validation", "test")) == pytest.approx(1)


def test_that_a_split_may_say_how_many_labels_are_used_whatever_it_goes_by(qtbot):
    form = SplitForm()
    qtbot.addWidget(form)
    found = []
    form.changed.connect(found.append)
    form.show_split({**SPLIT, "balance": "label"}, ["label"])
    assert form.labelled.text() == "all"
    form.labelled.setValue(20)
    assert found[-1] == {**SPLIT, "balance": "label", "labelled": 20}
    form.show_split(found[-1], ["label"])
    assert form.labelled.text() == "20 a class"
    choose(form.by, "folder")
    assert found[-1] == {"by": "folder", "seed": 7, "balance": "label", "labelled": 20}
    form.show_split(found[-1], ["label"], classes=False)
    assert form.labelled.text() == "20"
    form.labelled.setValue(0)
    assert "labelled" not in found[-1]


def test_that_a_split_by_names_of_files_or_by_a_column_of_times_is_kept(qtbot):
    form = SplitForm()
    qtbot.addWidget(form)
    seen = []
    form.changed.connect(seen.append)
    form.show_split({"by": "group", "names": True, "seed": 7}, ["label"])
    form.seed.setValue(8)
    assert seen[-1]["by"] == "group" and seen[-1]["names"] is True and seen[-1]["seed"] == 8
    form.show_split({"by": "time", "column": "date", "train": 0.8, "validation": 0.1, "test": 0.1}, ["date"])
    form.test.setValue(20)
    assert seen[-1] == {"by": "time", "column": "date", "train": 0.7, "validation": 0.1, "test": 0.2}
