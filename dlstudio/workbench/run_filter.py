"""Which runs a line of words means: ``adam tag:small state:failed -seed:7``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dlstudio.training.runs.run_info import RunInfo

KEYS = ("tag", "state", "optimizer", "note", "seed", "is")
"""What a word may ask for by name; ``is:pinned`` and ``is:trial`` tell what a run is."""


@dataclass(frozen=True)
class RunFilter:
    """Words that all have to be true of a run; none are true of every run.

    A word is looked for in a run's name, state, optimizer, tags and note, whatever its case. ``key:word`` looks at one
    of these alone (a tag has to be the whole word), and ``-`` in front turns a word round. Any other text before a
    colon is a word like the others.

    Attributes:
        words: As they were written.
    """

    words: tuple[str, ...] = ()

    @staticmethod
    def of(text: str) -> RunFilter:
        """The filter that a line of words means; words with a space stand in double quotes."""
        quoted = text.split('"')
        words = [
            word
            for place, part in enumerate(quoted)
            for word in ([part] if place % 2 else part.split())
            if word.strip("-")
        ]
        return RunFilter(tuple(_joined(words)))

    def matches(self, run: RunInfo) -> bool:
        """Whether a run is meant."""
        values = _values(run)
        return all(_true_of(word, values) for word in self.words)


def _joined(words: Sequence[str]) -> list[str]:
    """``tag:`` and the quoted words behind it as one word."""
    found: list[str] = []
    for word in words:
        if found and found[-1].endswith(":"):
            found[-1] += word
        else:
            found.append(word)
    return found


def _values(run: RunInfo) -> Mapping[str, tuple[str, ...]]:
    number = str(int(run.name)) if run.name.isdigit() else run.name
    kinds = [name for name, true in (("pinned", run.marks.pinned), ("trial", bool(run.trial))) if true]
    return {
        "run": (f"run {number}", run.name, run.trial),
        "state": (run.status, run.reason),
        "optimizer": (run.project.training.optimizer.type.rpartition(".")[2],),
        "tag": run.marks.tags,
        "note": (run.marks.note,),
        "seed": (str(run.project.training.seed),),
        "is": tuple(kinds),
    }


def _true_of(word: str, values: Mapping[str, tuple[str, ...]]) -> bool:
    if word.startswith("-"):
        return not _true_of(word[1:], values)
    key, colon, wanted = word.lower().partition(":")
    if colon and key in KEYS and wanted:
        told = [value.lower() for value in values[key]]
        return wanted in told if key in ("tag", "seed", "is") else any(wanted in value for value in told)
    told = [value.lower() for name, each in values.items() if name not in ("seed", "is") for value in each]
    return any(word.lower() in value for value in told)
