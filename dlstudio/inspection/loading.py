"""Opens the model of a run: its network built from the frozen project, its weights from what the run saved."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import keras

from dlstudio.data.encoders.saved import load_encoders
from dlstudio.data.table import DataError
from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.trained import TrainedModel
from dlstudio.training.checkpoints import read_snapshot, restore
from dlstudio.training.failures import TrainingError
from dlstudio.training.preparation import build_network
from dlstudio.training.runs.run_folder import RunError, RunFolder

_MOST_CONFIG = 16 << 20  # bytes


def load_trained(run: RunFolder) -> TrainedModel:
    """Opens the best model of a run; the run may still be training.

    The network is built from the frozen project and gets the best checkpoint's weights; where that is missing, they
    are read from the run's ``model.keras``, if its layers are those of the project, without building what it describes.

    Raises:
        InspectionError: There is no run or no model yet.
    """
    try:
        if not run.best_checkpoint.exists() and not run.model_file.exists():
            run.record()
            raise InspectionError(f"Run {run.name} has no model yet. The first is saved at the end of its first epoch.")
        network = build_network(run.project(), load_encoders(run.encoders_folder))
        epoch = _load_weights(run, network.model)
    except (TrainingError, RunError, DataError) as error:
        raise InspectionError(f"Run {run.name} cannot be opened: {error}") from None
    return TrainedModel(run, network, epoch)


def _load_weights(run: RunFolder, model: keras.Model) -> int:
    if run.best_checkpoint.exists():
        saved = read_snapshot(run.best_checkpoint)
        restore(model, saved, run.best_checkpoint)
        return int(saved.state.get("epoch", 0))
    try:
        if _layers(_saved_config(run.model_file)) != _layers(json.loads(model.to_json())):
            raise InspectionError(
                f"The model {run.model_file} is refused: its layers are not those of run {run.name}, so it was changed "
                "or replaced. Put the saved file back, or train anew."
            )
        model.load_weights(run.model_file)  # the weights alone; nothing that the file describes is built
    except InspectionError:
        raise
    except Exception as error:  # a damaged file shows as errors of many types
        raise InspectionError(
            f"The model {run.model_file} is damaged and cannot be read ({type(error).__name__}). Train anew."
        ) from None
    return run.info().best_epoch


def _saved_config(file: Path) -> Any:
    """What a ``.keras`` file says of its network, as JSON.

    Raises:
        OSError, KeyError, ValueError, zipfile.BadZipFile: It is no such file, or one of absurd size.
    """
    with zipfile.ZipFile(file) as archive:
        entry = archive.getinfo("config.json")
        if entry.file_size > _MOST_CONFIG:
            raise ValueError("config.json is too large")
        return json.loads(archive.read(entry))


def _layers(config: Any) -> list[tuple[str, str, str]]:
    """Module, class and name of every layer, those of nested models behind the model's own."""
    found: list[tuple[str, str, str]] = []
    for layer in config["config"]["layers"]:
        found.append((layer["module"], layer["class_name"], layer["config"]["name"]))
        if isinstance(layer["config"].get("layers"), list) and layer["class_name"] == "Functional":
            found += _layers(layer)
    return found
