"""What there is to train on."""

from __future__ import annotations

import json
import os

import pytest

from dlstudio.training.devices import DeviceError, choose_device, cpu_name, list_devices


def test_that_the_processor_has_a_name_and_its_cores() -> None:
    model, _, cores = cpu_name().rpartition(", ")
    assert model
    assert int(cores.split()[0]) == len(os.sched_getaffinity(0))


def test_that_the_processor_comes_first_and_is_what_auto_takes_without_a_gpu() -> None:
    devices = list_devices()
    assert (devices[0].id, devices[0].name) == ("cpu", cpu_name())
    assert devices[0].memory_bytes
    assert devices[0].memory_bytes > 1 << 28
    json.dumps([device.as_json() for device in devices])
    assert choose_device("auto") == (devices[1] if len(devices) > 1 else devices[0])


def test_that_a_device_that_is_not_here_is_named_with_those_that_are() -> None:
    with pytest.raises(DeviceError, match=r"no device 'tpu:3' here. Choose one of: auto, cpu \("):
        choose_device("tpu:3")
