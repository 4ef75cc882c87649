"""``dlstudio export``: a project's network in a form that other programs read."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Literal

from dlstudio.atomic import write_atomically
from dlstudio.catalogue.loading import load_catalogue
from dlstudio.cli.command import DONE, PROBLEMS, Command, CommandError
from dlstudio.cli.opening import add_project_argument, find_run, project_folder, shown
from dlstudio.cli.own_code import add_code_argument, code_permission, run_code_permission
from dlstudio.cli.printing import console, errors, escape, print_json
from dlstudio.export.own_code import Beside, BesideError, loading_lines, own_code_beside, unimportable
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.project import Project
from dlstudio.graph.saving import load_project
from dlstudio.training.runs.run_code import run_code_folder
from dlstudio.training.runs.run_folder import RunFolder

KERAS = "keras"

_DETAILS = """\
Formats:
  python   a Keras script that runs on its own: python OUT prints the summary of the model

  keras    a .keras file: with --run the trained weights, else those that training would begin with

  Python files of the project's own layers are copied beside the script and the .keras file.

  figure   a compact architecture figure for papers and slides, as SVG (figure-dark: light on dark)

  dlstudio export my-digits --to python model.py
  dlstudio export my-digits --to figure architecture.svg
  dlstudio export my-digits --run 0002 --to keras digits.keras

Exit status 0: written; 1: written, but something is missing before it can run (each is said).
"""


def _add_arguments(parser: ArgumentParser) -> None:
    add_project_argument(parser)
    parser.add_argument("out", type=Path, metavar="OUT", help="the file to write")
    parser.add_argument(
        "--to", required=True, choices=(*FORMATS, KERAS), metavar="FORMAT", help=" or ".join((*FORMATS, KERAS))
    )
    parser.add_argument("--run", metavar="RUN", help="the network of a run, such as 0002 (default: as it is drawn now)")
    parser.add_argument("--force", action="store_true", help="write over a file that is there")
    add_code_argument(parser)


def _run(arguments: Namespace) -> int:
    project, folder = load_project(arguments.project), project_folder(arguments.project)
    run = find_run(folder, arguments.run) if arguments.run else None
    if run is not None:
        project = run.info().project
    out: Path = arguments.out
    if out.exists() and not arguments.force:
        raise CommandError(f"There already is a file {out}. Choose another name, or give --force to write over it.")
    beside = _own_code(project, folder, run, out, arguments) if arguments.to in ("python", KERAS) else None
    if arguments.to == KERAS:
        said, missing = _write_keras(arguments, project, folder, run)
    else:
        said, missing = {}, FORMATS[arguments.to](project, folder, out)
    names: list[str] = []
    if beside is not None:
        beside.write()
        names, missing = list(beside.contents), (*missing, *beside.missing)
    if arguments.json:
        print_json({"format": arguments.to, "file": str(out), "beside": names, "problems": list(missing), **said})
        return PROBLEMS if missing else DONE
    for sentence in missing:
        errors().print(f"[yellow]Missing:[/] {escape(sentence)}")
    weights = f": {said['parameters']:,} weights, {said['weights']}." if said else ""
    console().print(f"Written to {escape(shown(out) + weights)}")
    for name in names:
        console().print(f"Beside it lies {escape(name)}, which it needs wherever it goes.")
    if said and names:
        console().print(escape("\n".join(("Loading it:", *loading_lines(project.graph, repr(out.name))))))
    return PROBLEMS if missing else DONE


def _own_code(project: Project, folder: Path, run: RunFolder | None, out: Path, arguments: Namespace) -> Beside:
    home = run_code_folder(run) if run is not None else folder
    try:
        return own_code_beside(project.graph, home, out, force=arguments.force)
    except BesideError as error:
        raise CommandError(str(error)) from None


def _write_keras(
    arguments: Namespace, project: Project, folder: Path, run: RunFolder | None
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The network with weights: of a run, or those that training would begin with. Gives facts and what is amiss."""
    if run is not None:
        permission = run_code_permission(arguments, folder, run)
    else:
        permission = code_permission(arguments, folder, project.graph)
    from dlstudio.compiler.custom_layers import permitted
    from dlstudio.export.keras_model import export_project, export_run

    out: Path = arguments.out
    with permitted(permission):
        written = export_run(run, out) if run is not None else export_project(project, folder, out)
    said = {"parameters": written.parameters, "weights": written.weights}
    return said, (*written.doubts, *unimportable(project.graph))


def _write_python(project: Project, folder: Path, out: Path) -> tuple[str, ...]:
    from dlstudio.compiler.code import write_code

    specs, said = _specs(project, folder)
    script = write_code(project.graph, specs, project.training, name=project.name, catalogue=load_catalogue())
    write_atomically(out, script.text.encode())
    return (*said, *script.missing)


def _write_figure(
    project: Project, folder: Path, out: Path, variant: Literal["light", "dark"] = "light"
) -> tuple[str, ...]:
    from dlstudio.compiler.inference import Inference
    from dlstudio.export.figure import architecture_figure

    if not len(project.graph):
        raise CommandError("The project has no layers yet, so there is nothing to draw.")
    specs, said = _specs(project, folder)
    facts = Inference().infer(project.graph, specs, project.training).layers
    figure = architecture_figure(project.graph, load_catalogue(), facts, variant=variant, heading=project.name)
    write_atomically(out, figure.encode())
    unknown = [node.id for node in project.graph if node.id not in facts]
    if unknown:
        names = ", ".join(unknown[:3]) + (" …" if len(unknown) > 3 else "")
        said = (*said, f"The dimensions of {names} are not known; dlstudio check says why.")
    return said


def _specs(project: Project, folder: Path) -> tuple[Mapping[str, ColumnSpec], tuple[str, ...]]:
    """The encoded columns, and why they are not known."""
    if not project.data.source:
        return {}, ()
    from dlstudio.data.preparing import prepare
    from dlstudio.data.table import DataError
    from dlstudio.graph.model import INPUT, OUTPUT

    ends = (*project.graph.of_type(INPUT), *project.graph.of_type(OUTPUT))
    columns = list(dict.fromkeys(str(node.settings["column"]) for node in ends if node.settings.get("column")))
    known = all(name in project.data.columns for name in columns)
    try:
        return prepare(project.data, folder, columns if columns and known else None).specs, ()
    except DataError as error:
        return {}, (str(error),)


FORMATS: dict[str, Callable[[Project, Path, Path], tuple[str, ...]]] = {
    "python": _write_python,
    "figure": _write_figure,
    "figure-dark": partial(_write_figure, variant="dark"),
}
"""What writes a project's network to a file, by the format's name; gives a sentence for each thing that is missing."""

COMMAND = Command("export", "Write a network for other programs.", _DETAILS, _add_arguments, _run, keras=True)
