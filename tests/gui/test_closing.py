"""Closing the window: unsaved edits and a run that is training are asked about first."""

from __future__ import annotations

import pytest

from dlstudio.graph.project import Project
from dlstudio.graph.saving import load_project
from tests.gui.window import digits


def test_that_closing_with_unsaved_edits_can_be_cancelled(open_frame):
    frame = open_frame(digits())
    frame.studio.change("Rename", Project("Other", digits().data, digits().graph))
    frame.close()
    assert frame.questions.asked == ["unsaved Other"]
    assert frame.isVisible()


def test_that_closing_saves_when_asked_to(open_frame, tmp_path):
    frame = open_frame(digits())
    frame.studio.change("Rename", Project("Other", digits().data, digits().graph))
    frame.questions.unsaved = "save"
    frame.close()
    assert not frame.isVisible()
    assert load_project(tmp_path / "project").name == "Other"


@pytest.mark.parametrize(("answer", "stopped"), [("keep", False), ("stop", True)])
def test_that_closing_while_training_does_what_was_answered(open_frame, training, answer, stopped):
    frame = open_frame(digits())
    frame.questions.training = answer
    frame.close()
    assert frame.questions.asked == ["training 0012"]
    assert not frame.isVisible()
    assert training[0] is stopped


def test_that_closing_while_training_can_be_cancelled(open_frame, training):
    frame = open_frame(digits())
    frame.close()
    assert frame.isVisible()
    assert training == []
