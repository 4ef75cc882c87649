"""Starts the process of a search, which outlives whoever starts it. Standard library only."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from importlib.util import find_spec

from dlstudio.search.folder import SearchFolder
from dlstudio.training.launching import alone, start_process
from dlstudio.training.runs.worked_folder import RunError

MISSING = f"Searching needs Optuna, which is not installed: install it with `{sys.executable} -m pip install optuna`."


def launch_search(search: SearchFolder) -> subprocess.Popen[bytes]:
    """Begins a search, or goes on with one.

    Raises:
        RunError: Optuna is missing, a process works on the search already, or none could be started.
    """
    if find_spec("optuna") is None:
        raise RunError(MISSING)
    with alone(search):
        if search.lives():
            raise RunError(f"{search.title} is running already.")
        process = start_process("dlstudio.search", [str(search.path.resolve())])
        with contextlib.suppress(OSError):  # the process records itself as well
            search.claim(process.pid)
    return process
