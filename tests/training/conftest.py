"""One trained run for all tests of this room that only look."""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pytest

from dlstudio.training.runs.run_folder import RunFolder, create_run
from tests.training.tiny_projects import make_project


@pytest.fixture(scope="session")
def trained_run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A finished run of three epochs."""
    from dlstudio.training.fitting import train

    folder = tmp_path_factory.mktemp("trained")
    run = create_run(folder, make_project(folder))
    assert train(run) == 0, run.info().message
    return run
