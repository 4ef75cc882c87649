"""A child process as a stream of frames: a reader thread puts what comes, and the end, where its owner looks."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

from dlstudio.engine.messages import MessageError, read

log = logging.getLogger(__name__)

_PACKAGE_HOME = Path(__file__).resolve().parents[2]


def child_command() -> list[str]:
    """The command line of an engine process, without its lane.

    ``-P`` keeps the current folder out of the import path: a project folder may hold anything, a ``keras.py`` too.
    """
    return [sys.executable, "-P", "-m", "dlstudio.engine.child"]


class ChildProcess:
    """A running child.

    Args:
        command: Its command line.
        put: Takes ``("frame", (self, header))`` for each frame and at last ``("ended", (self, how))``, in the reader
            thread.
    """

    def __init__(self, command: list[str], put: Callable[[tuple[str, Any]], None]) -> None:
        self._put = put
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed in end()
        paths = [str(_PACKAGE_HOME), *filter(None, [os.environ.get("PYTHONPATH")])]
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._log,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
                start_new_session=True,  # Ctrl+C in the terminal is the window's to handle
            )
        except OSError:
            self._log.close()
            raise
        self._ended = False
        self._reader = threading.Thread(target=self._read, name="engine reader", daemon=True)
        self._reader.start()

    @property
    def process_id(self) -> int:
        return self._process.pid

    def write(self, frame: bytes) -> None:
        """Sends one frame; that the child is gone is told by the reader."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError, ValueError):
            self._process.stdin.write(frame)
            self._process.stdin.flush()

    def end(self) -> None:
        """Kills the child, which keeps nothing, and waits for it."""
        if self._ended:
            return
        self._ended = True
        self._process.kill()
        self._process.wait()
        self._reader.join(5)
        for stream in (self._process.stdin, self._process.stdout, self._log):
            with contextlib.suppress(OSError):
                cast(Any, stream).close()

    def _read(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        try:
            while (frame := cast("Mapping[str, Any] | None", read(cast(Any, stream)))) is not None:
                self._put(("frame", (self, frame)))
        except (MessageError, OSError, ValueError) as error:
            log.debug("the stream of engine process %s broke: %s", self._process.pid, error)
        self._process.kill()
        status = self._process.wait()
        self._put(("ended", (self, self._how(status))))

    def _how(self, status: int) -> str:
        """How it ended, as the middle of a sentence; the last lines of its log go to the log."""
        with contextlib.suppress(OSError, ValueError):
            size = self._log.seek(0, os.SEEK_END)
            self._log.seek(max(0, size - 4000))
            tail = self._log.read().decode(errors="replace").strip()
            if tail and not self._ended:
                level = logging.DEBUG if status == -9 else logging.WARNING  # a killed process has no last words
                log.log(level, "engine process %s ended with %s; its last words:\n%s", self._process.pid, status, tail)
        if status == -signal.SIGSEGV:
            return "crashed by a segmentation fault"
        if status == -getattr(signal, "SIGKILL", 9):
            return "killed (perhaps for want of memory)"
        if status < 0:
            return f"ended by signal {-status}"
        return f"with exit status {status}"
