"""Weights of a network's layers as one npz file, by the layers' paths; nothing in such a file is ever unpickled.

An array is named ``use/conv/0/kernel``: the layer's path, the weight's place in the layer, its name for people. Paths
are those of :func:`dlstudio.graph.initial_weights.layer_paths`.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.lib import format as npy

from dlstudio.atomic import replacing
from dlstudio.graph.initial_weights import InitialWeights


class WeightFileError(ValueError):
    """A file of weights that is missing or damaged; the message is a sentence."""


@dataclass(frozen=True)
class Kept:
    """Which layers began with the weights of a file.

    Attributes:
        kept: Paths of layers that have them.
        fresh: Paths of layers with weights that do not: they are new, or their weights have other shapes now.
    """

    kept: tuple[str, ...]
    fresh: tuple[str, ...]

    def sentence(self, file: str) -> str:
        """What to tell."""
        said = f"{len(self.kept)} layer{'s' * (len(self.kept) != 1)} begin with the weights of {file}"
        if not self.fresh:
            return f"{said}."
        named = ", ".join(self.fresh[:8]) + (f" and {len(self.fresh) - 8} more" if len(self.fresh) > 8 else "")
        return f"{said}; {len(self.fresh)} start fresh, for they are new or have other shapes there: {named}."


def layers_by_path(model: keras.Model, within: str = "") -> dict[str, Any]:
    """Every layer of a model that has weights, by its path: names of the nested models, then its own."""
    found: dict[str, Any] = {}
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            found |= layers_by_path(layer, f"{within}{layer.name}/")
        elif layer.weights:
            found[f"{within}{layer.name}"] = layer
    return found


def write_weights(model: keras.Model, file: Path) -> None:
    """Writes the weights of a model's layers in one step.

    Raises:
        OSError: The file that was there is unchanged.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with replacing(file) as temporary, Path(temporary).open("wb") as stream:
        np.savez(stream, allow_pickle=False, **_named(layers_by_path(model)))


def packed(layers: Mapping[str, Any]) -> bytes:
    """The content of such a file for some layers, by their paths."""
    stream = io.BytesIO()
    np.savez(stream, allow_pickle=False, **_named(layers))
    return stream.getvalue()


def _named(layers: Mapping[str, Any]) -> dict[str, Any]:
    arrays: dict[str, Any] = {}
    for path, layer in layers.items():
        for place, weight in enumerate(layer.weights):
            array = np.asarray(keras.ops.convert_to_numpy(weight))
            plain = array if array.dtype.isbuiltin else array.astype(np.float32)
            arrays[f"{path}/{place}/{weight.name}"] = plain
    return arrays


def read_weights(model: keras.Model, weights: InitialWeights, root: Path) -> Kept:
    """Gives the layers of a model the weights of a file, where they fit.

    A layer takes all of its weights or none; how large an array is announced to be is compared before it is read.

    Args:
        model: Built from the project's graph.
        weights: The file, and how the layers are named in it.
        root: The project folder.

    Raises:
        WeightFileError: The file is missing or damaged.
    """
    file = root / weights.file
    kept, fresh = [], []
    try:
        with zipfile.ZipFile(file) as archive:
            entries = _entries(archive)
            for path, layer in layers_by_path(model).items():
                name = weights.named(path)
                arrays = _arrays(archive, entries.get(name or "", {}), layer.weights)
                if arrays is None:
                    fresh.append(path)
                    continue
                for weight, array in zip(layer.weights, arrays, strict=True):
                    weight.assign(array)
                if hasattr(layer, "finalize_state"):  # statistics that a layer computes with in another form
                    layer.finalize_state()
                kept.append(path)
    except FileNotFoundError:
        raise WeightFileError(
            f"The network is to begin with the weights in {file}, which is not there. Import the model again, or "
            f"remove 'weights' from project.json to begin with random weights."
        ) from None
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError) as error:
        raise WeightFileError(f"The weights in {file} cannot be read: {error}. Import the model again.") from None
    return Kept(tuple(kept), tuple(fresh))


def _entries(archive: zipfile.ZipFile) -> dict[str, dict[int, str]]:
    """The members of the file by layer and place."""
    found: dict[str, dict[int, str]] = {}
    for name in archive.namelist():
        path, _, rest = name.removesuffix(".npy").rpartition("/")
        layer, _, place = path.rpartition("/")
        if layer and rest and place.isdecimal() and len(place) < 6:
            found.setdefault(layer, {})[int(place)] = name
    return found


def _arrays(archive: zipfile.ZipFile, members: Mapping[int, str], weights: Any) -> list[np.ndarray] | None:
    """The arrays of one layer; None where they do not fit its weights."""
    if sorted(members) != list(range(len(weights))):
        return None
    for place, weight in enumerate(weights):
        with archive.open(members[place]) as stream:
            shape, _, dtype = _header(stream)
        if shape != tuple(weight.shape) or dtype.kind not in "fiub":
            return None
    found = []
    for place in range(len(weights)):
        with archive.open(members[place]) as stream:
            found.append(npy.read_array(stream, allow_pickle=False))
    return found


def _header(stream: Any) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = npy.read_magic(stream)
    read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, fortran, dtype = read(stream)
    return tuple(shape), bool(fortran), dtype
