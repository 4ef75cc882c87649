"""What a sub-command is, and the error that ends one with a sentence."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

DONE = 0
PROBLEMS = 1
WRONG_USAGE = 2
INTERRUPTED = 130


class CommandError(RuntimeError):
    """Something the user has to mend; the message is a sentence. The command ends with exit status 1."""


class OpenWindow(Protocol):
    """Opens the window and returns its exit status. Handed in, because the command line may not import the window."""

    def __call__(self, project: Path | None, train: bool = False) -> int: ...


@dataclass(frozen=True)
class Command:
    """One sub-command.

    Attributes:
        name: What is typed: ``train``.
        summary: One line in the list of commands.
        details: What ``--help`` tells besides the arguments: examples, formats.
        add_arguments: Declares the arguments.
        run: Does the work and returns the exit status.
        keras: Whether it loads Keras in this process, whose native libraries print at will.
    """

    name: str
    summary: str
    details: str
    add_arguments: Callable[[ArgumentParser], None]
    run: Callable[[Namespace], int]
    keras: bool = False
