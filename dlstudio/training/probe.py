"""How fast one way of computing trains a run's network: ``python -m dlstudio.training.probe RUN_FOLDER [--xla]``.

The process has been given its backend and threads by its environment. It trains on real batches of the run for a
moment, throws the result away and prints one JSON object; the run's folder is only read.
"""

from __future__ import annotations

import json
import os
import sys
import time
from itertools import cycle
from pathlib import Path
from typing import Any

from dlstudio.training.run_folder import RunFolder

SECONDS = 1.5
MOST_STEPS = 400
MARK = "probe: "


def main(arguments: list[str]) -> int:
    """Measures and prints; the exit status is 0."""
    from dlstudio.compiler.custom_layers import permitted
    from dlstudio.training.run_code import run_permission

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    run = RunFolder(Path(arguments[0]))
    with permitted(run_permission(run)):
        found = measure(run, xla="--xla" in arguments)
    print(MARK + json.dumps(found), flush=True)  # noqa: T201
    return 0


def measure(run: RunFolder, xla: bool) -> dict[str, float]:
    """Trains for a moment.

    Returns:
        ``setup``: seconds until two steps were made, which is when all is compiled; ``rate``: samples a second
        from there on; ``samples``: in one epoch.
    """
    from dlstudio.training.adapters import adapt
    from dlstudio.training.devices import choose_device
    from dlstudio.training.optimizers import build_optimizer
    from dlstudio.training.preparation import prepare_run
    from dlstudio.training.stepping import Stepper, numbers
    from dlstudio.training.targets import compile_model

    choose_device(run.project().training.device)
    network, data = prepare_run(run)
    settings = network.project.training
    adapt(network.model, settings.lora, settings.seed)
    feed = network.feed(data, "train", weighted=settings.class_weights, resampled=settings.resample)
    steps = feed.steps(settings.batch_size)
    optimizer = build_optimizer(settings, steps * settings.epochs)
    compile_model(network.model, network.targets, optimizer, xla=xla, smoothing=settings.label_smoothing)
    places = feed.order(settings.seed, 1)
    whole = max(len(places) // settings.batch_size * settings.batch_size, 1)  # a smaller last batch compiles anew
    stepper = Stepper(network.model)
    logs: Any = {}
    began, begun, done = time.perf_counter(), 0.0, 0
    for number in cycle(range(max(whole // settings.batch_size, 1))):
        batch = feed.take(places[number * settings.batch_size :][: settings.batch_size])
        logs = stepper.train(batch)
        done += 1
        if done == 2:
            numbers(logs)
            begun = time.perf_counter()
        elif done > 2 and (time.perf_counter() - begun > SECONDS or done >= MOST_STEPS):
            break
    numbers(logs)
    rate = (done - 2) * min(settings.batch_size, len(places)) / (time.perf_counter() - begun)
    return {"setup": begun - began, "rate": rate, "samples": len(places)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
