"""What workers do together: each does at the same step what only the first one was asked."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from dlstudio.training.computing.agreed_controls import AgreedControls
from dlstudio.training.runs.run_folder import RunFolder, create_run
from tests.training.tiny_projects import make_project

LOOKS = 400


class Table:
    """A board within one process."""

    def __init__(self) -> None:
        self.words: dict[str, str] = {}
        self._change = threading.Condition()

    def put(self, name: str, word: str) -> None:
        with self._change:
            assert name not in self.words
            self.words[name] = word
            self._change.notify_all()

    def get(self, name: str) -> str:
        with self._change:
            assert self._change.wait_for(lambda: name in self.words, 30)
            return self.words[name]

    def remove(self, name: str) -> None:
        with self._change:
            del self.words[name]


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return create_run(tmp_path, make_project(tmp_path))


def seen_by(run: RunFolder, workers: int, ask: dict[int, Any]) -> tuple[list[list[Any]], Table]:
    """What each worker sees at its looks; ``ask`` says what happens before which look of the first one."""
    table = Table()
    step = threading.Barrier(workers)

    def work(rank: int) -> list[Any]:
        # A clock of steps: ten looks a second at first, later a hundred.
        now = [0.0]

        def sleep(seconds: float) -> None:
            now[0] += seconds
            time.sleep(0.005)

        controls = AgreedControls(run, table, rank == 0, clock=lambda: now[0], sleep=sleep)
        controls.wishes["checkpoint"] = lambda: rank == 0 and int(now[0] * 10) % 5 == 4
        seen: list[Any] = []
        for look in range(LOOKS):
            if rank == 0 and look in ask:
                ask[look]()
            now[0] += 0.1 if look < 40 else 0.01
            controls.look()
            seen.append((controls.paused, controls.stopping, controls.due("checkpoint")))
            if controls.paused:
                controls.wait_while_paused()
                seen.append("went on")
            if controls.stopping:
                break
            step.wait(30)  # as a training step does
        return seen

    with ThreadPoolExecutor(workers) as pool:
        return [each.result(60) for each in [pool.submit(work, rank) for rank in range(workers)]], table


def test_that_all_workers_pause_save_and_stop_at_the_step_of_the_first(run: RunFolder) -> None:
    def pause() -> None:
        run.send("pause")
        threading.Timer(0.3, lambda: run.send("resume")).start()

    (first, *others), table = seen_by(run, 3, {100: pause, 300: lambda: run.send("stop")})
    assert all(each == first for each in others)
    assert first.count("went on") == 1
    assert first.index("went on") > 100
    assert first[-1][1]
    assert 300 < len(first) < LOOKS
    saved = sum(1 for each in first if each != "went on" and each[2])
    assert saved >= 3
    # Once steps are quick it is agreed some ten times a second of theirs, not at each; and old words are taken away.
    assert len(table.words) <= 20


def test_that_nothing_is_agreed_more_often_than_it_has_to_be(run: RunFolder) -> None:
    (first, second), table = seen_by(run, 2, {})
    assert first == second
    assert not any(each[0] or each[1] for each in first)
    words = max(int(name.rpartition("/")[2]) for name in table.words) + 1
    assert 40 <= words < 120  # 40 looks at ten a second, 360 at a hundred
