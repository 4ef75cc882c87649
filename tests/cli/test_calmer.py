"""A run whose loss broke, in the terminal: it goes on only calmer, and says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dlstudio.cli.command import CommandError
from dlstudio.cli.train import _prepare_to_continue
from dlstudio.graph.project import ObjectSettings, Project, TrainingSettings
from dlstudio.training.runs import events as ev
from dlstudio.training.runs.run_folder import RunFolder, create_run


@pytest.fixture
def broken(tmp_path: Path) -> RunFolder:
    optimizer = ObjectSettings("keras.optimizers.SGD", {"learning_rate": 0.5})
    run = create_run(tmp_path, Project("Tiny", training=TrainingSettings(epochs=10, optimizer=optimizer)))
    run.last_checkpoint.write_bytes(b"")
    events = [
        ev.Started(epochs=10, steps_per_epoch=2, samples=20),
        ev.Epoch(epoch=1, values={"loss": 1.0}),
        ev.Checkpoint(kind="last", epoch=1),
        ev.Failed(kind="nan", message="The loss became NaN.", epoch=2, step=1),
    ]
    run.events_file.write_text("".join(json.dumps(event.as_json()) + "\n" for event in events))
    return run


def test_that_the_same_settings_are_not_tried_again(broken: RunFolder) -> None:
    with pytest.raises(CommandError, match="--calmer"):
        _prepare_to_continue(broken, None, None, calmer=False)


def test_that_it_goes_on_with_a_tenth_of_the_rate_and_clipped_gradients(broken: RunFolder) -> None:
    _prepare_to_continue(broken, 12, None, calmer=True)
    training = broken.project().training
    assert training.optimizer.settings == {"learning_rate": 0.05, "clipnorm": 1.0}
    assert training.epochs == 12
