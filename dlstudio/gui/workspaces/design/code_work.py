"""Writes and reads scripts in a thread, so that the window goes on: of what is asked for, only the newest is done."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

LOOK_MS = 8


class NewestWork(QObject):
    """Does one piece of work after another in a thread; of those that wait only the last is kept.

    The thread touches nothing of Qt: the window looks whether it is done. So it may outlive the window.

    Signals:
        done(object): What the work gave. An exception that it raised is raised in the window's thread.
    """

    done = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._result: Future[Any] | None = None
        self._waiting: Callable[[], Any] | None = None
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)

    @property
    def running(self) -> bool:
        """Whether something is being done."""
        return self._result is not None

    def ask(self, work: Callable[[], Any]) -> None:
        """Has the work done soon; it must not touch widgets."""
        if self._result is not None:
            self._waiting = work
            return
        result = self._result = Future[Any]()
        Thread(target=_do, args=(work, result), name=self._name, daemon=True).start()
        self._timer.start()

    def _look(self) -> None:
        result = self._result
        if result is None or not result.done():
            return
        self._timer.stop()
        following, self._waiting, self._result = self._waiting, None, None
        if following is not None:
            self.ask(following)  # what is there is out of date
            return
        self.done.emit(result.result())


def _do(work: Callable[[], Any], result: Future[Any]) -> None:
    try:
        result.set_result(work())
    except Exception as error:  # whatever it is, the window has to hear of it
        result.set_exception(error)
