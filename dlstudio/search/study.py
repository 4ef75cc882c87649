"""What to try next, by Optuna: its study in a search's journal. The only module that imports Optuna.

The journal is the one record of a search: proposals, epochs' scores and ends, each appended as it happens, so a process
that is killed at any moment leaves all that it knew.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import optuna
from optuna.trial import FrozenTrial, TrialState

from dlstudio.search.folder import Plan
from dlstudio.search.ranges import Range
from dlstudio.search.trials import State, Trial

NAME = "search"
RANDOM_TRIALS = 10
"""So many trials at the most are drawn at random before what came of them guides the next."""
_COMPARED_TRIALS = 5
_TELLING_TRIALS = 4
# Optuna learns nothing from a trial that failed. One that took too much memory, diverged or drew a network that cannot
# be built says something about its values, so it counts as one that was given up: as bad as can be.
_TELLING_FAILURES = ("nan", "out-of-memory", "problems", "settings")


class Study:
    """Proposals and what came of them.

    Args:
        journal: The file; it is made where it is missing.
        plan: The search's.
        higher: Whether more of the goal is better.
        epochs: Planned for each trial; none is pruned in the first fifth of them.
        first: Values to begin with, where nothing was proposed before.
    """

    def __init__(
        self, journal: Path, plan: Plan, *, higher: bool, epochs: int, first: Sequence[Mapping[str, Any]] = ()
    ) -> None:
        _mend(journal)
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._plan = plan
        self._ranges = {each.path: each for each in plan.ranges}
        pruner: optuna.pruners.BasePruner = optuna.pruners.NopPruner()
        if plan.pruning:
            spared = max(epochs // 5, 1)
            pruner = optuna.pruners.MedianPruner(n_startup_trials=_COMPARED_TRIALS, n_warmup_steps=spared + 1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            backend = optuna.storages.journal.JournalFileBackend(str(journal))
            self._study = optuna.create_study(
                storage=optuna.storages.JournalStorage(backend),
                study_name=NAME,
                direction="maximize" if higher else "minimize",
                pruner=pruner,
                load_if_exists=True,
            )
        self._open: dict[int, optuna.trial.Trial] = {}
        if not self._all():
            for values in first:
                self._study.enqueue_trial({path: self._written(path, value) for path, value in values.items()})

    def proposed(self) -> int:
        """How many trials have been proposed."""
        return sum(each.state != TrialState.WAITING for each in self._all())

    def ask(self) -> tuple[int, dict[str, Any]]:
        """Proposes a trial; its number and values."""
        # Seeded by the trial's number: a search that was interrupted goes on as one that was not.
        self._study.sampler = optuna.samplers.TPESampler(
            seed=self._plan.seed + self.proposed(),
            n_startup_trials=min(RANDOM_TRIALS, max(self._plan.trials // 3, 4)),
        )
        return self._filled(self._study.ask())

    def unended(self) -> list[tuple[int, dict[str, Any], Mapping[str, Any]]]:
        """Number, values and notes of the trials that were begun and have no end."""
        found: list[tuple[int, dict[str, Any], Mapping[str, Any]]] = []
        for each in self._all():
            if each.state == TrialState.RUNNING:
                number, values = self._filled(optuna.trial.Trial(self._study, each._trial_id))
                found.append((number, values, dict(each.user_attrs)))
        return found

    def report(self, number: int, epoch: int, score: float) -> bool:
        """Takes in an epoch's score; whether the trial had better be ended."""
        if not math.isfinite(score):
            return False
        trial = self._open[number]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an epoch that is repeated after a kill has been reported before
            trial.report(score, epoch)
        return bool(trial.should_prune())

    def note(self, number: int, **notes: Any) -> None:
        """Writes down what a process that goes on with the search has to know of a trial."""
        for name, value in notes.items():
            self._open[number].set_user_attr(name, value)

    def end(self, ended: Trial) -> None:
        """Writes down how a trial ended."""
        trial = self._open[ended.number]
        trial.set_user_attr("end", {name: entry for name, entry in ended.as_json().items() if name != "values"})
        state = TrialState.COMPLETE
        if ended.state == "pruned" or ended.failure in _TELLING_FAILURES:
            state = TrialState.PRUNED
        elif ended.state == "failed":
            state = TrialState.FAIL
        values = ended.score if state == TrialState.COMPLETE else None
        self._study.tell(trial, values, state)
        del self._open[ended.number]

    def trials(self) -> list[Trial]:
        """All trials that have been proposed."""
        return [self._trial(each) for each in self._all() if each.state != TrialState.WAITING]

    def same(self, number: int, values: Mapping[str, Any]) -> Trial | None:
        """An earlier trial of the same values that has ended, or None: training it again would give the same."""
        return next(
            (each for each in self.trials() if each.number < number and each.ended and dict(each.values) == values),
            None,
        )

    def importance(self) -> dict[str, float]:
        """Share of each setting in how the scores differ, by path (fANOVA; Hutter, Hoos, Leyton-Brown 2014).

        Empty while too few trials have finished, or all have the same score.
        """
        done = [each for each in self._all() if each.state == TrialState.COMPLETE]
        if len(done) < _TELLING_TRIALS or len({each.value for each in done}) < 2:
            return {}
        evaluator = optuna.importance.FanovaImportanceEvaluator(n_trees=32, seed=self._plan.seed)
        try:
            found = optuna.importance.get_param_importances(self._study, evaluator=evaluator)
        except (RuntimeError, ValueError):  # nothing varies yet
            return {}
        return {path: round(float(share), 4) for path, share in found.items()}

    def _all(self) -> list[FrozenTrial]:
        found: list[FrozenTrial] = self._study.get_trials(deepcopy=False)
        return found

    def _filled(self, trial: optuna.trial.Trial) -> tuple[int, dict[str, Any]]:
        """Proposes whatever a trial has no value for."""
        number = trial.number + 1
        self._open[number] = trial
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about values to begin with that lie outside of the ranges
            return number, {path: self._read(path, _suggest(trial, each)) for path, each in self._ranges.items()}

    def _trial(self, frozen: FrozenTrial) -> Trial:
        values = {path: self._read(path, value) for path, value in frozen.params.items()}
        end = frozen.user_attrs.get("end")
        if end and frozen.state.is_finished():
            return Trial.from_json({**end, "values": values})
        state: State = "failed" if frozen.state.is_finished() else "running"
        return Trial(frozen.number + 1, state, values, run=str(frozen.user_attrs.get("run", "")))

    def _written(self, path: str, value: Any) -> Any:
        return json.dumps(value, sort_keys=True) if self._ranges[path].choices else value

    def _read(self, path: str, value: Any) -> Any:
        asked = self._ranges[path]
        if asked.choices:
            return json.loads(value)
        return float(f"{value:.6g}") if asked.step is None and not asked.whole else value


def _suggest(trial: optuna.trial.Trial, asked: Range) -> Any:
    if asked.choices:
        return trial.suggest_categorical(asked.path, [json.dumps(each, sort_keys=True) for each in asked.choices])
    if asked.whole:
        return trial.suggest_int(asked.path, int(asked.low), int(asked.high), step=int(asked.step or 1), log=asked.log)
    return trial.suggest_float(asked.path, asked.low, asked.high, step=asked.step, log=asked.log)


def _mend(journal: Path) -> None:
    """Takes away what a killed process left: half a line at the end, and the lock. Nobody else writes the file."""
    with contextlib.suppress(OSError):
        journal.with_name(f"{journal.name}.lock").unlink()
    try:
        with journal.open("rb+") as stream:
            content = stream.read()
            whole = content.rfind(b"\n") + 1
            if whole < len(content):
                stream.truncate(whole)
                os.fsync(stream.fileno())
    except FileNotFoundError:
        return
