"""What can compute here, by name, and the choice of one: the only place in this room that knows the backends apart.

Importing this module is cheap; the backend is imported when GPUs are asked for, so ask in a child process.
"""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import subprocess
from dataclasses import asdict, dataclass
from typing import Any

from dlstudio.training.computing.processor import cpu_name as cpu_name  # noqa: PLC0414 - named here with the other devices
from dlstudio.training.quantities import bytes_text

AUTO = "auto"
CPU = "cpu"
ALL = "all"
_scope = contextlib.ExitStack()  # of Keras' choice of a device on torch, and of several devices on TensorFlow


class DeviceError(RuntimeError):
    """A device that is not here; the message says which ones are."""


@dataclass(frozen=True)
class Device:
    """One processor to train on.

    Attributes:
        id: ``cpu``, ``gpu:0``, ``gpu:1`` ..., or ``all``: several that share each batch.
        name: For people: ``AMD EPYC 7763, 2 cores`` or ``NVIDIA H200``.
        memory_bytes: Memory it has, or None where that is not known.
    """

    id: str
    name: str
    memory_bytes: int | None = None

    @property
    def title(self) -> str:
        """Its name with its memory, and of a GPU its id, as there may be several: ``NVIDIA H200 · 151 GB (gpu:0)``."""
        memory = f" · {bytes_text(self.memory_bytes)}" if self.memory_bytes else ""
        return f"{self.name}{memory}" + (f" ({self.id})" if self.id.startswith("gpu:") else "")

    def as_json(self) -> dict[str, Any]:
        """A JSON object, with ``title`` besides."""
        return {**asdict(self), "title": self.title}


def list_devices() -> list[Device]:
    """The CPU, then the GPUs that the backend can use, then all of them together. Imports the backend."""
    gpus = _gpus()
    return [Device(CPU, cpu_name(), _main_memory()), *gpus, *_together(gpus)]


def choose_device(wanted: str) -> Device:
    """Makes the backend use one device; has to come before its first computation.

    Args:
        wanted: ``auto`` (the first GPU, else the CPU), ``cpu``, ``gpu``, ``gpu:N`` or ``all``.

    Raises:
        DeviceError: It is not here.
    """
    devices = list_devices()
    name = "gpu:0" if wanted == "gpu" else wanted
    if name == AUTO:
        name = "gpu:0" if any(device.id == "gpu:0" for device in devices) else CPU
    if name == ALL and not any(device.id == ALL for device in devices):
        raise DeviceError(_not_together(devices))
    chosen = next((device for device in devices if device.id == name), None)
    if chosen is None:
        there = ", ".join(f"{device.id} ({device.title})" for device in devices)
        raise DeviceError(f"There is no device '{wanted}' here. Choose one of: auto, {there}.")
    _use(chosen)
    return chosen


def share_out(workers: int) -> Device:
    """Makes several processes that JAX has joined share each batch between all their devices; a CPU each, or GPUs."""
    import jax
    import keras

    keras.distribution.set_distribution(keras.distribution.DataParallel(auto_shard_dataset=False))
    kind = str(jax.local_devices()[0].device_kind) if jax.default_backend() == "gpu" else cpu_name()
    return Device(ALL, f"{workers} workers, each {kind}")


def use_own() -> None:
    """Has what is built from now on computed by this process alone, on the first of its own devices."""
    import jax
    import keras

    keras.distribution.set_distribution(None)
    jax.config.update("jax_default_device", jax.local_devices()[0])


def _backend() -> str:
    import keras

    return str(keras.config.backend())


def _gpus() -> list[Device]:
    names: list[str] = []
    if _backend() == "tensorflow":
        import tensorflow as tf

        gpus = tf.config.list_physical_devices("GPU")
        names = [str(tf.config.experimental.get_device_details(gpu).get("device_name", "GPU")) for gpu in gpus]
    elif _backend() == "jax":
        import jax

        names = [str(device.device_kind) for device in jax.devices() if device.platform == "gpu"]
    else:
        import torch

        names = [torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())]
    if not names:
        return []
    memory = _gpu_memory()
    return [
        Device(f"gpu:{index}", name, memory[index] if index < len(memory) else None) for index, name in enumerate(names)
    ]


def _together(gpus: list[Device]) -> list[Device]:
    """All devices as one, where the backend can share a batch between them: JAX and TensorFlow do."""
    if _backend() == "tensorflow":
        count, kind = (len(gpus), "GPU") if gpus else (_split_processor(), "CPU")
    elif _backend() == "jax":
        import jax

        count, kind = len(jax.devices()), jax.default_backend().upper()
    else:
        return []
    if count < 2:
        return []
    memory = [each.memory_bytes for each in gpus if each.memory_bytes]
    return [Device(ALL, f"{count} {kind}s together", sum(memory) or None)]


def _not_together(devices: list[Device]) -> str:
    gpus = sum(device.id.startswith("gpu") for device in devices)
    if gpus < 2:
        return (
            f"There are not several GPUs here to train on together. Choose one of: {', '.join(d.id for d in devices)}."
        )
    return "Training on several GPUs together works with TensorFlow and JAX. Choose one of these backends, or one GPU."


def _split_processor() -> int:
    """How many devices the processor counts as for TensorFlow; more than one only where somebody has split it."""
    import tensorflow as tf

    processors = tf.config.list_physical_devices("CPU")
    parts = tf.config.get_logical_device_configuration(processors[0]) if processors else None
    return len(parts or ()) or len(processors)


def _mirror() -> None:
    """Has TensorFlow keep what is made from now on, on each of the GPUs, or of the parts of a processor."""
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    for gpu in gpus:
        tf.config.experimental.set_memory_growth(gpu, True)
    names = [f"GPU:{index}" for index in range(len(gpus))] or [f"CPU:{index}" for index in range(_split_processor())]
    _scope.enter_context(_mirrored(tuple(names)).scope())


@functools.cache
def _mirrored(names: tuple[str, ...]) -> Any:
    """One for the process: TensorFlow numbers what devices say to each other, and two would use the same numbers."""
    import tensorflow as tf

    return tf.distribute.MirroredStrategy(names)


def _use(device: Device) -> None:
    _scope.close()
    if device.id == ALL and _backend() == "tensorflow":
        _mirror()
        return
    if device.id == ALL:
        import keras

        keras.distribution.set_distribution(keras.distribution.DataParallel(auto_shard_dataset=False))
        return
    if _backend() == "tensorflow":
        import tensorflow as tf

        gpus = tf.config.list_physical_devices("GPU")
        visible = [] if device.id == CPU else [gpus[int(device.id.partition(":")[2])]]
        if not gpus:
            return
        try:
            tf.config.set_visible_devices(visible, "GPU")
            for gpu in visible:  # without this, one run takes all the memory of the device
                tf.config.experimental.set_memory_growth(gpu, True)
        except RuntimeError:
            raise DeviceError(
                f"The device cannot be changed to {device.id} any more: this process has computed already."
            ) from None
    elif _backend() == "jax":
        import jax

        kind, _, number = device.id.partition(":")
        jax.config.update("jax_default_device", jax.devices(kind)[int(number or 0)])
    else:
        import keras
        import torch

        if device.id != CPU:
            torch.cuda.set_device(int(device.id.partition(":")[2]))
        elif torch.cuda.is_available():  # Keras takes a GPU wherever there is one
            _scope.enter_context(keras.device(CPU))


def _gpu_memory() -> list[int]:
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return []
    try:
        answer = subprocess.run(
            [tool, "--query-gpu=memory.total", "--format=csv,noheader,nounits"],
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
        return [int(line) << 20 for line in answer.stdout.split("\n") if line.strip()]
    except (OSError, ValueError, subprocess.SubprocessError):
        return []


def _main_memory() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return None
