"""Asks for memory before much of it is taken: a sentence in time is better than the end of the process."""

from __future__ import annotations

import psutil

from dlstudio.data.table import DataError

_SMALL = 64 << 20  # not worth a look


def require_memory(wanted: int, name: str) -> None:
    """Makes sure that so much can be read.

    Args:
        wanted: Bytes that will be taken.
        name: What is to be read, for the sentence.

    Raises:
        DataError: There is not as much free.
    """
    if wanted <= _SMALL:
        return
    free = int(psutil.virtual_memory().available)
    if wanted > free * 0.8:
        raise DataError(
            f"{name} needs {wanted / 2**30:.1f} GiB of memory, and {free / 2**30:.1f} GiB are free. Close other "
            "programs, or use a part of the data."
        )
