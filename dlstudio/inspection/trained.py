"""A run's best model, ready to predict: rows of its data, or inputs that a user gives."""

from __future__ import annotations

import contextlib
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import keras
import numpy as np

from dlstudio.atomic import replacing
from dlstudio.data.encoders.joined import JoinedEncoder
from dlstudio.data.encoders.saved import load_encoders
from dlstudio.data.encoders.tokenized import CutsIntoTokens, Token
from dlstudio.data.preparing import PreparedData
from dlstudio.data.table import DataError
from dlstudio.graph.columns import ColumnSpec
from dlstudio.inspection.failures import InspectionError
from dlstudio.tasks.informed import SaysOfTokens
from dlstudio.training.checkpoints import read_snapshot, restore
from dlstudio.training.failures import TrainingError
from dlstudio.training.preparation import Network, build_network, read_data
from dlstudio.training.run_folder import RunError, RunFolder
from dlstudio.training.scoring import in_units, score
from dlstudio.training.stepping import by_output, predict
from dlstudio.training.targets import Target, reductions

BATCH_SIZE = 256
_MOST_CONFIG = 16 << 20  # bytes


@dataclass(frozen=True)
class Predicted:
    """What was predicted for a split, sample by sample, for one Output. ``n`` is the number of samples.

    Attributes:
        target: The Output.
        rows: Row of each sample in the data, int64 (n,).
        truth: Class index int32 (n,), or numbers in the units of the data float32 (n, values).
        outputs: What the network gives; numbers in the units of the data; float32 (n, units).
        losses: How wrong each is, in the task's terms, float32 (n,).
    """

    target: Target
    rows: np.ndarray
    truth: np.ndarray
    outputs: np.ndarray
    losses: np.ndarray

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def scores(self) -> np.ndarray | None:
        """Probability of each class, float32 (n, classes); None for numbers."""
        if self.target.column.kind != "category":
            return None
        return self.target.task.scores(self.outputs, self.target.column, self.target.probabilities)

    @cached_property
    def labels(self) -> np.ndarray | None:
        """Predicted class index, int64 (n,); None for numbers."""
        return None if self.scores is None else np.argmax(self.scores, axis=-1)

    @cached_property
    def confidence(self) -> np.ndarray | None:
        """Probability of the predicted class, (n,); None for numbers."""
        return None if self.scores is None else np.max(self.scores, axis=-1)

    def entry(self, place: int) -> dict[str, Any]:
        """The task's JSON form of one prediction."""
        target = self.target
        return target.task.predictions(self.outputs[place : place + 1], target.column, target.probabilities)[0]


@dataclass
class TrainedModel:
    """The best model of a run.

    Attributes:
        run: The run.
        network: Its network with those weights, its targets and encoders.
        epoch: The epoch after which the weights were taken.
        learned_baselines: What simple models reach, by split, once they have been fitted.
    """

    run: RunFolder
    network: Network
    epoch: int
    learned_baselines: dict[str, list[dict[str, Any]]] = field(default_factory=dict, repr=False)
    _splits: dict[str, dict[str, np.ndarray]] = field(default_factory=dict, repr=False)

    @property
    def model(self) -> keras.Model:
        return self.network.model

    @cached_property
    def data(self) -> PreparedData:
        """The data it was trained on, read when first asked for: own inputs are predicted without it.

        Raises:
            InspectionError: The data is gone, or is not what the run was trained on.
        """
        try:
            data = read_data(self.network.project, self.run.project_folder)
        except TrainingError as error:
            raise InspectionError(f"The data of run {self.run.name} cannot be read: {error}") from None
        for name, encoder in self.network.encoders.by_column.items():
            if name not in data.specs or json.dumps(encoder.as_json()) != json.dumps(data.encoders[name].as_json()):
                raise InspectionError(
                    f"The data has changed since run {self.run.name} was trained: '{name}' is encoded in another way "
                    f"now. Train again to see predictions for it; inputs of your own can still be tried."
                )
        return data

    @property
    def specs(self) -> dict[str, ColumnSpec]:
        """The encoded form of each column."""
        return self.network.encoders.specs

    @property
    def targets(self) -> tuple[Target, ...]:
        return self.network.targets

    @property
    def inputs(self) -> dict[str, str]:
        """Data column of each Input, by Input id."""
        return self.network.inputs

    def target(self, output: str | None = None) -> Target:
        """The Output of that name, or the first.

        Raises:
            InspectionError: There is none of that name.
        """
        if not output:
            return self.targets[0]
        for target in self.targets:
            if target.output == output:
                return target
        raise InspectionError(
            f"The network has no Output '{output}'. It has: {', '.join(each.output for each in self.targets)}."
        )

    def rows(self, split: str) -> np.ndarray:
        """Row numbers of a split, int64.

        Raises:
            InspectionError: There is no such split.
        """
        if split not in self.data.rows:
            raise InspectionError(f"There is no split '{split}'. There are: {', '.join(self.data.rows)}.")
        return np.asarray(self.data.rows[split], np.int64)

    def outputs(self, split: str) -> dict[str, np.ndarray]:
        """What the network gives for a split, by Output id, float32 (n, units); kept in memory and run folder."""
        if split not in self._splits:
            names = tuple(target.output for target in self.targets)
            rows = self.rows(split)
            file = self.run.path / f"predictions-{split}.npz"
            key = json.dumps({"weights": self._weights_key(), "rows": len(rows), "outputs": names})
            found = _read_cache(file, key, names)
            if found is None:
                feed = self.network.feed(self.data, split)
                found = predict(self.model, feed, BATCH_SIZE, names, reductions(self.targets))
                with contextlib.suppress(OSError), replacing(file) as temporary:
                    arrays = {f"output/{name}": found[name] for name in names}
                    np.savez(temporary, allow_pickle=False, key=np.array(key), **arrays)
            self._splits[split] = found
        return self._splits[split]

    def encoded(self, column: str, split: str) -> np.ndarray:
        """Encoded values of any column of a split."""
        return np.asarray(self.data.encode(column, self.rows(split)))

    def truth(self, split: str, target: Target, most: int | None = None) -> np.ndarray:
        """Encoded target values of a split, or of at most so many samples, evenly over it."""
        rows = self.rows(split)
        if most is not None and len(rows) > most:
            rows = rows[np.linspace(0, len(rows) - 1, most).astype(np.int64)]
        return np.asarray(self.data.encode(target.column.name, rows))

    def predict_rows(self, split: str, target: Target | None = None) -> Predicted:
        """Truth, predictions and losses of a split for one Output (the first where none is given)."""
        chosen = target or self.targets[0]
        encoded, given = self.truth(split, chosen), self.outputs(split)[chosen.output]
        losses = (
            chosen.task.sample_losses(encoded, given, chosen.column, chosen.probabilities)
            if len(encoded)
            else np.zeros(0, np.float32)
        )
        name = chosen.column.name
        return Predicted(
            chosen,
            self.rows(split),
            in_units(self.network, name, encoded),
            in_units(self.network, name, given),
            np.asarray(losses),
        )

    def score(self, split: str) -> dict[str, float]:
        """The tasks' metrics on a split, in the units of the data; empty for an empty split."""
        if not len(self.rows(split)):
            return {}
        truth = {target.output: self.truth(split, target) for target in self.targets}
        return score(self.network, truth, self.outputs(split))

    def given(self, *inputs: np.ndarray) -> dict[str, np.ndarray]:
        """What the network gives for encoded inputs, one array an Input in their order, by Output id."""
        batch = list(inputs) if len(inputs) > 1 else inputs[0]
        return by_output(self.model.predict_on_batch(batch), self.network.outputs)

    def predict_value(self, value: Any) -> dict[str, Any]:
        """What the network says of one input.

        Args:
            value: As the Input's column wants it: an image's path or array (height, width[, channels]) of any size, a
                sentence, a list of numbers, a series (time, features). With several Inputs a mapping by column name or
                Input id.

        Returns:
            ``{"label", "confidence", "scores": {class: share}}`` or ``{"value"}``; with several Outputs one such object
            by Output id.

        Raises:
            InspectionError: The input cannot be read.
        """
        if any(getattr(target.task, "generates", False) for target in self.targets):
            from dlstudio.inspection.generating import next_token  # which knows this module

            return next_token(self, value)
        batch = [
            self._encoded(column, _part(value, name, column, len(self.inputs) > 1, self._joined(column)))[None]
            for name, column in self.inputs.items()
        ]
        result = self.given(*batch)
        said = {}
        for target in self.targets:
            output = in_units(self.network, target.column.name, result[target.output])
            if getattr(target.task, "embeds", False):
                from dlstudio.inspection.nearest_known import nearest_known  # which knows this module

                said[target.output] = nearest_known(self, target, output)
                continue
            said[target.output] = target.task.predictions(output, target.column, target.probabilities)[0]
            if isinstance(target.task, SaysOfTokens):
                said[target.output] = target.task.of_tokens(said[target.output], self._tokens(value))
        return said if len(said) > 1 else next(iter(said.values()))

    def _joined(self, column: str) -> tuple[str, ...]:
        encoder = self.network.encoders[column]
        return tuple(part.spec.name for part in encoder.parts) if isinstance(encoder, JoinedEncoder) else ()

    def _tokens(self, value: Any) -> dict[str, list[Token]]:
        """The tokens of what a user gave, for each column that is read in tokens."""
        found = {}
        for name, column in self.inputs.items():
            encoder = self.network.encoders[column]
            if isinstance(encoder, CutsIntoTokens):
                found[column] = encoder.tokens_of(_part(value, name, column, len(self.inputs) > 1))
        return found

    def _encoded(self, column: str, value: Any) -> np.ndarray:
        try:
            return np.asarray(self.network.encoders.encode_value(column, value))
        except DataError as error:
            raise InspectionError(str(error)) from None
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise InspectionError(f"The input for '{column}' cannot be used: {error}.") from None

    def _weights_key(self) -> list[int]:
        stamp = next(
            (file.stat().st_mtime_ns for file in (self.run.best_checkpoint, self.run.model_file) if file.exists()), 0
        )
        return [self.epoch, stamp]


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


def _part(value: Any, name: str, column: str, several: bool, parts: Sequence[str] = ()) -> Any:
    """What of a user's value belongs to one Input; ``parts`` are the columns that its column joins."""
    if isinstance(value, Mapping):
        for key in (column, name):
            if key in value:
                return value[key]
        if parts and all(part in value for part in parts):
            return {part: value[part] for part in parts}
    if several:
        raise InspectionError(f"The network has several inputs; there is no value for '{column}'.")
    return value


def _read_cache(file: Path, key: str, names: tuple[str, ...]) -> dict[str, np.ndarray] | None:
    try:
        with np.load(file, allow_pickle=False) as content:
            if str(content["key"]) != key:
                return None
            return {name: content[f"output/{name}"] for name in names}
    except Exception:  # missing, damaged or of another form: it is made again
        return None
