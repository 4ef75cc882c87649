"""Whether a run waits for processors of a Ray cluster that others have; Ray itself waits for ever and says nothing."""

from __future__ import annotations

import time
from typing import Any

BUSY_SECONDS = 15.0
"""How long workers may take to be placed before somebody is told that they are not."""

_LOOK_SECONDS = 2.0


class Queue:
    """One try to place the workers of a run.

    Args:
        ray: The library, connected.
        workers: How many have to be placed.

    Attributes:
        told: The person has been told that the run waits.
    """

    def __init__(self, ray: Any, workers: int) -> None:
        self.told = False
        self._ray = ray
        self._workers = workers
        self._next_look = time.monotonic() + BUSY_SECONDS
        self._waits = False

    def waits(self) -> bool:
        """Whether the workers are still to be placed, and others have the processors; looks every two seconds."""
        if time.monotonic() >= self._next_look:
            self._next_look = time.monotonic() + _LOOK_SECONDS
            free = self._ray.available_resources().get("CPU", 0)
            groups = self._ray.util.placement_group_table().values()
            self._waits = free < self._workers and any(group["state"] == "PENDING" for group in groups)
        return self._waits

    def sentence(self) -> str:
        """What to say of that."""
        count = "a processor" if self._workers == 1 else f"{self._workers} processors"
        return f"The cluster is busy with other work. The run begins as soon as {count} of it are free."
