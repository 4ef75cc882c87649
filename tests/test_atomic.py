"""A file is either the old one or the whole new one."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from dlstudio.atomic import clean_stale, replacing, write_atomically


def test_that_the_new_content_takes_the_place_of_the_old(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    write_atomically(file, b"old")
    write_atomically(file, b"new")
    assert file.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [file]


def test_that_the_temporary_file_has_the_ending_of_the_target(tmp_path: Path) -> None:
    with replacing(tmp_path / "model.keras") as temporary:
        assert temporary.suffix == ".keras"
        temporary.write_bytes(b"x")
    assert (tmp_path / "model.keras").read_bytes() == b"x"


def test_that_an_error_in_the_block_leaves_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "a.npz"
    file.write_bytes(b"old")
    with pytest.raises(RuntimeError), replacing(file) as temporary:
        temporary.write_bytes(b"half")
        raise RuntimeError
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


def test_that_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"old")

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(file, b"new")
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


def test_that_files_of_a_killed_save_are_cleared_away(tmp_path: Path) -> None:
    (tmp_path / ".last.12.34.tmp.npz").write_text("half")
    (tmp_path / ".project.12.34.tmp.json").write_text("half")
    (tmp_path / "run.json").write_text("{}")
    clean_stale(tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["run.json"]
