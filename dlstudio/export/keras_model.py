"""Networks as ``.keras`` files: what Keras loads, with the drawing inside for whoever opens it here again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import keras

from dlstudio.compiler.building import CompileError, build_model
from dlstudio.compiler.keras_file import save_keras
from dlstudio.compiler.weight_file import WeightFileError, read_weights
from dlstudio.data.encoders.saved import load_encoders
from dlstudio.data.preparing import prepare
from dlstudio.data.table import DataError
from dlstudio.graph.custom_code import code_names
from dlstudio.graph.project import Project
from dlstudio.training.checkpoints import read_snapshot, restore
from dlstudio.training.failures import TrainingError
from dlstudio.training.preparation import build_network, columns_to_read
from dlstudio.training.runs.run_folder import RunError, RunFolder


class ExportError(RuntimeError):
    """A network that cannot be written; the message is a sentence."""


@dataclass(frozen=True)
class Exported:
    """What was written.

    Attributes:
        file: Where.
        parameters: Weights in all.
        weights: Whose weights these are, as the end of a sentence: ``of run 0007``, ``fresh ones``.
        doubts: Why Keras will not load the file, in sentences; looked for where layers are the user's own.
    """

    file: Path
    parameters: int
    weights: str
    doubts: tuple[str, ...] = ()


def export_run(run: RunFolder, file: Path) -> Exported:
    """Writes the best model of a run.

    Raises:
        ExportError: The run has no checkpoint, or cannot be opened.
        OSError: The file that was there is unchanged.
    """
    try:
        network = build_network(run.project(), load_encoders(run.encoders_folder))
        restore(network.model, read_snapshot(run.best_checkpoint), run.best_checkpoint)
    except (TrainingError, RunError, DataError) as error:
        raise ExportError(f"Run {run.name} cannot be exported: {error}") from None
    return _written(network.model, network.project, file, f"of run {run.name}")


def export_project(project: Project, folder: Path, file: Path) -> Exported:
    """Writes a project's network as it would begin to train.

    Args:
        project: The project.
        folder: Its folder.
        file: Where to; ends in ``.keras``.

    Raises:
        ExportError: The drawing has problems, or the data or the weights cannot be read.
        OSError: The file that was there is unchanged.
    """
    try:
        specs = prepare(project.data, folder, columns_to_read(project)).specs if project.data.source else {}
        model = build_model(project.graph, specs, seed=project.training.seed)
        weights = "fresh ones"
        if project.weights is not None:
            read_weights(model, project.weights, folder)
            weights = f"of {project.weights.file}"
    except CompileError as error:
        said = " ".join(problem.message for problem in error.problems)
        raise ExportError(f"The network cannot be built: {said}") from None
    except (DataError, WeightFileError) as error:
        raise ExportError(str(error)) from None
    return _written(model, project, file, weights)


def _written(model: keras.Model, project: Project, file: Path, weights: str) -> Exported:
    if file.suffix != ".keras":
        raise ExportError(f"A Keras model's file ends in .keras; {file.name} does not.")
    own = bool(code_names(project.graph))
    try:
        save_keras(model, project.graph, file)
    except (NotImplementedError, TypeError, ValueError) as error:
        if not own:
            raise
        raise ExportError(f"A layer of your own cannot be written: {_first_line(error)}") from None
    return Exported(file, model.count_params(), weights, _doubts(file) if own else ())


def _doubts(file: Path) -> tuple[str, ...]:
    """What keeps Keras from making layers of the user's own again from what the file says of them."""
    try:
        keras.saving.load_model(file, compile=False)
    except Exception as error:  # whatever a class of the user's does
        return (
            f"Keras cannot load {file.name} again: {_first_line(error)} A layer's __init__ has to take **options for "
            f"super().__init__, and its get_config to return its other arguments.",
        )
    return ()


def _first_line(error: Exception) -> str:
    text = (str(error).strip() or type(error).__name__).splitlines()[0][:300]
    return text if text.endswith(".") else f"{text}."
