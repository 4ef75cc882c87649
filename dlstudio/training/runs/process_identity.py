"""Whether the process that was started for a run still lives, told apart from a later one with the same number.

A process number alone is not enough: numbers are given again. So the moment at which the process began belongs to its
identity, and the machine's name does, since a run folder may be read from elsewhere.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def identity(pid: int) -> dict[str, Any]:
    """``{"pid", "began", "host"}`` of a living process; ``began`` is empty where there is none."""
    return {"pid": pid, "began": _began(pid), "host": platform.node()}


def lives(known: Mapping[str, Any]) -> bool | None:
    """Whether the process of that identity still runs; None where it runs on another machine and cannot be asked."""
    if known.get("host") != platform.node():
        return None
    began = _began(int(known.get("pid", 0)))
    return bool(began) and began == known.get("began")


def _began(pid: int) -> str:
    if pid <= 0:
        return ""
    if platform.system() == "Linux":
        return _began_on_linux(pid)
    import psutil

    try:
        process = psutil.Process(pid)
        return "" if process.status() == psutil.STATUS_ZOMBIE else f"{process.create_time():.2f}"
    except psutil.Error:
        return ""


def _began_on_linux(pid: int) -> str:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""
    parts = text[text.rfind(")") + 2 :].split()  # the name before may hold spaces and brackets
    if parts[0] in ("Z", "X"):  # ended, not yet collected by its parent
        return ""
    return f"{parts[19]}@{boot}"


def own_identity() -> dict[str, Any]:
    """The identity of this process."""
    return identity(os.getpid())
