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
    """``{"run", "split", "samples", "epoch", "metrics": {...}, "baseline": {...}, "baseline_title"}``.

    Numbers are in the units of the data.

    With several Outputs, the names of metrics begin with the Output's id. The baseline predicts the most frequent class
    or the mean of the training split.

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
    }


def _baseline(model: TrainedModel, split: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for target in model.targets:
        # Some tasks learn their baseline from a part: all tokens of a large text would not fit in memory.
        most = getattr(target.task, "baseline_samples", None)
        learned = in_units(model.network, target.column.name, model.truth("train", target, most))
        asked = in_units(model.network, target.column.name, model.truth(split, target))
        values = target.task.baseline(learned, asked, target.column)
        single = len(model.targets) == 1
        found |= {name if single else f"{target.output}_{name}": float(each) for name, each in values.items()}
    return found
