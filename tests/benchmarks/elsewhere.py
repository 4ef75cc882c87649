"""What it costs to train elsewhere: one process with JAX, and the workers of a Ray that is started here.

``python -m tests.benchmarks.elsewhere [--workers 2] [--epochs 10] [--batch-size 64]``: seconds from *Train* to the
end of the first epoch, seconds of all later epochs, and the largest difference of a loss. On one machine workers share
its cores: the first column tells the cost of starting them, the second what sharing costs rather than what it gains.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from dlstudio.training.launching import launch
from dlstudio.training.runs import events as ev
from dlstudio.training.runs.run_folder import RunFolder, create_run
from dlstudio.training.sites.site import SITE, Cluster, remember
from tests.training.on_devices import GRAPH
from tests.training.tiny_projects import make_project, write_table

SAMPLES = 20_000


def measured(run: RunFolder) -> tuple[float, float, list[float]]:
    """Seconds to the end of the first epoch, seconds from there to the last one's, and the losses."""
    began = time.time()
    process = launch(run)
    if process.wait() != 0:
        raise SystemExit(run.info().message)
    epochs = [each for each in ev.EventReader(run.events_file).read_new() if isinstance(each, ev.Epoch)]
    losses = [each.values["loss"] or 0.0 for each in epochs]
    return epochs[0].time - began, epochs[-1].time - epochs[0].time, losses


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--batch-size", type=int, default=64)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        write_table(folder / "table.csv", SAMPLES)
        project = make_project(folder, GRAPH, epochs=options.epochs, batch_size=options.batch_size)
        site = Cluster("local", options.workers)
        remember(site)
        rows = {
            "one process": create_run(folder, project, backend="jax"),
            str(site): create_run(folder, project, backend="jax", extra={SITE: site.as_json()}),
        }
        print(f"| where | to the first epoch, s | {options.epochs - 1} more, s | loss differs by at most |")
        print("| --- | --- | --- | --- |")
        first: list[float] = []
        for name, run in rows.items():
            begin, rest, losses = measured(run)
            first = first or losses
            apart = max(abs(one - other) for one, other in zip(first, losses, strict=True))
            print(f"| {name} | {begin:.1f} | {rest:.1f} | {apart:.1e} |", flush=True)


if __name__ == "__main__":
    main()
