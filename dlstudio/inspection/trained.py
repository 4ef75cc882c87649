"""A run's best model, ready to predict: rows of its data, or inputs that a user gives."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import keras
import numpy as np

from dlstudio.atomic import replacing
from dlstudio.data.encoders.image import ImageEncoder
from dlstudio.data.encoders.joined import JoinedEncoder
from dlstudio.data.encoders.tokenized import CutsIntoTokens, Token
from dlstudio.data.preparing import PreparedData
from dlstudio.data.table import DataError
from dlstudio.data.texts.passages import Reference
from dlstudio.graph.columns import ColumnSpec
from dlstudio.inspection.failures import InspectionError
from dlstudio.tasks.informed import (
    ComparesWithInput,
    Makes,
    SaysOfTokens,
    SaysWhereInPicture,
    Stretches,
    WritesTexts,
    embeds,
    generates,
)
from dlstudio.training.failures import TrainingError
from dlstudio.training.preparation import Network, read_data
from dlstudio.training.runs.run_folder import RunFolder
from dlstudio.training.scoring import in_units, score
from dlstudio.training.stepping import by_output, predict
from dlstudio.training.targets import Target, reductions

BATCH_SIZE = 256


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
        stretches: By how much the bands of an Output are stretched, once that is known.
        learned_baselines: What simple models reach, by split, once they have been fitted.
        written: Texts that it wrote, by split and Output, one a sample.
    """

    run: RunFolder
    network: Network
    epoch: int
    learned_baselines: dict[str, list[dict[str, Any]]] = field(default_factory=dict, repr=False)
    stretches: dict[str, float] = field(default_factory=dict, repr=False)
    written: dict[tuple[str, str], list[str]] = field(default_factory=dict, repr=False)
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

    def references(self, split: str, target: Target) -> list[Reference]:
        """What a person knows of each sample of a split, where answers are judged by their texts; else empty."""
        return self.data.references(target.column.name, self.rows(split))

    def predict_rows(self, split: str, target: Target | None = None) -> Predicted:
        """Truth, predictions and losses of a split for one Output (the first where none is given)."""
        chosen = target or self.targets[0]
        encoded, given = self.truth(split, chosen), self.held(chosen, self.outputs(split)[chosen.output])
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
        given = self.outputs(split)
        held = {each.output: self.held(each, given[each.output]) for each in self.targets}
        references = {target.output: self.references(split, target) for target in self.targets}
        found = score(self.network, truth, held, references, self.data.pairs(self.rows(split)))
        if any(isinstance(target.task, WritesTexts) for target in self.targets):
            from dlstudio.inspection.translating import written_scores  # which knows this module

            return written_scores(self, split) | found
        return found

    def held(self, target: Target, given: np.ndarray) -> np.ndarray:
        """Outputs with bands, where there are any, that held on the validation split as often as they say."""
        task = target.task
        if not isinstance(task, Stretches):
            return given
        if target.output not in self.stretches:
            known = "validation" in self.data.rows and len(self.data.rows["validation"]) > 0
            truth, raw = (self.truth("validation", target), self.outputs("validation")) if known else (None, {})
            by = 1.0 if truth is None else task.stretch(truth, raw[target.output], target.column)
            self.stretches[target.output] = by
        return task.stretched(given, self.stretches[target.output], target.column)

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
            by Output id. Answers in passages: see :func:`dlstudio.inspection.answering.answer`; of
            networks that make samples: see :func:`dlstudio.inspection.making.make`.

        Raises:
            InspectionError: The input cannot be read.
        """
        if any(generates(target.task) for target in self.targets):
            from dlstudio.inspection.generating import next_token  # which knows this module

            return next_token(self, value)
        if any(target.column.kind == "span" for target in self.targets):
            from dlstudio.inspection.answering import answer  # which knows this module

            return answer(self, value)
        if any(isinstance(target.task, Makes) for target in self.targets):
            from dlstudio.inspection.making import make  # which knows this module

            return make(self, value)
        if any(isinstance(target.task, WritesTexts) for target in self.targets):
            from dlstudio.inspection.translating import translate  # which knows this module

            return translate(self, value)
        batch = [
            self._encoded_part(column, _part(value, name, column, len(self.inputs) > 1, self._joined(column)))[None]
            for name, column in self.inputs.items()
        ]
        result = self.given(*batch)
        said = {}
        for target in self.targets:
            output = in_units(self.network, target.column.name, self.held(target, result[target.output]))
            if embeds(target.task):
                from dlstudio.inspection.nearest_known import nearest_known  # which knows this module

                said[target.output] = nearest_known(self, target, output)
                continue
            said[target.output] = target.task.predictions(output, target.column, target.probabilities)[0]
            if isinstance(target.task, ComparesWithInput) and target.column.name in self.inputs.values():
                read = batch[list(self.inputs.values()).index(target.column.name)][0]
                said[target.output] = target.task.beside_input(said[target.output], read, output[0])
                said[target.output] |= self._judged(target, said[target.output]["error"])
            if isinstance(target.task, SaysOfTokens):
                said[target.output] = target.task.of_tokens(said[target.output], self._tokens(value))
            elif isinstance(target.task, SaysWhereInPicture):
                said[target.output] = self._in_picture(target.task, said[target.output], value)
        return said if len(said) > 1 else next(iter(said.values()))

    def _encoded_part(self, column: str, value: Any) -> np.ndarray:
        if self.specs[column].kind == "series" and any(target.column.kind == "forecast" for target in self.targets):
            from dlstudio.inspection.forecasting import end_of  # which knows this module

            value = end_of(value, self.specs[column].shape[0])
        return self.encoded_value(column, value)

    def _in_picture(self, task: SaysWhereInPicture, said: dict[str, Any], value: Any) -> dict[str, Any]:
        """What was said of the first image among the Inputs, in its own pixels."""
        for name, column in self.inputs.items():
            encoder = self.network.encoders[column]
            if isinstance(encoder, ImageEncoder):
                placed = encoder.placing_of(_part(value, name, column, len(self.inputs) > 1))
                return task.in_pixels(said, placed.back)
        return said

    def _judged(self, target: Target, error: float) -> dict[str, Any]:
        """``threshold`` and ``anomalous`` where the network has learnt normal samples only and its data is at hand."""
        from dlstudio.inspection.anomalies import judged  # which knows this module

        try:
            return judged(self, target, error)
        except InspectionError:
            return {}  # the error says enough where the data is gone

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

    def encoded_value(self, column: str, value: Any) -> np.ndarray:
        """A value that a user gives for a column, without the batch axis.

        Raises:
            InspectionError: It does not suit the column.
        """
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
