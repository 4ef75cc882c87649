"""Large texts are read once: how far they were read is remembered until the file changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dlstudio.data.texts import text_files
from dlstudio.data.texts.text_files import survey
from dlstudio.places import cache_folder

PIECE = 1000


class StoppedError(Exception):
    pass


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_files, "PIECE", PIECE)
    monkeypatch.setattr(text_files, "REMEMBERED_BYTES", PIECE)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The offsets from which files are read."""
    found: list[int] = []
    pieces = text_files._pieces

    def noted(path: Path, start: int) -> Iterator[bytes]:
        found.append(start)
        return pieces(path, start)

    monkeypatch.setattr(text_files, "_pieces", noted)
    return found


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text.txt"
    path.write_text("Ήταν ωραία, naïve café – ok. " * 700, encoding="utf-8")  # characters lie across the pieces
    return path


def test_a_text_is_read_once(text: Path, read: list[int]) -> None:
    first = survey(text, "text.txt")
    assert first.characters == len(text.read_text(encoding="utf-8"))
    assert survey(text, "text.txt") == first
    assert read == [0, text.stat().st_size]


def test_a_reading_that_was_stopped_goes_on_where_it_ended(
    text: Path, read: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = []

    def stop(what: str, done: int, total: int) -> None:
        told.append(what)
        if len(told) == 5:
            raise StoppedError

    monkeypatch.setattr(text_files, "report", stop)
    with pytest.raises(StoppedError):
        survey(text, "text.txt")
    found = survey(text, "text.txt")
    assert read == [0, 4 * PIECE]
    assert found.characters == len(text.read_text(encoding="utf-8"))
    assert found.damaged == -1


def test_a_text_that_has_changed_is_read_anew(text: Path, read: list[int]) -> None:
    survey(text, "text.txt")
    text.write_text("Other words. " * 900, encoding="utf-8")
    assert survey(text, "text.txt").characters == 13 * 900
    assert read == [0, 0]


def test_damage_is_found_again_without_reading(text: Path) -> None:
    content = bytearray(text.read_bytes())
    content[5000] = 0xFF
    text.write_bytes(content)
    first = survey(text, "text.txt", "utf-8")
    assert first.damaged in (4999, 5000)
    assert survey(text, "text.txt", "utf-8") == first


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[1]", b'{"offset": -5, "characters": 1, "damaged": -1, "held": ""}', b"\xff\x00"]
)
def test_a_damaged_memory_is_passed_over(text: Path, read: list[int], content: bytes) -> None:
    first = survey(text, "text.txt")
    for memory in (cache_folder() / "surveys").iterdir():
        memory.write_bytes(content)
    assert survey(text, "text.txt") == first
    assert read == [0, 0]
