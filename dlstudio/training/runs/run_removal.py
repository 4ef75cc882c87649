"""Takes runs out of the list and brings them back. Standard library only.

A removed run is moved to ``runs/removed`` as it is; that folder may be deleted for good at any time.
"""

from __future__ import annotations

from pathlib import Path

from dlstudio.training.runs.run_folder import RUNS, RunError, RunFolder
from dlstudio.training.runs.run_marks import read_marks
from dlstudio.training.runs.worked_folder import REMOVED


def remove_run(run: RunFolder) -> None:
    """Takes a run out of the list; :func:`bring_back` undoes it.

    Raises:
        RunError: It is being trained, is pinned, or cannot be moved.
    """
    if run.lives():
        raise RunError(f"Run {run.name} is being trained. Stop it first.")
    if read_marks(run.path).pinned:
        raise RunError(f"Run {run.name} is pinned. Take the pin away first.")
    target = run.path.parent / REMOVED / run.name
    try:
        target.parent.mkdir(exist_ok=True)
        run.path.rename(target)
    except OSError as error:
        raise RunError(f"Run {run.name} could not be removed: {error.strerror}.") from None


def removed_runs(project_folder: Path) -> list[str]:
    """Names of the runs that can be brought back, the oldest first."""
    folder = project_folder / RUNS / REMOVED
    return sorted(each.parent.name for each in folder.glob("*/run.json"))


def bring_back(project_folder: Path, name: str) -> None:
    """Puts a removed run back under its name.

    Raises:
        RunError: It is not there, or a run has its name by now.
    """
    source = project_folder / RUNS / REMOVED / name
    target = project_folder / RUNS / name
    if target.exists():
        raise RunError(f"Run {name} cannot be brought back: there is another run of that name.")
    try:
        source.rename(target)
    except OSError as error:
        raise RunError(f"Run {name} could not be brought back: {error.strerror}.") from None
