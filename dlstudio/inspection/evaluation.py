"""How good a run's best model is on a split, beside what one gets without learning anything."""

from __future__ import annotations

from typing import Any

from dlstudio.inspection.asking import trained
from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.learning_baselines import learning_baselines
from dlstudio.inspection.making import real_samples
from dlstudio.inspection.restoring import separating, simple_reconstructions
from dlstudio.inspection.trained import TrainedModel
from dlstudio.inspection.translating import translator, true_texts
from dlstudio.tasks.informed import (
    JudgedByPairs,
    JudgedByTexts,
    LearnsFromInputs,
    LearnsSimply,
    Pairs,
    Seen,
    WritesTexts,
)
from dlstudio.training.runs.event_log import finite
from dlstudio.training.runs.run_folder import RunFolder
from dlstudio.training.scoring import in_units


def evaluate(run: RunFolder, split: str = "test") -> dict[str, Any]:
    """``{"run", "split", "samples", "epoch", "metrics": {...}, "baseline": {...}, "baseline_title", "baselines"}``.

    ``baselines`` is a list of ``{"name", "title", "metrics": {...}}``; the first is the simplest, ``baseline`` again.

    Numbers are in the units of the data.

    With several Outputs, the names of metrics begin with the Output's id. The baseline is the task's own and learns
    from the training split alone; among the baselines is also a linear model or another simple one, where one suits
    the task.

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
    learned = _learned(model, split)
    more = [each["metrics"] for each in learned if each["name"] == "simplest"]
    simplest = finite(_baseline(model, split) | (more[0] if more else {}))
    title = model.targets[0].task.baseline_title
    baselines = [{"name": "simplest", "title": title, "metrics": simplest}] if simplest else []
    return {
        "run": run.name,
        "split": split,
        "samples": samples,
        "epoch": model.epoch,
        "metrics": finite(model.score(split) | separating(model, split)),
        "baseline": simplest,
        "baseline_title": title,
        "baselines": baselines + [each for each in learned if each["name"] != "simplest"],
    }


def _learned(model: TrainedModel, split: str) -> list[dict[str, Any]]:
    """Simple models of the same inputs; none where no task has one. Fitted once a split and model."""
    if split not in model.learned_baselines:
        model.learned_baselines[split] = [
            *_learning(model, split),
            *_simple(model, split),
            *_of_texts(model, split),
            *simple_reconstructions(model, split),
            *real_samples(model, split),
        ]
    return model.learned_baselines[split]


def _learning(model: TrainedModel, split: str) -> list[dict[str, Any]]:
    """Models of the same kind for all Outputs make one baseline: linear, of tables trees, of clips one frame."""
    found = {target.output: learning_baselines(model, target, split) for target in model.targets}
    single = len(model.targets) == 1
    baselines = []
    for kind in ("frame", "linear", "trees"):
        fitted = {output: each for output, models in found.items() for each in models if each["name"] == kind}
        metrics = {
            name if single else f"{output}_{name}": float(value)
            for output, each in fitted.items()
            for name, value in each["metrics"].items()
        }
        titles = list(dict.fromkeys(each["title"] for each in fitted.values()))
        if fitted:
            baselines.append({"name": kind, "title": " / ".join(titles), "metrics": finite(metrics)})
    return baselines


def _simple(model: TrainedModel, split: str) -> list[dict[str, Any]]:
    """The task's own simple model of the only input, where it has one."""
    target = model.targets[0]
    if not isinstance(target.task, LearnsSimply) or len(model.inputs) != 1 or len(model.targets) != 1:
        return []
    column = next(iter(model.inputs.values()))
    train, asked = ((model.encoded(column, part), model.truth(part, target)) for part in ("train", split))
    values = target.task.learned_baseline(train, asked, target.column)
    pairs = model.data.pairs(model.rows(split))
    if pairs is not None and isinstance(target.task, JudgedByPairs):
        values |= target.task.learned_on_pairs(pairs, train[0], asked[0], target.column)
    metrics = finite({name: float(value) for name, value in values.items()})
    return [{"name": "learned", "title": target.task.learned_baseline_title, "metrics": metrics}] if metrics else []


def _of_texts(model: TrainedModel, split: str) -> list[dict[str, Any]]:
    """What one gets without a network where texts are to be written from texts."""
    target = model.targets[0]
    if not isinstance(target.task, WritesTexts) or len(model.targets) != 1:
        return []
    column = translator(model, target.output).column
    pairs = [
        Pairs(true_texts(model, column, rows), true_texts(model, target.column.name, rows))
        for rows in (model.rows("train"), model.rows(split))
    ]
    return [
        {"name": each.name, "title": each.title, "metrics": finite(dict(each.metrics))}
        for each in target.task.simple_answers(*pairs)
    ]


def _baseline(model: TrainedModel, split: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for target in model.targets:
        # Some tasks learn their baseline from a part: all tokens of a large text would not fit in memory.
        most = getattr(target.task, "baseline_samples", None)
        learned = in_units(model.network, target.column.name, model.truth("train", target, most))
        asked = in_units(model.network, target.column.name, model.truth(split, target))
        if isinstance(target.task, JudgedByTexts):
            known = [model.references(part, target) for part in ("train", split)]
            values = target.task.baseline_from_texts(*known)
        elif isinstance(target.task, LearnsFromInputs):
            read = [{name: model.encoded(name, part) for name in model.inputs.values()} for part in ("train", split)]
            values = target.task.baseline_from_inputs(Seen(read[0], learned), Seen(read[1], asked), target.column)
        else:
            values = target.task.baseline(learned, asked, target.column)
        single = len(model.targets) == 1
        found |= {name if single else f"{target.output}_{name}": float(each) for name, each in values.items()}
    return found
