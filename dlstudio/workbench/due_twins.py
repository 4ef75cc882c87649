"""Twins from scratch that are still to be trained: written into the record of the run that they are compared with.

So what was asked for outlives the window: whoever next has the project open when the run has finished trains the twin.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dlstudio.graph.project import Project
from dlstudio.locks import FolderLock
from dlstudio.training.runs.run_code import keep_code
from dlstudio.training.runs.run_folder import RUNS, RunError, RunFolder, create_run, list_runs
from dlstudio.training.runs.run_info import TWIN, TWIN_DUE, RunInfo
from dlstudio.training.sites.site import backend_at, site_of, site_record
from dlstudio.workbench.consent import Consent


def due_record(twin: Project) -> dict[str, Any]:
    """What goes into ``run.json`` of a run whose twin is to be trained after it."""
    return {TWIN_DUE: twin.as_json()}


def due(runs: Sequence[RunInfo]) -> list[RunInfo]:
    """The runs whose twin is asked for and not there yet, the oldest first."""
    there = {run.twin for run in runs}
    return [run for run in runs if run.twin_due and run.name not in there]


def make_due_twin(project_folder: Path, name: str) -> RunFolder | None:
    """Makes the twin of a run that has one due; None where another window was quicker.

    Args:
        project_folder: The project's folder.
        name: Of the run that the twin is compared with.

    Raises:
        RunError: The folder cannot be made, or the record of the run is damaged.
        OSError: A file cannot be written.
    """
    lock = FolderLock(project_folder / RUNS)
    if not lock.take():
        return None
    try:
        run = RunFolder(project_folder / RUNS / name)
        wanted = run.record().get(TWIN_DUE)
        if not wanted or any(each.record().get(TWIN) == name for each in list_runs(project_folder)):
            return None
        try:
            project = Project.from_json(wanted)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise RunError(f"The twin that run {name} asks for cannot be read, so it is not trained.") from None
        site = site_of(run.record())  # both are computed at one place
        twin = create_run(project_folder, project, backend=backend_at(site), extra={TWIN: name, **site_record(site)})
        keep_code(twin, project.graph, Consent().permission(project_folder))
        run.amend(**{TWIN_DUE: None})
        return twin
    finally:
        lock.give_back()
