"""The name of the processor and what it can do, for people and for telling machines apart. Standard library only."""

from __future__ import annotations

import hashlib
import os
import platform
import re
from pathlib import Path


def cpu_name() -> str:
    """The processor's model and how many cores this process may use: ``AMD EPYC 7763, 2 cores``."""
    model = _told(r"model name|Model")
    model = re.sub(r"\((R|TM|tm|r)\)|\b(CPU|Processor)\b|@.*", " ", model or platform.processor() or platform.machine())
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return f"{' '.join(model.split())}, {cores} {'core' if cores == 1 else 'cores'}"


def processor_kind() -> str:
    """A word that differs where processors know other instructions: ``x86_64-3f0c...``."""
    features = _told(r"flags|Features") or platform.processor()
    digest = hashlib.sha256(" ".join(sorted(features.split())).encode()).hexdigest()
    return f"{platform.machine()}-{digest[:12]}"


def _told(name: str) -> str:
    """What Linux tells of the first core under a name (a regular expression); empty where it tells nothing."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    found = re.search(rf"^(?:{name})\s*:\s*(.+)$", text, re.MULTILINE)
    return found.group(1) if found else ""
