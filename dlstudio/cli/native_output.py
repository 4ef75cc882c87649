"""Keeps the chatter of TensorFlow's native libraries and of its logger out of the terminal."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from collections.abc import Iterator
from functools import cache
from typing import TextIO


@contextlib.contextmanager
def hidden_native_output() -> Iterator[None]:
    """Sends what native code writes to file descriptor 2 nowhere; Python's own ``sys.stderr`` still reaches the user.

    TensorFlow's libraries write to the descriptor itself when they are loaded, before any of their settings count.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # Its warnings are about how Keras uses it: nothing that a user of the command could change.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    python_stream = sys.stderr
    try:
        kept = os.dup(2)
    except OSError:  # closed already: nothing to hide
        yield
        return
    with contextlib.suppress(AttributeError, ValueError):
        python_stream.flush()
    if python_stream is sys.__stderr__:
        sys.stderr = _beside()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        sys.stderr = python_stream


@cache
def _beside() -> TextIO:
    # Never closed: loggers that Keras and TensorFlow set up meanwhile hold on to it.
    return os.fdopen(os.dup(2), "w", buffering=1)
