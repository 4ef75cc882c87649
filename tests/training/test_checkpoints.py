"""Checkpoints come back as they were, and a write that fails leaves the one before."""

from __future__ import annotations

import errno
import threading
from pathlib import Path

import numpy as np
import pytest

from dlstudio.training.checkpoints import CheckpointWriter, Snapshot, read_snapshot, write_snapshot
from dlstudio.training.failures import TrainingError


def saved(epoch: int) -> Snapshot:
    return Snapshot(
        (np.full((2, 3), epoch, np.float32), np.array([1, 2], np.uint32)),
        (np.array(5, np.int64),),
        (np.array(0.5, np.float32),),
        {"epoch": epoch, "step": 0},
    )


def test_that_a_snapshot_comes_back_as_it_was(tmp_path: Path) -> None:
    write_snapshot(saved(3), tmp_path / "last.npz")
    found = read_snapshot(tmp_path / "last.npz")
    assert found.state == {"epoch": 3, "step": 0}
    for group in ("weights", "optimizer", "metrics"):
        for there, back in zip(getattr(saved(3), group), getattr(found, group), strict=True):
            assert there.dtype == back.dtype
            assert np.array_equal(there, back)


def test_that_the_order_holds_for_many_arrays(tmp_path: Path) -> None:
    many = Snapshot(tuple(np.array([index]) for index in range(150)))
    write_snapshot(many, tmp_path / "last.npz")
    assert [int(array[0]) for array in read_snapshot(tmp_path / "last.npz").weights] == list(range(150))


def test_that_damaged_and_missing_files_are_said_to_be_so(tmp_path: Path) -> None:
    write_snapshot(saved(3), tmp_path / "last.npz")
    content = (tmp_path / "last.npz").read_bytes()
    (tmp_path / "last.npz").write_bytes(content[: len(content) // 2])
    with pytest.raises(TrainingError, match="cannot be read"):
        read_snapshot(tmp_path / "last.npz")
    with pytest.raises(TrainingError, match="no checkpoint"):
        read_snapshot(tmp_path / "best.npz")


def test_that_a_full_disk_leaves_the_checkpoint_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "last.npz"
    write_snapshot(saved(3), file)

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("dlstudio.atomic.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_snapshot(saved(4), file)
    assert read_snapshot(file).state["epoch"] == 3
    assert [entry.name for entry in tmp_path.iterdir()] == ["last.npz"]


def test_that_only_the_newest_snapshot_is_written_when_the_disk_is_slow(tmp_path: Path) -> None:
    written: list[int] = []
    begun, go_on = threading.Event(), threading.Event()

    def slow(snapshot: Snapshot, file: Path) -> None:
        begun.set()
        go_on.wait(10)
        written.append(snapshot.state["epoch"])

    writer = CheckpointWriter(lambda kind, snapshot: None, lambda kind, error: None, slow)
    writer.put(saved(1), tmp_path / "last.npz")
    begun.wait(10)
    for epoch in (2, 3, 4):
        writer.put(saved(epoch), tmp_path / "last.npz")
    go_on.set()
    writer.flush()
    writer.close()
    assert written == [1, 4]


def test_that_a_failed_write_is_told_and_a_later_one_makes_it_good(tmp_path: Path) -> None:
    told: list[str] = []
    full = [True]

    def write(snapshot: Snapshot, file: Path) -> None:
        if full[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        told.append(f"wrote {file.stem} {snapshot.state['epoch']}")

    writer = CheckpointWriter(lambda kind, s: None, lambda kind, error: told.append(f"failed {kind}"), write)
    writer.put(saved(1), tmp_path / "last.npz")
    with pytest.raises(OSError, match="No space"):
        writer.flush()
    full[0] = False
    writer.put(saved(2), tmp_path / "last.npz")
    writer.flush()
    writer.close()
    assert told == ["failed last", "wrote last 2"]


def test_that_a_snapshot_with_nan_is_known_to_be_bad() -> None:
    assert saved(1).finite
    assert not Snapshot((np.array([1.0, np.nan], np.float32),)).finite
