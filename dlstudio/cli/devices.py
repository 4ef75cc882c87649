"""``dlstudio devices``: what a network can be trained on here, by name, with its memory."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace

from rich.table import Table

from dlstudio.cli.command import DONE, Command, CommandError
from dlstudio.cli.printing import console, escape, print_json
from dlstudio.training.computing.backends import AUTO, TITLES, VARIABLE, BackendError, chosen

_DETAILS = """\
Each backend sees what it was installed for; --backend asks another one than usual. The ids are what 'dlstudio train
--device' takes; 'auto' is the first GPU, else the processor.
"""


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--backend", metavar="BACKEND", default=AUTO, help="auto, tensorflow, jax, torch")


def _run(arguments: Namespace) -> int:
    try:
        backend = chosen(arguments.backend)
    except BackendError as error:
        raise CommandError(str(error)) from None
    os.environ[VARIABLE] = backend
    from dlstudio.training.computing.devices import list_devices

    devices = list_devices()
    if arguments.json:
        print_json({"backend": backend, "devices": [device.as_json() for device in devices]})
        return DONE
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("device", "name and memory"):
        table.add_column(heading, overflow="fold")
    for device in devices:
        table.add_row(escape(device.id), escape(device.title))
    console().print(table)
    console().print(f"As {TITLES[backend]} sees them.", style="dim")
    return DONE


COMMAND = Command("devices", "Show what a network can be trained on here.", _DETAILS, _add_arguments, _run, keras=True)
