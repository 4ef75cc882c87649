"""The trials of a search as values with a JSON form, and what can be read from them. Standard library only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

State = Literal["waiting", "running", "finished", "pruned", "failed"]
SearchStatus = Literal["starting", "running", "paused", "stopped", "finished", "failed", "interrupted"]


@dataclass(frozen=True)
class Trial:
    """One set of values and what came of it.

    Attributes:
        number: Counted from 1.
        state: ``pruned`` where it was ended early because others were better by then.
        values: By path of the setting.
        run: Name of its run, or empty while there is none.
        score: The best value of the goal on the validation split so far, or None.
        epoch, epochs: Completed and planned.
        parameters: Weights of its network; 0 while that is not known.
        seconds: Spent in its epochs.
        failure: Kind of the failure as in :class:`dlstudio.training.runs.events.Failed`, or ``killed``; empty.
        message: A sentence on how it ended, or empty.
    """

    number: int
    state: State
    values: Mapping[str, Any] = field(default_factory=dict)
    run: str = ""
    score: float | None = None
    epoch: int = 0
    epochs: int = 0
    parameters: int = 0
    seconds: float = 0.0
    failure: str = ""
    message: str = ""

    @property
    def ended(self) -> bool:
        return self.state in ("finished", "pruned", "failed")

    def as_json(self) -> dict[str, Any]:
        value = {each.name: getattr(self, each.name) for each in fields(self)}
        value["values"] = dict(self.values)
        return value

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> Trial:
        known = {each.name for each in fields(Trial)}
        return Trial(**{name: entry for name, entry in value.items() if name in known})


@dataclass(frozen=True)
class Results:
    """What a search has found so far.

    Attributes:
        status: What its process is doing; ``interrupted`` where it ended without a word.
        message: Why it ended, where there is something to say.
        goal: Name of the value that trials are judged by, such as ``val_accuracy``; empty before it is known.
        higher: Whether more of it is better.
        planned: Number of trials.
        trials: In the order of their numbers.
        importance: Share that each searched setting has in how the scores differ, by path; empty while too few trials
            have finished.
    """

    status: SearchStatus = "starting"
    message: str = ""
    goal: str = ""
    higher: bool = True
    planned: int = 0
    trials: tuple[Trial, ...] = ()
    importance: Mapping[str, float] = field(default_factory=dict)

    @property
    def live(self) -> bool:
        return self.status in ("starting", "running", "paused")

    @property
    def best(self) -> Trial | None:
        """The finished trial with the best score."""
        return next(iter(self.ranked()), None)

    def ranked(self) -> list[Trial]:
        """The finished trials, the best first; of equal ones the smaller network."""
        sign = -1 if self.higher else 1
        done = [each for each in self.trials if each.state == "finished" and each.score is not None]
        return sorted(done, key=lambda each: (sign * (each.score or 0.0), each.parameters, each.number))

    def front(self) -> list[Trial]:
        """The finished trials that no other beats in score with as few parameters or fewer, the smallest first."""
        found: list[Trial] = []
        for each in self.ranked():
            if each.parameters and all(each.parameters < other.parameters for other in found):
                found.append(each)
        return found[::-1]

    def trial(self, number: int) -> Trial | None:
        return next((each for each in self.trials if each.number == number), None)

    def as_json(self) -> dict[str, Any]:
        value = {each.name: getattr(self, each.name) for each in fields(self)}
        return {
            **value,
            "trials": [each.as_json() for each in self.trials],
            "importance": dict(self.importance),
        }

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> Results:
        known = {each.name for each in fields(Results)}
        arguments = {name: entry for name, entry in value.items() if name in known}
        arguments["trials"] = tuple(Trial.from_json(each) for each in value.get("trials", ()))
        return Results(**arguments)


def short_names(paths: Iterable[str]) -> dict[str, str]:
    """A short name for each path that no other one shares: ``units``, or ``dense.units`` where two nodes have some."""
    paths = list(paths)
    named = {path: _parts(path) for path in paths}
    short: dict[str, str] = {}
    for path, parts in named.items():
        for length in range(1, len(parts) + 1):
            name = ".".join(parts[-length:])
            if sum(".".join(other[-length:]) == name for other in named.values()) == 1:
                break
        short[path] = name
    return short


def value_text(value: Any) -> str:
    """A setting's value for people: ``0.00123``, ``Adam``, ``3 × 3``."""
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "none"}[value]
    if isinstance(value, float):
        return f"{value:.3g}"
    if isinstance(value, list | tuple):
        return " × ".join(map(value_text, value))
    return value.rpartition(".")[2] if isinstance(value, str) else str(value)


def _parts(path: str) -> list[str]:
    parts = [part for part in path.split(".") if part not in ("settings", "graph", "nodes", "columns", "parameters")]
    return parts[1:] if parts[0] in ("training", "data", "blocks") and len(parts) > 1 else parts
