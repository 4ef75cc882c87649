"""What is shown while a run goes on, from recorded events."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from dlstudio.cli.progress import JsonLines, Lines, LiveBar, TimeLeft, epoch_line
from dlstudio.training.runs import events as ev

EVENTS: list[ev.Event] = [
    ev.Started(
        epochs=2, steps_per_epoch=4, samples=100, metrics=("loss", "accuracy"), parameters=1234, device="Two cores"
    ),
    ev.Batch(epoch=1, step=1, values={"loss": 2.0, "accuracy": 0.1}, samples_per_second=800.0),
    ev.Batch(epoch=1, step=4, values={"loss": 1.0, "accuracy": 0.5}, samples_per_second=900.0),
    ev.Epoch(epoch=1, values={"loss": 1.5, "accuracy": 0.4, "val_loss": 1.2, "val_accuracy": None}, seconds=1.25),
    ev.Warning_(message="A [short] warning."),
    ev.Finished(run="0001", metrics={"accuracy": 0.9}, epoch=2),
]


def output(terminal: bool) -> Console:
    environment = {"TERM": "xterm"}  # whatever that of the tests is
    return Console(file=io.StringIO(), force_terminal=terminal, width=140, highlight=False, _environ=environment)


def printed(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_that_a_pipe_gets_a_line_an_epoch_and_no_batches() -> None:
    console = output(False)
    with Lines(console) as shown:
        for event in EVENTS:
            shown.show(event)
    lines = printed(console).splitlines()
    assert lines[0] == "Training 1,234 parameters on 100 samples for 2 epochs of 4 steps on Two cores."
    assert lines[1] == "epoch 1/2  loss 1.5  accuracy 0.4  ·  val loss 1.2  val accuracy not finite  ·  1.2 s"
    assert lines[2] == "Warning: A [short] warning."
    assert len(lines) == 3


def test_that_a_terminal_gets_a_bar_with_step_values_and_pace() -> None:
    console = output(True)
    with LiveBar(console) as shown:
        assert isinstance(shown, LiveBar)
        for event in EVENTS[:3]:
            shown.show(event)
        shown.refresh()
    text = printed(console)
    for part in ("epoch 1/2", "step 4/4", "loss 1", "accuracy 0.5", "900 samples/s"):
        assert part in text


def test_that_json_is_one_event_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    with JsonLines() as shown:
        for event in EVENTS:
            shown.show(event)
    values = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [value["event"] for value in values] == ["started", "batch", "batch", "epoch", "warning", "finished"]
    assert values[-1]["metrics"] == {"accuracy": 0.9}


def test_that_the_time_left_follows_the_pace_of_this_session() -> None:
    clock = TimeLeft()
    clock.begin(100, 200, now=0.0)  # a run that goes on: the first hundred steps cost this session nothing
    assert clock.left(101, now=0.1) == ""
    assert clock.left(150, now=50.0) == "0:50 left"
    clock.begin(0, 10_000, now=0.0)
    assert clock.left(1000, now=1000.0) == "2:30:00 left"


def test_that_epoch_lines_of_a_long_run_stand_under_one_another() -> None:
    assert epoch_line(ev.Epoch(epoch=3, values={"loss": 1.0}), 100).startswith("epoch   3/100")
