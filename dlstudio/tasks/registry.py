"""The tasks there are: built-in modules and those of the entry-point group ``dlstudio.tasks``."""

from __future__ import annotations

from typing import cast

from dlstudio.graph.columns import USUAL_TASK, ColumnSpec
from dlstudio.plugins import modules
from dlstudio.tasks.task import Task, TaskError

__all__ = ["TaskError", "get_task", "suited_task", "task_names"]


def task_names() -> tuple[str, ...]:
    """Names of all tasks."""
    return tuple(modules("dlstudio.tasks", "dlstudio.tasks"))


def get_task(name: str) -> Task:
    """The task of that name.

    Raises:
        TaskError: There is none.
    """
    found = modules("dlstudio.tasks", "dlstudio.tasks").get(name)
    if found is None:
        raise TaskError(f"There is no task named '{name}'. There are: {', '.join(task_names())}.")
    return cast(Task, found.TASK)


def suited_task(target: ColumnSpec) -> str:
    """The task that usually learns a column of the target's kind, else the first that suits it.

    Raises:
        TaskError: None does.
    """
    usual = USUAL_TASK.get(target.kind)
    for name in (usual, *task_names()) if usual in task_names() else task_names():
        if get_task(name).suits(target):
            return name
    raise TaskError(
        f"No task can predict the column '{target.name}' ({target.kind}). Choose a category or a number as the target."
    )
