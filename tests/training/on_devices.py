"""Trains the same network without dropout on one device and on all together; prints both histories as JSON, and how the
layers learnt in the first step."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.graph.project import ObjectSettings
from dlstudio.training.computing import backends
from dlstudio.training.fitting import train
from dlstudio.training.layer_watch import LayerWatch
from dlstudio.training.runs import events as ev
from dlstudio.training.runs.run_folder import create_run
from tests.training.tiny_projects import make_project

GRAPH = Graph(
    {
        "numbers": Node("numbers", "Input", {"column": "features"}),
        "hidden": Node("hidden", "keras.layers.Dense", {"units": 16, "activation": "relu"}),
        "units": Node("units", "keras.layers.Dense", {"units": 3}),
        "answer": Node("answer", "Output", {"column": "colour", "task": "classification"}),
    },
    (Wire("numbers", "hidden"), Wire("hidden", "units"), Wire("units", "answer")),
)


def main(folder: Path) -> None:
    if backends.usual() == "tensorflow":
        import tensorflow as tf

        (processor,) = tf.config.list_physical_devices("CPU")
        tf.config.set_logical_device_configuration(processor, [tf.config.LogicalDeviceConfiguration()] * 2)
    LayerWatch.due = lambda self, epoch_ends: True  # type: ignore[method-assign]  # else the clock decides
    histories: dict[str, list[dict[str, float | None]]] = {}
    layers: dict[str, list[dict[str, dict[str, float | None]]]] = {}
    clipped = ObjectSettings("keras.optimizers.Adam", {"learning_rate": 0.01, "clipnorm": 0.1})
    for device in ("cpu", "all"):
        histories[device], layers[device] = [], []
        for batch_size in (32, 33):  # 33 samples cannot be dealt out to two devices
            run = create_run(
                folder, make_project(folder, GRAPH, epochs=2, batch_size=batch_size, device=device, optimizer=clipped)
            )
            if train(run) != 0:
                raise SystemExit(f"{device}: {run.info().message}")
            histories[device] += [dict(values) for values in run.info().history]
            told = ev.EventReader(run.events_file).read_new()
            layers[device].append(next(dict(each.layers) for each in told if isinstance(each, ev.Layers)))
    print(json.dumps({"histories": histories, "layers": layers}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
