"""Following a run: a thread plays the training process and writes its events."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from dlstudio.cli import following, train
from dlstudio.cli.command import CommandError
from dlstudio.graph.project import LAST, Project, TrainingSettings
from dlstudio.training.runs import events as ev
from dlstudio.training.runs.event_log import EventLog
from dlstudio.training.runs.run_folder import RunFolder, create_run
from tests.cli.conftest import Call

STARTED = ev.Started(epochs=2, steps_per_epoch=4, samples=10)
FINISHED = ev.Finished(run="0001", metrics={"accuracy": 0.5, "val_accuracy": 0.6}, epoch=2, best_epoch=1, seconds=3.0)


class Recorder:
    """A display that remembers."""

    def __init__(self) -> None:
        self.events: list[ev.Event] = []

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def show(self, event: ev.Event) -> None:
        self.events.append(event)


class Player:
    """Stands for the training process: plays a part in a thread."""

    def __init__(self, run: RunFolder, part: Callable[[RunFolder, EventLog], None]) -> None:
        self.run = run
        self.returncode = -9
        self._thread = threading.Thread(target=self._play, args=(part,))
        self._thread.start()

    def _play(self, part: Callable[[RunFolder, EventLog], None]) -> None:
        log = EventLog(self.run.events_file)
        part(self.run, log)
        log.close()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    @property
    def process(self) -> Player:
        return self


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return create_run(tmp_path, Project(training=TrainingSettings(epochs=2)))


def play(monkeypatch: pytest.MonkeyPatch, part: Callable[[RunFolder, EventLog], None]) -> None:
    monkeypatch.setattr(following, "launch", lambda run, resume=False: Player(run, part))


def test_that_all_events_are_shown_up_to_the_last(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def part(_: RunFolder, log: EventLog) -> None:
        log.write(STARTED)
        log.write(FINISHED)

    play(monkeypatch, part)
    shown = Recorder()
    end = following.train_and_follow(run, shown)
    assert isinstance(end, ev.Finished)
    assert [event.NAME for event in shown.events] == ["started", "finished"]


def test_that_a_continued_run_does_not_show_its_past_again(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    past = EventLog(run.events_file)
    past.write(STARTED)
    past.write(FINISHED)
    past.close()
    play(monkeypatch, lambda _, log: log.write(ev.Failed(kind="nan", message="It broke.")))
    shown = Recorder()
    end = following.train_and_follow(run, shown, resume=True)
    assert isinstance(end, ev.Failed)
    assert [event.NAME for event in shown.events] == ["failed"]


def test_that_a_killed_process_is_reported_with_the_way_to_go_on(
    run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.last_checkpoint.touch()
    noise = "E0000 00:00:1795230047.844207 22420 cuda_platform.cc:52] failed call to cuInit: UNKNOWN ERROR (303)"
    run.log_file.write_text(f"2026-11-21 03:00:00 process 7\nmuch\nthe last word\n\n{noise}\n")
    play(monkeypatch, lambda _, log: log.write(STARTED))
    with pytest.raises(CommandError) as caught:
        following.train_and_follow(run, Recorder())
    assert "signal 9" in str(caught.value)
    assert "the last word" in str(caught.value)
    assert "cuda" not in str(caught.value)
    assert "--resume 0001" in str(caught.value)


def test_that_ctrl_c_asks_the_process_to_stop_and_waits_for_it(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def part(run: RunFolder, log: EventLog) -> None:
        log.write(STARTED)
        os.kill(os.getpid(), signal.SIGINT)
        asked = threading.Event()
        while not run.commands_file.exists():
            asked.wait(0.01)
        log.write(ev.Stopped(epoch=1, step=2))
        log.write(ev.Finished(run=run.name, reason="stopped", epoch=1))

    play(monkeypatch, part)
    before = signal.getsignal(signal.SIGINT)
    end = following.train_and_follow(run, Recorder())
    assert isinstance(end, ev.Finished)
    assert end.reason == "stopped"
    assert '"stop"' in run.commands_file.read_text()
    assert signal.getsignal(signal.SIGINT) is before


def test_that_a_stopped_run_says_how_to_go_on(run: RunFolder, capsys: pytest.CaptureFixture[str]) -> None:
    end = ev.Finished(run="0001", reason="stopped", epoch=1)
    assert train.report(run, end, as_json=False) == 130
    printed = capsys.readouterr().out
    assert "Stopped with a checkpoint after epoch 1" in printed
    assert "--resume 0001" in printed


def test_that_a_finished_run_shows_the_metrics_of_the_test_split(
    run: RunFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train.report(run, FINISHED, as_json=False) == 0
    printed = capsys.readouterr().out
    assert "Test split: accuracy 0.5\n" in printed
    assert "the best was epoch 1" in printed


def test_that_nothing_is_called_the_best_where_the_last_epoch_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = create_run(tmp_path, Project(training=TrainingSettings(keep=LAST)))
    assert train.report(run, FINISHED, as_json=False) == 0
    assert "after epoch 2, 3 s.\n" in capsys.readouterr().out


def test_that_a_failed_run_ends_with_status_1_and_keeps_its_model(
    run: RunFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    run.model_file.touch()
    assert train.report(run, ev.Failed(kind="nan", message="The loss is not a number."), as_json=False) == 1
    printed = capsys.readouterr()
    assert "Run 0001 failed. The loss is not a number." in printed.err
    assert "model.keras" in printed.out


def test_that_only_a_run_with_a_checkpoint_can_go_on(run: RunFolder, call: Call) -> None:
    from dlstudio.graph.saving import save_project

    folder = run.project_folder
    save_project(run.project(), folder)
    assert "no checkpoint" in call("train", folder, "--resume", "1").err
    assert "no run '9'" in call("train", folder, "--resume", "9").err


def test_that_a_finished_run_asks_for_more_epochs(run: RunFolder, call: Call) -> None:
    from dlstudio.graph.saving import save_project

    folder = run.project_folder
    save_project(run.project(), folder)
    run.last_checkpoint.parent.mkdir(exist_ok=True)
    run.last_checkpoint.touch()
    log = EventLog(run.events_file)
    for event in (STARTED, ev.Epoch(epoch=2, values={}), ev.Checkpoint(kind="last", epoch=2), FINISHED):
        log.write(event)
    log.close()
    assert "--epochs 4" in call("train", folder, "--resume", "0001").err
