"""A run on a cluster of two machines: two networks of their own on this one, where neither is found by its name."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from dlstudio.graph.saving import save_project
from dlstudio.training.runs.run_folder import RunFolder
from tests.training.sites.one_process import PATIENCE, agree, trained_alone, with_ray

EPOCHS = 5
PORT = 6390
BRIDGE = "dlsbr"
MACHINES = {"dlsone": "10.78.0.1", "dlstwo": "10.78.0.2"}
FIRST = "dlsone"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    with_ray,
]


def ip(*words: str) -> bool:
    return not subprocess.run(["ip", *words], check=False, capture_output=True).returncode


def on(machine: str, *command: str) -> list[str]:
    return ["ip", "netns", "exec", machine, *command]


@pytest.fixture
def networks() -> Iterator[None]:
    if shutil.which("ip") is None or not ip("netns", "add", FIRST):
        pytest.skip("no right to make networks here")
    try:
        assert ip("link", "add", BRIDGE, "type", "bridge") and ip("link", "set", BRIDGE, "up")
        for name, address in MACHINES.items():
            assert name == FIRST or ip("netns", "add", name)
            assert ip("link", "add", f"{name}-out", "type", "veth", "peer", "name", "inside", "netns", name)
            assert ip("link", "set", f"{name}-out", "master", BRIDGE, "up")
            assert ip("-n", name, "addr", "add", f"{address}/24", "dev", "inside")
            assert ip("-n", name, "link", "set", "inside", "up") and ip("-n", name, "link", "set", "lo", "up")
        yield
    finally:
        ip("link", "delete", BRIDGE)
        for name in MACHINES:
            pids = subprocess.run(["ip", "netns", "pids", name], check=False, capture_output=True, text=True).stdout
            for pid in pids.split():
                with contextlib.suppress(psutil.NoSuchProcess):
                    psutil.Process(int(pid)).kill()
            ip("link", "delete", f"{name}-out")
            ip("netns", "delete", name)


@pytest.fixture
def cluster(networks: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a Ray cluster with one processor on each machine."""
    (tmp_path / "token").write_text("0123456789abcdef" * 4)
    monkeypatch.setenv("RAY_AUTH_TOKEN_PATH", str(tmp_path / "token"))
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    ray = str(Path(sys.executable).with_name("ray"))
    folder = f"/tmp/dlstudio-ray-{os.getpid()}"  # its sockets need a short path
    head = ["--head", "--port", str(PORT), "--temp-dir", folder, "--include-dashboard", "false"]
    for name, address in MACHINES.items():
        how = head if name == FIRST else ["--address", f"{MACHINES[FIRST]}:{PORT}"]
        options = ["--node-ip-address", address, "--num-cpus", "1", "--disable-usage-stats"]
        subprocess.run(on(name, ray, "start", *how, *options), check=True, capture_output=True, timeout=PATIENCE)
    yield f"{MACHINES[FIRST]}:{PORT}"
    shutil.rmtree(folder, ignore_errors=True)


def test_that_workers_on_two_machines_learn_what_one_process_does(cluster: str, tmp_path: Path) -> None:
    alone = trained_alone(tmp_path, EPOCHS)
    save_project(alone.project(), tmp_path)
    train = [sys.executable, "-m", "dlstudio", "train", str(tmp_path), "--cluster", cluster, "--workers", "2"]
    done = subprocess.run(on(FIRST, *train), check=False, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    together = RunFolder(tmp_path / "runs" / "0002")
    assert not together.info().warnings, together.info().warnings
    agree(together, alone)
