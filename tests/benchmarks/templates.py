"""Trains every template on shipped real data with three seeds and prints what it reaches, as a Markdown table.

    python -m tests.benchmarks.templates [TEMPLATE ...] [--seeds 1 2 3]

The bars in ``resources/templates/*.json`` stand slightly below the worst seed of such a run.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dlstudio.__main__ import main as dlstudio
from dlstudio.templates.library import find_template, list_templates
from dlstudio.templates.template import Bar


@dataclass(frozen=True)
class Result:
    """One training of a template.

    Attributes:
        epochs: Passes that were made.
        seconds: Of training, without imports.
        metrics: On the test split.
        baseline: The simple answer on the same split: that of a simple model where the task has one, else of no model.
    """

    epochs: int
    seconds: float
    metrics: dict[str, float]
    baseline: dict[str, float]


def train(template: str, data: str, seed: int, folder: Path) -> Result:
    """Makes a project, trains it with its own recipe and evaluates it, by the commands a user has."""
    command("new", folder, "--template", template, "--data", data)
    finished = command("train", folder, "--set", f"training.seed={seed}")[-1]
    measured = command("evaluate", folder)[-1]
    return Result(finished["epoch"], finished["seconds"], measured["metrics"], _stronger(measured))


def _stronger(measured: dict[str, Any]) -> dict[str, float]:
    return {name: value for each in measured["baselines"] for name, value in each["metrics"].items()}


def command(*words: object) -> list[dict[str, Any]]:
    """Runs one command and returns the JSON values that it printed.

    Raises:
        RuntimeError: It failed.
    """
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        status = dlstudio([*map(str, words), "--json"])
    if status:
        raise RuntimeError(f"dlstudio {' '.join(map(str, words))} ended with {status}: {out.getvalue()[-500:]}")
    return [json.loads(line) for line in out.getvalue().splitlines()]


def row(template: str, bar: Bar, results: list[Result]) -> str:
    """One line of the table: ranges over the seeds."""
    values = [result.metrics[bar.metric] for result in results]
    seconds = [result.seconds for result in results]
    epochs = sorted({result.epochs for result in results})
    baseline = results[0].baseline.get(bar.metric)
    cells = [
        template,
        bar.data,
        str(epochs[0]) if len(epochs) == 1 else f"{epochs[0]}-{epochs[-1]}",
        f"{min(seconds):.0f}-{max(seconds):.0f}",
        f"{bar.metric} {min(values):.3f}-{max(values):.3f}",
        "" if baseline is None else f"{baseline:.3f}",
        f"{bar.value:.3g}",
    ]
    return f"| {' | '.join(cells)} |"


def measure(names: list[str], seeds: list[int]) -> None:
    """Prints the table, each line as soon as it is known."""
    print("| template | data | epochs | seconds | test | baseline | bar |", flush=True)
    print("| --- | --- | --- | --- | --- | --- | --- |", flush=True)
    for name in names:
        for bar in find_template(name).bars:
            results = []
            for seed in seeds:
                with tempfile.TemporaryDirectory() as folder:
                    results.append(train(name, bar.data, seed, Path(folder) / "project"))
            print(row(name, bar, results), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("templates", nargs="*", default=[template.name for template in list_templates()])
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    given = parser.parse_args()
    begin = time.monotonic()
    measure(given.templates, given.seeds)
    print(f"\nAll of it took {time.monotonic() - begin:.0f} s.")
