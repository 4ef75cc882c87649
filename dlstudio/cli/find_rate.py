"""``dlstudio find-rate``: a range test on a copy of the network, and the learning rate that it suggests."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import replace

from dlstudio.cli.changes import changed
from dlstudio.cli.command import DONE, PROBLEMS, Command
from dlstudio.cli.opening import add_project_argument, project_folder, shown
from dlstudio.cli.own_code import add_code_argument, code_permission
from dlstudio.cli.printing import console, escape, print_json
from dlstudio.graph.saving import load_project, save_project
from dlstudio.training.remedies import rate_of, with_rate

_DETAILS = """\
A copy of the network trains on some batches while the learning rate rises from 1e-7 to 10 (Smith 2017). Where the loss
falls steadily the rate is good; where it climbs again it is too high. The project stays as it is without --take.
"""
_WIDTH, _LINES = 40, 16


def _add_arguments(parser: ArgumentParser) -> None:
    add_project_argument(parser)
    add_code_argument(parser)
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        dest="changes",
        metavar="NAME=VALUE",
        help="change a setting for it",
    )
    parser.add_argument("--take", action="store_true", help="write the suggested rate into project.json")


def _run(arguments: Namespace) -> int:
    folder = project_folder(arguments.project)
    stored = load_project(arguments.project)
    project = changed(stored, arguments.changes)
    permission = code_permission(arguments, folder, project.graph)
    from dlstudio.compiler.custom_layers import permitted
    from dlstudio.training.rate_finding import find_rate

    with permitted(permission):
        found = find_rate(project, folder)
    take = arguments.take and found.suggestion is not None
    if take:
        assert found.suggestion is not None
        save_project(replace(stored, training=with_rate(stored.training, found.suggestion)), folder)
    if arguments.json:
        print_json({**found.as_json(), "taken": take})
        return DONE if found.suggestion is not None else PROBLEMS
    out = console()
    lowest, highest = min(found.losses), max(found.losses)
    stride = max(len(found.rates) // _LINES, 1)
    for rate, loss in list(zip(found.rates, found.losses, strict=True))[::stride]:
        bar = "█" * (1 + round((_WIDTH - 1) * (loss - lowest) / ((highest - lowest) or 1.0)))
        out.print(f"{rate:9.1e}  {bar} {loss:.4g}")
    if found.suggestion is None:
        out.print("The loss fell nowhere, so no rate can be suggested. Look at the data, the loss and the last layer.")
        return PROBLEMS
    out.print(f"Suggested learning rate: [bold]{found.suggestion:g}[/] (now {rate_of(project.training):g})")
    if take:
        out.print(f"Written into {escape(shown(folder))}.")
    else:
        out.print(f"Take it with: dlstudio find-rate {escape(shown(folder))} --take")
    return DONE


COMMAND = Command("find-rate", "Look for a good learning rate.", _DETAILS, _add_arguments, _run, keras=True)
