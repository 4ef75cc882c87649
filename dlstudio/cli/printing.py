"""How commands talk: results and errors, for people or as JSON."""

from __future__ import annotations

import sys
from typing import Any

from rich.console import Console
from rich.markup import escape

from dlstudio.cli.spelling import COMMAND_VARIABLE, named, print_json

__all__ = ["COMMAND_VARIABLE", "console", "errors", "escape", "named", "print_error", "print_json"]


class _Console(Console):
    def print(self, *objects: Any, **options: Any) -> None:
        super().print(*(named(each) if isinstance(each, str) else each for each in objects), **options)


def console() -> Console:
    """Standard output for people; colours and widths only where it is a terminal."""
    if sys.stdout.isatty():
        return _Console(file=sys.stdout, highlight=False)
    # A pipe has no width: lines stay whole, so that grep finds them.
    return _Console(file=sys.stdout, highlight=False, soft_wrap=True, width=400)


def errors() -> Console:
    """Standard error for people."""
    return _Console(file=sys.stderr, highlight=False, soft_wrap=True)


def print_error(sentence: str, as_json: bool) -> None:
    """The sentence on standard error, and ``{"error": sentence}`` on standard output where JSON was asked for."""
    if as_json:
        print_json({"error": sentence})
    errors().print(f"[bold red]Error:[/] {escape(sentence)}")
