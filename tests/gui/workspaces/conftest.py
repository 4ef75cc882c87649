"""Fixtures of the workspace tests: a studio without processes."""

from __future__ import annotations

import pytest

from tests.gui.workspaces.fake_studio import FakeStudio


@pytest.fixture
def studio(qapp):
    return FakeStudio()


@pytest.fixture
def workspace(qtbot, studio):
    """The Train workspace in sight; tests of another one have a fixture of this name of their own."""
    from dlstudio.gui.workspaces.train.workspace import TrainWorkspace

    made = TrainWorkspace(studio)
    qtbot.addWidget(made)
    made.resize(1200, 760)
    made.show()
    return made
