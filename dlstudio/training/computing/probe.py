"""How fast one way of computing trains a run's network.

``python -m dlstudio.training.computing.probe RUN_FOLDER [--xla] [--steps=N] [--precision=P]``

The process has been given its backend and threads by its environment. It trains on real batches of the run for a
moment, throws the result away and prints one JSON object; the run's folder is only read.
"""

from __future__ import annotations

import json
import os
import sys
import time
from argparse import ArgumentParser
from itertools import chain, count
from pathlib import Path
from typing import Any

from dlstudio.training.runs.run_folder import RunFolder

SECONDS = 1.5
MOST_STEPS = 4000
MARK = "probe: "


def main(arguments: list[str]) -> int:
    """Measures and prints; the exit status is 0."""
    from dlstudio.compiler.custom_layers import permitted
    from dlstudio.training.runs.run_code import run_permission

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    name = "python -m dlstudio.training.computing.probe"
    parser = ArgumentParser(prog=name, description="Measure how fast a run trains.")
    parser.add_argument("run", type=Path, help="the run's folder")
    parser.add_argument("--xla", action="store_true", help="have TensorFlow compile the steps by XLA")
    parser.add_argument("--steps", type=int, default=1, help="steps in one call (1)")
    parser.add_argument("--precision", default="", help="in place of the run's")
    options = parser.parse_args(arguments)
    run = RunFolder(options.run)
    with permitted(run_permission(run)):
        found = measure(run, xla=options.xla, at_once=options.steps, precision=options.precision)
    print(MARK + json.dumps(found), flush=True)  # noqa: T201
    return 0


def measure(run: RunFolder, *, xla: bool = False, at_once: int = 1, precision: str = "") -> dict[str, Any]:
    """Trains for a moment.

    Args:
        run: Not begun.
        xla: Whether TensorFlow compiles the steps by XLA.
        at_once: Steps in one call.
        precision: In place of the run's.

    Returns:
        ``setup``: seconds until two calls were made, which is when all is compiled; ``rate``: samples a second
        from there on; ``samples``: in one epoch; ``batch_bytes``: of what a step is given;
        ``device``: its id.
    """
    import keras

    from dlstudio.training.adapters import adapt
    from dlstudio.training.computing.devices import choose_device
    from dlstudio.training.optimizers import build_optimizer
    from dlstudio.training.preparation import prepare_run
    from dlstudio.training.stepping import Stepper, rows
    from dlstudio.training.targets import compile_model

    device = choose_device(run.project().training.device)
    network, data = prepare_run(run, precision)
    settings = network.project.training
    adapt(network.model, settings.lora, settings.seed)
    feed = network.feed(data, "train", weighted=settings.class_weights, resampled=settings.resample)
    steps = feed.steps(settings.batch_size)
    optimizer = build_optimizer(settings, steps * settings.epochs)
    compile_model(network.model, network.targets, optimizer, xla=xla, smoothing=settings.label_smoothing)
    places = feed.order(settings.seed, 1)
    size = min(settings.batch_size, len(places))
    whole = places[: len(places) // size * size]  # a smaller last batch compiles anew
    stepper = Stepper(network.model)
    began, begun, done = time.perf_counter(), 0.0, 0
    passes = (feed.bundles(whole, size, at_once=at_once) for _ in count())
    for calls, bundle in enumerate(chain.from_iterable(passes), 1):
        logs = stepper.train_in(bundle, 0, bundle.count)
        if calls == 2:
            rows(*logs)
            begun = time.perf_counter()
        elif calls > 2:
            done += bundle.count
            if time.perf_counter() - begun > SECONDS or done >= MOST_STEPS:
                break
    rows(*logs)
    rate = done * size / (time.perf_counter() - begun)
    given = keras.tree.flatten(bundle.batch())
    sizes = sum(array.nbytes for array in given if array is not None)
    return {"setup": begun - began, "rate": rate, "samples": len(places), "batch_bytes": sizes, "device": device.id}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
