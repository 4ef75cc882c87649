"""A search with trials that fail, searches that are stopped and killed, and what goes on afterwards."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from dlstudio.search.folder import SearchFolder
from dlstudio.search.ranges import Range
from dlstudio.search.running import Search
from dlstudio.search.trials import Results
from dlstudio.training.controls import LOOKS_PER_SECOND
from dlstudio.training.runs import events as ev
from dlstudio.training.runs.event_log import EventLog
from dlstudio.training.runs.run_folder import RunFolder, create_run, list_runs
from tests.search.scripted import (
    RATE,
    UNITS,
    Ended,
    Killed,
    Trainer,
    be_killed,
    begin,
    die,
    fail,
    make_search,
    score_of,
    train_well,
)

pytest.importorskip("optuna")


def states(results: Results) -> str:
    """The trials' states by their first letters: ``ffx`` is finished, finished, failed."""
    return "".join("x" if each.state == "failed" else each.state[0] for each in results.trials)


def found(search: SearchFolder) -> list[tuple[int, dict[str, object], float | None]]:
    return [(each.number, dict(each.values), each.score) for each in search.results().trials]


def test_that_every_trial_is_a_run_with_the_values_in_its_project(tmp_path: Path) -> None:
    search = make_search(tmp_path)
    assert Trainer().search(search).go() == "finished"
    results = search.results()
    assert states(results) == "f" * 8 and results.goal == "val_loss" and not results.higher
    for trial in results.trials:
        project = RunFolder(tmp_path / "runs" / trial.run).project()
        assert project.graph["hidden"].settings["units"] == trial.values[UNITS]
        assert project.training.optimizer.settings["learning_rate"] == trial.values[RATE]
        assert trial.score == pytest.approx(1 - score_of(project))
        assert trial.parameters == 5 * trial.values[UNITS] and trial.epoch == trial.epochs == 3


def test_that_the_project_as_it_stands_is_the_first_trial(tmp_path: Path) -> None:
    search = make_search(tmp_path, trials=1)
    Trainer().search(search).go()
    assert dict(search.results().trials[0].values) == {UNITS: 16, RATE: 0.05}


def test_that_values_out_of_range_are_no_first_trial(tmp_path: Path) -> None:
    search = make_search(tmp_path, trials=1, ranges=(Range(UNITS, 40, 64),))
    Trainer().search(search).go()
    assert search.results().trials[0].values[UNITS] >= 40


def test_that_failed_trials_are_marked_and_the_search_goes_on(tmp_path: Path) -> None:
    search = make_search(tmp_path, trials=20)
    parts = {2: fail("out-of-memory"), 5: die(-signal.SIGKILL), 9: die(-signal.SIGSEGV)}
    assert Trainer(parts).search(search).go() == "finished"
    results = search.results()
    assert len(results.trials) == 20
    failed = {each.number: each.failure for each in results.trials if each.state == "failed"}
    assert failed == {2: "out-of-memory", 5: "out-of-memory", 9: "crash"}
    assert all(each.message for each in results.trials if each.state == "failed")
    assert results.best and results.best.state == "finished"
    assert set(results.importance) == {UNITS, RATE} and sum(results.importance.values()) == pytest.approx(1, abs=0.01)


def test_that_a_search_learns_from_its_trials(tmp_path: Path) -> None:
    search = make_search(tmp_path, trials=30)
    Trainer().search(search).go()
    scores = [each.score or 0.0 for each in search.results().trials]
    assert sum(scores[-10:]) / 10 < 0.75 * sum(scores[1:11]) / 10


def test_that_a_killed_search_proposes_what_it_would_have_proposed(tmp_path: Path) -> None:
    alone = make_search(tmp_path / "alone", trials=9)
    Trainer().search(alone).go()
    search = make_search(tmp_path / "killed", trials=9)
    for number, before in ((2, None), (5, begin), (7, train_well)):
        with pytest.raises(Killed):
            Trainer({number: be_killed(before)}).search(search).go()
    assert Trainer().search(search).go() == "finished"
    assert found(search) == found(alone)
    assert len(list_runs(tmp_path / "killed")) == 9


def test_that_a_trial_cut_off_is_continued_and_one_that_ended_meanwhile_is_not(tmp_path: Path) -> None:
    search = make_search(tmp_path, trials=4)
    with pytest.raises(Killed):
        Trainer({2: be_killed(lambda run, log: begin(run, log, epochs=1))}).search(search).go()
    trainer = Trainer({3: be_killed(train_well)})
    with pytest.raises(Killed):
        trainer.search(search).go()
    assert trainer.launched == [(2, True), (3, False)]
    trainer = Trainer()
    trainer.search(search).go()
    assert trainer.launched == [(4, False)]
    assert states(search.results()) == "ffff"


def test_that_a_half_written_line_and_a_lock_of_a_killed_search_are_mended(tmp_path: Path) -> None:
    search = make_search(tmp_path, trials=5)
    with pytest.raises(Killed):
        Trainer({3: be_killed()}).search(search).go()
    with search.journal_file.open("ab") as journal:
        journal.write(b'{"op_code": 6, "trial_i')
    search.journal_file.with_name("journal.jsonl.lock").symlink_to(search.journal_file)
    assert Trainer().search(search).go() == "finished"
    assert states(search.results()) == "fffff"


def test_that_a_killed_search_reads_as_interrupted(tmp_path: Path) -> None:
    search = make_search(tmp_path)
    with pytest.raises(Killed):
        Trainer({2: be_killed()}).search(search).go()
    assert search.results().status == "interrupted"
    assert states(search.results()) == "fr"


def test_that_a_stopped_search_keeps_the_trial_in_work_for_later(tmp_path: Path) -> None:
    search = make_search(tmp_path, trials=4)

    def stop(run: RunFolder, log: EventLog) -> None:
        search.send("stop")
        time.sleep(2 / LOOKS_PER_SECOND)  # until the search has looked; a trial is told after it
        begin(run, log, epochs=1)
        log.write(ev.Finished(run=run.name, reason="stopped", epoch=1))

    assert Trainer({2: stop}).search(search).go() == "stopped"
    assert states(search.results()) == "fr"
    search.commands_file.unlink()  # else the word would reach the next one, which here is the same process
    trainer = Trainer()
    assert trainer.search(search).go() == "finished"
    assert trainer.launched[0] == (2, True)


def test_that_a_trial_worse_than_the_others_is_ended_early(tmp_path: Path) -> None:
    search = make_search(tmp_path, trials=8, pruning=True)
    told: list[str] = []

    def bad(run: RunFolder, log: EventLog) -> None:
        log.write(ev.Started(epochs=3, steps_per_epoch=1, samples=9, validation_samples=3))
        for epoch in (1, 2):
            log.write(ev.Epoch(epoch=epoch, values={"val_loss": 50.0}))
        log.write(ev.Finished(run=run.name, reason="stopped", epoch=2))
        told.append(run.name)

    def bad_at_first(run: RunFolder, log: EventLog) -> None:
        log.write(ev.Started(epochs=3, steps_per_epoch=1, samples=9, validation_samples=3))
        log.write(ev.Epoch(epoch=1, values={"val_loss": 50.0}))
        for epoch in (2, 3):
            log.write(ev.Epoch(epoch=epoch, values={"val_loss": 0.01}))
        log.write(ev.Finished(run=run.name, reason="completed", epoch=3))

    Trainer({7: bad, 8: bad_at_first}).search(search).go()
    recovered = search.results().trial(8)
    assert recovered and recovered.state == "finished" and recovered.score == 0.01
    trial = search.results().trial(7)
    assert trial and trial.state == "pruned" and trial.message == "Ended after epoch 2. Others were better by then."
    assert '"stop"' in RunFolder(tmp_path / "runs" / told[0]).commands_file.read_text()


def test_that_values_tried_before_are_not_trained_again(tmp_path: Path) -> None:
    search = make_search(tmp_path, trials=12, ranges=(Range(UNITS, choices=(8, 16)),))
    trainer = Trainer()
    trainer.search(search).go()
    assert len(trainer.launched) == 2
    results = search.results()
    assert states(results) == "f" * 12
    assert {each.run for each in results.trials} == {"0001", "0002"}


def test_that_a_search_in_which_everything_fails_ends_with_the_reason(tmp_path: Path) -> None:
    search = make_search(tmp_path, trials=30)
    trainer = Trainer({number: fail("data") for number in range(1, 31)})
    assert trainer.search(search).go() == "failed"
    assert len(trainer.launched) == 5
    assert search.results().message.endswith("It failed: data.")


def test_that_a_full_disk_ends_the_search_at_once(tmp_path: Path) -> None:
    search = make_search(tmp_path, trials=30)
    trainer = Trainer({3: fail("disk-full")})
    assert trainer.search(search).go() == "failed"
    assert len(trainer.launched) == 3


def test_that_data_without_a_validation_split_is_not_searched(tmp_path: Path) -> None:
    search = make_search(tmp_path, trials=30)

    def unvalidated(run: RunFolder, log: EventLog) -> None:
        log.write(ev.Started(epochs=3, steps_per_epoch=1, samples=9))
        log.write(ev.Finished(run=run.name, reason="stopped"))

    assert Trainer({1: unvalidated}).search(search).go() == "failed"
    assert "validation split" in search.results().message


def test_that_a_goal_that_no_run_has_ends_the_search_with_those_that_there_are(tmp_path: Path) -> None:
    search = make_search(tmp_path, trials=30, goal="val_beauty")
    assert Trainer().search(search).go() == "failed"
    assert "no value 'val_beauty'" in search.results().message and "val_loss" in search.results().message


def test_that_a_paused_search_pauses_its_trials_and_begins_none(tmp_path: Path) -> None:
    search = make_search(tmp_path, trials=3)
    search.claim(os.getpid())
    trainer = Trainer()
    slept: list[int] = []

    def pause(run: RunFolder, log: EventLog) -> None:
        search.send("pause")
        train_well(run, log)

    def sleep(_: float) -> None:
        time.sleep(0.02 if slept else 0.2)  # commands are looked for ten times a second
        slept.append(len(trainer.launched))
        if slept.count(1) == 40:
            assert search.results().status == "paused"
            search.send("resume")

    trainer.parts[1] = pause
    assert Search(search, launch=trainer.launch, prepare=lambda: None, sleep=sleep).go() == "finished"
    assert slept.count(1) >= 40 and len(trainer.launched) == 3


def test_that_trials_train_side_by_side_and_no_more_of_them(tmp_path: Path) -> None:
    search = make_search(tmp_path, trials=7, side_by_side=3)
    trainer, processes, most = Trainer(), [], 0

    class Busy(Ended):
        looks = 4

        @property
        def alive(self) -> bool:
            self.looks -= 1
            return self.looks > 0

    def launch(run: RunFolder, *, resume: bool = False) -> Busy:
        nonlocal most
        trainer.launch(run, resume=resume)
        processes.append(Busy())
        most = max(most, sum(each.looks > 0 for each in processes))
        return processes[-1]

    assert Search(search, launch=launch, prepare=lambda: None, sleep=lambda _: None).go() == "finished"
    assert most == 3 and states(search.results()) == "f" * 7


def test_that_runs_of_others_are_no_trials(tmp_path: Path) -> None:
    search = make_search(tmp_path, trials=2)
    with pytest.raises(Killed):
        Trainer({1: be_killed()}).search(search).go()
    create_run(tmp_path, search.project())
    assert Trainer().search(search).go() == "finished"
    assert [each.run for each in search.results().trials] == ["0001", "0003"]
