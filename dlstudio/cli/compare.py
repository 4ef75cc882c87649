"""``dlstudio compare``: what differs between two networks, and their metrics."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from rich.table import Table

from dlstudio.cli.command import DONE, Command
from dlstudio.cli.opening import find_run, project_folder
from dlstudio.cli.printing import console, escape, print_json
from dlstudio.cli.progress import value_text
from dlstudio.graph.compare import compare_graphs, compare_settings
from dlstudio.workbench.comparing import Source, rows, source_from, source_of_run, summary

_DETAILS = """\
Layers of the same name and type are the same; others are matched by their neighbours, so that a renamed layer is told
as renamed. Blocks are compared inside.

  dlstudio compare digits fashion            two projects
  dlstudio compare digits digits --runs 1 2  the networks of two runs
  dlstudio compare digits digits --runs 2    run 2 against the drawing as it is saved
"""


def _add_arguments(parser: ArgumentParser) -> None:
    for name in ("first", "second"):
        parser.add_argument(name, type=Path, metavar="PROJECT", help="a project folder, or its project.json")
    parser.add_argument(
        "--runs", nargs="+", default=[], metavar="RUN", help="compare the network of this run of the first (and second)"
    )


def _run(arguments: Namespace) -> int:
    runs = [*arguments.runs[:2], None, None]
    old, new = _source(arguments.first, runs[0]), _source(arguments.second, runs[1])
    found = compare_graphs(old.project.graph, new.project.graph)
    differences = rows(found, compare_settings(old.project, new.project))
    if arguments.json:
        print_json(
            {
                "equal": found.equal,
                "differences": [
                    {"kind": row.kind, "what": row.what, "before": row.before, "after": row.after}
                    for row in differences
                ],
                "metrics": [dict(old.metrics), dict(new.metrics)],
            }
        )
        return DONE
    console().print(f"{escape(old.title)} against {escape(new.title)}: {summary(found)}")
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("", "what", "first", "second"):
        table.add_column(name)
    for row in differences:
        table.add_row(row.kind, escape(row.what), escape(row.before), escape(row.after))
    for name in dict.fromkeys((*old.metrics, *new.metrics)):
        table.add_row("metric", escape(name.replace("_", " ")), _value(old, name), _value(new, name))
    if table.row_count:
        console().print(table)
    return DONE


def _source(path: Path, run: str | None) -> Source:
    return source_of_run(find_run(project_folder(path), run).info()) if run else source_from(path)


def _value(source: Source, name: str) -> str:
    value: Any = source.metrics.get(name)
    return value_text(value) if value is not None else ""


COMMAND = Command("compare", "Show what differs between two networks.", _DETAILS, _add_arguments, _run)
