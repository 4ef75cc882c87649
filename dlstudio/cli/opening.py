"""Finds what a command works on: the project, its folder, the run."""

from __future__ import annotations

import shlex
from argparse import ArgumentParser
from pathlib import Path

from dlstudio.cli.command import CommandError
from dlstudio.training.runs.run_folder import RunFolder, list_runs


def add_project_argument(parser: ArgumentParser) -> None:
    """The ``PROJECT`` that most commands take."""
    parser.add_argument("project", type=Path, metavar="PROJECT", help="a project folder, or its project.json")


def add_run_argument(parser: ArgumentParser) -> None:
    """``--run RUN``, the last trained one by default."""
    parser.add_argument("--run", metavar="RUN", help="which run, such as 0002 (default: the last that has a model)")


def shown(folder: Path) -> str:
    """A folder as it can be typed in a command."""
    return shlex.quote(str(folder))


def project_folder(path: Path) -> Path:
    """The folder of the project that a path means."""
    return path.parent if path.suffix == ".json" else path


def find_run(folder: Path, name: str) -> RunFolder:
    """The run of that name; ``7`` means ``0007``.

    Raises:
        CommandError: There is none.
    """
    runs = list_runs(folder)
    for run in runs:
        if run.name == name or (name.isdigit() and int(run.name) == int(name)):
            return run
    known = (
        f"There are: {', '.join(run.name for run in runs[-8:])}."
        if runs
        else f"Train one: dlstudio train {shown(folder)}"
    )
    raise CommandError(f"{folder} has no run '{name}'. {known}")


def trained_run(folder: Path, name: str | None) -> RunFolder:
    """The run to evaluate or predict with.

    Args:
        folder: The project folder.
        name: Its name, or None for the last that has a model.

    Raises:
        CommandError: There is no such run, or none has a model.
    """
    if name is not None:
        run = find_run(folder, name)
        if not run.model_file.exists():
            more = f"Continue it with: dlstudio train {shown(folder)} --resume {run.name}"
            if not run.last_checkpoint.exists():
                more = f"Train another one: dlstudio train {shown(folder)}"
            raise CommandError(f"Run {run.name} has no trained model ({run.info().status}). {more}")
        return run
    trained = [run for run in list_runs(folder) if run.model_file.exists()]
    if not trained:
        raise CommandError(f"{folder} has no trained model yet. Train one: dlstudio train {shown(folder)}")
    return trained[-1]
