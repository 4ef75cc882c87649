"""Reads files that hold weights and no network: ``.weights.h5`` of Keras 3, and ``.h5`` with one group a layer.

The files of ``keras.applications`` are of the second kind. Nothing outside of the file is followed, and sizes are
looked at before anything is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from dlstudio.compiler.importing.failures import ModelImportError, short

ENDINGS = (".h5", ".hdf5")
MOST_BYTES = 4 << 30
_MOST_GROUPS = 20_000
_DEEPEST = 24

Weights = dict[str, list[np.ndarray]]


def read_weight_file(path: Path) -> Weights:
    """The arrays of each layer, in the layer's own order, by the layer's name.

    Args:
        path: An HDF5 file of either kind, of whatever origin.

    Raises:
        ModelImportError: It is no such file, damaged, or made to exhaust the memory.
    """
    try:
        with h5py.File(path, "r") as content:
            reader = _Reader(path.name)
            names = content.attrs.get("layer_names")
            if names is None and "model_weights" in content:
                raise ModelImportError(
                    f"{path.name} holds a whole model in an old format. Save its weights alone (model.save_weights), "
                    "or save it as .keras."
                )
            found = reader.by_layer(content, names) if names is not None else reader.by_groups(content)
    except ModelImportError:
        raise
    except Exception as error:  # h5py raises what its parts raise: OSError, RuntimeError, ValueError, KeyError
        raise ModelImportError(f"The weights in {path.name} cannot be read: {short(error)}.") from None
    if not found:
        raise ModelImportError(f"{path.name} holds no weights of layers.")
    return found


class _Reader:
    def __init__(self, file: str) -> None:
        self._file = file
        self._left = MOST_BYTES
        self._groups = 0

    def by_layer(self, content: h5py.File, names: Any) -> Weights:
        """The older kind: a group a layer, whose attribute lists the arrays in order."""
        found: Weights = {}
        for name in (_text(each) for each in names):
            group = self._child(content, name)
            if not isinstance(group, h5py.Group):
                raise ModelImportError(f"{self._file} names a layer '{short(name)}' that it does not hold.")
            listed = [_text(each) for each in group.attrs.get("weight_names", ())]
            if listed:
                found[name] = [self._array(self._at(group, each), f"{name}/{each}") for each in listed]
        return found

    def by_groups(self, content: h5py.File) -> Weights:
        """The newer kind: groups that follow the model's attributes; the layer's name is an attribute of its arrays."""
        found: Weights = {}
        for group in self._walk(content, 0):
            name = _text(group.attrs.get("name", ""))
            numbers = sorted((key for key in group if key.isdecimal()), key=int)
            if name and numbers:
                found[name] = [self._array(self._child(group, key), f"{name}/{key}") for key in numbers]
        return found

    def _walk(self, group: h5py.Group, depth: int) -> Iterator[h5py.Group]:
        self._groups += 1
        if self._groups > _MOST_GROUPS or depth > _DEEPEST:
            raise ModelImportError(f"{self._file} holds more groups than any network; it is not opened.")
        if group.name.endswith("/vars"):
            yield group
            return
        for key in group:
            child = self._child(group, key)
            if isinstance(child, h5py.Group):
                yield from self._walk(child, depth + 1)

    def _at(self, group: h5py.Group, path: str) -> Any:
        found: Any = group
        for part in path.split("/"):
            found = self._child(found, part) if isinstance(found, h5py.Group) else None
        return found

    def _child(self, group: h5py.Group, name: str) -> Any:
        link = group.get(name, getlink=True)
        if link is None:
            return None
        if not isinstance(link, h5py.HardLink):
            raise ModelImportError(f"'{short(name)}' in {self._file} points elsewhere; such files are not opened.")
        return group[name]

    def _array(self, found: Any, place: str) -> np.ndarray:
        if not isinstance(found, h5py.Dataset):
            raise ModelImportError(f"{self._file} does not hold the array '{short(place)}' that it names.")
        if found.is_virtual or found.external:
            raise ModelImportError(f"'{short(place)}' of {self._file} lies in another file; such files are not opened.")
        if found.dtype.kind not in "fiub" or found.dtype.itemsize > 8:
            raise ModelImportError(f"'{short(place)}' of {self._file} holds no numbers but {short(found.dtype, 30)}.")
        self._left -= prod(found.shape) * found.dtype.itemsize
        if self._left < 0:
            raise ModelImportError(
                f"The arrays of {self._file} are announced as more than {MOST_BYTES >> 30} GB; it is not opened."
            )
        return np.asarray(found[()])


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
