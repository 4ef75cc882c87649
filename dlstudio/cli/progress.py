"""Shows a training while it runs: a live bar in a terminal, plain lines elsewhere, JSON for programs."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Mapping
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn

from dlstudio.cli.printing import console, escape, print_json
from dlstudio.training.computing.backends import TITLES
from dlstudio.training.runs import events as ev


class Display(Protocol):
    """Is handed the events of one run as they come."""

    def __enter__(self) -> Display: ...

    def __exit__(self, *_: object) -> None: ...

    def show(self, event: ev.Event) -> None: ...


class JsonLines:
    """One JSON object a line, exactly the events of the run."""

    def __enter__(self) -> Display:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def show(self, event: ev.Event) -> None:
        print_json(event.as_json())


class Lines:
    """A line an epoch, for logs and pipes."""

    def __init__(self, output: Console | None = None) -> None:
        self._output = output or console()
        self._epochs = 0

    def __enter__(self) -> Display:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def show(self, event: ev.Event) -> None:
        """Prints what a person wants to keep: the beginning, each epoch, warnings."""
        match event:
            case ev.Started():
                self._epochs = event.epochs
                self._output.print(escape(_beginning(event)))
            case ev.Epoch():
                self._output.print(escape(epoch_line(event, self._epochs)))
            case ev.Note():
                self._output.print(f"[dim]{escape(event.message)}[/]")
            case ev.Warning_():
                self._output.print(f"[yellow]Warning:[/] {escape(event.message)}")
            case ev.Paused():
                self._output.print("Paused.")
            case ev.Resumed():
                self._output.print("Goes on.")
            case _:
                pass


class LiveBar(Lines):
    """The same lines, and below them a bar with epoch, step, values, samples a second and the time left."""

    def __init__(self, output: Console | None = None) -> None:
        super().__init__(output)
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24, complete_style="blue", finished_style="blue", pulse_style="blue"),
            TextColumn("{task.fields[values]}"),
            console=self._output,
            transient=True,
            refresh_per_second=8,
        )
        self._task: TaskID = self._bar.add_task("starting Keras", total=None, values="")
        self._clock = TimeLeft()
        self._started: ev.Started | None = None

    def __enter__(self) -> Display:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def refresh(self) -> None:
        """Draws now, without waiting for the next turn of the eight a second."""
        self._bar.refresh()

    def show(self, event: ev.Event) -> None:
        """Prints lasting lines and moves the bar."""
        super().show(event)
        match event:
            case ev.Started():
                self._started = event
                done = (event.first_epoch - 1) * event.steps_per_epoch
                self._clock.begin(done, event.epochs * event.steps_per_epoch)
                self._bar.update(self._task, total=event.epochs * event.steps_per_epoch, completed=done)
            case ev.Batch() if self._started:
                steps = self._started.steps_per_epoch
                done = (event.epoch - 1) * steps + event.step
                pace = f"{event.samples_per_second:,.0f} samples/s"
                self._bar.update(
                    self._task,
                    completed=done,
                    description=f"epoch {event.epoch}/{self._started.epochs}  step {event.step}/{steps}",
                    values=f"{_values(event.values)}  {pace}  {self._clock.left(done)}",
                )
            case ev.Stopped():
                self._bar.update(self._task, description="saving a checkpoint", values="")
            case _:
                pass


class TimeLeft:
    """Tells how long the rest will take, from the steps done since it began."""

    def __init__(self) -> None:
        self._first, self._total, self._since = 0, 0, 0.0

    def begin(self, done: int, total: int, now: float | None = None) -> None:
        """Starts the clock at ``done`` of ``total`` steps."""
        self._first, self._total, self._since = done, total, time.monotonic() if now is None else now

    def left(self, done: int, now: float | None = None) -> str:
        """``1:05 left``, or nothing while there is too little to tell from."""
        passed = (time.monotonic() if now is None else now) - self._since
        if done - self._first < 3 or passed <= 0:
            return ""
        seconds = math.ceil(passed / (done - self._first) * (self._total - done))
        hours, minutes = divmod(seconds // 60, 60)
        return f"{hours}:{minutes:02d}:{seconds % 60:02d} left" if hours else f"{minutes}:{seconds % 60:02d} left"


def display(as_json: bool) -> Display:
    """What suits: JSON where it was asked for, a live bar in a terminal, else plain lines."""
    if as_json:
        return JsonLines()
    return LiveBar() if sys.stdout.isatty() else Lines()


def epoch_line(event: ev.Epoch, epochs: int) -> str:
    """``epoch  3/20  loss 0.0871  accuracy 0.972  ·  val loss 0.0610  val accuracy 0.983  ·  1.2 s``."""
    training = {name: value for name, value in event.values.items() if not name.startswith("val_")}
    validation = {name: value for name, value in event.values.items() if name.startswith("val_")}
    parts = [_values(training), _values(validation), f"{event.seconds:.1f} s"]
    width = len(str(epochs))
    return f"epoch {event.epoch:>{width}}/{epochs}  " + "  ·  ".join(part for part in parts if part)


def value_text(value: float | None) -> str:
    """Four significant digits; a value that is not finite is named."""
    return "not finite" if value is None else f"{value:.4g}"


def _values(values: Mapping[str, float | None]) -> str:
    return "  ".join(f"{name.replace('_', ' ')} {value_text(value)}" for name, value in values.items())


def _with(backend: str) -> str:
    return f" with {TITLES[backend]}" if backend in TITLES else ""


def _beginning(event: ev.Started) -> str:
    going_on = f", going on at epoch {event.first_epoch}" if event.first_epoch > 1 else ""
    return (
        f"Training {event.parameters:,} parameters on {event.samples:,} samples for {event.epochs} epochs of "
        f"{event.steps_per_epoch} steps on {event.device or 'the CPU'}{_with(event.backend)}{going_on}."
    )
