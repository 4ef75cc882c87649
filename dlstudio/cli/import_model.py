"""``dlstudio import``: a project from a Keras model."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from dlstudio.cli.command import DONE, Command, CommandError
from dlstudio.cli.printing import console, escape, print_json
from dlstudio.compiler.importing.process import ImportedModel, import_into
from dlstudio.graph.model import INPUT, OUTPUT
from dlstudio.graph.project import Project
from dlstudio.graph.saving import FILE_NAME, save_project

_DETAILS = """\
examples:
  dlstudio import resnet.keras my-resnet          the layers as a drawing, the weights in my-resnet/weights
  dlstudio import model.keras classifier --name "Flower classifier"

Only Functional and Sequential models in .keras files are read, under bounds and in a process of its own; nothing in the
file is run. What cannot be drawn is named. The project has no data yet: choose some in the window's Data page, then
training goes on from the model's weights wherever layers still fit them.
"""


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("model", type=Path, metavar="MODEL", help="a .keras file")
    parser.add_argument("folder", type=Path, metavar="DIR", help="the new project's folder")
    parser.add_argument("--name", metavar="NAME", help="the project's name (default: the file's)")


def _run(arguments: Namespace) -> int:
    folder: Path = arguments.folder
    if (folder / FILE_NAME).exists():
        raise CommandError(f"There already is a project in {folder}. Choose another folder.")
    made = folder.exists()
    try:
        imported = import_into(arguments.model, folder)
        name = arguments.name or arguments.model.stem.replace("_", " ").replace("-", " ")
        save_project(Project(name, graph=imported.graph, weights=imported.weights), folder)
    except BaseException:
        if not made and folder.is_dir():
            _remove_empty(folder)
        raise
    if arguments.json:
        print_json(_value(name, folder, imported))
    else:
        _print(name, folder, imported)
    return DONE


def _remove_empty(folder: Path) -> None:
    """Takes back a folder that was made for nothing."""
    for each in (folder / "weights", folder):
        if each.is_dir() and not any(each.iterdir()):
            each.rmdir()


def _value(name: str, folder: Path, imported: ImportedModel) -> dict[str, object]:
    return {
        "project": str(folder),
        "name": name,
        "layers": len(imported.graph),
        "blocks": {block.name: len(block.graph) for block in imported.graph.blocks.values()},
        "inputs": [node.id for node in imported.graph.of_type(INPUT)],
        "outputs": [node.id for node in imported.graph.of_type(OUTPUT)],
        **imported.as_json(),
    }


def _print(name: str, folder: Path, imported: ImportedModel) -> None:
    out = console()
    out.print(f"Imported [bold]{escape(name)}[/] into {escape(str(folder))}:")
    out.print(f"  {len(imported.graph):,} nodes, {imported.parameters:,} weights")
    for block in imported.graph.blocks.values():
        out.print(f"  block {escape(block.name)} of {len(block.graph)} nodes")
    for node_id, layer in imported.names.items():
        out.print(f"  {escape(layer)} is named {escape(node_id)} here")
    for note in imported.notes:
        out.print(f"  [yellow]note[/] {escape(note)}")
    out.print(f"Look at it: dlstudio {escape(str(folder))}")


COMMAND = Command("import", "Make a project from a Keras model, its weights kept.", _DETAILS, _add_arguments, _run)
