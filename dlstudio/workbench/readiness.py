"""Whether a project can be trained as it stands, before a process is started for it."""

from __future__ import annotations

from collections.abc import Sequence

from dlstudio.graph.problems import Problem
from dlstudio.graph.project import Project


def obstacle(project: Project, problems: Sequence[Problem]) -> str:
    """What keeps a project from being trained, as a sentence for the user; empty where nothing does.

    Args:
        project: The project as it stands.
        problems: What has been found wrong with it; warnings are no obstacle.
    """
    if not len(project.graph):
        return "There is no network to train yet. Add layers, or start from a template."
    if not project.data.source:
        return "There is no data to train on yet. Choose some in the Data workspace."
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        more = f" (and {len(errors) - 1} more in the Problems list)" if len(errors) > 1 else ""
        return f"Training cannot start: {errors[0].message}{more}"
    return ""
