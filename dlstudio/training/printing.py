"""Sends what a process prints into a file: that of Python and that of native code."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path


def print_into(file: Path) -> None:
    """Sends standard output and error to a file, those of native code included."""
    sys.stdout.flush()
    sys.stderr.flush()
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    os.close(handle)
    print(time.strftime("%Y-%m-%d %H:%M:%S"), "process", os.getpid(), flush=True)  # noqa: T201
