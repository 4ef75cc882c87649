"""Fixtures of the data room: one small source of each format, and nothing remembered from the test before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dlstudio.data.recent import forget
from tests.data.sources import MAKERS


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    forget()
    yield
    forget()


@pytest.fixture(params=sorted(MAKERS))
def source(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Path]:
    """Name of a format, and a small source in it."""
    return request.param, MAKERS[request.param](tmp_path / "source")
