"""How commands talk: results and errors, for people or as JSON."""

from __future__ import annotations

import json
import os
import re
import sys
from typing import Any

from rich.console import Console
from rich.markup import escape

__all__ = ["console", "errors", "escape", "named", "print_error", "print_json"]

COMMAND_VARIABLE = "DLSTUDIO_COMMAND"  # what the person typed in place of ``dlstudio``, as packaging/run tells it
_COMMAND = re.compile(r"(?<![\w./-])dlstudio(?= )")


def named(text: str) -> str:
    """The same text with the commands it names spelled so that the person can type them."""
    command = os.environ.get(COMMAND_VARIABLE, "")
    return _COMMAND.sub(lambda _: command, text) if command else text


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


def print_json(value: Any) -> None:
    """One JSON value on one line, flushed, so that a program that reads along gets it at once."""
    print(json.dumps(value, ensure_ascii=False, allow_nan=False), flush=True)


def print_error(sentence: str, as_json: bool) -> None:
    """The sentence on standard error, and ``{"error": sentence}`` on standard output where JSON was asked for."""
    if as_json:
        print_json({"error": sentence})
    errors().print(f"[bold red]Error:[/] {escape(sentence)}")
