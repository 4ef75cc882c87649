"""Measures what pre-training gains: each pair of templates that is made for it, with few labels, as a Markdown table.

``dlstudio templates --measure-gains`` prints the table of the README. The pre-training reads the training part alone,
without its labels. What starts from it and what begins with random weights have the same network, samples, seed,
optimizer and number of steps (no early stopping); layers that begin with given weights learn at a share of the rate, as
when one fine-tunes. Of both the epoch counts that was best on the validation part, and what is compared is measured on
the test part. All runs are trained in this process, one after the other.
"""

from __future__ import annotations

import contextlib
import io
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from dlstudio.cli.command import CommandError
from dlstudio.cli.making import make_project
from dlstudio.graph.project import Project
from dlstudio.templates.library import find_template, list_templates
from dlstudio.templates.template import Pretraining
from dlstudio.training.direction import higher_is_better
from dlstudio.training.runs.run_folder import RunFolder, create_run

HEADER = (
    "| starts from | network | data | labels | epochs | rate | test: started | from scratch | gain (each seed) |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
)


def gain_rows(names: Sequence[str], seeds: Sequence[int]) -> Iterator[str]:
    """The lines of the table, each as soon as it is known.

    Args:
        names: Templates that are made to start from another; none for all of them.
        seeds: Of the runs that are compared; the first is also that of the pre-training.

    Raises:
        TemplateError: There is no template of a name.
        CommandError: A template starts from no other, or a run failed.
    """
    templates = [find_template(name) for name in names] or [each for each in list_templates() if each.pretraining]
    for template in templates:
        if not template.pretraining:
            able = ", ".join(each.name for each in list_templates() if each.pretraining)
            raise CommandError(f"The template '{template.name}' is made to start from no other. Made for it: {able}.")
    yield from HEADER
    for template in templates:
        for pair in template.pretraining:
            with tempfile.TemporaryDirectory() as folder:
                yield _row(template.name, pair, seeds, Path(folder))


def _row(template: str, pair: Pretraining, seeds: Sequence[int], folder: Path) -> str:
    from dlstudio.training.starting import start_from  # brings Keras along

    first = make_project(folder / "first", pair.template, pair.data)
    before = _trained(first.folder, _with(first.project, seeds[0], pair.epochs))
    made = make_project(folder / "second", template, pair.data, labelled=pair.labelled)
    started: list[float] = []
    scratch: list[float] = []
    for seed in seeds:
        project = _with(made.project, seed, pair.budget)
        start = start_from(project, made.folder, before.path)
        rates = {match.layer: pair.rate for match in start.matched}
        fine = replace(project, weights=start.weights, training=replace(project.training, rates=rates))
        for begun, values in ((fine, started), (project, scratch)):
            values.append(_tested(_trained(made.folder, begun), pair.metric))
    sign = 1 if higher_is_better(pair.metric) else -1
    gains = [sign * (one - other) for one, other in zip(started, scratch, strict=True)]
    cells = [
        pair.template,
        template,
        pair.data,
        f"{len(made.prepared.rows['train']):,}",
        f"{pair.epochs}, {pair.budget}",
        f"{pair.rate:g}",
        f"{pair.metric} {_listed(started)}",
        _listed(scratch),
        f"{sum(gains) / len(gains):+.3f} ({', '.join(f'{gain:+.3f}' for gain in gains)})",
    ]
    return f"| {' | '.join(cells)} |"


def _with(project: Project, seed: int, epochs: int) -> Project:
    """The project with a seed and so many epochs, all of which are made."""
    return replace(project, training=replace(project.training, seed=seed, epochs=epochs, early_stopping=None))


def _trained(folder: Path, project: Project) -> RunFolder:
    from dlstudio.training.fitting import train

    run = create_run(folder, project)
    with contextlib.redirect_stdout(io.StringIO()):  # what a process of its own would write into the run's log
        status = train(run)
    if status:
        raise CommandError(f"A run of {project.name} failed. {run.info().message}")
    return run


def _tested(run: RunFolder, metric: str) -> float:
    value = run.info().metrics.get(metric)
    if value is None:
        raise CommandError(f"Run {run.name} has no {metric} on the test part.")
    return float(value)


def _listed(values: Sequence[float]) -> str:
    return ", ".join(f"{value:.3f}" for value in values)
