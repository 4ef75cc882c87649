"""Events survive their way through the file, whatever state the file is in."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from dlstudio.training.runs import events as ev
from dlstudio.training.runs.event_log import EventLog


def test_that_every_kind_of_event_survives_its_json() -> None:
    events = [
        ev.Started(epochs=3, steps_per_epoch=4, samples=50, metrics=("loss", "accuracy"), device="a CPU", time=1.5),
        ev.Batch(epoch=1, step=2, values={"loss": 0.5}, samples_per_second=10.0),
        ev.Epoch(epoch=1, values={"loss": 0.5, "val_loss": None}, seconds=2.0, learning_rate=0.1),
        ev.Layers(epoch=1, step=2, layers={"dense": {"gradient": 0.5, "dead": None}}),
        ev.Checkpoint(kind="best", epoch=1),
        ev.Warning_(message="Few steps."),
        ev.Note(message="Two layers begin with weights of before."),
        ev.Paused(epoch=1, step=2),
        ev.Resumed(epoch=1, step=2),
        ev.Layers(epoch=1, step=2, layers={"dense": {"gradient": 0.5, "dead": None}}),
        ev.Stopped(epoch=1, step=2),
        ev.Finished(run="0007", metrics={"accuracy": 0.9}, reason="early-stopping"),
        ev.Failed(kind="problems", message="Two things.", problems=({"node": "a", "message": "One."},)),
    ]
    assert {type(event) for event in events} == set(ev.KINDS.values())
    assert [ev.from_json(json.loads(json.dumps(event.as_json()))) for event in events] == events


def test_that_an_event_of_a_later_version_is_passed_over() -> None:
    assert ev.from_json({"event": "celebrated"}) is None
    assert ev.from_json({"event": "checkpoint", "kind": "best", "epoch": 2, "size": 5}) == ev.Checkpoint(
        kind="best", epoch=2
    )
    assert ev.from_json({"event": "checkpoint"}) is None


def test_that_a_half_written_last_line_waits_for_its_rest(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    line = json.dumps(ev.Checkpoint(kind="last", epoch=3).as_json()) + "\n"
    reader = ev.EventReader(file)
    assert reader.read_new() == []
    file.write_text(line + line[:20])
    assert len(reader.read_new()) == 1
    assert reader.read_new() == []
    with file.open("a") as stream:
        stream.write(line[20:])
    assert reader.read_new() == [ev.Checkpoint(kind="last", epoch=3)]


def test_that_a_line_torn_by_a_kill_costs_only_itself(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_text('{"event": "epoch", "epo')
    log = EventLog(file)
    log.write(ev.Checkpoint(kind="last", epoch=3))
    log.close()
    (event,) = ev.EventReader(file).read_new()
    assert isinstance(event, ev.Checkpoint)


def test_that_batches_are_written_in_bursts_and_all_of_them_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    writes: list[int] = []
    plain_write = os.write

    def counted(handle: int, content: bytes) -> int:
        writes.append(content.count(b"\n"))
        return plain_write(handle, content)

    monkeypatch.setattr("dlstudio.training.runs.event_log.os.write", counted)
    log = EventLog(tmp_path / "events.jsonl", clock=lambda: now[0])
    for step in range(1, 1001):
        now[0] += 0.001
        log.write_batch(1, step, {"loss": 1 / step, "accuracy": 0.5}, 64000.0)
    log.close()
    assert len(writes) <= 1.0 * 20 + 2
    events = ev.EventReader(tmp_path / "events.jsonl").read_new()
    assert [event.step for event in events if isinstance(event, ev.Batch)] == list(range(1, 1001))
    assert events[9] == ev.Batch(
        time=100.01, epoch=1, step=10, values={"loss": 0.1, "accuracy": 0.5}, samples_per_second=64000.0
    )


def test_that_numbers_json_does_not_have_become_null(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "events.jsonl")
    log.write_batch(1, 1, {"loss": float("nan")}, 1.0)
    log.write(ev.Epoch(epoch=1, values={"loss": float("inf")}))
    log.close()
    batch, epoch = ev.EventReader(tmp_path / "events.jsonl").read_new()
    assert isinstance(batch, ev.Batch)
    assert isinstance(epoch, ev.Epoch)
    assert batch.values == epoch.values == {"loss": None}


def test_that_events_wait_while_the_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain_write = os.write
    full = [True]

    def write(handle: int, content: bytes) -> int:
        if full[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        return plain_write(handle, content)

    monkeypatch.setattr("dlstudio.training.runs.event_log.os.write", write)
    log = EventLog(tmp_path / "events.jsonl")
    log.write(ev.Checkpoint(kind="last", epoch=1))
    assert ev.EventReader(tmp_path / "events.jsonl").read_new() == []
    full[0] = False
    log.write(ev.Checkpoint(kind="last", epoch=2))
    log.close()
    events = ev.EventReader(tmp_path / "events.jsonl").read_new()
    assert [event.epoch for event in events if isinstance(event, ev.Checkpoint)] == [1, 2]


def test_that_the_reader_can_pass_over_batches(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "events.jsonl")
    log.write_batch(1, 1, {"loss": 1.0}, 1.0)
    log.write(ev.Checkpoint(kind="last", epoch=1))
    log.close()
    assert len(ev.EventReader(tmp_path / "events.jsonl").read_new()) == 2
    assert len(ev.EventReader(tmp_path / "events.jsonl", batches=False).read_new()) == 1


def test_that_a_file_is_read_in_parts_of_whole_lines_whatever_lies_between(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    events = [ev.Batch(epoch=1, step=step, values={"loss": 1.0}) for step in range(1, 500)]
    lines = [json.dumps(event.as_json()) for event in events]
    lines[100:100] = ["", "no JSON at all", "[1, 2", '{"event": "celebrated"}', "7", "[" * 5000]
    file.write_text("\n".join(lines) + "\n" + '{"event": "note", "mess')
    reader = ev.EventReader(file)
    parts = list(reader.parts(1000))
    assert len(parts) > 20
    assert [event for part in parts for event in part] == events
    assert list(reader.parts(1000)) == []
    with file.open("a") as stream:
        stream.write('age": "Whole now."}\n')
    assert reader.read_new() == [ev.Note(message="Whole now.")]
    assert ev.EventReader(file, batches=False).read_new() == [ev.Note(message="Whole now.")]


def test_that_a_line_that_is_nested_without_end_is_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    note = ev.Note(message="Here.")
    file.write_text("[" * 100_000 + "\n" + json.dumps(note.as_json()) + "\n")
    assert ev.EventReader(file).read_new() == [note]


def test_that_a_line_longer_than_a_part_is_read_whole(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    long = ev.Note(message="x" * 5000)
    file.write_text(f"{json.dumps(long.as_json())}\n" * 2)
    assert list(ev.EventReader(file).parts(100)) == [[long], [long]]
