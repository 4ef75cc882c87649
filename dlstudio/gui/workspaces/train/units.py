"""In which unit a metric is measured while a network trains: a scaled target is compared as it was scaled."""

from __future__ import annotations

from dlstudio.graph.project import Project

_IN_TARGET_UNITS = ("mae", "rmse", "mean_absolute_error", "root_mean_squared_error")


def training_unit(metric: str, project: Project) -> str:
    """``standard deviations`` for an error in a target that was scaled to mean 0 and deviation 1, else nothing.

    The metrics on the test split are in the target's own unit; side by side the two look like a mistake if nothing
    says so.
    """
    if metric.removeprefix("val_") not in _IN_TARGET_UNITS:
        return ""
    targets = [column for column in project.data.columns.values() if column.get("role") == "target"]
    scaled = [column.get("type") == "number" and bool(column.get("normalize", True)) for column in targets]
    return "standard deviations" if scaled and all(scaled) else ""
