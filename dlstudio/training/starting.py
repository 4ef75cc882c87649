"""Fine-tuning: gives a project the weights of a trained run or of a Keras model, wherever its layers fit.

A layer is matched with the one of the same path and weights of the same shapes; what is left over on both sides, with
the next one of the same type and shapes. An Embedding of words is matched word by word, since two vocabularies seldom
agree: a word that the source knows begins with its vector, another with a random one. The last layer before an Output
says what the classes are: it is taken over only from a run that predicts the same.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np

from dlstudio.atomic import write_atomically
from dlstudio.compiler.building import build_model
from dlstudio.compiler.importing.failures import ModelImportError
from dlstudio.compiler.importing.process import import_into
from dlstudio.compiler.importing.weight_files import ENDINGS, read_weight_file
from dlstudio.compiler.outputs import feeding_node
from dlstudio.compiler.weight_file import layers_by_path, packed, read_weights
from dlstudio.data.encoders.saved import Encoders, load_encoders
from dlstudio.data.encoders.text import TextEncoder
from dlstudio.data.encoders.tokenized import TokenizedTextEncoder
from dlstudio.data.encoders.tokens import TokensEncoder
from dlstudio.graph.initial_weights import FOLDER, InitialWeights
from dlstudio.graph.model import INPUT, OUTPUT, Graph, Node
from dlstudio.graph.project import Project
from dlstudio.training.checkpoints import read_snapshot, restore
from dlstudio.training.failures import TrainingError
from dlstudio.training.preparation import build_network, read_data
from dlstudio.training.runs.run_folder import RunError, RunFolder, list_runs

Arrays = list[np.ndarray]


@dataclass(frozen=True)
class Match:
    """One layer that begins with weights of the source.

    Attributes:
        layer: Its path in the drawing, as ``use/conv``.
        source: The path of the layer that it gets them from.
        parameters: How many weights.
        words: Of an Embedding matched by words, how many of its words the source knows; else None.
    """

    layer: str
    source: str
    parameters: int
    words: int | None = None


@dataclass(frozen=True)
class Start:
    """What a project begins with.

    Attributes:
        origin: Where the weights come from, in words.
        weights: The file in the project folder, for ``project.weights``.
        matched: Layers that have weights of the source, in the order of the network.
        fresh: Paths of those that begin with random ones.
    """

    origin: str
    weights: InitialWeights
    matched: tuple[Match, ...]
    fresh: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "origin": self.origin,
            "weights": self.weights.as_json(),
            "matched": [vars(match) for match in self.matched],
            "fresh": list(self.fresh),
        }


@dataclass(frozen=True)
class _Source:
    origin: str
    layers: Mapping[str, Any]
    encoders: Encoders | None = None
    graph: Graph | None = None


@dataclass(frozen=True)
class _Stored:
    """A layer of which only the weights are known."""

    weights: list[np.ndarray]


def start_from(project: Project, root: Path, source: str | Path) -> Start:
    """Writes the weights that a project is to begin with, and says which layers have them.

    Args:
        project: With its data; neither it nor ``project.json`` is changed.
        root: The project folder; gets ``weights/start-….npz``.
        source: A run of the project (``0003``), a run's folder, a project folder (its last trained run), a ``.keras``
            file, or a file of weights (``.weights.h5``, ``.h5``).

    Raises:
        TrainingError: There is no such source, it cannot be read, or no layer fits.
    """
    data = read_data(project, root)
    network = build_network(replace(project, weights=None), data.encoders)
    found = _source(root, source)
    ours, theirs = layers_by_path(network.model), found.layers
    words = _embeddings_by_words(project.graph, data.encoders, found)
    for path in _other_heads(project.graph, data.encoders, found):
        ours.pop(path, None)
    matched: list[Match] = []
    arrays: dict[str, Arrays] = {}
    for path, other in _pairs(ours, theirs, words).items():
        given = [np.asarray(keras.ops.convert_to_numpy(weight)) for weight in theirs[other].weights]
        known = None
        if path in words:
            given, known = _by_words(ours[path], given, *words[path])
        arrays[path] = given
        matched.append(Match(path, other, sum(array.size for array in given), known))
    if not matched:
        raise TrainingError(
            "data",
            f"No layer of this network has weights of the same shapes as one of {found.origin}, so there is nothing to "
            "start from. Begin with the same layers, for instance a copy of that project.",
        )
    for path, given in arrays.items():
        for weight, array in zip(ours[path].weights, given, strict=True):
            weight.assign(array)
    content = packed({path: ours[path] for path in arrays})
    file = f"{FOLDER}/start-{hashlib.sha256(content).hexdigest()[:12]}.npz"
    (root / FOLDER).mkdir(parents=True, exist_ok=True)
    write_atomically(root / file, content)
    fresh = tuple(path for path in layers_by_path(network.model) if path not in arrays)
    return Start(found.origin, InitialWeights(file, origin=found.origin), tuple(matched), fresh)


def _source(root: Path, source: str | Path) -> _Source:
    path = Path(source).expanduser()
    own = RunFolder(root / "runs" / str(source).zfill(4)) if str(source).isdecimal() else None
    if own is not None:
        return _of_run(own, f"run {own.name}")
    if path.suffix == ".keras":
        return _of_file(path)
    if path.suffix in ENDINGS:
        return _of_weights(path)
    if (path / "run.json").is_file():
        return _of_run(RunFolder(path), f"run {path.name} of {path.parent.parent.name}")
    if (path / "project.json").is_file():
        trained = [run for run in list_runs(path) if run.best_checkpoint.exists()]
        if not trained:
            raise TrainingError("data", f"The project {path} has no trained run to start from. Train it first.")
        return _of_run(trained[-1], f"run {trained[-1].name} of {path.name}")
    raise TrainingError(
        "data",
        f"There is nothing to start from at '{source}'. Give the number of a run, a project folder with a trained run, "
        "a .keras file, or a file of weights (.h5).",
    )


def _of_run(run: RunFolder, origin: str) -> _Source:
    try:
        if not run.best_checkpoint.exists():
            run.record()
            raise TrainingError("data", f"Run {run.name} has no trained weights yet.")
        network = build_network(run.project(), load_encoders(run.encoders_folder))
        restore(network.model, read_snapshot(run.best_checkpoint), run.best_checkpoint)
    except (RunError, ValueError) as error:
        raise TrainingError("data", f"Nothing can be started from {origin}: {error}") from None
    return _Source(origin, layers_by_path(network.model), network.encoders, network.project.graph)


def _of_file(path: Path) -> _Source:
    with tempfile.TemporaryDirectory(prefix="dlstudio-start-") as work:
        try:
            imported = import_into(path, Path(work))
            model = build_model(imported.graph, {}, seed=0)
            read_weights(model, imported.weights, Path(work))
        except (ModelImportError, OSError, ValueError) as error:
            raise TrainingError("data", f"{path.name} cannot be started from: {error}") from None
    return _Source(path.name, layers_by_path(model))


def _of_weights(path: Path) -> _Source:
    try:
        return _Source(path.name, {name: _Stored(arrays) for name, arrays in read_weight_file(path).items()})
    except ModelImportError as error:
        raise TrainingError("data", f"{path.name} cannot be started from: {error}") from None


def _pairs(ours: Mapping[str, Any], theirs: Mapping[str, Any], words: Mapping[str, Any]) -> dict[str, str]:
    """The path of the source's layer for each of ours that has one, in the order of the network."""
    found: dict[str, str] = {}
    for path, layer in ours.items():
        by_words = path in words and words[path][2] in theirs
        if by_words or (path in theirs and path not in words and _alike(layer, theirs[path])):
            found[path] = words[path][2] if by_words else path
    left = [path for path in theirs if path not in found.values()]
    for path, layer in ours.items():
        if path not in found and path not in words:
            other = next((each for each in left if _alike(layer, theirs[each])), None)
            if other is not None:
                found[path] = other
                left.remove(other)
    return {path: found[path] for path in ours if path in found}


def _alike(layer: Any, other: Any) -> bool:
    return (isinstance(other, _Stored) or type(layer) is type(other)) and _shapes(layer) == _shapes(other)


def _shapes(layer: Any) -> list[tuple[int, ...]]:
    return [tuple(weight.shape) for weight in layer.weights]


def _other_heads(graph: Graph, encoders: Encoders, source: _Source) -> set[str]:
    """Layers that end in an Output whose meaning the source does not have."""
    theirs: list[Any] = []
    if source.graph is not None and source.encoders is not None:
        theirs = [_meaning(node, source.encoders) for node in source.graph.of_type(OUTPUT)]
    found = set()
    for output in graph.of_type(OUTPUT):
        meaning = _meaning(output, encoders)
        node = feeding_node(graph, output.id)
        if node is not None and (meaning is None or meaning not in theirs):
            found.add(node.id)
    return found


def _meaning(output: Node, encoders: Encoders) -> Any:
    """What the values of an Output stand for; None where that is not known."""
    encoder = encoders.by_column.get(str(output.settings.get("column") or ""))
    return None if encoder is None else (output.settings.get("task"), replace(encoder.spec, name=""))


def _embeddings_by_words(
    graph: Graph, encoders: Encoders, source: _Source
) -> dict[str, tuple[tuple[str, ...], tuple[str, ...], str]]:
    """Embeddings that read texts of another vocabulary: our words, theirs, and the path of theirs, by our path."""
    if source.encoders is None or source.graph is None:
        return {}
    ours, theirs = _embeddings(graph, encoders), _embeddings(source.graph, source.encoders)
    found = {}
    for path, words in ours.items():
        other = path if path in theirs else next(iter(theirs), None)
        if other is not None and theirs[other] != words:
            found[path] = (words, theirs[other], other)
    return found


def _embeddings(graph: Graph, encoders: Encoders) -> dict[str, tuple[str, ...]]:
    """The words of each Embedding that reads a text column directly."""
    found = {}
    for node in graph.of_type(INPUT):
        encoder = encoders.by_column.get(str(node.settings.get("column") or ""))
        words = _words_of(encoder)
        if words:
            for wire in graph.outgoing(node.id):
                if graph[wire.target].type == "keras.layers.Embedding":
                    found[wire.target] = words
    return found


def _words_of(encoder: object) -> tuple[str, ...]:
    """The words that an encoder of texts numbers from 2 on; none where it numbers no words."""
    if isinstance(encoder, TextEncoder | TokenizedTextEncoder):
        return encoder.words
    if isinstance(encoder, TokensEncoder) and encoder.tokenizer.unit == "words":
        return encoder.tokenizer.pieces[2:]
    return ()


def _by_words(layer: Any, given: Arrays, ours: tuple[str, ...], theirs: tuple[str, ...], _: str) -> tuple[Arrays, int]:
    """Vectors of the words that the source knows, (words, dimensions); and how many those are."""
    table = np.array(keras.ops.convert_to_numpy(layer.weights[0]))
    if given[0].shape[1] != table.shape[1]:
        raise TrainingError(
            "data",
            f"'{layer.name}' gives {table.shape[1]} values a word, but the source's has {given[0].shape[1]}. Set "
            f"output_dim of {layer.name} to {given[0].shape[1]}.",
        )
    own = table.shape[0] - len(ours)  # padding, unknown
    places = {word: number for number, word in enumerate(theirs, own)}
    alike: dict[str, int] = {}  # a language model keeps capitals and the space before a word: the commonest form counts
    for word, number in places.items():
        alike.setdefault(word.strip().lower(), number)
    found = [(number, places.get(word, alike.get(word.strip().lower()))) for number, word in enumerate(ours, own)]
    known = [(number, place) for number, place in found if place is not None]
    table[:own] = given[0][:own]
    for here, there in known:
        table[here] = given[0][there]
    return [table], len(known)
