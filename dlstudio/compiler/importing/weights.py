"""Reads the weights of a ``.keras`` file into a network that was rebuilt from the drawing, under bounds.

How the variables of a layer are spread over groups of the HDF5 file is Keras' business, so its own loader asks for
them; but what it asks is answered by :class:`BoundedStore`, which follows no links out of the file, reads no virtual or
external data, and looks at sizes before it reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import prod
from typing import IO, Any

import h5py
import numpy as np
from keras.src.saving import saving_lib

from dlstudio.compiler.importing.failures import ModelImportError, short

_MOST_ENTRIES = 4096
_LARGEST_ITEM = 8


def read_weights(file: IO[bytes], saved: Mapping[str, str], layers: Mapping[str, Any]) -> None:
    """Puts the numbers of a file into layers.

    Args:
        file: The HDF5 file, open for reading.
        saved: Group of each layer's weights in the file, by the layer's path (``use/conv``).
        layers: The built layers by path; those that the file does not know keep what they have.

    Raises:
        ModelImportError: The file is damaged, does not hold what a layer needs, or holds what no weights are.
    """
    try:
        content = h5py.File(file, "r")
    except Exception as error:  # h5py raises what its parts raise: OSError, RuntimeError, ValueError
        raise ModelImportError(
            f"The weights in the file cannot be read: {short(error)}. Save the model again."
        ) from None
    with content:
        for path, group in saved.items():
            layer = layers.get(path)
            if layer is not None and layer.weights:  # states of random generators begin anew
                _read_layer(content, group, path, layer)


def _read_layer(content: h5py.File, group: str, name: str, layer: Any) -> None:
    largest = max(prod(variable.shape) for variable in layer.weights)
    failed: set[int] = set()
    said: dict[int, Any] = {}
    store = BoundedStore(content, largest, name)
    saving_lib._load_state(
        layer,
        weights_store=store,
        assets_store=None,
        inner_path=group,
        visited_saveables=set(),
        failed_saveables=failed,
        error_msgs=said,
    )
    if failed:
        error = next(iter(said.values()))[1]
        if isinstance(error, ModelImportError):
            raise error
        raise ModelImportError(f"The weights in the file do not fit the layer '{short(name)}': {short(error, 200)}")
    if not store.read:
        raise ModelImportError(f"The file holds no weights for the layer '{short(name)}'. Save the model again.")


class BoundedStore(saving_lib.H5IOStore):  # type: ignore[misc]
    """What Keras' loader reads a layer from.

    Args:
        content: The open file.
        largest: How many numbers the layer's largest variable has.
        name: The layer, for sentences.
    """

    def __init__(self, content: h5py.File, largest: int, name: str) -> None:
        self.h5_file = content
        self.mode = "r"
        self.archive = self.io_file = None
        self.read = 0
        self._largest = max(largest, 64)  # states of random generators and counters are small
        self._name = short(name)
        self._entry: Any = {}

    def __bool__(self) -> bool:
        return True

    def get(self, path: str) -> BoundedStore:
        group = self._group(path)
        group = self._child(group, "vars") if group is not None else None
        self._entry = group if isinstance(group, h5py.Group) else {}
        if len(self._entry) > _MOST_ENTRIES:
            raise ModelImportError(f"The weights of '{self._name}' are {len(self._entry):,} arrays; that is too many.")
        return self

    def has_path(self, path: str) -> bool:
        return self._group(path) is not None

    def keys(self) -> list[str]:
        return list(self._entry)

    def __len__(self) -> int:
        return len(self._entry)

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __contains__(self, key: object) -> bool:
        return key in self._entry

    def __getitem__(self, key: str) -> np.ndarray:
        found = self._child(self._entry, key) if isinstance(self._entry, h5py.Group) else None
        if found is None:
            raise KeyError(key)
        self._check(found, key)
        self.read += 1
        array = np.asarray(found[()])
        if found.attrs.get("dtype") == "bfloat16":
            # The npy format and h5py know no bfloat16; it is the upper half of a float32.
            return (array.view(np.uint16).astype(np.uint32) << 16).view(np.float32)
        return array

    def _check(self, found: Any, key: str) -> None:
        place = f"'{short(key, 20)}' of '{self._name}'"
        if not isinstance(found, h5py.Dataset):
            raise ModelImportError(f"The weights {place} are no array.")
        if found.is_virtual or found.external:
            raise ModelImportError(f"The weights {place} lie in another file; such files are not opened.")
        sixteen = found.attrs.get("dtype") == "bfloat16" and found.dtype.itemsize == 2
        if (found.dtype.kind not in "fiub" or found.dtype.itemsize > _LARGEST_ITEM) and not sixteen:
            raise ModelImportError(f"The weights {place} are no numbers but {short(found.dtype, 30)}.")
        if found.size is None or found.size > self._largest:
            raise ModelImportError(
                f"The weights {place} are announced as {found.size or 0:,} numbers; the layer has {self._largest:,} at "
                "the most."
            )

    def _group(self, path: str) -> Any:
        found: Any = self.h5_file
        for part in path.split("/"):
            found = self._child(found, part) if isinstance(found, h5py.Group) else None
            if found is None:
                return None
        return found

    def _child(self, group: Any, name: str) -> Any:
        """What a group holds under a name; None where there is nothing. Links are refused before they are followed."""
        link = group.get(name, getlink=True)
        if link is None:
            return None
        if not isinstance(link, h5py.HardLink):
            raise ModelImportError(
                f"The weights of '{self._name}' point elsewhere (a {type(link).__name__}); such files are not opened."
            )
        return group[name]
