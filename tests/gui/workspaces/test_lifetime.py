"""Workspaces go when another project is opened; what comes later must not reach them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from shiboken6 import isValid

from dlstudio.gui import theme
from dlstudio.gui.workspaces.data.workspace import DataWorkspace
from dlstudio.gui.workspaces.inspect.workspace import InspectWorkspace
from dlstudio.gui.workspaces.train.workspace import TrainWorkspace
from tests.gui.workspaces.recorded import run_events


@pytest.mark.parametrize("kind", [DataWorkspace, TrainWorkspace, InspectWorkspace])
def test_that_a_deleted_workspace_hears_nothing(qtbot, studio, kind):
    studio.add_run("0001", run_events(2))
    workspace = kind(studio)
    workspace.show()
    waiting = list(studio.asked)
    workspace.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert not isValid(workspace)
    for question in waiting:
        question.failed("Too late.")
        question.then({})
    studio.add_run("0002", run_events(2))
    studio.runEvents.emit("0001", run_events(2))
    studio.currentRunChanged.emit("0002")
    studio.message.emit("Something failed.", "error")
    for signal in (studio.projectChanged, studio.summaryChanged, studio.devicesChanged, studio.documentOpened):
        signal.emit()
    theme.signals.changed.emit()
