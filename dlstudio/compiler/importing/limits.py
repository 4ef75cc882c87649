"""Bounds on what the importing process may take, so that a hostile file ends it and not the machine."""

from __future__ import annotations

import contextlib
import os

CPU_SECONDS = 900
_SHARE = 0.6
_LEAST, _MOST = 4 * 2**30, 24 * 2**30


def bound_process() -> None:
    """Bounds memory, time and the size of files, where the system can."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        installed = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        memory = int(min(max(installed * _SHARE, _LEAST), _MOST))
        for kind, most in (
            (resource.RLIMIT_DATA, memory),
            (resource.RLIMIT_CPU, CPU_SECONDS),
            (resource.RLIMIT_FSIZE, 2 * _LEAST),
            (resource.RLIMIT_CORE, 0),
        ):
            hard = resource.getrlimit(kind)[1]
            bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(kind, (bound, bound))
