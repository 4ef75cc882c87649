"""How the window starts and whether it stays smooth while a network trains.

    python -m tests.benchmarks.window [--project PROJECT] [--no-training]

prints one JSON object: seconds from the command to the first idle turn of the event loop (median of five), megabytes
resident, and how late a 16 ms timer in the window fires while a run of the project trains (99th percentile and worst,
milliseconds), beside the processor time that the window's thread used between two ticks and how late a process is that
only sleeps 16 ms at a time meanwhile: lateness above those is owed to whatever else the machine does. Without a project
one is made from the shipped digits.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

STARTS = 5
TRAINING_SECONDS = 15.0
TICK = 0.016
MANY_EPOCHS = 2000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--project", type=Path)
    parser.add_argument("--no-training", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.environ["DLSTUDIO_CONFIG"] = str(Path(folder) / "config")
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        project = arguments.project or _make_project(Path(folder) / "digits")
        result: dict[str, object] = start_up(project, Path(folder) / "report.json")
        if not arguments.no_training:
            result.update(lateness_while_training(project))
    print(json.dumps(result))


def _make_project(folder: Path) -> Path:
    """A project of the digits template, made by the command line as a user would."""
    command = [sys.executable, "-m", "dlstudio", "new", str(folder), "--template", "cnn"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return folder


def start_up(project: Path, report: Path) -> dict[str, object]:
    """Starts the window on a project, five times after a first one, and lets it say when it was there."""
    environment = {**os.environ, "DLSTUDIO_STARTUP_REPORT": str(report), "DLSTUDIO_STARTUP_QUIT": "1"}
    reports = []
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # a person's second start finds compiled modules
    seconds = []
    for number in range(1 + STARTS):  # the first start compiles and fills the disk's cache
        began = time.time()
        subprocess.run([sys.executable, "-m", "dlstudio", str(project)], env=environment, check=True, timeout=60)
        reports.append(json.loads(report.read_text(encoding="utf-8")))
        if number:
            seconds.append(reports[-1]["ready_at"] - began)
    return {
        "interactive_s": round(statistics.median(seconds), 3),
        "rss_mb": round(max(each["rss_mb"] for each in reports), 1),
        "keras_in_window": "keras" in reports[0]["modules"],
    }


def lateness_while_training(project: Path) -> dict[str, object]:
    """Trains through a real window with the Train workspace in sight and watches a timer in it."""
    from PySide6.QtCore import QElapsedTimer, QEventLoop, Qt, QTimer
    from PySide6.QtWidgets import QApplication

    from dlstudio.gui.application import dress
    from dlstudio.gui.frame import Frame
    from dlstudio.gui.studio import Studio
    from dlstudio.training.runs.events import Batch
    from dlstudio.workbench.document import Document

    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    dress(application, "dark")
    studio = Studio(Document.open(project))
    sleeper = Sleeper()
    # More epochs than there is time for: every tick that counts falls into the training.
    training = replace(studio.project.training, epochs=MANY_EPOCHS, early_stopping=None)
    studio.change("Train for long", replace(studio.project, training=training))
    frame = Frame(studio)
    frame.resize(1440, 900)
    frame.show()
    frame.show_workspace("train")
    loop = QEventLoop()  # quitting the application would close the window, which asks what is to become of the run
    late: list[float] = []
    busy: list[float] = []
    batches = 0
    used = 0.0
    clock = QElapsedTimer()
    timer = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=int(TICK * 1000))

    def tick() -> None:
        nonlocal used
        now = time.thread_time()
        if clock.isValid():
            late.append(max(0.0, clock.nsecsElapsed() / 1e6 - TICK * 1000))
            busy.append((now - used) * 1000)
        used = now
        clock.start()

    def arrived(_: str, events: list[object]) -> None:
        nonlocal batches
        batches += sum(isinstance(event, Batch) for event in events)
        if batches and not timer.isActive():
            timer.start()
            sleeper.start()
            QTimer.singleShot(int(TRAINING_SECONDS * 1000), loop.quit)

    studio.runEvents.connect(arrived)
    timer.timeout.connect(tick)
    begin = time.monotonic()
    _train_when_checked(studio)
    QTimer.singleShot(180_000, loop.quit)
    loop.exec()
    still_training = studio.live_run is not None
    asleep = sleeper.lateness()
    studio.close(stop_training=True)
    assert still_training, "the run ended before the measurement did"
    assert late, f"no batch arrived in {time.monotonic() - begin:.0f} s; engine: {studio.engine_state}"
    late.sort()
    busy.sort()
    return {
        "ticks": len(late),
        "batches_seen": batches,
        "late_p99_ms": percentile(late),
        "late_max_ms": round(late[-1], 2),
        "busy_p99_ms": percentile(busy),
        "busy_max_ms": round(busy[-1], 2),
        "sleeper_late_p99_ms": percentile(asleep),
        "sleeper_late_max_ms": round(asleep[-1], 2),
        "load_average": os.getloadavg()[0],
        "rss_while_training_mb": _resident(),
    }


def percentile(ascending: list[float], share: float = 0.99) -> float:
    """The value that so large a share of ascending ones does not pass."""
    return round(ascending[int(share * len(ascending))], 2)


class Sleeper:
    """A process that only sleeps: how late it wakes says what the machine itself does to a timer."""

    _PROGRAM = """
import sys, time
print("ready", flush=True)
sys.stdin.readline()
tick, end, late = {tick}, time.monotonic() + {seconds}, []
due = time.monotonic() + tick
while due < end:
    time.sleep(max(0.0, due - time.monotonic()))
    late.append(max(0.0, time.monotonic() - due) * 1000)
    due = max(due + tick, time.monotonic())
print(*late)
"""

    def __init__(self, seconds: float = TRAINING_SECONDS) -> None:
        program = self._PROGRAM.format(tick=TICK, seconds=seconds)
        pipe = subprocess.PIPE
        self._process = subprocess.Popen([sys.executable, "-c", program], stdin=pipe, stdout=pipe, text=True)
        assert self._process.stdout is not None
        self._process.stdout.readline()

    def start(self) -> None:
        """Begins to measure, for as long as the window does."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def lateness(self) -> list[float]:
        """Milliseconds late, ascending; waits for the end."""
        return sorted(float(word) for word in self._process.communicate("\n", timeout=60)[0].split())


def _train_when_checked(studio: object) -> None:
    from PySide6.QtCore import QTimer

    from dlstudio.gui.studio import Studio

    assert isinstance(studio, Studio)
    watch = QTimer(studio, interval=50)

    def look() -> None:
        if studio.facts_are_current and not studio.describing and studio.engine_state == "ready":
            watch.stop()
            if not studio.train():
                raise SystemExit(f"Training did not start: {[problem.message for problem in studio.problems]}")

    watch.timeout.connect(look)
    watch.start()


def _resident() -> float:
    import psutil

    return round(psutil.Process().memory_info().rss / 1e6, 1)


if __name__ == "__main__":
    main()
