"""Shows how far the reading or fetching of data is, on the error stream of a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from dlstudio.cli.printing import errors, escape
from dlstudio.data.progress import tell_to


@contextmanager
def told_reading(quiet: bool = False) -> Iterator[None]:
    """While the block runs, one line says what is read and how far it is; nothing where nobody looks."""
    output = errors()
    if quiet or not output.is_terminal:
        yield
        return
    with output.status("Reading the data") as status:
        tell_to(lambda what, done, total: status.update(f"{escape(what)}, {done / max(total, 1):.0%}"))
        try:
            yield
        finally:
            tell_to(None)
