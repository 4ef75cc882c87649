"""Imports a file in a process of its own, which may be killed without harm. Standard library only: no Keras here."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dlstudio.atomic import replacing
from dlstudio.compiler.importing.failures import ModelImportError
from dlstudio.compiler.importing.work import RESULT, run
from dlstudio.graph.initial_weights import FILE, InitialWeights
from dlstudio.graph.model import INPUT, OUTPUT, Graph
from dlstudio.graph.project import graph_from_json

ERROR = "error.txt"
SECONDS = 600.0
_HOME = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class ImportedModel:
    """A model that was imported.

    Attributes:
        graph: The drawing, with its blocks; its Inputs have shapes where no column of theirs is among the given ones.
        parameters: Weights in all.
        names: Ids of nodes whose layers had names that nodes cannot have, with those.
        notes: Sentences on what is drawn otherwise than it was.
        keras_version: What the file was saved by.
        weights: The file of weights in the project's folder.
    """

    graph: Graph
    parameters: int
    names: Mapping[str, str]
    notes: tuple[str, ...]
    keras_version: str
    weights: InitialWeights

    def as_json(self) -> dict[str, Any]:
        """All but the graph, for programs."""
        return {
            "parameters": self.parameters,
            "names": dict(self.names),
            "notes": list(self.notes),
            "keras_version": self.keras_version,
            "weights": self.weights.as_json(),
        }


def import_into(
    path: Path,
    folder: Path,
    *,
    columns: Collection[str] = (),
    seconds: float = SECONDS,
) -> ImportedModel:
    """Imports a ``.keras`` file and puts its weights into a project's folder.

    Args:
        path: The file, of whatever origin.
        folder: The project folder; it is made where it is missing. Nothing is written where the import fails.
        columns: Names of the data's columns. An Input that a drawing of ours binds to another one gets its shape in
            place of it, and an Output none.
        seconds: How long it may take.

    Raises:
        ModelImportError: It cannot be imported; the message says why and what to do.
        OSError: The folder cannot be written.
    """
    with tempfile.TemporaryDirectory(prefix="dlstudio-import-") as work:
        _run(path.resolve(), Path(work), seconds)
        return _taken(Path(work), folder, columns)


def import_here(path: Path, folder: Path, *, columns: Collection[str] = ()) -> ImportedModel:
    """The same in this process, which is bounded itself; arguments and errors as of :func:`import_into`."""
    with tempfile.TemporaryDirectory(prefix="dlstudio-import-") as work:
        run(path.resolve(), Path(work))
        return _taken(Path(work), folder, columns)


def _taken(work: Path, folder: Path, columns: Collection[str]) -> ImportedModel:
    """What an import left in its working folder, with the weights put into the project's."""
    value = json.loads((work / RESULT).read_text(encoding="utf-8"))
    file = _free(folder)
    target = folder / file
    target.parent.mkdir(parents=True, exist_ok=True)
    with replacing(target) as temporary:
        shutil.copyfile(work / FILE, temporary)
    return ImportedModel(
        _without_columns(graph_from_json(value["graph"]), value["inputs"], columns),
        value["parameters"],
        value["names"],
        tuple(value["notes"]),
        value["keras_version"],
        InitialWeights(file),
    )


def _free(folder: Path) -> str:
    """A file for weights that is not there yet: an undo may want the one that is."""
    file, number = FILE, 2
    while (folder / file).exists():
        file = f"{FILE.removesuffix('.npz')}-{number}.npz"
        number += 1
    return file


def _without_columns(graph: Graph, inputs: Mapping[str, Any], columns: Collection[str]) -> Graph:
    """The drawing with nothing that names data which is not there."""
    nodes = {}
    for node in graph:
        column = node.settings.get("column")
        nodes[node.id] = node
        if node.type in (INPUT, OUTPUT) and column is not None and column not in columns:
            rest = {key: value for key, value in node.settings.items() if key != "column"}
            nodes[node.id] = replace(node, settings={**rest, **inputs.get(node.id, {})})
    return replace(graph, nodes=nodes)


def _run(path: Path, work: Path, seconds: float) -> None:
    paths = [str(_HOME), *filter(None, [os.environ.get("PYTHONPATH")])]
    command = [sys.executable, "-P", "-m", "dlstudio.compiler.importing", str(path), str(work)]
    with (work / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=work,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        )
        try:
            status = process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise ModelImportError(
                f"Importing {path.name} took more than {seconds:.0f} seconds; it was given up."
            ) from None
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    if status == 0:
        return
    error = work / ERROR
    if error.is_file():
        raise ModelImportError(error.read_text(encoding="utf-8"))
    if status in (-signal.SIGXCPU, -signal.SIGKILL):
        raise ModelImportError(f"Importing {path.name} took more time or memory than it may; it was given up.")
    raise ModelImportError(f"Importing {path.name} failed: its process ended with status {status}. {_last_line(work)}")


def _last_line(work: Path) -> str:
    lines = (work / "log.txt").read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1][:300] if lines else ""
