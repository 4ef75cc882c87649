"""``dlstudio layers``: every node type that can be drawn."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from rich.table import Table

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.catalogue.node_types import CATEGORIES, NodeType
from dlstudio.cli.command import DONE, PROBLEMS, Command, CommandError
from dlstudio.cli.printing import console, escape, print_json

_DETAILS = """\
examples:
  dlstudio layers conv              everything with 'conv' in its name or summary
  dlstudio layers --category pooling
"""


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("text", nargs="?", default="", metavar="TEXT", help="only what has this in its name or summary")
    parser.add_argument("--category", choices=CATEGORIES, help="only this category")


def _run(arguments: Namespace) -> int:
    wanted = arguments.text.casefold()
    found = [
        each
        for each in load_catalogue()
        if (not arguments.category or each.category == arguments.category) and _matches(each, wanted)
    ]
    if arguments.json:
        print_json([_value(each) for each in found])
        return DONE if found else PROBLEMS
    if not found:
        raise CommandError(f"No layer has '{arguments.text}' in its name. 'dlstudio layers' lists all of them.")
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("layer", "category", "what it does"):
        table.add_column(heading, overflow="fold", no_wrap=heading != "what it does")
    for each in found:
        table.add_row(escape(each.name), each.category, escape(each.summary))
    console().print(table)
    return DONE


def _matches(each: NodeType, wanted: str) -> bool:
    return any(wanted in text.casefold() for text in (each.id, each.name, *each.aliases, each.summary))


def _value(each: NodeType) -> dict[str, object]:
    return {
        "type": each.id,
        "name": each.name,
        "category": each.category,
        "summary": each.summary,
        "inputs": [port.name for port in each.inputs],
        "outputs": [port.name for port in each.outputs],
        "settings": {setting.name: setting.default for setting in each.settings},
    }


COMMAND = Command("layers", "List every layer and operation that can be drawn.", _DETAILS, _add_arguments, _run)
