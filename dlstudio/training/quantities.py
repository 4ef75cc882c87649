"""How amounts of memory are written for people. Counts: :mod:`dlstudio.gui.plots.numbers`. Standard library only."""

from __future__ import annotations


def bytes_text(count: float) -> str:
    """``512 kB``, ``38 MB``, ``1.2 GB``; powers of 1000, as disks and Keras' summaries count."""
    value = count / 1000
    for unit in ("kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            return f"{value:.1f} {unit}" if value < 10 else f"{value:,.0f} {unit}"
        value /= 1000
    return ""
