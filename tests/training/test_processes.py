"""The training process as others see it: started, spoken to, killed, continued."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dlstudio.training import launching
from dlstudio.training.runs.events import Batch, Epoch, EventReader, Resumed
from dlstudio.training.runs.run_folder import RunError, RunFolder, create_run
from tests.training.tiny_projects import make_project

PATIENCE = 60.0
ENDLESS = 1_000_000

# Keras reads its variables in a way that numpy will not allow for ever.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def until(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"not within {PATIENCE:.0f} s: {what}"
        time.sleep(0.02)


@pytest.fixture
def endless(tmp_path: Path) -> Iterator[RunFolder]:
    """A run that goes on until somebody ends it."""
    run = create_run(tmp_path, make_project(tmp_path, epochs=ENDLESS))
    yield run
    if run.lives() and run.process()["pid"] != os.getpid():
        os.kill(run.process()["pid"], signal.SIGKILL)


def test_that_a_run_outlives_its_starter_obeys_and_survives_a_kill(endless: RunFolder) -> None:
    run = endless
    # Another process starts it and ends at once, as a window that is closed.
    script = (
        "import sys; from pathlib import Path; from dlstudio.training.launching import launch; "
        "from dlstudio.training.runs.run_folder import RunFolder; launch(RunFolder(Path(sys.argv[1]))); "
        "assert not {'keras', 'tensorflow', 'numpy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script, str(run.path)], check=True, timeout=PATIENCE)
    assert run.info().status == "starting"
    with pytest.raises(RunError, match="being trained already"):
        launching.launch(run)
    until(lambda: run.info().last_epoch > 0, "the first checkpoint")
    assert run.info().status == "running"

    group = Path(f"/proc/{run.process()['pid']}/autogroup")
    if group.exists():  # Linux that weighs whole sessions against each other: the window's has to weigh more
        assert group.read_text(encoding="ascii").split()[-1] == "10"

    run.send("pause")
    until(lambda: run.info().status == "paused", "a pause")
    reader = EventReader(run.events_file)
    reader.read_new()
    run.send("resume")
    until(lambda: run.info().status == "running", "going on")
    later = reader.read_new()
    resumed = next(index for index, event in enumerate(later) if isinstance(event, Resumed))
    assert not any(isinstance(event, Batch) for event in later[:resumed])
    until(lambda: any(isinstance(event, Epoch) for event in reader.read_new()), "a further epoch")

    os.kill(run.process()["pid"], signal.SIGKILL)
    until(lambda: run.info().status == "interrupted", "the end")
    info = run.info()
    assert info.can_continue
    assert run.log_file.stat().st_size > 0

    from dlstudio.training.fitting import train

    frozen = run.record()["project"]
    frozen["training"]["epochs"] = info.last_epoch + 2
    run.amend(project=frozen)
    assert train(run, resume=True) == 0
    ended = run.info()
    assert (ended.status, ended.epoch) == ("finished", info.last_epoch + 2)
    assert len(ended.history) == ended.epoch


@pytest.mark.skipif(sys.platform == "win32", reason="SIGTERM ends a process at once there")
def test_that_a_spare_takes_the_run_and_stops_with_a_checkpoint_when_terminated(endless: RunFolder) -> None:
    launching.prepare_spare()
    spare = launching._spare
    assert spare is not None
    process = launching.launch(endless)
    assert process.pid == spare.pid
    until(lambda: endless.info().last_epoch > 0, "the first checkpoint")
    os.kill(process.pid, signal.SIGTERM)
    assert process.wait(PATIENCE) == 0
    info = endless.info()
    assert (info.status, info.reason, info.can_continue) == ("stopped", "stopped", True)
    assert endless.model_file.is_file()


def test_that_a_spare_nobody_needs_ends() -> None:
    launching.prepare_spare()
    spare = launching._spare
    assert spare is not None
    launching.prepare_spare()
    assert launching._spare is spare
    launching.discard_spare()
    assert spare.poll() is not None


def test_that_wrong_arguments_end_with_status_2() -> None:
    for arguments in ([], ["--spare", "folder"]):
        done = subprocess.run([sys.executable, "-m", "dlstudio.training", *arguments], check=False, capture_output=True)
        assert done.returncode == 2


def test_that_a_folder_that_is_no_run_ends_with_a_sentence(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "dlstudio.training", str(tmp_path)], check=False, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "There is no run at" in done.stderr
