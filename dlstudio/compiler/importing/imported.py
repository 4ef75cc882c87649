"""Imports one ``.keras`` file: its drawing, the network rebuilt from that, and its weights in a file of our own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.compiler.building import CompileError, build_model
from dlstudio.compiler.importing.archive import Archive, open_archive
from dlstudio.compiler.importing.failures import ModelImportError, short
from dlstudio.compiler.importing.reading import Reading, read_config
from dlstudio.compiler.importing.weights import read_weights
from dlstudio.compiler.inference import Inference
from dlstudio.compiler.keras_file import drawing_in, same_network, without_data
from dlstudio.compiler.weight_file import layers_by_path, write_weights
from dlstudio.graph.initial_weights import FILE
from dlstudio.graph.likeness import Path as LayerPath
from dlstudio.graph.model import Graph
from dlstudio.graph.project import graph_as_json

LEAST_BYTES = 2
"""A weight in a file has at least that many: half precision."""


@dataclass(frozen=True)
class Imported:
    """What a file gave.

    Attributes:
        graph: The drawing, laid out, or as the file carries it; its Inputs may name columns of data then.
        inputs: ``shape`` and ``dtype`` of each Input, for a project without that data.
        model: The network rebuilt from it, with the file's weights.
        parameters: Its weights in all.
        names: Ids of nodes whose layers had names that nodes cannot have, with those.
        notes: Sentences on what is drawn otherwise than it was.
        keras_version: What the file was saved by.
    """

    graph: Graph
    inputs: Mapping[str, Mapping[str, Any]]
    model: keras.Model
    parameters: int
    names: Mapping[str, str]
    notes: tuple[str, ...]
    keras_version: str

    def as_json(self) -> dict[str, Any]:
        return {
            "graph": graph_as_json(self.graph),
            "inputs": {name: dict(settings) for name, settings in self.inputs.items()},
            "parameters": self.parameters,
            "names": dict(self.names),
            "notes": list(self.notes),
            "keras_version": self.keras_version,
        }


def import_file(path: Path, folder: Path) -> Imported:
    """Imports a file and writes its weights into a folder.

    Args:
        path: A ``.keras`` file.
        folder: Gets ``weights/initial.npz``.

    Raises:
        ModelImportError: The file cannot be imported; the message says why and what to do.
    """
    imported = import_model(path)
    write_weights(imported.model, folder / FILE)
    return imported


def import_model(path: Path) -> Imported:
    """The drawing of a file, and the network rebuilt from the drawing with the file's weights.

    Raises:
        ModelImportError: The file cannot be imported; the message says why and what to do.
    """
    archive = open_archive(path)
    with archive.weights:
        reading = read_config(archive.config, load_catalogue())
        graph, model, groups = _as_drawn(reading, archive) or (
            reading.graph,
            rebuilt(reading.graph, archive),
            reading.saved,
        )
        saved = {"/".join(where): group for where, group in groups.items()}
        read_weights(archive.weights, saved, layers_by_path(model))
    return Imported(
        graph, reading.inputs, model, model.count_params(), reading.names, reading.notes, archive.keras_version
    )


def _as_drawn(reading: Reading, archive: Archive) -> tuple[Graph, keras.Model, Mapping[LayerPath, str]] | None:
    """The drawing that the file carries and its network; None where it carries none, or one of another network."""
    graph = drawing_in(archive.drawing)
    if graph is None:
        return None
    try:
        model = rebuilt(without_data(graph, reading.inputs), archive)
    except ModelImportError:
        return None
    return (graph, model, reading.unmerged) if same_network(model, archive.config) else None


def rebuilt(graph: Graph, archive: Archive) -> keras.Model:
    """The network of a drawing with fresh weights; nothing is allocated that the file could not fill.

    Raises:
        ModelImportError: The drawing has errors, or more weights than the file.
    """
    inference = Inference()
    result = inference.infer(graph, {})
    if result.errors:
        said = " ".join(dict.fromkeys(problem.message for problem in result.errors[:5]))
        raise ModelImportError(f"The model cannot be built from its description: {short(said, 1000)}")
    if result.parameters * LEAST_BYTES > archive.weight_bytes:
        raise ModelImportError(
            f"The model's layers would need {result.parameters:,} weights, but the file holds "
            f"{archive.weight_bytes:,} bytes of them. It is damaged or made to exhaust the memory; it is not opened."
        )
    try:
        return build_model(graph, {}, seed=0, inference=inference)
    except CompileError as error:
        raise ModelImportError(f"The model cannot be built from its description: {short(error, 1000)}") from None
