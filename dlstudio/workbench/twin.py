"""What given weights are worth: the same network trained from scratch beside them, and the difference.

A *twin* is a run of the same project, data, seed and budget as a run that began with given weights, but for these
weights: its layers begin with random ones and all learn as usual. The run folder of the twin names the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dlstudio.graph.fine_tuning import Learning, with_learning
from dlstudio.graph.initial_weights import beginning_layers
from dlstudio.graph.project import Project
from dlstudio.training.direction import higher_is_better
from dlstudio.training.runs.run_info import RunInfo

FROM_SCRATCH = "from scratch"
Written = Callable[[str, float], str]


def from_scratch(project: Project, root: Path) -> Project:
    """The same project without the weights that it begins with; the layers that had them learn as usual.

    Args:
        project: One that begins with given weights.
        root: Its folder.
    """
    if project.weights is None:
        return project
    layers = beginning_layers(project.weights, project.graph, root)
    return replace(with_learning(project, dict.fromkeys(layers, Learning())), weights=None)


def twins(run: RunInfo, runs: Sequence[RunInfo]) -> tuple[RunInfo, RunInfo] | None:
    """The pair that a run belongs to, that with given weights first; None where it has no twin."""
    if run.twin:
        other = next((each for each in runs if each.name == run.twin), None)
        return (other, run) if other is not None else None
    found = [each for each in runs if each.twin == run.name]
    return (run, found[-1]) if found else None


def beginnings(runs: Sequence[RunInfo]) -> dict[str, str]:
    """``started from run 2 of letters`` and ``from scratch`` by name, of the runs that are one of a pair."""
    by_name = {run.name: run for run in runs}
    found: dict[str, str] = {}
    for run in runs:
        if run.twin in by_name:
            found |= {run.twin: _origin(by_name[run.twin]), run.name: FROM_SCRATCH}
    return found


@dataclass(frozen=True)
class Gain:
    """What given weights were worth, by the metric that the task is judged by.

    Attributes:
        metric: Its name, such as ``accuracy``.
        origin: ``started from run 2 of letters``.
        started: Its value of the run with given weights, by split (``validation``, ``test``).
        scratch: The same of the twin.
    """

    metric: str
    origin: str
    started: Mapping[str, float]
    scratch: Mapping[str, float]

    @property
    def gain(self) -> dict[str, float]:
        """By how much the start is better, by split; less than 0 where it is worse."""
        sign = 1 if higher_is_better(self.metric) else -1
        return {split: sign * (value - self.scratch[split]) for split, value in self.started.items()}

    def sentence(self, value: Written, difference: Written, title: str = "") -> str:
        """One sentence for people.

        Args:
            value: Writes a value of the metric.
            difference: Writes a difference of two, without a sign.
            title: What people call the metric; its name by default.
        """
        words = title or self.metric.replace("_", " ")
        said = [
            f"{value(self.metric, self.started[split])} and {value(self.metric, self.scratch[split])} on {split}"
            for split in self.started
        ]
        parts = [f"{_judged(gain, difference(self.metric, abs(gain)))} on {split}" for split, gain in self.gain.items()]
        verdict = " and ".join(parts)
        return f"{_capital(words)}, {self.origin} and {FROM_SCRATCH}: {', '.join(said)}; {verdict}."

    def as_json(self) -> dict[str, Any]:
        return {
            "metric": self.metric,
            "origin": self.origin,
            "started": dict(self.started),
            "scratch": dict(self.scratch),
            "gain": self.gain,
        }


def gain_of(started: RunInfo, scratch: RunInfo) -> Gain | None:
    """What a pair of runs tells; None before both have ended with something that can be compared.

    A run that was stopped before its end had another budget, so it is not compared.
    """
    if started.status != "finished" or scratch.status != "finished":
        return None
    names = [name for name in started.metrics if not name.startswith("val_") and name != "loss"]
    names += [name.removeprefix("val_") for name in started.metrics if name.startswith("val_")]
    for name in names:
        values = [
            {split: run.metrics.get(key) for split, key in (("validation", f"val_{name}"), ("test", name))}
            for run in (started, scratch)
        ]
        both = [split for split in values[0] if all(each[split] is not None for each in values)]
        if both:
            ours, theirs = ({split: float(each[split] or 0.0) for split in both} for each in values)
            return Gain(name, _origin(started), ours, theirs)
    return None


def _origin(run: RunInfo) -> str:
    weights = run.project.weights
    return f"started from {weights.origin or weights.file}" if weights is not None else "started from given weights"


def _judged(gain: float, written: str) -> str:
    if not float(f"{gain:.6f}"):
        return "no difference"
    return f"a gain of {written}" if gain > 0 else f"a loss of {written}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
