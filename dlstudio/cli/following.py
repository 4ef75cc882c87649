"""Launches a run's process and follows its events until it ends; Ctrl+C asks it to stop with a checkpoint."""

from __future__ import annotations

import re
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from dlstudio.cli.command import CommandError
from dlstudio.cli.progress import Display
from dlstudio.training.launching import TrainingProcess, launch
from dlstudio.training.runs import events as ev
from dlstudio.training.runs.run_folder import RunFolder
from dlstudio.training.runs.worked_folder import WorkedFolder

LOOK_SECONDS = 0.1
# What native libraries log at every start, and the line that opens a log, explain no end.
_NOISE = re.compile(r"[IWE]\d{4} |WARNING|\d{4}-\d\d-\d\d [\d:.]+(: [IWE] | process \d+$)")
ENDS = (ev.Finished, ev.Failed)


def train_and_follow(run: RunFolder, shown: Display, *, resume: bool = False) -> ev.Finished | ev.Failed:
    """Trains a run in its own process and shows its events.

    The process goes on if this one dies. SIGINT (Ctrl+C) and SIGTERM ask it to stop after the batch in hand; a second
    Ctrl+C gives up waiting and raises KeyboardInterrupt, while the process still finishes its checkpoint.

    Args:
        run: A run that was made, or that is to be continued.
        shown: Where the events go.
        resume: Continue from its last checkpoint.

    Returns:
        The event that ended the run.

    Raises:
        CommandError: The process ended without saying why.
        RunError: It could not be started.
    """
    reader = ev.EventReader(run.events_file)
    reader.read_new()  # what an earlier part of the run wrote
    with shown, stopping(run) as quiet:
        process = launch(run, resume=resume)
        while True:
            # Asked before the reading: what a process wrote before its end is then read in the same round.
            alive = process.alive
            for event in reader.read_new():
                shown.show(event)
                if isinstance(event, ENDS):
                    _let_end(process)
                    return event
            if not alive:
                raise CommandError(_died(run, process))
            quiet.wait(LOOK_SECONDS)


@contextmanager
def stopping(work: WorkedFolder) -> Iterator[threading.Event]:
    """Turns the first signal into a request to stop; a second Ctrl+C raises KeyboardInterrupt."""
    asked = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        del number, frame
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()
        work.send("stop")

    if threading.current_thread() is not threading.main_thread():
        yield threading.Event()
        return
    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield threading.Event()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _let_end(process: TrainingProcess) -> None:
    # It has said its last word and only cleans up: waiting keeps a following command from finding it alive.
    for _ in range(50):
        if not process.alive:
            return
        threading.Event().wait(LOOK_SECONDS)


def _died(run: RunFolder, process: TrainingProcess) -> str:
    status = process.process.returncode
    killed = f"was ended by signal {-status}" if status is not None and status < 0 else f"ended with status {status}"
    last = ""
    try:
        lines = [line.strip() for line in run.log_file.read_text(encoding="utf-8", errors="replace").splitlines()]
        telling = [line for line in lines if line and not _NOISE.match(line)]
        last = f" Its log ends with: {telling[-1]}" if telling else ""
    except OSError:
        pass
    go_on = (
        f" Continue it with: dlstudio train {run.project_folder} --resume {run.name}"
        if run.last_checkpoint.exists()
        else ""
    )
    return f"The training process of run {run.name} {killed} without a word.{last}{go_on}"
