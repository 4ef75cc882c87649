"""Whether the window stays smooth with curves of a million points while events stream in.

    python -m tests.benchmarks.plots [--points 1000000] [--seconds 10] [--rate 1000] [--opened 200000]

A real Train workspace shows a run whose curves have a million points each, beside two others of that length, and takes
in further events as a running training sends them: one a step, handed over every 80 ms. Printed is one JSON object: how
late a 16 ms timer fires meanwhile (99th percentile and worst, milliseconds; at most 16 is wanted) beside a process that
only sleeps, how long one redraw of the two plots takes with all that it paints (median and worst, at most 16 ms is
wanted), and how often as long the plain way takes: all points given to pyqtgraph's ``setData`` and painted; then how
late it is while a window opens a run of 200,000 steps from its file, the processor time that the window's thread used
between two ticks, and the seconds until the curves are whole. Nothing is trained: the events are made here.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.window import TICK, Sleeper, percentile

REPEATS = 7
STEPS = 1000
HAND_OVER_MS = 80


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rate", type=int, default=1000, help="events a second")
    parser.add_argument("--opened", type=int, default=200_000, help="steps of the run that is opened from its file")
    arguments = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DLSTUDIO_CONFIG"] = folder
        found = measured(arguments.points, arguments.seconds, arguments.rate)
        print(json.dumps(found | opened(arguments.opened, Path(folder) / "project")))


def measured(points: int, seconds: float, rate: int) -> dict[str, Any]:
    """What the module says, of curves of so many points."""
    from PySide6.QtWidgets import QApplication

    from dlstudio.gui.application import dress
    from dlstudio.gui.workspaces.train.workspace import TrainWorkspace
    from tests.gui.workspaces.fake_studio import FakeStudio

    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    dress(application, "dark")
    studio = FakeStudio()
    workspace = TrainWorkspace(studio)  # type: ignore[arg-type]
    workspace.resize(1440, 900)
    workspace.show()
    for name in ("0001", "0002", "0003"):
        studio.add_run(name, [_started(points)], status="running")
        _fill(workspace.record_of(name), points, seed=int(name))
    workspace.runs.compare("0001")
    workspace.runs.compare("0002")
    studio.choose_run("0003")
    _wait(600)
    charts = workspace.charts
    found: dict[str, Any] = {"points_a_curve": points, "curves": len(charts.loss.curves) + len(charts.below.curves)}
    found |= _live(workspace, studio, points, seconds, rate)
    for title, axis, weight, log in (
        ("", "step", 80, False),
        ("_unsmoothed", "step", 0, False),
        ("_log", "samples", 80, True),
    ):
        charts.axis.setCurrentIndex(charts.axis.findData(axis))
        charts.smoothing.setValue(weight)
        charts.log.setChecked(log)
        charts.log_x.setChecked(log)
        _wait(400)
        times = sorted(_redraw(plot) for _ in range(REPEATS) for plot in (charts.loss, charts.below))
        found[f"redraw{title}_median_ms"] = round(statistics.median(times), 2)
        found[f"redraw{title}_max_ms"] = round(times[-1], 2)
    plain = _plain(charts.loss)
    found["plain_setdata_ms"] = round(plain, 1)
    found["plain_over_ours"] = round(plain / found["redraw_median_ms"], 1)
    workspace.close()
    return found


def opened(steps: int, folder: Path) -> dict[str, Any]:
    """How late a timer is while a window reads a run of so many steps."""
    from PySide6.QtCore import QTimer

    from dlstudio.graph.saving import save_project
    from dlstudio.gui.application import SWITCH_SECONDS
    from dlstudio.gui.frame import Frame
    from dlstudio.gui.studio import Studio
    from dlstudio.training import launching
    from dlstudio.workbench.document import Document
    from tests.gui.fake_engine import FakeEngine
    from tests.gui.window import Answers, digits

    save_project(digits(), folder)
    _write_run(folder, steps)
    launching.prepare_spare = lambda *_: None
    sys.setswitchinterval(SWITCH_SECONDS)  # as the window does
    studio = Studio(Document.open(folder), engine=FakeEngine())
    frame = Frame(studio, Answers())  # type: ignore[arg-type]
    frame.resize(1440, 900)
    frame.show()
    _wait(500)
    gc.collect()
    gc.freeze()  # as the window does after its first paint
    sleeper = Sleeper(30.0)
    lateness = Lateness()
    began = time.monotonic()
    frame.show_workspace("train")
    workspace: Any = frame.workspaces["train"]
    sleeper.start()
    lateness.start()
    while len(workspace.record_of("0001").batches.get("loss", ())) < steps and time.monotonic() - began < 60:
        _wait(50)
    took = time.monotonic() - began
    QTimer.singleShot(0, lateness.stop)
    _wait(50)
    found = {f"opened_{name}": value for name, value in lateness.found().items()}
    frame._closing = True
    studio.close()
    frame.close()
    found["opened_sleeper_late_p99_ms"] = percentile(sleeper.lateness())
    return {"opened_steps": steps, "opened_s": round(took, 1), **found}


def _write_run(folder: Path, steps: int) -> None:
    """A finished run as a training process would have left it."""
    from dlstudio.graph.saving import load_project
    from dlstudio.training.runs import events as ev
    from dlstudio.training.runs.event_log import EventLog
    from dlstudio.training.runs.run_folder import create_run

    run = create_run(folder, load_project(folder))
    clock = iter(np.arange(1, 3 * steps) / 1000)
    log = EventLog(run.events_file, clock=lambda: float(next(clock)))
    log.write(_started(steps // 2))
    for step in range(steps):
        values = {"loss": 0.5 + step % 97 / 100, "accuracy": 0.5}
        log.write_batch(step // STEPS + 1, step % STEPS + 1, values, 32_000.0, (0.01, 0.02))
        if step % STEPS == STEPS - 1:
            log.write(ev.Epoch(epoch=step // STEPS + 1, values={"loss": 0.5, "val_loss": 0.6}, seconds=1.0))
    log.write(ev.Finished(run=run.name, metrics={"accuracy": 0.5}, epoch=steps // STEPS, best_epoch=1))
    log.close()


def _started(points: int) -> Any:
    from dlstudio.training.runs import events as ev

    epochs = points // STEPS * 2
    return ev.Started(
        time=1.0, epochs=epochs, steps_per_epoch=STEPS, samples=STEPS * 32, batch_size=32, metrics=("loss", "accuracy")
    )


def _fill(record: Any, points: int, seed: int) -> None:
    """Gives a record the curves of so many steps, without the time that reading their events takes."""
    random = np.random.default_rng(seed)
    steps = np.arange(1, points + 1)
    loss = 2.0 * np.exp(-steps / points * 4) * np.exp(random.normal(0, 0.25, points)) + 0.05
    for name, values in (("loss", loss), ("accuracy", 1 / (1 + loss))):
        for where, places, each in ((record.batches, steps, values), (record.epochs, steps, values * 1.1)):
            key = name if where is record.batches else f"val_{name}"
            record._add(where, key, 0.5, 0.0005, float(each[0]))
            curve = where[key]
            curve._rows = np.empty((5, 2 * points))
            curve._rows[:, :points] = (places, places / STEPS, places / 100.0, each, each)
            curve._count = points
            curve._weight = -1.0
            curve.set_smoothing(0.8 if where is record.batches else 0.0)
    record.seconds = points / 100.0


def _live(workspace: Any, studio: Any, points: int, seconds: float, rate: int) -> dict[str, Any]:
    """How late a timer is while events stream in."""
    from PySide6.QtCore import Qt, QTimer

    from dlstudio.training.runs import events as ev

    sent = 0
    random = np.random.default_rng(9)
    lateness = Lateness()
    feed = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=HAND_OVER_MS)
    began = time.monotonic()

    def hand_over() -> None:
        nonlocal sent
        due = int((time.monotonic() - began) * rate) - sent
        first = points + sent
        values = random.normal(0.3, 0.05, max(due, 0)).tolist()
        now = 1.0 + (time.monotonic() - began)
        events: list[Any] = [
            ev.Batch(
                time=now,
                epoch=(first + place) // STEPS + 1,
                step=(first + place) % STEPS + 1,
                values={"loss": value, "accuracy": 1 - value},
                samples_per_second=32.0 * rate,
            )
            for place, value in enumerate(values)
        ]
        sent += len(events)
        studio.runEvents.emit("0003", events)

    sleeper = Sleeper(seconds)
    feed.timeout.connect(hand_over)
    before = workspace.charts.loss.redraws
    sleeper.start()
    lateness.start()
    feed.start()
    _wait(int(seconds * 1000))
    lateness.stop()
    feed.stop()
    asleep = sleeper.lateness()
    return {
        "events_a_second": round(sent / seconds),
        "redraws_a_second": round((workspace.charts.loss.redraws - before) / seconds, 1),
        **lateness.found(),
        "sleeper_late_p99_ms": percentile(asleep),
        "load_average": round(os.getloadavg()[0], 2),
    }


class Lateness:
    """A 16 ms timer in this thread: how late it fires, and what processor time the thread used in between."""

    def __init__(self) -> None:
        from PySide6.QtCore import QElapsedTimer, Qt, QTimer

        self._late: list[float] = []
        self._busy: list[float] = []
        self._clock = QElapsedTimer()
        self._used = 0.0
        self._timer = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=int(TICK * 1000))
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        """Begins to measure."""
        self._timer.start()

    def stop(self) -> None:
        """Measures no more."""
        self._timer.stop()

    def _tick(self) -> None:
        now = time.thread_time()
        if self._clock.isValid():
            self._late.append(max(0.0, self._clock.nsecsElapsed() / 1e6 - TICK * 1000))
            self._busy.append((now - self._used) * 1000)
        self._used = now
        self._clock.start()

    def found(self) -> dict[str, Any]:
        """Percentiles, in milliseconds."""
        late, busy = sorted(self._late), sorted(self._busy)
        return {
            "ticks": len(late),
            "late_p99_ms": percentile(late),
            "late_max_ms": round(late[-1], 2),
            "busy_p99_ms": percentile(busy),
        }


def _redraw(plot: Any) -> float:
    """Milliseconds for the curves of a plot to be drawn anew and painted; its axes keep their numbers."""
    for curve in plot.curves.values():
        curve.points.append(curve.points.x("step")[-1] + 1, curve.points.x("epoch")[-1] + 0.001, 1e9, 0.3)
    began = time.perf_counter()
    plot._redraw()
    plot._fit_values()
    plot._plot.viewport().repaint()
    return (time.perf_counter() - began) * 1000


def _plain(plot: Any) -> float:
    """The same curves with all their points given to pyqtgraph."""
    import pyqtgraph as pg

    widget = pg.PlotWidget()
    widget.resize(plot.size())
    widget.show()
    items = [(widget.plot(), curve) for curve in plot.curves.values()]
    for item, curve in items:
        item.setData(curve.points.x("step"), curve.points.values)
    _wait(400)  # until it has its size and range
    times = []
    for _ in range(3):
        began = time.perf_counter()
        for item, curve in items:
            item.setData(curve.points.x("step"), curve.points.values)
        widget.viewport().repaint()
        times.append((time.perf_counter() - began) * 1000)
    widget.close()
    return statistics.median(times)


def _wait(milliseconds: int) -> None:
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


if __name__ == "__main__":
    main()
