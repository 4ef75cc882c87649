"""Everything a run needs before its first step: data, network, targets and feeds, made from the frozen project.

Also used by whoever opens a finished run again: the same project gives the same feeds in the same order.
"""

from __future__ import annotations

from dataclasses import dataclass

import keras
import numpy as np

from dlstudio.compiler.building import CompileError, build_model
from dlstudio.data.opening import DataError
from dlstudio.data.preparing import PreparedData, prepare
from dlstudio.graph.project import Project
from dlstudio.training.batches import Feed, class_weights
from dlstudio.training.failures import TrainingError
from dlstudio.training.run_folder import RunFolder
from dlstudio.training.targets import Target, input_columns, needed_columns, targets_of


@dataclass
class Prepared:
    """A run, ready to compute.

    Attributes:
        project: The frozen project.
        data: Its data, encoders fitted on the training split.
        model: The network with its initial weights, not compiled.
        targets: Its Outputs.
        inputs: Data column of each Input, by Input id.
    """

    project: Project
    data: PreparedData
    model: keras.Model
    targets: tuple[Target, ...]
    inputs: dict[str, str]

    def feed(self, split: str, *, weighted: bool = False) -> Feed:
        """The samples of ``train``, ``validation`` or ``test``, encoded and kept where they fit in memory.

        Args:
            split: The split's name; one that does not exist is empty.
            weighted: Weigh each class alike (categories only).
        """
        rows = np.asarray(self.data.rows.get(split, ()), dtype=np.int64)
        columns = {target.output: target.column.name for target in self.targets}
        feed = Feed(rows, self.inputs, columns, self.data.encode)
        feed.load()
        if weighted and len(feed):
            weights = {
                target.output: class_weights(feed.column(target.column.name), target.column)
                for target in self.targets
                if target.column.kind == "category"
            }
            if weights:  # Keras wants weights for all outputs or none
                ones = np.ones(len(feed), np.float32)
                feed.sample_weights = {target.output: weights.get(target.output, ones) for target in self.targets}
        return feed


def prepare_run(run: RunFolder) -> Prepared:
    """Reads the data and builds the network of a run's frozen project.

    Raises:
        TrainingError: The data cannot be used, or the drawing has problems; all of them are named.
    """
    project = run.project()
    if not project.data.source:
        raise TrainingError("data", "The project has no data yet. Choose a file or folder on the Data page.")
    try:
        data = prepare(project.data, run.project_folder, needed_columns(project.graph) or None)
    except DataError as error:
        raise TrainingError("data", str(error)) from None
    targets = targets_of(project.graph, data.specs)
    inputs = input_columns(project.graph)
    check_samples(data, targets)
    try:
        model = build_model(project.graph, data.specs, seed=project.training.seed)
    except CompileError as error:
        raise TrainingError("problems", " ".join(p.message for p in error.problems), error.problems) from None
    return Prepared(project, data, model, targets, inputs)


def check_samples(data: PreparedData, targets: tuple[Target, ...]) -> None:
    """Whether there is something to learn from.

    Raises:
        TrainingError: No samples in the training split, or a class without any, or a single class.
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
            continue
        classes = target.column.classes
        name = target.column.name
        if len(classes) < 2:
            found = f"only the class '{classes[0]}'" if classes else "no class at all"
            raise TrainingError("data", f"The column '{name}' holds {found}; two classes at least are needed to learn.")
        counts = np.bincount(data.encode(name, train).astype(np.int64), minlength=len(classes))
        missing = [each for each, count in zip(classes, counts, strict=True) if not count]
        if missing:
            named = ", ".join(f"'{each}'" for each in missing[:5]) + (" and more" if len(missing) > 5 else "")
            raise TrainingError(
                "data",
                f"The column '{name}' has no samples of {named} in the training split, so it cannot be learned. Add "
                f"samples of it, remove the class, or change the split's seed or shares on the Data page.",
            )
