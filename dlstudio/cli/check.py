"""``dlstudio check``: shapes, parameters, cost and problems of a project."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from typing import TYPE_CHECKING

from rich.table import Table

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.cli.command import DONE, PROBLEMS, Command
from dlstudio.cli.opening import add_project_argument, project_folder
from dlstudio.cli.own_code import add_code_argument, code_permission
from dlstudio.cli.printing import console, escape, print_json
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.model import OUTPUT
from dlstudio.graph.problems import Problem
from dlstudio.graph.project import Project
from dlstudio.graph.saving import load_project
from dlstudio.graph.structure import structural_problems

if TYPE_CHECKING:
    from pathlib import Path

    from dlstudio.compiler.facts import InferenceResult
    from dlstudio.graph.custom_code import Permission

_DETAILS = """\
Exit status 0: it can be trained (warnings may be printed); 1: an error stands in the way.
"""


def _add_arguments(parser: ArgumentParser) -> None:
    add_project_argument(parser)
    add_code_argument(parser)


def _run(arguments: Namespace) -> int:
    project = load_project(arguments.project)
    permission = code_permission(arguments, project_folder(arguments.project), project.graph)
    specs, rows, problems = _read_data(project, project_folder(arguments.project))
    result = _infer(project, specs, rows, permission) if specs is not None else None
    # The compiler's account includes the structural one; without it the structural one has to do.
    problems += result.problems if result else structural_problems(project.graph, load_catalogue())
    if specs is not None and not any(problem.severity == "error" for problem in problems):
        problems += _training_problems(project, specs)
    if arguments.json:
        print_json(_value(project, result, problems))
    else:
        _print(project, result, problems)
    return PROBLEMS if any(problem.severity == "error" for problem in problems) else DONE


def _read_data(project: Project, folder: Path) -> tuple[Mapping[str, ColumnSpec] | None, int | None, list[Problem]]:
    """The columns that the network uses, None where they cannot be read; the samples to train on; what is wrong."""
    if not project.data.source:
        message = "The project has no data yet, so shapes are known only where an Input has one of its own."
        return {}, None, [Problem(message, severity="warning")]
    from dlstudio.data.doctor.quick import data_problems
    from dlstudio.data.preparing import prepare
    from dlstudio.data.table import DataError
    from dlstudio.training.failures import TrainingError
    from dlstudio.training.preparation import check_samples, columns_to_read
    from dlstudio.training.targets import targets_of

    try:
        prepared = prepare(project.data, folder, columns_to_read(project))
    except DataError as error:
        return None, None, [Problem(str(error))]
    rows = len(prepared.rows.get("train", ())) or None
    problems = data_problems(project.data, prepared)
    if any(problem.severity == "error" for problem in problems):
        return prepared.specs, rows, problems
    try:
        check_samples(prepared, targets_of(project.graph, prepared.specs))
    except TrainingError as error:
        if error.kind == "data":  # what is wrong with the drawing is told by the compiler, with its place
            problems.append(Problem(str(error)))
    return prepared.specs, rows, problems


def _infer(
    project: Project, specs: Mapping[str, ColumnSpec], rows: int | None, permission: Permission | None
) -> InferenceResult:
    from dlstudio.compiler.custom_layers import permitted
    from dlstudio.compiler.inference import Inference

    with permitted(permission):
        return Inference().infer(project.graph, specs, project.training, rows)


def _training_problems(project: Project, specs: Mapping[str, ColumnSpec]) -> list[Problem]:
    """What the optimizer and the losses will not take."""
    if not specs:
        return []
    from dlstudio.training.failures import TrainingError
    from dlstudio.training.optimizers import build_optimizer
    from dlstudio.training.targets import targets_of

    found: list[Problem] = []
    try:
        build_optimizer(project.training, total_steps=1000)
        for target in targets_of(project.graph, specs):
            target.loss()
    except TrainingError as error:
        found += error.problems or [Problem(str(error))]
    return found


def _value(project: Project, result: InferenceResult | None, problems: list[Problem]) -> dict[str, object]:
    layers = []
    for node in project.graph:
        facts = result.layers.get(node.id) if result else None
        shapes = list(facts.output_shapes.values()) if facts else []
        axes = list(facts.axes.values()) if facts else []
        layers.append(
            {
                "name": node.id,
                "type": node.type,
                "output_shape": list(shapes[0]) if shapes else None,
                "axes": list(axes[0]) if axes else None,
                "parameters": facts.parameters if facts else None,
                "trainable_parameters": facts.trainable_parameters if facts else None,
                "multiply_adds": facts.multiply_adds if facts else None,
                "activations": facts.activations if facts else None,
                "activation_bytes": facts.activation_bytes(project.training.batch_size) if facts else None,
            }
        )
    return {
        "layers": layers,
        "parameters": result.parameters if result else None,
        "multiply_adds": result.multiply_adds if result else None,
        "memory_bytes": result.memory_bytes if result else None,
        "problems": [problem.as_json() for problem in problems],
    }


def _print(project: Project, result: InferenceResult | None, problems: list[Problem]) -> None:
    out = console()
    if result:
        table = Table(box=None, pad_edge=False, header_style="bold", title=escape(project.name), title_justify="left")
        table.add_column("layer")
        table.add_column("type")
        table.add_column("output shape")
        table.add_column("parameters", justify="right")
        table.add_column("multiply-adds", justify="right")
        for node in project.graph:
            facts = result.layers.get(node.id)
            shapes = list(facts.output_shapes.values()) if facts else []
            table.add_row(
                escape(node.id),
                node.type.rpartition(".")[2],
                "  ".join(_shape(shape) for shape in shapes) or ("" if node.type == OUTPUT else "?"),
                f"{facts.parameters:,}" if facts and facts.parameters else "",
                f"{facts.multiply_adds:,}" if facts and facts.multiply_adds else "",
            )
        out.print(table)
        megabytes = max(1, round(result.memory_bytes / 1e6))
        memory = f", about {megabytes:,} MB while training" if result.memory_bytes else ""
        out.print(f"\n{result.parameters:,} parameters{memory}.")
    if not problems:
        out.print("[green]No problems.[/]")
    for problem in problems:
        mark = "[red]Error[/]" if problem.severity == "error" else "[yellow]Warning[/]"
        place = f" {escape(problem.node)}:" if problem.node else ""
        fix = f" [dim]({escape(', or '.join(each.label for each in problem.fixes))})[/]" if problem.fixes else ""
        out.print(f"{mark}{place} {escape(problem.message)}{fix}")


def _shape(shape: tuple[int | None, ...]) -> str:
    return "×".join("?" if size is None else str(size) for size in shape) or "scalar"


COMMAND = Command("check", "Show shapes, parameters, cost and problems.", _DETAILS, _add_arguments, _run, keras=True)
