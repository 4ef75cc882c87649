"""Trains templates on their shipped data with several seeds and writes down what they reach, as a Markdown table.

The table in the README comes from here: ``dlstudio templates --measure``. Every step is a command that a user has. All
of it takes hours, so what was measured can be kept in a file: a table that was stopped goes on where it was, and one
more seed costs only that.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from dlstudio.cli.command import CommandError
from dlstudio.templates.library import find_template
from dlstudio.templates.template import Bar, Template

BUSY = 0.1
"""Share of the machine that other programs may have taken while a time is still one of this machine."""
_WORDS = ("bars", "summary", "title", "pretraining")  # what a template holds that changes no training
HEADER = (
    "| template | data | epochs | seconds | test | baseline | bar |",
    "| --- | --- | --- | --- | --- | --- | --- |",
)


@dataclass(frozen=True)
class Result:
    """One training of a template.

    Attributes:
        epochs: Passes that were made.
        seconds: Of training, without imports; None where other programs took more than a tenth of the machine.
        metrics: On the test split.
        baseline: The simplest answer on the same split.
        baselines: All baselines as ``evaluate`` gives them.
    """

    epochs: int
    seconds: float | None
    metrics: dict[str, float]
    baseline: dict[str, float]
    baselines: tuple[dict[str, Any], ...] = ()


def measured_rows(names: Sequence[str], seeds: Sequence[int], kept_in: Path | None = None) -> Iterator[str]:
    """The lines of the table, each as soon as it is known: a line for every bar of every template.

    Args:
        names: Templates.
        seeds: Each template is trained with each of them.
        kept_in: Results are added to this file, a JSON value a line, and what it has of the same template is not
            measured again.

    Raises:
        TemplateError: There is no template of a name.
        CommandError: A command failed; the sentence is that of the command. Or the file is not one of results.
    """
    templates = [find_template(name) for name in names]
    kept = _read(kept_in) if kept_in else {}
    yield from HEADER
    for template in templates:
        for bar in template.bars:
            results = []
            for seed in seeds:
                key = _key(template, bar, seed)
                if key not in kept:
                    with tempfile.TemporaryDirectory() as folder:
                        kept[key] = train(template.name, bar, seed, Path(folder) / "project")
                    if kept_in:
                        _keep(kept_in, key, kept[key])
                results.append(kept[key])
            yield table_row(template.name, bar, results)


def _key(template: Template, bar: Bar, seed: int) -> str:
    """What a result belongs to: a template as far as it says how one trains, data and seed."""
    trained = {name: value for name, value in template.content.items() if name not in _WORDS}
    drawn = hashlib.sha256(json.dumps(trained, sort_keys=True).encode()).hexdigest()[:12]
    return " ".join((template.name, drawn, bar.data, *bar.options, f"seed={seed}"))


def _read(file: Path) -> dict[str, Result]:
    found = {}
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    for number, line in enumerate(lines, 1):
        try:
            value = json.loads(line)
            key = value.pop("of")
            found[str(key)] = Result(**value)
        except (ValueError, TypeError, KeyError, AttributeError):
            raise CommandError(f"{file}, line {number}, is no result of a measurement. Name another file.") from None
    return found


def _keep(file: Path, key: str, result: Result) -> None:
    with file.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps({"of": key, **asdict(result)}) + "\n")


def train(template: str, bar: Bar, seed: int, folder: Path) -> Result:
    """Makes a project, trains it with its own recipe and evaluates it."""
    options = [word for option in bar.options for word in ("--option", option)]
    run_command("new", folder, "--template", template, "--data", bar.data, *options)
    others = _Others()
    finished = run_command("train", folder, "--set", f"training.seed={seed}")[-1]
    seconds = finished["seconds"] if others.share() <= BUSY else None
    measured = run_command("evaluate", folder)[-1]
    baselines = tuple(measured.get("baselines", ()))
    return Result(finished["epoch"], seconds, measured["metrics"], measured.get("baseline", {}), baselines)


class _Others:
    """What other programs take of the processors from now on; what this one started and saw end is its own."""

    def __init__(self) -> None:
        self.begun = time.monotonic()
        self.before = _processor_seconds()

    def share(self) -> float:
        """Of all processors, 0 to 1."""
        return self.taken() / ((time.monotonic() - self.begun) * (os.cpu_count() or 1))

    def taken(self) -> float:
        """Seconds of processors."""
        (all_before, own_before), (all_now, own_now) = self.before, _processor_seconds()
        return max(0.0, (all_now - all_before) - (own_now - own_before))


def _processor_seconds() -> tuple[float, float]:
    """Of the whole machine, and of this process with those that it started and that have ended."""
    times = psutil.cpu_times()
    taken = sum(times) - times.idle - getattr(times, "iowait", 0.0) - getattr(times, "guest", 0.0)
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return taken, sum(each.ru_utime + each.ru_stime for each in used)


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
    seconds = [result.seconds for result in results if result.seconds is not None]
    epochs = sorted({result.epochs for result in results})
    simplest = results[0].baseline.get(bar.metric)
    baselines = [] if simplest is None else [_figure(simplest)]
    for each in results[0].baselines:
        if each["name"] != "simplest" and each["metrics"].get(bar.metric) is not None:
            baselines.append(f"{each['name']} {_figure(each['metrics'][bar.metric])}")
    cells = [
        template,
        bar.data,
        str(epochs[0]) if len(epochs) == 1 else f"{epochs[0]}-{epochs[-1]}",
        _range(seconds, "{:.0f}".format) if seconds else "–",
        f"{bar.metric} {_range(values, _figure)}",
        ", ".join(baselines),
        ("≤ " if bar.better == "lower" else "") + f"{bar.value:.3g}",
    ]
    return f"| {' | '.join(cells)} |"


def _range(values: Sequence[float], form: Callable[[float], str]) -> str:
    least, most = form(min(values)), form(max(values))
    return least if least == most else f"{least}-{most}"


def _figure(value: float) -> str:
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}" if abs(value) < 100 else f"{value:.0f}"
