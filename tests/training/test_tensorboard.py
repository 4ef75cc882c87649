"""The curves as TensorBoard event files: TensorFlow's own reader finds in them what the run's events say."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf
from tensorflow.core.util.event_pb2 import Event

from dlstudio.training.fitting import train
from dlstudio.training.runs import events as ev
from dlstudio.training.runs.run_folder import create_run
from dlstudio.training.runs.tensorboard import FOLDER, TensorBoardLog
from tests.training.tiny_projects import make_project

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
STARTED = ev.Started(epochs=2, steps_per_epoch=10, samples=100)


def read(folder: Path) -> tuple[list[Any], dict[str, dict[int, float]]]:
    """All events of a part, in the order of its files, and the curves by tag and step."""
    found, curves = [], defaultdict(dict)
    for file in sorted((folder).glob("events.out.tfevents.*")):
        for record in tf.data.TFRecordDataset(str(file)):
            event = Event.FromString(record.numpy())
            found.append(event)
            for value in event.summary.value:
                curves[value.tag][event.step] = value.simple_value
    return found, curves


def test_that_a_run_s_curves_can_be_read_by_other_tools(tmp_path: Path) -> None:
    run = create_run(tmp_path, make_project(tmp_path))
    assert train(run) == 0
    epochs = [event for event in ev.EventReader(run.events_file).read_new() if isinstance(event, ev.Epoch)]
    found, curves = read(run.path / FOLDER / "train")
    _, tested = read(run.path / FOLDER / "validation")
    assert found[0].file_version == "brain.Event:2"
    for name in ("loss", "accuracy"):
        assert [curves[f"epoch_{name}"][e.epoch] for e in epochs] == pytest.approx([e.values[name] for e in epochs])
        assert list(tested[f"epoch_{name}"].values()) == pytest.approx([e.values[f"val_{name}"] for e in epochs])
    assert set(curves["epoch_learning_rate"]) == {1, 2, 3}
    assert 1 in curves["batch_loss"]
    assert 1 in curves["layers/gradient/hidden"]


@pytest.mark.slow
def test_that_no_files_are_written_where_the_project_says_no(tmp_path: Path) -> None:
    run = create_run(tmp_path, make_project(tmp_path, epochs=1, tensorboard=False))
    assert train(run) == 0
    assert not (run.path / FOLDER).exists()
    assert run.project().training.tensorboard is False


def test_that_of_many_batches_a_second_some_are_written(tmp_path: Path) -> None:
    log = TensorBoardLog(tmp_path)
    log.write(STARTED)
    for step in range(1, 11):
        log.write_batch(2, step, {"loss": 1.0 / step}, 100.0 + step * 0.01)
    log.close()
    _, curves = read(tmp_path / FOLDER / "train")
    assert list(curves["batch_loss"]) == [11, 16]


def test_that_a_run_that_goes_on_tells_from_which_step(tmp_path: Path) -> None:
    log = TensorBoardLog(tmp_path)
    log.write(ev.Started(epochs=3, steps_per_epoch=10, samples=100, first_epoch=3))
    log.write_batch(3, 1, {"loss": 1.0}, 100.0)
    log.close()
    found, _ = read(tmp_path / FOLDER / "train")
    assert (found[1].session_log.status, found[1].step) == (found[1].session_log.START, 21)


def test_that_a_place_that_cannot_be_written_ends_the_writing_only(tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_text("in the way")
    log = TensorBoardLog(tmp_path)
    log.write(STARTED)
    log.write_batch(1, 1, {"loss": 1.0}, 100.0)
    log.write(ev.Epoch(epoch=1, values={"loss": 1.0, "val_loss": None}))
    log.close()
    assert (tmp_path / FOLDER).read_text() == "in the way"
