"""Turns at drawing: what may wait is done one piece at a time, with the event loop in between."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer

PAUSE_MS = 40  # from one piece to the next: time in which the first is painted and the window hears its user


class Turns(QObject):
    """Runs pieces of work in the order in which they were asked for, never two in one turn of the event loop.

    Widgets that change together would also be painted together, and hold the window up for the sum of their times.
    """

    def __init__(self, parent: QObject | None = None, pause_ms: int = PAUSE_MS) -> None:
        super().__init__(parent)
        self._waiting: list[Callable[[], None]] = []
        # A coarse timer would be moved to fire together with others, which is what is to be avoided.
        self._timer = QTimer(self, singleShot=True, interval=pause_ms, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._take)

    def ask(self, work: Callable[[], None]) -> None:
        """Runs the work soon, once however often it was asked for until then."""
        if work not in self._waiting:
            self._waiting.append(work)
        if not self._timer.isActive():
            self._timer.start()

    @property
    def waiting(self) -> bool:
        """Whether something was asked for and not yet done."""
        return bool(self._waiting)

    def _take(self) -> None:
        work = self._waiting.pop(0)
        try:
            work()
        finally:
            if self._waiting:
                self._timer.start()
