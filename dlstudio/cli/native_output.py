"""Keeps the chatter of TensorFlow's native libraries out of the terminal."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def hidden_native_output() -> Iterator[None]:
    """Sends what native code writes to file descriptor 2 nowhere; Python's own ``sys.stderr`` still reaches the user.

    TensorFlow's libraries write to the descriptor itself when they are loaded, before any of their settings count.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        kept = os.dup(2)
    except OSError:  # closed already: nothing to hide
        yield
        return
    python_stream = sys.stderr
    is_descriptor = python_stream is sys.__stderr__
    nowhere = os.open(os.devnull, os.O_WRONLY)
    python_stream.flush()
    os.dup2(nowhere, 2)
    os.close(nowhere)
    if is_descriptor:
        sys.stderr = os.fdopen(os.dup(kept), "w", buffering=1)
    try:
        yield
    finally:
        if is_descriptor:
            sys.stderr.close()
            sys.stderr = python_stream
        os.dup2(kept, 2)
        os.close(kept)
