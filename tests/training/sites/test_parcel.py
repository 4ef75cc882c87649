"""What is sent to another machine, and what that one writes of it."""

from __future__ import annotations

import io
import json
import shutil
import tarfile
from pathlib import Path
from typing import Any

import pytest

from dlstudio.training.runs import events as ev
from dlstudio.training.runs.run_folder import RunFolder, create_run
from dlstudio.training.sites import hosting
from dlstudio.training.sites.frames import (
    GREETING,
    PieceReader,
    PieceWriter,
    ProtocolError,
    read_content,
    read_greeting,
    read_line,
    write_line,
)
from dlstudio.training.sites.parcel import SENT, make_parcel, missing, send, unpack
from dlstudio.training.sites.site import SITE, SiteError
from tests.training.tiny_projects import make_project, with_data


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    home = tmp_path / "near"
    make_project(home)
    for name in ("project.json", "layers.py", ".git/config", ".hidden", "runs/0001/model.keras", "searches/0001/x"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(name)
    return home


def run_in(folder: Path, **data: Any) -> RunFolder:
    project = make_project(folder)
    return create_run(folder, with_data(project, **data) if data else project, extra={SITE: {"kind": "ssh"}})


def delivered(run: RunFolder, folder: Path, *, checkpoint: bool = False) -> list[str]:
    """The names that stand in a folder after a parcel has come."""
    parcel, stream = make_parcel(run, checkpoint=checkpoint), io.BytesIO()
    send(parcel, missing(parcel.listing(), folder), PieceWriter(stream))
    write_line(stream, {"next": 1})
    stream.seek(0)
    folder.mkdir(exist_ok=True)
    unpack(PieceReader(stream), folder)
    assert read_line(stream) == {"next": 1}  # nothing of the parcel is left over
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_that_the_project_goes_without_old_runs_and_hidden_files(folder: Path, tmp_path: Path) -> None:
    run = run_in(folder)
    run.last_checkpoint.write_bytes(b"weights")
    expected = ["layers.py", "project.json", "runs/0002/run.json", "table.csv"]
    assert delivered(run, tmp_path / "far") == expected
    record = RunFolder(tmp_path / "far" / "runs" / "0002").record()
    assert SITE not in record
    assert "project_folder" not in record
    assert delivered(run, tmp_path / "far", checkpoint=True) == sorted([*expected, "runs/0002/checkpoint/last.npz"])


def test_that_data_of_another_place_is_sent_along(folder: Path, tmp_path: Path) -> None:
    (folder / "table.csv").rename(tmp_path / "elsewhere.csv")
    run = run_in(folder, source=str(tmp_path / "elsewhere.csv"))
    (folder / "table.csv").unlink()
    assert f"{SENT}/elsewhere.csv" in delivered(run, tmp_path / "far")
    there = RunFolder(tmp_path / "far" / "runs" / "0002")
    assert there.project().data.source == f"{SENT}/elsewhere.csv"
    assert (tmp_path / "far" / SENT / "elsewhere.csv").read_bytes() == (tmp_path / "elsewhere.csv").read_bytes()
    (tmp_path / "elsewhere.csv").unlink()
    with pytest.raises(SiteError, match="The data is not there"):
        make_parcel(run, checkpoint=False)


def test_that_what_is_there_already_is_not_sent_again(folder: Path, tmp_path: Path) -> None:
    run, far = run_in(folder), tmp_path / "far"
    delivered(run, far)
    listing = make_parcel(run, checkpoint=False).listing()
    assert missing(listing, far) == []
    (folder / "layers.py").write_text("other")
    assert missing(make_parcel(run, checkpoint=False).listing(), far) == ["layers.py"]


@pytest.mark.parametrize("name", ["../escaped", "/tmp/escaped-from-a-parcel", "a/../../escaped"])
def test_that_nothing_is_written_outside_of_the_folder(tmp_path: Path, name: str) -> None:
    stream, far = io.BytesIO(), tmp_path / "far" / "deep"
    pieces = PieceWriter(stream)
    with tarfile.open(mode="w|", fileobj=pieces) as archive:  # type: ignore[call-overload]
        for each in (name, "plain", "out/through-a-link"):
            member = tarfile.TarInfo(each)
            member.size = 1
            archive.addfile(member, io.BytesIO(b"x"))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc"
        archive.addfile(link)
    pieces.end()
    stream.seek(0)
    far.mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (far / "out").symlink_to(tmp_path / "elsewhere")
    unpack(PieceReader(stream), far)
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if not path.is_dir()] == [
        "far/deep/plain"
    ]
    assert not Path("/tmp/escaped-from-a-parcel").exists()


def answers_to(*lines: dict[str, Any]) -> list[dict[str, Any]]:
    """What the far end says to these lines."""
    incoming, outgoing = io.BytesIO(), io.BytesIO()
    for line in lines:
        write_line(incoming, line)
    incoming.seek(0)
    hosting.host("1.0", incoming, outgoing)
    outgoing.seek(0)
    assert read_greeting(outgoing) == {"version": "1.0"}
    return [json.loads(line) for line in outgoing.read().splitlines() if line.startswith(b"{")]


def test_that_a_full_disk_there_is_told_before_anything_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=10 << 20))
    order = {"folder": str(tmp_path / "far"), "run": "0001", "start": True, "resume": False, "have": {}}
    begin, error = answers_to(order, {"listing": {"big.npz": [20 << 20, 0]}})
    assert begin == {"begin": True, "begun": False}
    assert error["full"]


def test_that_an_end_that_nobody_heard_of_is_told_before_anything_is_begun_again(tmp_path: Path) -> None:
    run = create_run(tmp_path, make_project(tmp_path, epochs=1))
    events = [
        ev.Started(epochs=1, steps_per_epoch=1, samples=9),
        ev.Epoch(epoch=1, values={"loss": 1.0}),
        ev.Finished(run=run.name, metrics={}, time=2.0),
    ]
    run.events_file.write_text("".join(json.dumps(each.as_json()) + "\n" for each in events))
    run.last_checkpoint.write_bytes(b"weights")
    order = {"folder": str(tmp_path), "run": run.name, "start": True, "resume": True, "have": {"events.jsonl": [10, 0]}}
    begin, *files = answers_to(order)
    assert begin == {"begin": False, "begun": True}
    assert files[0]["file"] == "events.jsonl"
    assert files[0]["at"] == 10
    heard = {**order, "have": {"events.jsonl": [run.events_file.stat().st_size, 0]}}
    assert answers_to(heard)[0] == {"begin": True, "begun": True}


@pytest.mark.parametrize("name", ["../1", "0001/..", "", "x", "0" * 20])
def test_that_only_names_of_runs_are_taken(tmp_path: Path, name: str) -> None:
    assert answers_to({"folder": str(tmp_path), "run": name, "start": True}) == []
    assert not list(tmp_path.iterdir())


def test_that_what_a_shell_prints_before_the_greeting_is_passed_over() -> None:
    stream = io.BytesIO(b"Welcome to fast!\nLast login: today\n" + f'{GREETING}{{"version": "1"}}\n'.encode())
    assert read_greeting(stream) == {"version": "1"}
    for words in (b"", b"Welcome\n", b"x" * 100_000, f"{GREETING}[1]\n".encode()):
        with pytest.raises(ProtocolError):
            read_greeting(io.BytesIO(words))


@pytest.mark.parametrize("line", [{"file": "x"}, {"size": -1}, {"size": 1 << 60}, {"size": "3"}, {"size": True}])
def test_that_a_size_that_makes_no_sense_is_refused(line: dict[str, Any]) -> None:
    with pytest.raises(ProtocolError):
        list(read_content(io.BytesIO(b"abc"), line))
    with pytest.raises(ProtocolError, match="has ended"):
        list(read_content(io.BytesIO(b"abc"), {"size": 4}))
