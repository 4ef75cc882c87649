"""A trial as a project of its own: its settings in ``project.json``, and its run, so that it can be looked at."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from dlstudio.graph.custom_code import code_names
from dlstudio.graph.project import Project
from dlstudio.graph.saving import FILE_NAME, ProjectError, save_project
from dlstudio.search.folder import SearchFolder
from dlstudio.training.runs.run_code import run_code_folder
from dlstudio.training.runs.run_folder import RUNS, RunFolder
from dlstudio.training.runs.worked_folder import RunError, reason


def trial_project(search: SearchFolder, number: int) -> tuple[Project, RunFolder]:
    """What a trial trained, and its run.

    Raises:
        RunError: There is no such trial, or it has no run.
    """
    trial = search.results().trial(number)
    if trial is None or not trial.run:
        known = ", ".join(str(each.number) for each in search.results().trials if each.run)
        raise RunError(f"{search.title} has no trial {number} that was trained. There are: {known or 'none yet'}.")
    run = RunFolder(search.project_folder / RUNS / trial.run)
    return run.project(), run


def take_trial(search: SearchFolder, number: int, target: Path) -> Project:
    """Makes a project of a trial.

    Args:
        search: The search.
        number: The trial's.
        target: A folder in which there is no project yet.

    Returns:
        The project, which lies in ``target`` with the trial's run as its run 0001, its weights to begin with and its
        own Python files; data that is named relative to the old project is named in full.

    Raises:
        RunError: There is no such trial, or something cannot be copied.
        ProjectError: There is a project already, or it cannot be saved.
    """
    project, run = trial_project(search, number)
    if (target / FILE_NAME).exists():
        raise ProjectError(f"There already is a project in {target}. Choose another folder.")
    if run.lives():
        raise RunError(f"Trial {number} is still training. Take it when it has ended.")
    origin = search.project_folder
    source = Path(project.data.source)
    if project.data.source and not source.is_absolute():
        project = replace(project, data=replace(project.data, source=str((origin / source).resolve())))
    taken = replace(project, name=f"{project.name} (trial {number})")
    try:
        target.mkdir(parents=True, exist_ok=True)
        if project.weights is not None:
            _copy(origin / project.weights.file, target / project.weights.file)
        for name in code_names(project.graph):
            _copy(run_code_folder(run) / name, target / name)
        copy = RunFolder(target / RUNS / "0001")
        shutil.copytree(run.path, copy.path)
        copy.amend(
            search=None, trial=None, name=copy.name, project_folder=str(target.resolve()), project=taken.as_json()
        )
    except OSError as error:
        raise RunError(f"Trial {number} could not be copied to {target}: {reason(error)}.") from None
    save_project(taken, target)
    return taken


def _copy(source: Path, target: Path) -> None:
    if source.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
