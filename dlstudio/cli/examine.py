"""``dlstudio examine``: what is doubtful about a project's data, with the samples behind it."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from dlstudio.cli.command import DONE, PROBLEMS, Command
from dlstudio.cli.opening import add_project_argument, add_run_argument, project_folder, trained_run
from dlstudio.cli.own_code import add_code_argument, code_permission
from dlstudio.cli.printing import console, escape, print_json
from dlstudio.graph.saving import load_project

if TYPE_CHECKING:
    from dlstudio.data.doctor.findings import Finding

_DETAILS = """\
Looks for copies and near copies, within a split and in two of them, contradicting labels, unreadable, blank and odd
files, constant columns, outliers, garbled text, rare classes, and groups or times that the split mixes. With --run also
for labels that a trained network doubts.

Exit status 0: no error among the findings; 1: an error stands in the way of training.
"""
_SHOWN = 6


def _add_arguments(parser: ArgumentParser) -> None:
    add_project_argument(parser)
    add_run_argument(parser)
    parser.add_argument("--labels", action="store_true", help="also ask the last trained run which labels it doubts")
    add_code_argument(parser)


def _run(arguments: Namespace) -> int:
    from dlstudio.data.doctor.examination import examine

    folder = project_folder(arguments.project)
    project = load_project(arguments.project)
    findings = examine(project.data, folder)
    if arguments.labels or arguments.run:
        from dlstudio.compiler.custom_layers import permitted
        from dlstudio.inspection.asking import trained
        from dlstudio.inspection.doubts import doubtful_labels

        run = trained_run(folder, arguments.run)
        with permitted(code_permission(arguments, folder, project.graph)):
            findings += doubtful_labels(trained(run.path), project.data)
    if arguments.json:
        print_json({"findings": [each.as_json() for each in findings]})
    else:
        _print(findings)
    return PROBLEMS if any(each.severity == "error" for each in findings) else DONE


def _print(findings: list[Finding]) -> None:
    out = console()
    if not findings:
        out.print("[green]Nothing doubtful found.[/]")
    for each in findings:
        mark = "[red]Error[/]" if each.severity == "error" else "[yellow]Doubtful[/]"
        fix = f" [dim]({escape(each.fix.label)})[/]" if each.fix else ""
        out.print(f"{mark} {escape(each.message)}{fix}")
        if each.kind not in ("unreadable", "split", "copies", "near-copies", "shared", "conflict") and each.places:
            more = f" and {each.count - _SHOWN:,} more" if each.count > _SHOWN else ""
            out.print(f"  [dim]{escape(', '.join(each.places[:_SHOWN]))}{more}[/]")


COMMAND = Command("examine", "Look for what is doubtful in the data.", _DETAILS, _add_arguments, _run, keras=True)
