"""What the engine asks of this room: one inspector's result, one prediction. Keeps the last few runs loaded."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.inspector import InspectionContext, find_inspector, fitting_inspectors
from dlstudio.inspection.loading import load_trained
from dlstudio.inspection.results import Message
from dlstudio.inspection.trained import TrainedModel
from dlstudio.training.runs.run_folder import RunFolder

KEPT = 3
_loaded: OrderedDict[tuple[str, int], TrainedModel] = OrderedDict()


def trained(run_folder: Path) -> TrainedModel:
    """The run's best model, from memory where its checkpoint has not changed.

    Raises:
        InspectionError: It cannot be loaded.
    """
    run = RunFolder(run_folder.resolve())
    try:
        age = run.best_checkpoint.stat().st_mtime_ns
    except OSError:
        age = 0
    key = (str(run.path), age)
    if key not in _loaded:
        found = load_trained(run)
        for old in [each for each in _loaded if each[0] == key[0]]:
            del _loaded[old]
        _loaded[key] = found
        while len(_loaded) > KEPT:
            _loaded.popitem(last=False)
    _loaded.move_to_end(key)
    return _loaded[key]


def inspect_run(run_folder: Path, inspector: str, split: str, options: Mapping[str, Any]) -> Message:
    """One inspector's result for a run: a JSON object and arrays by name.

    ``inspector="list"`` gives ``{"inspectors": [{"name", "title"}], "outputs": [...], "splits": {name: samples},
    "epoch", "inputs": [{"name", "column", "kind", "shape", "rate"}]}``
    instead.

    Args:
        run_folder: The run's folder.
        inspector: Name of an inspector: ``gallery``, ``confusion``, ``classes``, ``scatter``.
        split: ``train``, ``validation`` or ``test``.
        options: The inspector's; ``output`` names the Output where there are several.

    Raises:
        InspectionError: The run has no model yet, or the question makes no sense for it.
    """
    model = trained(run_folder)
    if inspector == "list":
        return _overview(model, options), {}
    target = model.target(options.get("output"))
    found = find_inspector(inspector)
    if not found.fits(target.task, target.column):
        raise InspectionError(f"'{found.TITLE}' does not fit the task {target.task.name} of '{target.output}'.")
    message, arrays = found.inspect(InspectionContext(model, split, target, options)).as_message()
    message |= {"run": model.run.name, "split": split, "output": target.output, "epoch": model.epoch}
    return message, arrays


def predict_value(run_folder: Path, value: Any) -> dict[str, Any]:
    """What the run's best model says of one input; see :meth:`TrainedModel.predict_value`.

    Raises:
        InspectionError: The input cannot be read, or there is no model.
    """
    return trained(run_folder).predict_value(value)


def forget(run_folder: Path) -> None:
    """Lets go of a loaded run."""
    for key in [each for each in _loaded if each[0] == str(run_folder.resolve())]:
        del _loaded[key]


def _overview(model: TrainedModel, options: Mapping[str, Any]) -> dict[str, Any]:
    target = model.target(options.get("output"))
    specs = model.specs
    kinds = {specs[column].kind for column in model.inputs.values()}
    return {
        "inspectors": [{"name": each.NAME, "title": each.TITLE} for each in fitting_inspectors(target, kinds)],
        "outputs": [
            {
                "name": each.output,
                "column": each.column.name,
                "task": each.task.name,
                "classes": list(each.column.classes),
            }
            for each in model.targets
        ],
        "inputs": [
            {
                "name": name,
                "column": column,
                "kind": specs[column].kind,
                "shape": list(specs[column].shape),
                "rate": specs[column].rate,
            }
            for name, column in model.inputs.items()
        ],
        "splits": {name: len(rows) for name, rows in model.data.rows.items()},
        "epoch": model.epoch,
    }
