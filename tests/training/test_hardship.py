"""What happens to the machine while a run trains: a disk that fills up, folders locked away, a clock that jumps."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from dlstudio.training import fitting, launching
from dlstudio.training.checkpoints import Snapshot, read_snapshot, write_snapshot
from dlstudio.training.fitting import train
from dlstudio.training.runs import event_log
from dlstudio.training.runs import events as ev
from dlstudio.training.runs.event_log import EventLog
from dlstudio.training.runs.run_folder import RunError, RunFolder, create_run, list_runs
from tests.training.tiny_projects import make_project

PATIENCE = 120.0
ENDLESS = 1_000_000

pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    pytest.mark.skipif(sys.platform != "linux", reason="small disks and locked folders are made with Linux's means"),
]


def until(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"not within {PATIENCE:.0f} s: {what}"
        time.sleep(0.02)


def command_worked(*command: str) -> bool:
    return (
        shutil.which(command[0]) is not None
        and not subprocess.run(command, check=False, capture_output=True).returncode
    )


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    if not command_worked("mount", "-t", "tmpfs", "-o", "size=2m", "none", str(place)):
        pytest.skip("no right to mount a small disk here")
    yield place
    for run in list_runs(place):  # of a test that failed
        if run.lives():
            os.kill(run.process()["pid"], signal.SIGKILL)
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.fixture
def lock_away(tmp_path: Path) -> Iterator[Callable[[Path], None]]:
    """Makes folders read-only, for the system's administrator as well."""
    probe = tmp_path / "probe"
    probe.mkdir()
    locked = [probe]
    if not command_worked("chattr", "+i", str(probe)):
        pytest.skip("no right to make a folder read-only for everybody here")

    def lock(folder: Path) -> None:
        locked.append(folder)
        subprocess.run(["chattr", "+i", str(folder)], check=True)

    yield lock
    subprocess.run(["chattr", "-i", *map(str, locked)], check=True)


def fill(disk: Path) -> Path:
    """A file that takes all the room there is left."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as stream:
        for size in (65_536, 4096, 1):
            try:
                while True:
                    stream.write(bytes(size))
            except OSError:
                continue
    return filler


def ended_as_if_alone(run: RunFolder, epochs: int, folder: Path) -> None:
    """Continues a run to so many epochs and holds it against one that nothing ever happened to."""
    frozen = run.record()["project"]
    frozen["training"]["epochs"] = epochs
    run.amend(project=frozen)
    assert train(run, resume=True) == 0, run.info().message
    alone = create_run(folder, make_project(folder, epochs=epochs))
    assert train(alone) == 0
    one, other = read_snapshot(alone.last_checkpoint), read_snapshot(run.last_checkpoint)
    for group in ("weights", "optimizer"):
        assert all(np.array_equal(a, b) for a, b in zip(getattr(one, group), getattr(other, group), strict=True))
    assert run.info().history == alone.info().history


def test_that_a_full_disk_costs_nothing_but_time(small_disk: Path, tmp_path: Path) -> None:
    run = create_run(small_disk, make_project(small_disk, epochs=ENDLESS))
    process = launching.launch(run)
    until(run.last_checkpoint.exists, "the first checkpoint")
    filler = fill(small_disk)
    until(lambda: "is full" in run.info().hindrance, "a sentence about the disk")
    assert run.info().status == "running"
    with pytest.raises(RunError, match="could not be told to pause: the disk is full"):
        run.send("pause")
    with pytest.raises(RunError, match="the disk is full"):
        create_run(small_disk, make_project(small_disk))
    working = psutil.Process(process.pid)
    enough = working.cpu_times().user + 2.0
    until(lambda: working.cpu_times().user > enough, "training on a full disk")
    assert read_snapshot(run.last_checkpoint).state["epoch"] > 0
    filler.unlink()
    until(lambda: any("the disk is full" in sentence for sentence in run.info().warnings), "the warning that waited")
    assert not run.info().hindrance

    fill(small_disk)
    until(lambda: "is full" in run.info().hindrance, "a sentence about the disk")
    os.kill(process.pid, signal.SIGKILL)
    process.wait(PATIENCE)
    assert run.info().status == "interrupted" and "is full" in run.info().hindrance
    filler.unlink()
    assert run.info().can_continue
    ended_as_if_alone(run, read_snapshot(run.last_checkpoint).state["epoch"] + 2, tmp_path / "alone")


def test_that_a_run_folder_made_read_only_keeps_its_last_checkpoint(
    tmp_path: Path, lock_away: Callable[[Path], None]
) -> None:
    run = create_run(tmp_path, make_project(tmp_path, epochs=ENDLESS))
    process = launching.launch(run)
    until(lambda: run.info().last_epoch > 0, "the first checkpoint")
    for folder in (run.path, run.last_checkpoint.parent):
        lock_away(folder)
    until(lambda: any("could not be saved" in sentence for sentence in run.info().warnings), "a warning")
    assert "cannot be written to" in run.info().hindrance
    kept = read_snapshot(run.last_checkpoint).state["epoch"]
    os.kill(process.pid, signal.SIGKILL)
    process.wait(PATIENCE)
    assert read_snapshot(run.last_checkpoint).state["epoch"] == kept
    assert run.info().status == "interrupted"
    with pytest.raises(RunError, match=r"cannot be written to\. Make the folder writable"):
        launching.launch(run, resume=True)
    subprocess.run(["chattr", "-i", str(run.path), str(run.last_checkpoint.parent)], check=True)
    ended_as_if_alone(run, kept + 2, tmp_path / "alone")


def test_that_runs_need_a_folder_that_can_be_written(tmp_path: Path, lock_away: Callable[[Path], None]) -> None:
    project = make_project(tmp_path)
    (tmp_path / "runs").mkdir()
    lock_away(tmp_path / "runs")
    with pytest.raises(RunError, match="could not be made"):
        create_run(tmp_path, project)


def test_that_a_clock_that_jumps_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calm = create_run(tmp_path / "calm", make_project(tmp_path / "calm", epochs=6))
    assert train(calm) == 0
    looks = 0

    def jumping() -> float:
        """A day ahead at first, an hour behind later."""
        nonlocal looks
        looks += 1
        return time.time() + (86_400 if looks < 20 else -3_600)

    monkeypatch.setattr(fitting, "EventLog", lambda path: EventLog(path, jumping))
    run = create_run(tmp_path, make_project(tmp_path, epochs=6))
    assert train(run) == 0 and looks > 40
    assert (run.info().status, run.info().history) == ("finished", calm.info().history)
    assert run.info().metrics == calm.info().metrics


def test_that_a_run_ended_in_the_future_can_be_continued_and_told_to_stop(tmp_path: Path) -> None:
    run = create_run(tmp_path, make_project(tmp_path, epochs=ENDLESS))
    run.send("stop")  # meant for an earlier process, a day ahead
    log = EventLog(run.events_file, lambda: time.time() + 86_400)
    log.write(fitting.ev.Finished(run=run.name, reason="stopped"))
    log.close()
    assert run.info().status == "stopped"
    run.claim(os.getpid())
    assert run.info().status == "starting"

    def ask() -> None:
        until(lambda: run.info().last_epoch > 0, "the first checkpoint")
        run.send("stop")

    asking = threading.Thread(target=ask)
    asking.start()
    assert train(run) == 0
    asking.join()
    assert (run.info().status, run.info().reason) == ("stopped", "stopped")
    assert run.info().last_epoch > 0


def test_that_of_two_who_continue_a_run_at_once_one_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = create_run(tmp_path, make_project(tmp_path))
    begun, both = [], threading.Barrier(2)

    def start(arguments: list[str], stdin: int | None, way: object) -> subprocess.Popen[bytes]:
        begun.append(subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE))
        time.sleep(0.1)  # wide open for the other
        return begun[-1]

    def press() -> None:
        both.wait()
        try:
            launching.launch(run, resume=True)
        except RunError as error:
            refusals.append(str(error))

    refusals: list[str] = []
    monkeypatch.setattr(launching, "_start", start)
    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(begun) == 1 and len(refusals) == 1 and "already" in refusals[0]
    for process in begun:
        process.communicate(b"")


def test_that_no_checkpoint_is_ahead_of_the_curve_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = create_run(tmp_path, make_project(tmp_path, epochs=3, checkpoint_minutes=1e-5))
    saved: list[tuple[int, int]] = []

    def look(taken: Snapshot, file: Path) -> None:
        if file == run.last_checkpoint:
            saved.append((taken.state["epoch"], taken.state["step"]))
            events = ev.EventReader(run.events_file).read_new()
            told = [each for each in events if isinstance(each, ev.Batch)]
            (started,) = (each for each in events if isinstance(each, ev.Started))
            reached = saved[-1][0] * started.steps_per_epoch + saved[-1][1]
            assert len(told) >= reached, f"a kill now would leave {reached - len(told)} steps without values"
        write_snapshot(taken, file)

    monkeypatch.setattr(event_log, "WRITES_PER_SECOND", 1e-6)  # batches wait until something else is written
    monkeypatch.setattr(fitting, "write_snapshot", look)
    assert train(run) == 0, run.info().message
    assert any(step for _, step in saved)


@pytest.mark.parametrize("patience", [0, 1])
def test_that_a_run_that_broke_off_after_its_last_epoch_comes_to_the_same_end(
    patience: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopping = {"monitor": "val_loss", "patience": patience, "min_delta": 0.5} if patience else None
    runs = [create_run(tmp_path, make_project(tmp_path, epochs=4, early_stopping=stopping)) for _ in range(2)]
    alone, broken = runs
    assert train(alone) == 0
    assert (alone.info().reason == "early-stopping") == bool(patience)
    with monkeypatch.context() as patch:

        def out_of_power(*_: object) -> None:
            raise MemoryError

        patch.setattr(fitting, "measure", out_of_power)
        assert train(broken) != 0
    assert broken.info().can_continue and not broken.info().metrics
    assert train(broken, resume=True) == 0, broken.info().message
    one, other = alone.info(), broken.info()
    assert (other.status, other.reason, other.epoch) == ("finished", one.reason, one.epoch)
    assert (other.history, other.metrics) == (one.history, one.metrics)
    pairs = zip(
        read_snapshot(alone.last_checkpoint).weights, read_snapshot(broken.last_checkpoint).weights, strict=True
    )
    assert all(np.array_equal(a, b) for a, b in pairs)
