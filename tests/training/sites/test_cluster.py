"""Runs that the workers of a Ray cluster train, on a Ray that is started for them here."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from dlstudio.training.launching import launch
from dlstudio.training.runs.run_folder import RunError, RunFolder, create_run
from dlstudio.training.sites.site import SITE, Cluster, remember
from tests.training.on_devices import GRAPH
from tests.training.sites.one_process import PATIENCE, agree, trained_alone, with_ray
from tests.training.tiny_projects import make_project

EPOCHS = 30

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def on_cluster(tmp_path: Path) -> Iterator[Callable[..., RunFolder]]:
    made = []

    def make(epochs: int, workers: int = 2, address: str = "local", **training: object) -> RunFolder:
        site = Cluster(address, workers)
        remember(site)
        project = make_project(tmp_path, GRAPH, epochs=epochs, batch_size=32, **training)
        made.append(create_run(tmp_path, project, backend="jax", extra={SITE: site.as_json()}))
        return made[-1]

    yield make
    for run in made:
        if run.lives():
            for process in with_children(run):
                process.kill()


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a Ray cluster of two processors, with a token, that is there before a run and stays after it."""
    (tmp_path / "token").write_text("0123456789abcdef" * 4)
    monkeypatch.setenv("RAY_AUTH_TOKEN_PATH", str(tmp_path / "token"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--head", "--block", "--port", str(port), "--num-cpus", "2", "--include-dashboard", "false"]
    files = ["--temp-dir", f"/tmp/dlstudio-ray-{port}"]  # its sockets need a short path
    ray = str(Path(sys.executable).with_name("ray"))
    process = subprocess.Popen([ray, "start", *options, *files, "--disable-usage-stats"], stdout=subprocess.DEVNULL)
    until(lambda: answers(port), "the cluster")
    yield f"127.0.0.1:{port}"
    children = psutil.Process(process.pid).children(recursive=True)
    process.terminate()
    for each in children:
        with contextlib.suppress(psutil.NoSuchProcess):
            each.kill()
    process.wait(PATIENCE)
    shutil.rmtree(files[1], ignore_errors=True)


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def with_children(run: RunFolder) -> list[psutil.Process]:
    first = psutil.Process(run.process()["pid"])
    return [first, *first.children(recursive=True)]


def until(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"not within {PATIENCE:.0f} s: {what}"
        time.sleep(0.05)


@pytest.mark.slow
@with_ray
def test_that_two_workers_of_ray_learn_what_one_process_does(
    on_cluster: Callable[..., RunFolder], tmp_path: Path
) -> None:
    run = on_cluster(3)
    assert launch(run).wait(PATIENCE) == 0, run.info().message
    info = run.info()
    assert (info.status, info.warnings) == ("finished", ())
    assert info.device.startswith("2 workers")
    assert run.model_file.is_file()
    assert not run.process()  # nobody is at it any more
    agree(run, trained_alone(tmp_path, 3))


@pytest.mark.slow
@with_ray
def test_that_a_killed_worker_costs_nothing_but_time_and_pause_and_stop_are_obeyed(
    on_cluster: Callable[..., RunFolder], tmp_path: Path
) -> None:
    run = on_cluster(EPOCHS)
    process = launch(run)
    until(lambda: run.info().last_epoch >= 2, "the second checkpoint")
    run.send("pause")
    until(lambda: run.info().status == "paused", "a pause")
    workers = [each for each in with_children(run) if "RayTrainWorker" in each.name() + " ".join(each.cmdline())]
    assert len(workers) == 2
    workers[1].kill()
    # The workers that are started in its place read what was said: they pause before their first step.
    until(lambda: bool(run.info().warnings) or run.info().status == "failed", "word of the loss")
    run.send("resume")
    assert process.wait(PATIENCE) == 0, run.info().message
    info = run.info()
    assert info.status == "finished"
    assert "The run goes on from its last checkpoint" in info.warnings[0]
    agree(run, trained_alone(tmp_path, EPOCHS))


@pytest.mark.slow
@with_ray
def test_that_stopping_leaves_a_checkpoint_to_go_on_from(on_cluster: Callable[..., RunFolder], tmp_path: Path) -> None:
    run = on_cluster(EPOCHS, workers=1)
    process = launch(run)
    until(lambda: run.info().last_epoch >= 1, "the first checkpoint")
    run.send("stop")
    assert process.wait(PATIENCE) == 0, run.info().message
    info = run.info()
    assert info.status in ("stopped", "finished")
    if info.status == "stopped":
        assert info.can_continue
        assert launch(run, resume=True).wait(PATIENCE) == 0, run.info().message
    agree(run, trained_alone(tmp_path, EPOCHS))


@pytest.mark.slow
@with_ray
def test_that_a_run_of_a_cluster_goes_on_where_all_that_ray_had_of_it_was_killed(
    on_cluster: Callable[..., RunFolder], cluster: str, tmp_path: Path
) -> None:
    run = on_cluster(EPOCHS, address=cluster)
    process = launch(run)
    until(lambda: run.info().last_epoch >= 2, "the second checkpoint")
    for each in psutil.process_iter(["cmdline"]):  # also what would give the processors back
        if each.info["cmdline"] and each.info["cmdline"][0].startswith(("ray::RayTrainWorker", "ray::TrainController")):
            each.kill()
    assert process.wait(PATIENCE) == 0, run.info().message
    assert "The run goes on from its last checkpoint" in run.info().warnings[0]
    agree(run, trained_alone(tmp_path, EPOCHS))


HOLD = """
import os, sys, time
os.environ["RAY_AUTH_MODE"] = "token"
import ray
ray.init(address=sys.argv[1], log_to_driver=False)
ray.get(ray.remote(num_cpus=1)(lambda: time.sleep(10**6)).remote())
"""


@pytest.mark.slow
@with_ray
def test_that_a_run_waits_for_a_busy_cluster_says_so_and_can_be_stopped(
    on_cluster: Callable[..., RunFolder], cluster: str, tmp_path: Path
) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, cluster])
    try:
        time.sleep(10)  # until its task has its processor
        run = on_cluster(3, address=cluster)
        process = launch(run)
        until(lambda: bool(run.info().warnings), "word of the others")
        assert "as soon as 2 processors of it are free" in run.info().warnings[0]
        run.send("stop")
        assert process.wait(PATIENCE) == 1
        assert "stopped while it waited for the cluster" in run.info().message
        process = launch(run)
        until(lambda: len(run.info().warnings) > 1, "word of the others again")
    finally:
        holder.kill()
        holder.wait()
    assert process.wait(PATIENCE) == 0, run.info().message
    agree(run, trained_alone(tmp_path, 3))


@with_ray
def test_that_a_cluster_that_does_not_answer_is_told(on_cluster: Callable[..., RunFolder]) -> None:
    run = on_cluster(1, address="127.0.0.1:9")
    assert launch(run).wait(PATIENCE) == 1
    info = run.info()
    assert (info.status, info.failure) == ("failed", "site")
    assert "The Ray cluster at 127.0.0.1:9 cannot be used" in info.message


@pytest.mark.slow
@with_ray
def test_that_what_is_wrong_with_the_settings_is_told_once_and_not_tried_again(
    on_cluster: Callable[..., RunFolder],
) -> None:
    run = on_cluster(1, early_stopping={"monitor": "val_loss", "patience": 0})
    assert launch(run).wait(PATIENCE) == 1
    info = run.info()
    assert info.failure == "settings"
    assert "patience of 1 epoch or more" in info.message
    assert not info.warnings


def test_that_a_run_that_names_a_cluster_of_others_is_refused(tmp_path: Path) -> None:
    site = {"kind": "cluster", "address": "10.0.0.9:6379", "workers": 2}
    run = create_run(tmp_path, make_project(tmp_path), extra={SITE: site})
    with pytest.raises(RunError, match="which nobody has chosen here"):
        launch(run)
