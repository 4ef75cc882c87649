"""The name of the processor, for people and for telling machines apart. Standard library only."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path


def cpu_name() -> str:
    """The processor's model and how many cores this process may use: ``AMD EPYC 7763, 2 cores``."""
    model = ""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
        found = re.search(r"^(?:model name|Model)\s*:\s*(.+)$", text, re.MULTILINE)
        model = found.group(1) if found else ""
    except OSError:
        pass
    model = re.sub(r"\((R|TM|tm|r)\)|\b(CPU|Processor)\b|@.*", " ", model or platform.processor() or platform.machine())
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return f"{' '.join(model.split())}, {cores} {'core' if cores == 1 else 'cores'}"
