"""Has a run trained by another machine: sends it there, writes what comes back into the run's folder, tells it to stop.

The run over there needs nobody here. Where the connection is lost this end calls again, and goes on where it was; where
this process ends, *Continue* follows the same run.
"""

from __future__ import annotations

import contextlib
import json
import platform
import queue
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dlstudio.atomic import replacing, write_atomically
from dlstudio.training.controls import Controls
from dlstudio.training.runs import events as ev
from dlstudio.training.runs.event_log import EventLog
from dlstudio.training.runs.run_folder import RunFolder, is_disk_full
from dlstudio.training.sites.frames import (
    PieceWriter,
    ProtocolError,
    read_content,
    read_greeting,
    read_line,
    write_line,
)
from dlstudio.training.sites.hosting import RECORDED, folder_for
from dlstudio.training.sites.parcel import make_parcel, send
from dlstudio.training.sites.site import Machine, SiteError
from dlstudio.training.sites.ssh import Connection

SYNC_FILE = "sync.json"
LOOK_SECONDS = 0.1
WAITS = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before the first call after a loss, the second and so on."""

STEADY_SECONDS = 20.0
"""A connection that has lasted so long was a good one: the next loss is told, and soon called after."""

STOP_SECONDS = 60.0
"""So long a machine that cannot be reached is tried to be told to stop."""

_NAMES = ("events.jsonl", "log.txt", "model.keras", "growth.npz", "checkpoint/best.npz", "checkpoint/last.npz")
_FOLDERS = ("encoders", "tensorboard")
_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9 _.@+=-]{0,150}")


class _LostError(RuntimeError):
    """The connection is lost; another may be made."""


def train_on_machine(
    run: RunFolder,
    machine: Machine,
    controls: Controls,
    *,
    resume: bool,
    connect: Callable[[Machine], Connection] = Connection,
    waits: tuple[float, ...] = WAITS,
) -> int:
    """Trains a run and returns when it is over, with 0 where it finished or was stopped and 1 where it failed.

    Args:
        run: Its folder, claimed by this process.
        machine: Where it is trained.
        controls: What is asked of the run here.
        resume: Go on from the last checkpoint.
        connect: Calls the machine.
        waits: See :data:`WAITS`.

    Raises:
        SiteError: The machine cannot be used; a run that is at work there goes on.
    """
    carrier = _Carrier(run, machine, controls, resume)
    losses, stopping_since = 0, 0.0
    while True:
        began = time.monotonic()
        try:
            with connect(machine) as connection:
                carrier.greet(connection)
                return carrier.follow(connection)
        except SiteError as error:
            if not carrier.greeted or carrier.hopeless:
                raise
            reason = str(error)
        except (_LostError, ProtocolError, BrokenPipeError, ConnectionError):
            reason = f"The connection to {machine.host} is lost."
        except OSError as error:
            if is_disk_full(error):
                raise SiteError(
                    f"The disk of this computer is full, so nothing of the run can be written. It goes on at "
                    f"{machine.host}. Free some space, then continue the run to fetch the rest."
                ) from None
            raise
        if time.monotonic() - began > STEADY_SECONDS:
            losses = 0
        if losses == 0:
            carrier.note(f"{reason} The run goes on there; it is called again until it answers.")
        if controls.stopping:
            stopping_since = stopping_since or time.monotonic()
            if time.monotonic() - stopping_since > STOP_SECONDS:
                raise SiteError(
                    f"{machine.host} cannot be reached, so the run could not be told to stop and goes on there. "
                    "Continue it to follow it again."
                )
        carrier.wait(waits[min(losses, len(waits) - 1)])
        losses += 1


class _Carrier:
    """This end of the connections of one run, one after the other."""

    def __init__(self, run: RunFolder, machine: Machine, controls: Controls, resume: bool) -> None:
        self.greeted = False
        self.hopeless = False  # what the machine says will not change by calling again
        self._run = run
        self._machine = machine
        self._controls = controls
        self._resume = resume
        self._start = True
        self._told: set[str] = set()
        self._end: ev.Event | None = None
        self._sync = _read_sync(run)
        self._folder = machine.folder or folder_for(run.project().name, f"{platform.node()} {run.project_folder}")

    def greet(self, connection: Connection) -> None:
        """Finds DL Studio at the other end, and has the run begun or followed there.

        Raises:
            SiteError: There is none, or it does not take the run.
        """
        try:
            greeting = read_greeting(connection.incoming)
        except ProtocolError:
            connection.close()
            raise SiteError(connection.complaint()) from None
        self.greeted = True
        theirs, ours = str(greeting.get("version", "")), _version()
        if theirs != ours:
            self.hopeless = True
            raise SiteError(
                f"{self._machine.host} has DL Studio {theirs[:20]}, this is {ours}. Use the same version on both."
            )
        order = {
            "folder": self._folder,
            "run": self._run.name,
            "start": self._start,
            "resume": self._resume,
            "have": self._sync,
        }
        write_line(connection.outgoing, order)
        answer = self._answer(connection)
        if answer.get("begin"):
            if not answer.get("begun"):
                self._forget()
            self._send(connection)
        elif not answer.get("begun"):
            self.hopeless = True
            raise SiteError(f"The run is no longer on {self._machine.host}. Continue it to send it there again.")
        self._told.clear()

    def _send(self, connection: Connection) -> None:
        parcel = make_parcel(self._run, checkpoint=self._resume and not self._same_checkpoint())
        write_line(connection.outgoing, {"listing": parcel.listing()})
        wanted = self._answer(connection).get("wanted", [])
        sent = sum(size for name, (size, _) in parcel.listing().items() if name in set(wanted))
        self.note(f"Sending {len(wanted)} files ({sent / 1e6:.1f} MB) to {self._machine.host}:{self._folder}.")
        try:
            send(parcel, set(wanted), PieceWriter(connection.outgoing))
        except (BrokenPipeError, ConnectionError):
            self._answer(connection)  # perhaps it says why
            raise

    def _answer(self, connection: Connection) -> dict[str, Any]:
        answer = read_line(connection.incoming)
        if "error" in answer:
            self.hopeless = True
            said = str(answer["error"])[:500].rstrip(".")
            if answer.get("full"):
                raise SiteError(
                    f"The disk of {self._machine.host} is full. Free some space there, then continue the run."
                )
            raise SiteError(f"{self._machine.host} could not take the run: {said}.")
        return answer

    def follow(self, connection: Connection) -> int:
        """Takes what comes until the run is over."""
        lines: queue.Queue[dict[str, Any] | None] = queue.Queue(4)
        taken = threading.Event()
        failed: list[BaseException] = []

        def read() -> None:
            try:
                while True:
                    line = read_line(connection.incoming)
                    self._start = self._resume = False  # it is at work there: from here on it is only followed
                    if "file" in line:
                        self._take(line, connection)
                    else:
                        lines.put(line)
                    if "over" in line or "error" in line:
                        return
            except BaseException as error:  # told by the thread that waits
                failed.append(error)
            finally:
                taken.set()

        thread = threading.Thread(target=read, name="carrier", daemon=True)
        thread.start()
        while True:
            self._pass_on(connection)
            try:
                line = lines.get(timeout=LOOK_SECONDS)
            except queue.Empty:
                if taken.is_set() and lines.empty():
                    raise failed[0] if failed else _LostError from None
                continue
            if line is not None and "over" in line:
                return self._over(line)
            if line is not None and "error" in line:
                self.hopeless = True
                raise SiteError(f"{self._machine.host} says: {str(line['error'])[:500]}")

    def _over(self, line: dict[str, Any]) -> int:
        record = line.get("record")
        if isinstance(record, dict):
            self._run.amend(**{key: value for key, value in record.items() if key in RECORDED})
        end = next(
            (each for each in reversed(_events(self._run)) if isinstance(each, ev.Finished | ev.Failed | ev.Started)),
            None,
        )
        if isinstance(end, ev.Finished):
            return 0
        if isinstance(end, ev.Failed):
            return 1
        self.hopeless = True
        raise SiteError(
            f"The training process on {self._machine.host} ended without a word; it may have been killed, or the "
            "machine was started anew. Continue the run to go on from its last checkpoint."
        )

    def _pass_on(self, connection: Connection) -> None:
        self._controls.look()
        wanted = "stop" if self._controls.stopping else "pause" if self._controls.paused else "resume"
        if wanted in self._told or (wanted == "resume" and "pause" not in self._told):
            return
        write_line(connection.outgoing, {"command": wanted})
        self._told = {wanted} if wanted != "resume" else set()

    def wait(self, seconds: float) -> None:
        """Waits before the next call, or until somebody wants the run to stop."""
        end = time.monotonic() + seconds
        asked = self._controls.stopping
        while time.monotonic() < end and self._controls.stopping == asked:
            time.sleep(LOOK_SECONDS)
            self._controls.look()

    def note(self, sentence: str) -> None:
        """Tells something that concerns this end."""
        log = EventLog(self._run.events_file)
        log.write(ev.Note(message=sentence))
        log.close()

    # What comes back

    def _take(self, line: dict[str, Any], connection: Connection) -> None:
        name = str(line["file"])
        if not allowed(name):
            self.hopeless = True
            raise SiteError(f"{self._machine.host} sent a file of a name that no run has: {name[:80]!r}.")
        path = self._run.path / name
        pieces = read_content(connection.incoming, line)
        if "at" in line:
            content = b"".join(pieces)
            with path.open("ab") as stream:
                stream.write(content)
            self._keep(name, (int(line["at"]) + len(content), 0))
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as temporary, temporary.open("wb") as stream:
            for piece in pieces:
                stream.write(piece)
        size, stamp = line.get("stamp", (0, 0))
        self._keep(name, (int(size), int(stamp)))
        if name == "checkpoint/last.npz":
            self._keep("here", _stamp(path))

    def _keep(self, name: str, told: tuple[int, int]) -> None:
        self._sync[name] = told
        write_atomically(self._run.path / SYNC_FILE, json.dumps(self._sync).encode())

    def _forget(self) -> None:
        """The machine has nothing of the run yet."""
        self._sync = {key: value for key, value in self._sync.items() if key == "here"}

    def _same_checkpoint(self) -> bool:
        """Whether the last checkpoint here is the one that came from there."""
        return "checkpoint/last.npz" in self._sync and self._sync.get("here") == _stamp(self._run.last_checkpoint)


def allowed(name: str) -> bool:
    """Whether the other end may write a file of this name into the run's folder."""
    if name in _NAMES:
        return True
    parts = name.split("/")
    return 2 <= len(parts) <= 4 and parts[0] in _FOLDERS and all(_PART.fullmatch(each) for each in parts)


def _stamp(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:
        return (0, 0)
    return (status.st_size, status.st_mtime_ns)


def _events(run: RunFolder) -> list[ev.Event]:
    return ev.EventReader(run.events_file, batches=False).read_new()


def _read_sync(run: RunFolder) -> dict[str, tuple[int, int]]:
    """How much of each file has come; nothing where that is not known."""
    found: dict[str, tuple[int, int]] = {}
    with contextlib.suppress(OSError, ValueError, TypeError, AttributeError, RecursionError):
        value = json.loads((run.path / SYNC_FILE).read_text(encoding="utf-8"))
        found = {str(key): (int(told[0]), int(told[1])) for key, told in value.items()}
    return found


def _version() -> str:
    from dlstudio.places import version

    return version()
