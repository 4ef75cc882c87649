"""Writing files so that a reader, a crash or a full disk never meets half of one."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def replacing(file: Path) -> Iterator[Path]:
    """A temporary path beside ``file``, with its ending; what the block writes there takes the file's place at its end.

    Temporary file, fsync, replace, fsync of the folder.

    Raises:
        OSError: The file that was there is unchanged, and so it is where the block itself raises.
    """
    temporary = file.with_name(f".{file.stem}.{os.getpid()}.{threading.get_ident()}.tmp{file.suffix}")
    try:
        yield temporary
        with temporary.open("rb+") as stream:
            os.fsync(stream.fileno())
        temporary.replace(file)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    _sync_folder(file.parent)


def write_atomically(file: Path, content: bytes) -> None:
    """Writes a whole file.

    Raises:
        OSError: The file that was there is unchanged.
    """
    with replacing(file) as temporary:
        temporary.write_bytes(content)


def clean_stale(folder: Path) -> None:
    """Removes the temporary files that a killed process left in a folder."""
    for stale in folder.glob(".*.tmp*"):
        with contextlib.suppress(OSError):
            stale.unlink()


def _sync_folder(folder: Path) -> None:
    """Makes renames inside a folder last through a power cut, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
