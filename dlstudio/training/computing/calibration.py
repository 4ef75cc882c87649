"""Finds the fastest way to train a run: each way for a moment on real batches, in a process of its own, one by one.

What counts is how long the whole run would take: compiling and all epochs. So a way that steps a little faster but
compiles for a minute is not taken for a short run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from dlstudio.graph.project import FLOAT32, PRECISIONS, TrainingSettings
from dlstudio.training.computing.backends import FASTEST, usual
from dlstudio.training.computing.devices import ALL, CPU
from dlstudio.training.computing.probe import MARK
from dlstudio.training.computing.ways import MOST_AT_ONCE, Way, candidates, keep_way, way_of
from dlstudio.training.runs.event_log import EventLog
from dlstudio.training.runs.events import Note
from dlstudio.training.runs.run_folder import RunFolder
from dlstudio.training.runs.run_info import WAY

PATIENCE = 90.0
BUDGET = 60.0  # seconds after which no further way is tried
SHORT_STEP = 0.005  # seconds; calling a step of this length costs something
CALL_SECONDS = 0.04  # that several steps at once may take, so that curves and commands are as quick as ever
CALL_BYTES = 64 << 20  # of samples
LONG_RUN = 30.0  # seconds from which on another precision is tried
WORTH = 1.1  # times as quick, to be told


@dataclass(frozen=True)
class Probe:
    """What a way came to.

    Attributes:
        way: It.
        setup: Seconds to compile.
        rate: Samples a second afterwards.
        samples: In one epoch.
        batch_bytes: Of the inputs and targets of a batch.
        device: Id of the device.
        precision: Where it was tried in another one than the run's, else empty.
    """

    way: Way
    setup: float
    rate: float
    samples: int
    batch_bytes: int = 0
    device: str = ""
    precision: str = ""

    def seconds(self, epochs: int) -> float:
        """How long so many epochs take."""
        return self.setup + epochs * self.samples / self.rate if self.rate > 0 else float("inf")


def calibrate(
    run: RunFolder,
    ways: Iterable[Way] | None = None,
    try_out: Callable[[RunFolder, Way, str], Probe | None] | None = None,
) -> Way | None:
    """Tries the ways, records the best in the run, and remembers it; None where all of them failed.

    Mixed precision is tried for long runs, and told where it would be quicker. It is not taken: it computes other
    numbers, which is for a person to decide.

    Args:
        run: A run that has not begun.
        ways: Those to try; None: all there are.
        try_out: Tries one in a precision (empty for that of the run); a test may say what comes of it.
    """
    training = run.project().training
    until = time.monotonic() + BUDGET

    def tried(some: Iterable[Way], precision: str = "") -> list[Probe]:
        done = [(try_out or try_way)(run, way, precision) if time.monotonic() < until else None for way in some]
        return [each for each in done if each is not None]

    probes = tried(candidates() if ways is None else ways)
    if training.device != ALL:  # several devices share each batch, one step at a time
        probes += tried(several_at_once(probes, training.batch_size))
    probes.sort(key=lambda each: each.seconds(training.epochs))
    if not probes:
        return None
    best = probes[0].way
    mixed = [each for name in worth_trying(probes[0], training) for each in tried([best], name)]
    run.amend(**{WAY: {**best.as_json(), "why": sentence(probes) + offer(probes[0], mixed)}})
    keep_way(run, best)
    return best


def settled(run: RunFolder) -> Way:
    """The way of a run that is about to begin or to go on; finds the fastest first where the run wants that.

    It is recorded in the run, so that the run always goes on the same way.

    Raises:
        RunError: The run cannot be read.
        BackendError: Its backend is not installed.
    """
    known = way_of(run)
    if known is None:
        log = EventLog(run.events_file)
        log.write(Note(message="Looking for the fastest way to train this network; it is remembered."))
        log.close()
        return calibrate(run) or Way(usual())
    record = run.record()
    if record["project"].get("training", {}).get("backend") == FASTEST and WAY not in record:
        why = f"Fastest when this network was last measured here: {known}."
        run.amend(**{WAY: {**known.as_json(), "why": why}})
    return known


def several_at_once(probes: Iterable[Probe], batch_size: int) -> list[Way]:
    """The quickest way of each backend once more with several steps at once, where its steps are short enough.

    PyTorch has no program in which steps could be looped over.
    """
    found = []
    for backend in ("tensorflow", "jax"):
        mine = [each for each in probes if each.way.backend == backend and each.rate > 0]
        best = max(mine, key=lambda each: each.rate, default=None)
        if best is None or batch_size / best.rate > SHORT_STEP:
            continue
        most = min(CALL_SECONDS * best.rate / batch_size, best.samples // batch_size, MOST_AT_ONCE)
        most = min(most, CALL_BYTES / max(best.batch_bytes, 1))
        count = 1 << max(int(most).bit_length() - 1, 0)
        if count > 1:
            found.append(replace(best.way, steps_at_once=count))
    return found


def worth_trying(best: Probe, training: TrainingSettings) -> tuple[str, ...]:
    """Other precisions that might be quicker than the best way; none for a short run. float16 is for GPUs."""
    if training.precision != FLOAT32 or best.seconds(training.epochs) < LONG_RUN:
        return ()
    return tuple(each for each in PRECISIONS[1:] if best.device != CPU or each != "mixed_float16")


def offer(best: Probe, mixed: Iterable[Probe]) -> str:
    """A sentence about the quickest precision that was tried, with a space before it; empty where none is quicker."""
    quickest = max(mixed, key=lambda each: each.rate, default=None)
    if quickest is None or quickest.rate < WORTH * best.rate:
        return ""
    times = quickest.rate / best.rate
    return f" In {quickest.precision} it makes {_rate(quickest)}, {times:.1f} times as many: see Precision in Train."


def try_way(run: RunFolder, way: Way, precision: str = "") -> Probe | None:
    """Trains a moment in a process of its own; None where that fails or takes too long."""
    command = [sys.executable, "-m", "dlstudio.training.computing.probe", str(run.path), f"--steps={way.steps_at_once}"]
    command += [*(["--xla"] if way.xla else []), f"--precision={precision}"]
    try:
        done = subprocess.run(
            command,
            env={**os.environ, **way.environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=True,
        )
        line = next(each for each in reversed(done.stdout.splitlines()) if each.startswith(MARK))
        value = json.loads(line.removeprefix(MARK))
        return Probe(
            way,
            float(value["setup"]),
            float(value["rate"]),
            int(value["samples"]),
            int(value["batch_bytes"]),
            str(value["device"]),
            precision,
        )
    except (OSError, subprocess.SubprocessError, StopIteration, ValueError, KeyError):
        return None


def sentence(probes: list[Probe]) -> str:
    """What was chosen and why, the best first."""
    best, *others = probes
    measured = "; ".join(f"{each.way} {_rate(each)}" for each in others)
    told = f" Also measured: {measured}." if measured else ""
    return f"Fastest for this run: {best.way}, {_rate(best)} after {best.setup:.1f} s of compiling.{told}"


def _rate(probe: Probe) -> str:
    return f"{probe.rate:,.0f} samples/s"
