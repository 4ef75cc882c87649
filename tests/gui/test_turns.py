"""Drawing takes turns: one piece of work at a time, in the order asked for."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from dlstudio.gui.turns import Turns


def test_that_each_piece_has_a_turn_of_its_own_in_the_order_asked_for(qtbot: QtBot) -> None:
    turns = Turns(pause_ms=1)
    done: list[str] = []
    seen: list[int] = []
    loss, below = (lambda: done.append("loss")), (lambda: done.append("below"))
    turns.ask(loss)
    turns.ask(below)
    turns.ask(loss)  # asked for twice, drawn once
    turns._timer.timeout.connect(lambda: seen.append(len(done)))
    qtbot.waitUntil(lambda: len(done) == 2)
    assert done == ["loss", "below"]
    assert seen == [1, 2]  # never both in one turn


def test_that_a_piece_that_fails_does_not_keep_the_others_waiting(qtbot: QtBot) -> None:
    turns = Turns(pause_ms=1)
    done: list[str] = []
    turns.ask(lambda: 1 / 0)
    turns.ask(lambda: done.append("after"))
    with qtbot.captureExceptions() as errors:
        qtbot.waitUntil(lambda: done == ["after"])
    assert len(errors) == 1
