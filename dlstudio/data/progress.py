"""Says how far long work on data is, to whoever wants to know; where nobody does, it costs nothing."""

from __future__ import annotations

import time
from collections.abc import Callable

EVERY_SECONDS = 0.2

Listener = Callable[[str, int, int], None]


class _Teller:
    listener: Listener | None = None
    told_at = 0.0


def tell_to(listener: Listener | None) -> None:
    """From now on ``listener(what, done, total)`` is called, at most five times a second; None for nobody."""
    _Teller.listener = listener


def report(what: str, done: int, total: int) -> None:
    """Tells how far the work is: ``report("Checking images", 2000, 100_000)``."""
    if _Teller.listener is None:
        return
    now = time.monotonic()
    if done >= total or now - _Teller.told_at >= EVERY_SECONDS:
        _Teller.told_at = now
        _Teller.listener(what, done, total)
