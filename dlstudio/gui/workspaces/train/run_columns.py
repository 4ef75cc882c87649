"""The columns of the table of runs and what stands in them: a text for people, and what it is sorted by."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

from dlstudio.gui.plots import numbers
from dlstudio.training.runs.run_info import RunInfo

STATES = {"finished": "✓ finished", "running": "▶ running", "failed": "✕ failed", "paused": "‖ paused"}
_NONE = "–"


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        key: Stable name; those of values begin with ``value:`` or ``test:``.
        title: For people.
        right: Whether it holds numbers, which stand at the right.
    """

    key: str
    title: str
    right: bool = False


@dataclass(frozen=True)
class Cell:
    """What stands in one place: the text, and a number or text to sort by, None where there is nothing."""

    text: str = _NONE
    order: float | str | None = None


_BEFORE = (Column("run", "Run"), Column("state", "State"), Column("epoch", "Epochs", True))
_AFTER = (
    Column("optimizer", "Optimizer"),
    Column("rate", "Rate", True),
    Column("batch", "Batch", True),
    Column("seed", "Seed", True),
    Column("parameters", "Parameters", True),
    Column("seconds", "Trained", True),
    Column("created", "Begun"),
    Column("tags", "Tags"),
    Column("note", "Note"),
)


def title_of(name: str) -> str:
    """``0007`` as ``run 7``."""
    return f"run {int(name)}" if name.isdigit() else name


def columns_of(runs: Sequence[RunInfo]) -> tuple[Column, ...]:
    """The columns that these runs have values for: what validation says, or training where nothing is validated."""
    best = dict.fromkeys(name for run in runs for name in run.best_values)
    judged = [name for name in best if name.startswith("val_")] or list(best)
    tested = dict.fromkeys(name for run in runs for name in run.metrics if not name.startswith("val_"))
    return (
        *_BEFORE,
        *(Column(f"value:{name}", numbers.sentence_case(numbers.metric_title(name)), True) for name in judged),
        *(Column(f"test:{name}", numbers.sentence_case(numbers.metric_title(f"test_{name}")), True) for name in tested),
        *_AFTER,
    )


def cell_of(run: RunInfo, key: str) -> Cell:
    """What a run has in a column."""
    kind, _, name = key.partition(":")
    training = run.project.training
    match kind:
        case "value":
            return _metric(name, run.best_values.get(name))
        case "test":
            return _metric(name, run.metrics.get(name))
        case "run":
            star = "★ " if run.marks.pinned else ""
            return Cell(star + " · ".join(filter(None, (title_of(run.name), run.trial.rpartition(", ")[2]))), run.name)
        case "state":
            return Cell(STATES.get(run.status, run.status), run.status)
        case "epoch":
            return Cell(f"{run.epoch} of {run.epochs}", run.epoch)
        case "optimizer":
            short = training.optimizer.type.rpartition(".")[2]
            return Cell(short, short)
        case "rate":
            rate = training.optimizer.settings.get("learning_rate")
            return Cell(f"{rate:.3g}", rate) if isinstance(rate, int | float) else Cell("usual")
        case "batch":
            return Cell(str(run.batch_size), run.batch_size)
        case "seed":
            return Cell(str(training.seed), training.seed)
        case "parameters":
            return Cell(numbers.count(run.parameters), run.parameters) if run.parameters else Cell()
        case "seconds":
            return Cell(numbers.duration(run.seconds), run.seconds) if run.seconds else Cell()
        case "created":
            return Cell(time.strftime("%d %b, %H:%M", time.localtime(run.created)), run.created)
        case "tags":
            return _words(", ".join(run.marks.tags))
        case _:
            return _words(run.marks.note.partition("\n")[0])


def group_cell(runs: Sequence[RunInfo], key: str) -> Cell:
    """What a group of seeds has in a column: the mean and the standard deviation (of a sample), or what all share."""
    kind, _, name = key.partition(":")
    if kind == "run":
        return Cell(f"{len({run.project.training.seed for run in runs})} seeds", max(run.name for run in runs))
    cells = [cell_of(run, key) for run in runs]
    if kind in ("value", "test"):
        values = [float(cell.order) for cell in cells if isinstance(cell.order, int | float)]
        if len(values) < 2:
            return cells[0] if len(cells) == 1 else Cell()
        mean, deviation = statistics.fmean(values), statistics.stdev(values)
        return Cell(f"{numbers.metric(name, mean)} ± {numbers.difference(name, deviation)}", mean)
    if kind in ("optimizer", "rate", "batch", "parameters") and len(set(cells)) == 1:
        return cells[0]
    return Cell("")


def _metric(name: str, value: float | None) -> Cell:
    return Cell() if value is None else Cell(numbers.metric(name, value), value)


def _words(text: str) -> Cell:
    return Cell(text, text.lower()) if text else Cell("")
