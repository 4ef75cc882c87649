"""What there is to train on."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from dlstudio.training.computing import backends
from dlstudio.training.computing.devices import DeviceError, choose_device, cpu_name, list_devices


def test_that_the_processor_has_a_name_and_its_cores() -> None:
    model, _, cores = cpu_name().rpartition(", ")
    assert model
    assert int(cores.split()[0]) == len(os.sched_getaffinity(0))


def test_that_the_processor_comes_first_and_is_what_auto_takes_without_a_gpu() -> None:
    devices = list_devices()
    assert (devices[0].id, devices[0].name) == ("cpu", cpu_name())
    assert devices[0].memory_bytes
    assert devices[0].memory_bytes > 1 << 28
    told = json.loads(json.dumps([device.as_json() for device in devices]))
    assert re.fullmatch(re.escape(cpu_name()) + r" · [\d.,]+ GB", told[0]["title"])
    assert choose_device("auto") == (devices[1] if len(devices) > 1 else devices[0])


def test_that_a_device_that_is_not_here_is_named_with_those_that_are() -> None:
    with pytest.raises(DeviceError, match=r"no device 'tpu:3' here. Choose one of: auto, cpu \("):
        choose_device("tpu:3")


def test_that_all_gpus_together_are_refused_where_there_are_not_several() -> None:
    with pytest.raises(DeviceError, match="not several GPUs here"):
        choose_device("all")


@pytest.mark.slow
@pytest.mark.parametrize(
    "backend",
    [
        pytest.param(name, marks=pytest.mark.skipif(name not in backends.installed(), reason=f"{name} is missing"))
        for name in ("tensorflow", "jax")
    ],
)
def test_that_two_devices_together_learn_what_one_does(backend: str, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        backends.VARIABLE: backend,
        "XLA_FLAGS": "--xla_force_host_platform_device_count=2",
        "PYTHONPATH": os.pathsep.join([*sys.path]),
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.training.on_devices", str(tmp_path)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout.splitlines()[-1])
    histories = told["histories"]
    assert len(histories["cpu"]) == 4
    for alone, together in zip(histories["cpu"], histories["all"], strict=True):
        for name in ("loss", "val_loss"):
            assert together[name] == pytest.approx(alone[name], abs=1e-6)
    for alone, together in zip(told["layers"]["cpu"], told["layers"]["all"], strict=True):
        assert {"gradient", "weights", "update"} <= set(alone["hidden"])
        for path, quantities in alone.items():
            assert together[path] == pytest.approx(quantities, rel=2e-3), path
