"""``dlstudio host``: the far end of ``dlstudio train --on``; takes a run and tells how it goes."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace

from dlstudio.cli.command import Command
from dlstudio.places import version

_DETAILS = """\
Nobody types this: 'dlstudio train PROJECT --on HOST' calls it by ssh. It reads a project and a run from its standard
input, trains the run in a process of its own, and writes events and checkpoints to its standard output. The run goes on
when the connection ends. What is sent lies in ~/dlstudio-runs, or in the folder that the caller names.
"""


def _add_arguments(parser: ArgumentParser) -> None:
    del parser


def _run(arguments: Namespace) -> int:
    del arguments
    from dlstudio.training.sites.hosting import host

    # What anything else prints goes to the standard error, so that the protocol stays clean.
    outgoing = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    # A stream of its own: a thread still reads from it when the process ends, which Python forbids for sys.stdin.
    return host(version(), os.fdopen(os.dup(0), "rb"), outgoing)


COMMAND = Command("host", "Take a run that another machine sends.", _DETAILS, _add_arguments, _run)
