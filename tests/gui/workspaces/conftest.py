"""Fixtures of the workspace tests: a studio without processes."""

from __future__ import annotations

import pytest

from tests.gui.workspaces.fake_studio import FakeStudio


@pytest.fixture
def studio(qapp):
    return FakeStudio()
