"""``dlstudio import``: a project from a Keras model or script."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.cli.command import DONE, Command, CommandError
from dlstudio.cli.printing import console, escape, print_json
from dlstudio.compiler.code import read_script
from dlstudio.compiler.importing.process import import_into
from dlstudio.graph.layout import layered_positions
from dlstudio.graph.model import INPUT, OUTPUT, Graph
from dlstudio.graph.project import Project
from dlstudio.graph.saving import FILE_NAME, save_project

_DETAILS = """\
examples:
  dlstudio import resnet.keras my-resnet          the layers as a drawing, the weights in my-resnet/weights
  dlstudio import model.keras classifier --name "Flower classifier"
  dlstudio import model.py my-network             a Keras script; it is read, never run

Only Functional and Sequential models in .keras files are read, under bounds and in a process of its own; nothing in the
file is run. What cannot be drawn is named. The project has no data yet: choose some in the window's Data page, then
training goes on from the model's weights wherever layers still fit them.
"""


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("model", type=Path, metavar="MODEL", help="a .keras file, or a Keras script (.py)")
    parser.add_argument("folder", type=Path, metavar="DIR", help="the new project's folder")
    parser.add_argument("--name", metavar="NAME", help="the project's name (default: the file's)")


def _run(arguments: Namespace) -> int:
    folder: Path = arguments.folder
    if (folder / FILE_NAME).exists():
        raise CommandError(f"There already is a project in {folder}. Choose another folder.")
    name = arguments.name or arguments.model.stem.replace("_", " ").replace("-", " ")
    if arguments.model.suffix == ".py":
        return _import_script(arguments.model, folder, name, as_json=arguments.json)
    made = folder.exists()
    try:
        imported = import_into(arguments.model, folder)
        save_project(Project(name, graph=imported.graph, weights=imported.weights), folder)
    except BaseException:
        if not made and folder.is_dir():
            _remove_empty(folder)
        raise
    _tell(name, folder, imported.graph, imported.as_json(), as_json=arguments.json)
    return DONE


def _import_script(script: Path, folder: Path, name: str, *, as_json: bool) -> int:
    """The network of a script; its lines are parsed and understood, none is run."""
    reading = read_script(script.read_text(encoding="utf-8"), load_catalogue())
    blocks = {key: replace(block, graph=_laid_out(block.graph)) for key, block in reading.graph.blocks.items()}
    graph = replace(_laid_out(reading.graph), blocks=blocks)
    save_project(Project(name, graph=graph), folder)
    _tell(name, folder, graph, {"notes": list(reading.notes)}, as_json=as_json)
    return DONE


def _laid_out(graph: Graph) -> Graph:
    places = layered_positions(graph)
    return replace(graph, nodes={node.id: replace(node, at=places[node.id]) for node in graph})


def _remove_empty(folder: Path) -> None:
    """Takes back a folder that was made for nothing."""
    for each in (folder / "weights", folder):
        if each.is_dir() and not any(each.iterdir()):
            each.rmdir()


def _tell(name: str, folder: Path, graph: Graph, more: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "project": str(folder),
                "name": name,
                "layers": len(graph),
                "blocks": {block.name: len(block.graph) for block in graph.blocks.values()},
                "inputs": [node.id for node in graph.of_type(INPUT)],
                "outputs": [node.id for node in graph.of_type(OUTPUT)],
                **more,
            }
        )
        return
    out = console()
    weights = f", {more['parameters']:,} weights" if "parameters" in more else ""
    out.print(f"Imported [bold]{escape(name)}[/] into {escape(str(folder))}:")
    out.print(f"  {len(graph):,} nodes{weights}")
    for block in graph.blocks.values():
        out.print(f"  block {escape(block.name)} of {len(block.graph)} nodes")
    for node_id, layer in more.get("names", {}).items():
        out.print(f"  {escape(layer)} is named {escape(node_id)} here")
    for note in more["notes"]:
        out.print(f"  [yellow]note[/] {escape(note)}")
    out.print(f"Look at it: dlstudio {escape(str(folder))}")


COMMAND = Command("import", "Make a project from a Keras model, its weights kept.", _DETAILS, _add_arguments, _run)
