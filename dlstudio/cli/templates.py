"""``dlstudio templates``: the networks to begin with."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from pathlib import Path

from rich.table import Table

from dlstudio.cli.command import DONE, Command
from dlstudio.cli.native_output import hidden_native_output
from dlstudio.cli.printing import console, print_json
from dlstudio.templates.library import list_templates

_DETAILS = """\
A template is fitted to your data when a project is made from it:
  dlstudio new DIR --template NAME --data PATH

--measure trains them with their own recipes on shipped data, with every seed, and prints a Markdown table of what they
reach on the test split beside the baselines. All templates take hours on two cores: name those that you want, or keep
what was measured with --results, so that a table that was stopped goes on. Times are told of trainings during which
other programs took no more than a tenth of the machine.

--measure-gains trains those that are made to start from another template (a language model, an autoencoder) with few
labels, once after that pre-training and once from scratch, and prints what the pre-training gains on the test split.
"""


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--measure", nargs="*", metavar="NAME", help="train these templates (all) and print a table")
    parser.add_argument(
        "--measure-gains",
        nargs="*",
        metavar="NAME",
        help="train these templates (all that are made for it) after a pre-training and from scratch",
    )
    parser.add_argument(
        "--results", type=Path, metavar="FILE", help="with --measure: keep results there, measure what it lacks"
    )
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3], metavar="N", help="default: 1 2 3")


def _run(arguments: Namespace) -> int:
    templates = list_templates()
    if arguments.measure is not None:
        from dlstudio.cli.measuring import measured_rows

        names = arguments.measure or [each.name for each in templates]
        return _print(measured_rows(names, arguments.seeds, arguments.results), arguments)
    if arguments.measure_gains is not None:
        from dlstudio.cli.gains import gain_rows

        with hidden_native_output():
            return _print(gain_rows(arguments.measure_gains, arguments.seeds), arguments)
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


def _print(lines: Iterable[str], arguments: Namespace) -> int:
    for line in lines:
        if arguments.json:
            print_json({"line": line})
        else:
            print(line, flush=True)
    return DONE


COMMAND = Command("templates", "List the networks to begin with.", _DETAILS, _add_arguments, _run)
