"""The far end of a run that another machine sends: takes its files, starts it, and tells how it goes.

The training process outlives this one, so a connection that is lost costs the run nothing. Who calls again says how
much of the run's events it has, and which other files. Speaks as :mod:`dlstudio.training.sites.frames` says.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import shutil
import tarfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dlstudio.training.launching import launch
from dlstudio.training.runs.run_folder import RUNS, RunFolder
from dlstudio.training.runs.worked_folder import RunError, file_size
from dlstudio.training.sites.frames import (
    GREETING,
    PieceReader,
    ProtocolError,
    Readable,
    Writable,
    read_line,
    write_file,
    write_line,
)
from dlstudio.training.sites.parcel import missing, unpack

USUAL_HOME = "dlstudio-runs"
LOOK_SECONDS = 0.25
FILE_SECONDS = 60.0
"""At most so often a file is sent that changes again and again, as a checkpoint does, until the run is over."""

PATIENCE = 5.0
"""A file that took long to send waits so many times as long for its next turn: events go first."""

_GROWING = ("events.jsonl", "log.txt")
_MOST_AT_ONCE = 1 << 22
_COMMANDS = ("pause", "resume", "stop")


def folder_for(project: str, origin: str) -> str:
    """Where a project goes that names no folder, from the home folder on: the same for the same project.

    Args:
        project: Its name.
        origin: What tells it from others of that name, as machine and path.
    """
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", project).strip("-")[:40] or "project"
    return f"{USUAL_HOME}/{plain}-{hashlib.sha256(origin.encode()).hexdigest()[:8]}"


def host(version: str, incoming: Readable, outgoing: Writable) -> int:
    """Serves one connection; returns the exit status.

    Args:
        version: Of this DL Studio.
        incoming, outgoing: The connection.
    """
    write_line(outgoing, {"version": version}, begin=GREETING)
    try:
        return _Host(incoming, outgoing).serve()
    except (RunError, OSError, tarfile.TarError) as error:
        full = isinstance(error, OSError) and error.errno == errno.ENOSPC
        what = "the disk is full there" if full else str(error)
        with contextlib.suppress(OSError):
            write_line(outgoing, {"error": what, "full": full})
        return 1
    except ProtocolError:  # the caller is gone
        return 1


class _Host:
    def __init__(self, incoming: Readable, outgoing: Writable) -> None:
        self._in = incoming
        self._out = outgoing
        self._sent: dict[str, tuple[int, int]] = {}  # what is over there of each file
        self._next: dict[str, float] = {}  # when each may be sent again
        self._gone = threading.Event()

    def serve(self) -> int:
        order = read_line(self._in)
        name = str(order.get("run", ""))
        if not re.fullmatch(r"\d{4,9}", name):
            raise ProtocolError("no name of a run")
        folder = (Path.home() / Path(str(order.get("folder", ""))).expanduser()).resolve()
        run = RunFolder(folder / RUNS / name)
        if self._start(run, folder, order):  # else what the caller has is another machine's
            self._sent = {str(key): (int(told[0]), int(told[1])) for key, told in order.get("have", {}).items()}
        threading.Thread(target=self._listen, args=(run,), daemon=True).start()
        return self._follow(run)

    def _start(self, run: RunFolder, folder: Path, order: dict[str, Any]) -> bool:
        """Begins the run where that is wanted; whether it was begun here before."""
        known = (run.path / "run.json").is_file()
        begun = known and (run.lives() or run.events_file.exists())
        wanted = bool(order.get("start")) and not (known and run.lives())
        # An end that the caller has not heard of is told first; what it asked for was for a run that it thought broken.
        seen = int(order.get("have", {}).get("events.jsonl", (0, 0))[0])
        unheard = begun and seen < file_size(run.events_file) and run.info().ended is not None
        begin = wanted and not unheard and (not begun or bool(order.get("resume")))
        write_line(self._out, {"begin": begin, "begun": begun})
        if not begin:
            return begun
        listing = read_line(self._in)["listing"]
        names = missing(listing, folder)
        folder.mkdir(parents=True, exist_ok=True)
        needed, free = sum(int(listing[name][0]) for name in names), shutil.disk_usage(folder).free
        if needed > free:
            raise OSError(errno.ENOSPC, f"{needed >> 20} MB are needed, {free >> 20} MB free")
        write_line(self._out, {"wanted": names})
        unpack(PieceReader(self._in), folder)
        (run.path / "checkpoint").mkdir(exist_ok=True)
        launch(run, resume=bool(order.get("resume")))
        return begun

    def _listen(self, run: RunFolder) -> None:
        """Passes commands on; ends with the connection."""
        with contextlib.suppress(ProtocolError, OSError, ValueError):
            while True:
                command = read_line(self._in).get("command")
                if command in _COMMANDS:
                    with contextlib.suppress(RunError):
                        run.send(command)
        self._gone.set()

    def _follow(self, run: RunFolder) -> int:
        while True:
            alive = run.lives()  # asked before the reading, so that a last word is in what is read
            grew = self._send_growing(run)
            self._send_files(run, last=not alive)
            if not alive and not grew:
                write_line(self._out, {"over": True, "record": self._record(run)})
                return 0
            write_line(self._out, {"alive": True})  # else nobody here would see that the caller is gone
            if self._gone.wait(LOOK_SECONDS):
                return 1

    def _send_growing(self, run: RunFolder) -> bool:
        grew = False
        for name in _GROWING:
            have = self._sent.get(name, (0, 0))[0]
            try:
                with (run.path / name).open("rb") as stream:
                    stream.seek(have)
                    content = stream.read(_MOST_AT_ONCE)
            except OSError:
                continue
            content = content[: content.rfind(b"\n") + 1]  # the other end may add lines of its own in between
            if content:
                write_line(self._out, {"file": name, "at": have}, content)
                self._sent[name] = (have + len(content), 0)
                grew = True
        return grew

    def _send_files(self, run: RunFolder, *, last: bool) -> None:
        for name, path in _files(run.path):
            now = time.monotonic()
            try:
                status = path.stat()
            except OSError:
                continue
            stamp = (status.st_size, status.st_mtime_ns)
            if self._sent.get(name) == stamp or (not last and now < self._next.get(name, 0.0)):
                continue
            try:
                stream = path.open("rb")
            except OSError:
                continue
            with stream:
                status = os.fstat(stream.fileno())  # of what is open: the name may lead to a newer one already
                stamp = (status.st_size, status.st_mtime_ns)
                write_file(self._out, {"file": name, "stamp": stamp}, stream, status.st_size)
            took = time.monotonic() - now
            self._sent[name], self._next[name] = stamp, now + took + max(FILE_SECONDS, PATIENCE * took)

    def _record(self, run: RunFolder) -> dict[str, Any]:
        return {key: value for key, value in run.record().items() if key in RECORDED}


RECORDED = ("backend", "device", "data_fingerprint", "versions", "way")
"""What the run's record says of the machine that computed it."""


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """The files of a run that its owner wants, by name."""
    for name in ("model.keras", "growth.npz", "checkpoint/best.npz", "checkpoint/last.npz"):
        yield name, folder / name
    for part in ("encoders", "tensorboard"):
        for path in sorted((folder / part).rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                yield path.relative_to(folder).as_posix(), path
