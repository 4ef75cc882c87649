"""Machine code that JAX has made for a network, kept for the next process that trains the same one.

JAX compiles each network anew in each process, which takes seconds; from its `compilation cache
<https://docs.jax.dev/en/latest/persistent_compilation_cache.html>`_ the same code is there at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from dlstudio.places import cache_folder
from dlstudio.training.computing.processor import processor_kind

FOLDER = "jax"
QUICKLY = "jax_disable_most_optimizations"
LARGEST = 512 * 2**20  # bytes; what was not used for longest goes first


def keep_compiled_code() -> None:
    """Has JAX, once it is imported, keep what it compiles and look it up; settings of one's own stay.

    A folder that cannot be written to or a damaged file costs the time of compiling again, no more.
    """
    settings = {
        # By kind of processor: a home folder may serve several machines.
        "JAX_COMPILATION_CACHE_DIR": str(cache_folder() / FOLDER / processor_kind()),
        "JAX_COMPILATION_CACHE_MAX_SIZE": str(LARGEST),
        # Small pieces count as well: a network's first weights are drawn by as many of them as it has layers.
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
    }
    for name, value in settings.items():
        os.environ.setdefault(name, value)


@contextmanager
def without_optimizing() -> Iterator[None]:
    """Has JAX compile soon rather than well meanwhile, for what runs only once, as the drawing of first weights does.

    Other backends compile nothing then.
    """
    jax = sys.modules.get("jax")
    if jax is None:
        yield
        return
    before = jax.config.read(QUICKLY)
    jax.config.update(QUICKLY, True)
    try:
        yield
    finally:
        jax.config.update(QUICKLY, before)
