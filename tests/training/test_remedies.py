"""What is offered for a training that broke does what it says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dlstudio.graph.edits import set_settings
from dlstudio.graph.project import ObjectSettings, TrainingSettings
from dlstudio.training.checkpoints import read_snapshot
from dlstudio.training.fitting import train
from dlstudio.training.remedies import smaller_batches
from dlstudio.training.runs.run_folder import create_run
from tests.training.tiny_projects import make_graph, make_project

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def test_that_smaller_batches_gathered_to_a_step_learn_the_same(tmp_path: Path) -> None:
    graph = set_settings(make_graph(answer="colour"), "dropout", {"rate": 0.0})
    optimizer = ObjectSettings("keras.optimizers.Adam", {"learning_rate": 0.01})
    whole = make_project(tmp_path, graph, batch_size=48, epochs=4, optimizer=optimizer)
    halves = replace(whole, training=smaller_batches(whole.training))
    assert (halves.training.batch_size, halves.training.optimizer.settings["gradient_accumulation_steps"]) == (24, 2)
    weights = []
    for project in (whole, halves):  # 240 samples: five steps an epoch either way
        run = create_run(tmp_path, project)
        assert train(run) == 0, run.info().message
        weights.append(read_snapshot(run.last_checkpoint).weights)
    for one, other in zip(*weights, strict=True):
        if one.dtype.kind == "f":
            np.testing.assert_allclose(one, other, atol=2e-5)


def test_that_a_batch_of_one_is_not_made_smaller() -> None:
    one = TrainingSettings(batch_size=1)
    assert smaller_batches(one) == one
    assert smaller_batches(smaller_batches(TrainingSettings(batch_size=12))).batch_size == 3
