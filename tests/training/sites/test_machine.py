"""Runs that another machine trains. This one plays it, under another home, behind a program that is named ssh."""

from __future__ import annotations

import json
import os
import shlex
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dlstudio.training.launching import TrainingProcess, launch
from dlstudio.training.runs.run_folder import RunError, RunFolder, create_run
from dlstudio.training.sites.site import SITE, Machine, remember
from tests.training.tiny_projects import make_project

PATIENCE = 200.0
ENDLESS = 1_000_000

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a script of the shell")


@pytest.fixture
def far(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The home of the other machine."""
    home, programs = tmp_path / "far", tmp_path / "bin"
    for folder in (home, programs):
        folder.mkdir()
    root = Path(__file__).resolve().parents[3]
    script = Path(__file__).with_name("stand_in_ssh.py")
    python = shlex.quote(sys.executable)
    (programs / "ssh").write_text(f'#!/bin/sh\nexec {python} {shlex.quote(str(script))} "$@"\n')
    (programs / "dlstudio").write_text(f'#!/bin/sh\nexec {python} -m dlstudio "$@"\n')
    for program in programs.iterdir():
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(root), *sys.path]))
    monkeypatch.setenv("STAND_IN_HOME", str(home))
    yield home
    for folder in home.glob("*/*/runs/*"):
        end(RunFolder(folder))


def end(run: RunFolder) -> None:
    if run.lives():
        os.kill(run.process()["pid"], signal.SIGKILL)


@pytest.fixture
def sent(far: Path, tmp_path: Path) -> Iterator[Callable[..., RunFolder]]:
    made = []

    def make(epochs: int, machine: Machine | None = None) -> RunFolder:
        machine = machine or Machine("me@far")
        remember(machine)
        project = make_project(tmp_path / "near", epochs=epochs)
        made.append(create_run(tmp_path / "near", project, extra={SITE: machine.as_json()}))
        return made[-1]

    yield make
    for run in made:
        end(run)


def until(condition: Callable[[], bool], what: str) -> None:
    limit = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < limit, f"not within {PATIENCE:.0f} s: {what}"
        time.sleep(0.05)


def far_run(far: Path, run: RunFolder) -> RunFolder:
    (folder,) = far.glob(f"dlstudio-runs/*/runs/{run.name}")
    return RunFolder(folder)


def finished(process: TrainingProcess, run: RunFolder) -> None:
    assert process.wait(PATIENCE) == 0, run.info().message


def test_that_a_run_comes_back_whole_also_over_a_connection_that_breaks(
    sent: Callable[..., RunFolder], far: Path, tmp_path: Path
) -> None:
    (tmp_path / "near" / "runs" / "0001").mkdir(parents=True)  # an old run that nobody needs over there
    (tmp_path / "near" / "runs" / "0001" / "old.bin").write_bytes(b"x")
    run = sent(3)
    (far / "cut").write_text("3000")
    finished(launch(run), run)
    there, info = far_run(far, run), run.info()
    assert (info.status, info.epoch, len(info.history)) == ("finished", 3, 3)
    assert info.metrics == there.info().metrics
    for name in ("model.keras", "checkpoint/last.npz", "checkpoint/best.npz"):
        assert (run.path / name).read_bytes() == (there.path / name).read_bytes()
    assert any(run.encoders_folder.iterdir())
    assert run.record()["device"] == there.record()["device"]
    told = [line for line in run.events_file.read_text().splitlines() if '"note"' not in line]
    assert told == there.events_file.read_text().splitlines()  # each event once, although the connection broke
    assert "The connection to me@far is lost" in run.events_file.read_text()
    assert not (there.path.parent / "0001").exists()
    calls = [json.loads(line) for line in (far / "calls").read_text().splitlines()]
    assert len(calls) >= 2
    assert all(call[-3:] == ["--", "me@far", "dlstudio host"] for call in calls)


@pytest.mark.slow
def test_that_the_run_goes_on_without_this_end_and_is_followed_again(sent: Callable[..., RunFolder], far: Path) -> None:
    run = sent(ENDLESS)
    process = launch(run)
    until(lambda: run.info().epoch >= 1, "the first epoch")
    run.send("pause")
    until(lambda: run.info().status == "paused", "a pause")
    run.send("resume")
    until(lambda: run.info().status == "running", "going on")
    there = far_run(far, run)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(PATIENCE)
    assert run.info().status == "interrupted"
    worker, before = there.process()["pid"], there.info().epoch
    until(lambda: there.info().epoch > before, "the run goes on over there")
    process = launch(run, resume=True)
    until(lambda: run.info().epoch > before, "what happened since")
    assert there.process()["pid"] == worker  # it was followed, not begun anew
    run.send("stop")
    finished(process, run)
    info = run.info()
    assert (info.status, info.can_continue) == ("stopped", True)
    assert run.last_checkpoint.read_bytes() == there.last_checkpoint.read_bytes()
    assert len(info.history) == info.epoch


@pytest.mark.slow
def test_that_a_stopped_run_goes_on_at_another_machine_from_its_checkpoint(
    sent: Callable[..., RunFolder], far: Path
) -> None:
    run = sent(ENDLESS)
    process = launch(run)
    until(lambda: run.info().epoch >= 2, "two epochs")
    run.send("stop")
    finished(process, run)
    done = run.info().last_epoch
    other = Machine("elsewhere", "projects/mine")
    remember(other)
    frozen = run.record()["project"]
    frozen["training"]["epochs"] = done + 2
    run.amend(project=frozen, site=other.as_json())
    finished(launch(run, resume=True), run)
    info = run.info()
    assert (info.status, info.epoch, len(info.history)) == ("finished", done + 2, done + 2)
    assert (far / "projects" / "mine" / "runs" / run.name / "model.keras").is_file()


@pytest.mark.parametrize(
    ("status", "words", "sentence"),
    [
        (255, "ssh: Could not resolve hostname far: Name or service not known", "There is no machine named me@far"),
        (255, "me@far: Permission denied (publickey,password).", "ssh-copy-id me@far"),
        (255, "Host key verification failed.", "Run 'ssh me@far' once in a terminal"),
        (255, "ssh: connect to host far port 22: Connection refused", "me@far does not answer"),
        (127, "bash: line 1: dlstudio: command not found", "There is no command 'dlstudio' on me@far"),
        (1, "Segmentation fault", "It said: Segmentation fault"),
    ],
)
def test_that_what_keeps_ssh_from_reaching_the_machine_is_told(
    sent: Callable[..., RunFolder], far: Path, status: int, words: str, sentence: str
) -> None:
    from dlstudio.training.sites.conducting import conduct

    run = sent(1)
    (far / "refuse").write_text(f"{status} {words}")
    assert conduct(run, Machine("me@far"), resume=False) == 1
    info = run.info()
    assert (info.status, info.failure) == ("failed", "site")
    assert sentence in info.message


def test_that_another_version_there_is_told(
    sent: Callable[..., RunFolder], far: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dlstudio.training.sites import carrying

    run = sent(1)
    monkeypatch.setattr(carrying, "_version", lambda: "9.9")
    from dlstudio.training.sites.conducting import conduct

    assert conduct(run, Machine("me@far"), resume=False) == 1
    assert "Use the same version on both" in run.info().message


def test_that_a_missing_ssh_is_told(sent: Callable[..., RunFolder], monkeypatch: pytest.MonkeyPatch) -> None:
    from dlstudio.training.sites.conducting import conduct

    run = sent(1)
    monkeypatch.setenv("PATH", "")
    assert conduct(run, Machine("me@far"), resume=False) == 1
    assert "There is no program 'ssh' on this computer" in run.info().message


def test_that_a_run_of_a_stranger_sends_nothing_anywhere(far: Path, tmp_path: Path) -> None:
    site = {"kind": "ssh", "host": "me@far", "command": "rm -rf ~; dlstudio"}
    run = create_run(tmp_path / "near", make_project(tmp_path / "near"), extra={SITE: site})
    remember(Machine("me@far"))  # the same machine, but another command
    with pytest.raises(RunError, match="which nobody has chosen here"):
        launch(run)
    assert not (far / "calls").exists()
