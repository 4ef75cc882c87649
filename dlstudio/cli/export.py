"""``dlstudio export``: a project's network in a form that other programs read."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Literal

from dlstudio.atomic import write_atomically
from dlstudio.catalogue.loading import load_catalogue
from dlstudio.cli.command import DONE, PROBLEMS, Command, CommandError
from dlstudio.cli.opening import add_project_argument, find_run, project_folder, shown
from dlstudio.cli.printing import console, errors, escape, print_json
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.project import Project
from dlstudio.graph.saving import load_project
from dlstudio.training.run_folder import RunFolder

KERAS = "keras"

_DETAILS = """\
Formats:
  python   a Keras script that runs on its own: python OUT prints the summary of the model

  keras    a .keras file: with --run the trained weights, else those that training would begin with

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


def _run(arguments: Namespace) -> int:
    project, folder = load_project(arguments.project), project_folder(arguments.project)
    run = find_run(folder, arguments.run) if arguments.run else None
    if run is not None:
        project = run.info().project
    out: Path = arguments.out
    if out.exists() and not arguments.force:
        raise CommandError(f"There already is a file {out}. Choose another name, or give --force to write over it.")
    if arguments.to == KERAS:
        return _write_keras(project, folder, out, run, as_json=arguments.json)
    missing = FORMATS[arguments.to](project, folder, out)
    if arguments.json:
        print_json({"format": arguments.to, "file": str(out), "problems": list(missing)})
    else:
        for sentence in missing:
            errors().print(f"[yellow]Missing:[/] {escape(sentence)}")
        console().print(f"Written to {escape(shown(out))}")
    return PROBLEMS if missing else DONE


def _write_keras(project: Project, folder: Path, out: Path, run: RunFolder | None, *, as_json: bool) -> int:
    """The network with weights: of a run, or those that training would begin with."""
    from dlstudio.export.keras_model import export_project, export_run

    written = export_run(run, out) if run is not None else export_project(project, folder, out)
    if as_json:
        print_json({"format": KERAS, "file": str(out), "parameters": written.parameters, "weights": written.weights})
    else:
        console().print(f"Written to {escape(shown(out))}: {written.parameters:,} weights, {escape(written.weights)}.")
    return DONE


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
