"""Finds tasks by name and the task that suits a column."""

from __future__ import annotations

from dlstudio.graph.columns import ColumnSpec
from dlstudio.plugins import modules
from dlstudio.tasks.task import Task, TaskError


def list_tasks() -> dict[str, Task]:
    """All tasks by name."""
    return {name: module.TASK for name, module in modules("dlstudio.tasks", "dlstudio.tasks").items()}


def get_task(name: str) -> Task:
    """The task of that name.

    Raises:
        TaskError: There is none.
    """
    tasks = list_tasks()
    if name not in tasks:
        raise TaskError(f"There is no task '{name}'. Known are: {', '.join(sorted(tasks))}.")
    return tasks[name]


def suited_task(spec: ColumnSpec) -> str:
    """Name of the first task that can learn such a column.

    Raises:
        TaskError: None can.
    """
    for name, task in list_tasks().items():
        if task.suits(spec):
            return name
    raise TaskError(f"Column '{spec.name}' holds {spec.kind}, which no task can learn. Choose a category or a number.")
