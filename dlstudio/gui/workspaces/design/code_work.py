"""Writes and reads scripts in a thread, so that the window goes on: of what is asked for, only the newest is done."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import Any

from PySide6.QtCore import QObject, Signal


class NewestWork(QObject):
    """Does one piece of work after another in a thread; of those that wait only the last is kept.

    Signals:
        done(object): What the work gave, in the window's thread. An exception it raised is raised there.
    """

    done = Signal(object)
    _finished = Signal(object, object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._thread: Thread | None = None
        self._waiting: Callable[[], Any] | None = None
        self._finished.connect(self._take)

    @property
    def running(self) -> bool:
        """Whether something is being done."""
        return self._thread is not None

    def ask(self, work: Callable[[], Any]) -> None:
        """Has the work done soon; it must not touch widgets."""
        if self._thread is not None:
            self._waiting = work
            return

        def run() -> None:
            try:
                result, fault = work(), None
            except Exception as error:  # whatever it is, the window has to hear of it
                result, fault = None, error
            with suppress(RuntimeError):  # the window was closed meanwhile
                self._finished.emit(result, fault)

        self._thread = Thread(target=run, name=self._name, daemon=True)
        self._thread.start()

    def _take(self, result: object, fault: Exception | None) -> None:
        self._thread = None
        following, self._waiting = self._waiting, None
        if following is not None:
            self.ask(following)  # what is there is out of date
            return
        if fault is not None:
            raise fault
        self.done.emit(result)
