"""How good a run's best model is on a split, beside what one gets without learning anything."""

from __future__ import annotations

from typing import Any

from dlstudio.inspection.asking import trained
from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.trained import TrainedModel
from dlstudio.training.event_log import finite
from dlstudio.training.run_folder import RunFolder
from dlstudio.training.scoring import in_units


def evaluate(run: RunFolder, split: str = "test") -> dict[str, Any]:
    """``{"run", "split", "samples", "epoch", "metrics": {...}, "baseline": {...}, "baseline_title",
    "learned_baseline": {...}, "learned_baseline_title"}``.

    Numbers are in the units of the data.

    With several Outputs, the names of metrics begin with the Output's id. The baseline predicts the most frequent class
    or the mean of the training split; the learned baseline, where the task has one, is a simple model of the same inputs,
    fitted on the training split.

    Args:
        run: A run with a model.
        split: ``train``, ``validation`` or ``test``.

    Raises:
        InspectionError: There is no model, no such split, or no sample in it.
    """
    model = trained(run.path)
    samples = len(model.rows(split))
    if not samples:
        raise InspectionError(f"The {split} split has no samples. Give it a share on the Data page.")
    return {
        "run": run.name,
        "split": split,
        "samples": samples,
        "epoch": model.epoch,
        "metrics": finite(model.score(split)),
        "baseline": finite(_baseline(model, split)),
        "baseline_title": model.targets[0].task.baseline_title,
        "learned_baseline": finite(_learned_baseline(model, split)),
        "learned_baseline_title": getattr(model.targets[0].task, "learned_baseline_title", ""),
    }


def _baseline(model: TrainedModel, split: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for target in model.targets:
        learned = in_units(model.network, target.column.name, model.truth("train", target))
        asked = in_units(model.network, target.column.name, model.truth(split, target))
        values = target.task.baseline(learned, asked, target.column)
        single = len(model.targets) == 1
        found |= {name if single else f"{target.output}_{name}": float(each) for name, each in values.items()}
    return found


def _learned_baseline(model: TrainedModel, split: str) -> dict[str, float]:
    """What a simple model makes of the only input; empty where the task has none such, or the network several inputs."""
    target = model.targets[0]
    learn = getattr(target.task, "learned_baseline", None)
    if learn is None or len(model.inputs) != 1 or len(model.targets) != 1:
        return {}
    column = next(iter(model.inputs.values()))
    parts = [(model.data.encode(column, model.rows(name)), model.truth(name, target)) for name in ("train", split)]
    return {name: float(value) for name, value in learn(*parts, target.column).items()}
