"""Trains templates on their shipped data with several seeds and writes down what they reach, as a Markdown table.

The table in the README comes from here: ``dlstudio templates --measure``. Every step is a command that a user has.
"""

from __future__ import annotations

import contextlib
import io
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dlstudio.cli.command import CommandError
from dlstudio.templates.library import find_template
from dlstudio.templates.template import Bar

HEADER = (
    "| template | data | epochs | seconds | test | baseline | bar |",
    "| --- | --- | --- | --- | --- | --- | --- |",
)


@dataclass(frozen=True)
class Result:
    """One training of a template.

    Attributes:
        epochs: Passes that were made.
        seconds: Of training, without imports.
        metrics: On the test split.
        baseline: The simplest answer on the same split.
        baselines: All baselines as ``evaluate`` gives them.
    """

    epochs: int
    seconds: float
    metrics: dict[str, float]
    baseline: dict[str, float]
    baselines: tuple[dict[str, Any], ...] = ()


def measured_rows(names: Sequence[str], seeds: Sequence[int]) -> Iterator[str]:
    """The lines of the table, each as soon as it is known: a line for every bar of every template.

    Raises:
        TemplateError: There is no template of a name.
        CommandError: A command failed; the sentence is that of the command.
    """
    templates = [find_template(name) for name in names]
    yield from HEADER
    for template in templates:
        for bar in template.bars:
            results = []
            for seed in seeds:
                with tempfile.TemporaryDirectory() as folder:
                    results.append(train(template.name, bar, seed, Path(folder) / "project"))
            yield table_row(template.name, bar, results)


def train(template: str, bar: Bar, seed: int, folder: Path) -> Result:
    """Makes a project, trains it with its own recipe and evaluates it."""
    options = [word for option in bar.options for word in ("--option", option)]
    run_command("new", folder, "--template", template, "--data", bar.data, *options)
    finished = run_command("train", folder, "--set", f"training.seed={seed}")[-1]
    measured = run_command("evaluate", folder)[-1]
    baselines = tuple(measured.get("baselines", ()))
    return Result(finished["epoch"], finished["seconds"], measured["metrics"], measured.get("baseline", {}), baselines)


def run_command(*words: object) -> list[dict[str, Any]]:
    """Runs one command and returns the JSON values that it printed.

    Raises:
        CommandError: It failed.
    """
    from dlstudio.cli.command_line import run

    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        status = run([*map(str, words), "--json"], _no_window)
    if status:
        raise CommandError(f"dlstudio {' '.join(map(str, words))} ended with {status}: {out.getvalue()[-500:].strip()}")
    return [json.loads(line) for line in out.getvalue().splitlines()]


def _no_window(project: Path | None, train: bool = False) -> int:
    del project, train
    return 1


def table_row(template: str, bar: Bar, results: Sequence[Result]) -> str:
    """One line of the table: ranges over the seeds; beside the simplest baseline those that learn."""
    values = [result.metrics[bar.metric] for result in results]
    seconds = [result.seconds for result in results]
    epochs = sorted({result.epochs for result in results})
    simplest = results[0].baseline.get(bar.metric)
    baselines = [] if simplest is None else [f"{simplest:.3f}"]
    for each in results[0].baselines:
        if each["name"] != "simplest" and each["metrics"].get(bar.metric) is not None:
            baselines.append(f"{each['name']} {each['metrics'][bar.metric]:.3f}")
    cells = [
        template,
        bar.data,
        str(epochs[0]) if len(epochs) == 1 else f"{epochs[0]}-{epochs[-1]}",
        f"{min(seconds):.0f}-{max(seconds):.0f}",
        f"{bar.metric} {min(values):.3f}-{max(values):.3f}",
        ", ".join(baselines),
        f"{bar.value:.3g}",
    ]
    return f"| {' | '.join(cells)} |"
