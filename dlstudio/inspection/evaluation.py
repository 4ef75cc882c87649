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
    """``{"run", "split", "samples", "epoch", "metrics": {...}, "baseline": {...}, "baseline_title", "baselines"}``.

    ``baselines`` is a list of ``{"name", "title", "metrics": {...}}``; the first is the simplest, ``baseline`` again.

    Numbers are in the units of the data.

    With several Outputs, the names of metrics begin with the Output's id. The baseline predicts the most frequent class
    or the mean of the training split; among the baselines is also a simple model of the same input, fitted on the
    training split, where the task has one.

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
    simplest = finite(_baseline(model, split))
    title = model.targets[0].task.baseline_title
    return {
        "run": run.name,
        "split": split,
        "samples": samples,
        "epoch": model.epoch,
        "metrics": finite(model.score(split)),
        "baseline": simplest,
        "baseline_title": title,
        "baselines": [{"name": "simplest", "title": title, "metrics": simplest}, *_learned(model, split)],
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


def _learned(model: TrainedModel, split: str) -> list[dict[str, Any]]:
    """A simple model of the only input as a baseline, fitted once a split; none where the task has none."""
    if split not in model.learned_baselines:
        target = model.targets[0]
        learn = getattr(target.task, "learned_baseline", None)
        model.learned_baselines[split] = []
        if learn is not None and len(model.inputs) == len(model.targets) == 1:
            column = next(iter(model.inputs.values()))
            parts = [(model.data.encode(column, model.rows(n)), model.truth(n, target)) for n in ("train", split)]
            metrics = finite({name: float(value) for name, value in learn(*parts, target.column).items()})
            title = getattr(target.task, "learned_baseline_title", "a simple model")
            model.learned_baselines[split] = [{"name": "learned", "title": title, "metrics": metrics}]
    return model.learned_baselines[split]
