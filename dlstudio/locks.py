"""Keeps two processes from working on one folder: a lock that the system takes back when its process dies."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

FILE_NAME = ".dlstudio.lock"


class FolderLock:
    """An advisory lock on ``.dlstudio.lock`` in the folder of a project or a run."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE_NAME
        self._descriptor: int | None = None

    def take(self) -> bool:
        """Takes the lock. False where another process holds it; a folder that cannot be written counts as held."""
        if self._descriptor is not None:
            return True
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            return False
        try:
            _lock(descriptor)
            if not os.path.samestat(os.fstat(descriptor), self._file.stat()):
                raise OSError("the file was removed while it was being locked")
        except OSError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        with contextlib.suppress(OSError):
            os.truncate(descriptor, 0)
            os.write(descriptor, str(os.getpid()).encode())
        return True

    def give_back(self) -> None:
        """Gives the lock back and removes its file."""
        if self._descriptor is None:
            return
        with contextlib.suppress(OSError):
            self._file.unlink()  # before the close: whoever opens it now makes a file of its own
        os.close(self._descriptor)
        self._descriptor = None


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
