"""When a run is said to wait for a cluster."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from dlstudio.training.sites import queueing
from dlstudio.training.sites.queueing import Queue


def ray_with(free: float, state: str) -> Any:
    """What is asked of Ray, of a cluster with so many free processors and one group of workers."""
    groups = {"one": {"state": state}}
    return SimpleNamespace(
        available_resources=lambda: {"CPU": free} if free else {},
        util=SimpleNamespace(placement_group_table=lambda: groups),
    )


@pytest.mark.parametrize(
    ("free", "state", "waits"),
    [(0, "PENDING", True), (1, "PENDING", True), (2, "PENDING", False), (0, "CREATED", False)],
)
def test_that_a_run_waits_where_its_workers_have_no_place(
    monkeypatch: pytest.MonkeyPatch, free: float, state: str, waits: bool
) -> None:
    monkeypatch.setattr(queueing, "BUSY_SECONDS", 0.0)
    assert Queue(ray_with(free, state), 2).waits() is waits


def test_that_placing_may_take_its_time() -> None:
    assert not Queue(ray_with(0, "PENDING"), 2).waits()
