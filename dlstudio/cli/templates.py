"""``dlstudio templates``: the networks to begin with."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from rich.table import Table

from dlstudio.cli.command import DONE, Command
from dlstudio.cli.printing import console, print_json
from dlstudio.templates.library import list_templates

_DETAILS = """\
A template is fitted to your data when a project is made from it:
  dlstudio new DIR --template NAME --data PATH
"""


def _add_arguments(parser: ArgumentParser) -> None:
    del parser


def _run(arguments: Namespace) -> int:
    templates = list_templates()
    if arguments.json:
        print_json([template.as_json() for template in templates])
        return DONE
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("template", "reads", "learns", "sample", "what it is"):
        table.add_column(heading, overflow="fold", no_wrap=heading == "template")
    for template in templates:
        table.add_row(
            template.name, ", ".join(template.inputs), ", ".join(template.targets), template.sample, template.summary
        )
    console().print(table)
    return DONE


COMMAND = Command("templates", "List the networks to begin with.", _DETAILS, _add_arguments, _run)
