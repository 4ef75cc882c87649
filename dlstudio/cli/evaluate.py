"""``dlstudio evaluate``: the task's metrics of a trained run on a split."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from rich.table import Table

from dlstudio.cli.command import DONE, Command
from dlstudio.cli.opening import add_project_argument, add_run_argument, project_folder, trained_run
from dlstudio.cli.own_code import add_code_argument, run_code_permission
from dlstudio.cli.printing import console, escape, print_json
from dlstudio.cli.progress import value_text
from dlstudio.graph.saving import load_project

_DETAILS = """\
Baselines: what the simplest answer reaches, always the most frequent class or the mean, and what a linear model of the
same inputs reaches: logistic regression (of words weighed by TF-IDF for texts) or linear regression.
An autoencoder is held against the mean of the training samples and against PCA with as many numbers a sample as its
code has; where the data says what is normal, pr_auc and roc_auc say how well the errors tell anomalies.
"""


def _add_arguments(parser: ArgumentParser) -> None:
    add_project_argument(parser)
    add_run_argument(parser)
    add_code_argument(parser)
    parser.add_argument("--split", choices=("train", "validation", "test"), default="test", help="default: test")


def _run(arguments: Namespace) -> int:
    load_project(arguments.project)
    run = trained_run(project_folder(arguments.project), arguments.run)
    permission = run_code_permission(arguments, project_folder(arguments.project), run)
    from dlstudio.compiler.custom_layers import permitted
    from dlstudio.inspection.evaluation import evaluate

    with permitted(permission):
        result = evaluate(run, arguments.split)
    if arguments.json:
        print_json(result)
        return DONE
    baselines = result.get("baselines", [])
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("metric")
    for heading in (f"run {run.name}", *(each["title"] for each in baselines)):
        table.add_column(escape(heading), justify="right", overflow="fold")
    for name, value in result["metrics"].items():
        beside = [each["metrics"].get(name) for each in baselines]
        cells = ["" if each is None else value_text(each) for each in beside]
        table.add_row(escape(name.replace("_", " ")), value_text(value), *cells)
    console().print(f"On the {arguments.split} split:")
    console().print(table)
    return DONE


COMMAND = Command("evaluate", "Measure a trained run on a split.", _DETAILS, _add_arguments, _run, keras=True)
