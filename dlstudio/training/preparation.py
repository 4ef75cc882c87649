"""Everything a run needs before its first step: data, network, targets and feeds, made from the frozen project.

Also used by whoever opens a run again: the same project and encoders give the same network and the same feeds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import keras
import numpy as np

from dlstudio.compiler.building import CompileError, build_model
from dlstudio.compiler.weight_file import WeightFileError, read_weights
from dlstudio.data.encoders.saved import Encoders
from dlstudio.data.preparing import PreparedData, prepare
from dlstudio.data.table import DataError
from dlstudio.graph.project import FLOAT32, Project
from dlstudio.tasks.informed import Makes, embeds
from dlstudio.training.batches import Feed, class_weights, memory_budget
from dlstudio.training.computing.compiled_code import without_optimizing
from dlstudio.training.computing.precision import computing_in, end_in_float32
from dlstudio.training.failures import TrainingError
from dlstudio.training.runs.run_folder import RunFolder
from dlstudio.training.targets import Target, input_columns, needed_columns, targets_of

_LOOKED_AT = 2000  # samples that are compared to see whether all are the same; there may be millions


@dataclass(frozen=True)
class Network:
    """A run's network and what its numbers mean.

    Attributes:
        project: The frozen project.
        encoders: How its columns are encoded.
        model: The network with its initial weights, not compiled.
        targets: Its Outputs.
        inputs: Data column of each Input, by Input id.
    """

    project: Project
    encoders: Encoders
    model: keras.Model
    targets: tuple[Target, ...]
    inputs: dict[str, str]

    @property
    def outputs(self) -> tuple[str, ...]:
        """Ids of the Outputs."""
        return tuple(target.output for target in self.targets)

    def feed(self, data: PreparedData, split: str, *, weighted: bool = False, resampled: bool = False) -> Feed:
        """The samples of ``train``, ``validation`` or ``test``, encoded and kept where they fit in memory.

        Args:
            data: The project's data.
            split: The split's name; one that does not exist is empty.
            weighted: Weigh each class alike (categories only).
            resampled: Show each class alike often, by the first Output that tells a category; no weights then.
        """
        rows = np.asarray(data.rows.get(split, ()), dtype=np.int64)
        targets = {target.output: target.column.name for target in self.targets}
        feed = Feed(
            rows,
            self.inputs,
            targets,
            data.encode,
            references=data.references,
            pairs=data.pairs,
            budget=memory_budget(self.project.training.memory_gigabytes),
        )
        feed.load()
        feed.mixed = any(isinstance(each.task, Makes) for each in self.targets)
        compared = next((each.column.name for each in self.targets if embeds(each.task)), "")
        if compared and (split != "train" or any(getattr(each.task, "grouped", False) for each in self.targets)):
            feed.groups = feed.column(compared)
        told = next((each.column.name for each in self.targets if each.column.kind == "category"), "")
        if resampled and told and feed.groups is None:
            feed.classes = feed.column(told)
        elif weighted and len(feed):
            weights = {
                target.output: class_weights(feed.column(target.column.name), target.column)
                for target in self.targets
                if target.column.kind == "category"
            }
            if weights:  # Keras wants weights for all outputs or none
                ones = np.ones(len(feed), np.float32)
                feed.sample_weights = {name: weights.get(name, ones) for name in self.outputs}
        return feed


def read_data(project: Project, root: Path) -> PreparedData:
    """Reads a project's data as far as its network uses it.

    Args:
        project: The frozen project.
        root: The project folder.

    Raises:
        TrainingError: It cannot be read, or has faults about which the user has not decided.
    """
    if not project.data.source:
        raise TrainingError("data", "The project has no data yet. Choose a file or folder on the Data page.")
    try:
        data = prepare(project.data, root, columns_to_read(project))
    except DataError as error:
        raise TrainingError("data", str(error)) from None
    faults = [issue.message for issue in data.issues if issue.severity == "error"]
    if faults:
        raise TrainingError("data", " ".join(faults))
    return data


def columns_to_read(project: Project) -> list[str] | None:
    """The columns that the network uses; None, which is all, where it names one that the data does not have.

    Such a name is left to the checks that know the node it stands in; they name the columns that there are.
    """
    needed = needed_columns(project.graph)
    return needed if needed and all(name in project.data.columns for name in needed) else None


def build_network(project: Project, encoders: Encoders) -> Network:
    """Builds a project's network for columns that are encoded so.

    Raises:
        TrainingError: The drawing has problems; all of them are named.
    """
    targets = targets_of(project.graph, encoders.specs)
    inputs = input_columns(project.graph)
    try:
        with without_optimizing():
            model = build_model(project.graph, encoders.specs, seed=project.training.seed)
    except CompileError as error:
        raise TrainingError("problems", " ".join(p.message for p in error.problems), error.problems) from None
    return Network(project, encoders, model, targets, inputs)


def build_to_train(project: Project, encoders: Encoders) -> Network:
    """As :func:`build_network`, in the precision that the project trains in.

    Raises:
        TrainingError: The drawing has problems; all of them are named.
    """
    precision = project.training.precision
    if precision == FLOAT32:
        return build_network(project, encoders)
    with computing_in(precision):
        network = build_network(project, encoders)
    end_in_float32(network.model)
    return network


def prepare_run(run: RunFolder, precision: str = "") -> tuple[Network, PreparedData]:
    """Reads the data and builds the network of a run's frozen project, in the precision that it trains in.

    Args:
        run: The run.
        precision: In place of the project's, to try it.

    Raises:
        TrainingError: The data cannot be used, or the drawing has problems.
    """
    project = run.project()
    if precision:
        project = replace(project, training=replace(project.training, precision=precision))
    data = read_data(project, run.project_folder)
    targets = targets_of(project.graph, data.specs)
    check_samples(data, targets)
    return build_to_train(project, data.encoders), data


def begin_with_weights(network: Network, root: Path) -> str:
    """Gives a fresh network the weights that its project names; empty where it names none.

    Args:
        network: Just built.
        root: The project folder.

    Returns:
        A sentence that says which layers have them and which start fresh.

    Raises:
        TrainingError: The file is missing or damaged.
    """
    weights = network.project.weights
    if weights is None:
        return ""
    try:
        return read_weights(network.model, weights, root).sentence(weights.file)
    except WeightFileError as error:
        raise TrainingError("data", str(error)) from None


def _check_compared(name: str, counts: np.ndarray) -> None:
    """Whether there are classes to compare in the training split, of ``counts`` samples each."""
    if (counts > 1).sum() < 2:
        raise TrainingError(
            "data",
            f"The column '{name}' has {int((counts > 1).sum())} class(es) with two samples or more in the training "
            "split; two at least are needed to learn what is the same and what is not. Add samples, or change the "
            "split on the Data page.",
        )


def check_samples(data: PreparedData, targets: tuple[Target, ...]) -> None:
    """Whether there is something to learn from.

    Raises:
        TrainingError: No samples in the training split, or a class without any, or a single class or value.
    """
    train = np.asarray(data.rows.get("train", ()), dtype=np.int64)
    if not len(train):
        total = sum(len(rows) for rows in data.rows.values())
        raise TrainingError(
            "data",
            f"The training split has no samples ({total} usable samples in all). Add samples, or give the training "
            f"split a larger share on the Data page.",
        )
    for target in targets:
        if target.column.kind != "category":
            values = data.encode(target.column.name, train[:_LOOKED_AT])
            if len(train) > _LOOKED_AT and bool((values == values[0]).all()):
                values = data.encode(target.column.name, train)
            if len(train) > 1 and bool((values == values[0]).all()):
                raise TrainingError(
                    "data",
                    f"The column '{target.column.name}' is the same in every training sample, so there is nothing to "
                    "learn. Choose another target.",
                )
            continue
        classes = target.column.classes
        name = target.column.name
        if len(classes) < 2:
            found = f"only the class '{classes[0]}'" if classes else "no class at all"
            raise TrainingError("data", f"The column '{name}' holds {found}; two classes at least are needed to learn.")
        counts = np.bincount(data.encode(name, train).astype(np.int64), minlength=len(classes))
        if getattr(target.task, "unseen_classes", False):
            _check_compared(name, counts)
            continue
        missing = [each for each, count in zip(classes, counts, strict=True) if not count]
        if missing:
            named = ", ".join(f"'{each}'" for each in missing[:5]) + (" and more" if len(missing) > 5 else "")
            raise TrainingError(
                "data",
                f"The column '{name}' has no samples of {named} in the training split, so it cannot be learned. Add "
                f"samples of it, remove the class, or change the split's seed or shares on the Data page.",
            )
