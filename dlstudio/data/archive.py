"""Reads the arrays of an .npz file within bounds: headers are checked first, and nothing is ever unpickled."""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dlstudio.data.memory import require_memory
from dlstudio.data.table import Array, DataError

MOST_BYTES = 16 << 30
MOST_ARRAYS = 1000
MOST_RATIO = 100  # unpacked against packed, where it is much
BOMB_BYTES = 1 << 30
_KINDS = "biufSU"


@dataclass(frozen=True)
class Header:
    """Name, shape and dtype of one array, without its values."""

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[np.generic]

    @property
    def rows(self) -> int:
        """Length of the first axis; 0 for a single value."""
        return self.shape[0] if self.shape else 0


def read_headers(path: Path) -> tuple[dict[str, Header], dict[str, str]]:
    """The arrays that can be read, and why others cannot (by name).

    Raises:
        DataError: It is no .npz file, or absurdly large.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MOST_ARRAYS:
                raise DataError(f"{path.name} holds {len(members)} arrays; {MOST_ARRAYS} are the most that are read.")
            total = sum(member.file_size for member in members)
            if total > MOST_BYTES:
                raise DataError(f"{path.name} unpacks to {total >> 30} GiB; {MOST_BYTES >> 30} are the most.")
            packed = sum(member.compress_size for member in members)
            if total > BOMB_BYTES and total > MOST_RATIO * packed:
                raise DataError(
                    f"{path.name} unpacks to {total / 2**30:.1f} GiB, {total // max(packed, 1):,} times its size, as "
                    "files made to fill the memory do. Where it is honest, save it with numpy.savez (not packed)."
                )
            require_memory(total, path.name)
            headers: dict[str, Header] = {}
            refused: dict[str, str] = {}
            for member in members:
                name = member.filename.removesuffix(".npy")
                try:
                    headers[name] = _header(archive, member, name)
                except ValueError as error:
                    refused[name] = str(error)
            return headers, refused
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise DataError(f"{path.name} is not a readable .npz file: {error}.") from error


def read_arrays(path: Path, names: list[str]) -> dict[str, Array]:
    """The values of some arrays whose headers were checked.

    Raises:
        DataError: An array is damaged.
    """
    found: dict[str, Array] = {}
    name = ""
    try:
        with np.load(path, allow_pickle=False) as archive:
            for name in names:
                found[name] = np.asarray(archive[name])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error, RuntimeError) as error:
        raise DataError(f"The array '{name}' of {path.name} is damaged and cannot be read: {error}.") from error
    return found


def _header(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> Header:
    if not member.filename.endswith(".npy"):
        raise ValueError("it is no array")
    if member.flag_bits & 1:
        raise ValueError("it is encrypted")
    with archive.open(member) as file:
        try:
            version = np.lib.format.read_magic(file)
            if version == (1, 0):
                shape, _, dtype = np.lib.format.read_array_header_1_0(file)
            elif version == (2, 0):
                shape, _, dtype = np.lib.format.read_array_header_2_0(file)
            else:
                raise ValueError(f"its format {version[0]}.{version[1]} is not known")
        except (SyntaxError, TypeError, OverflowError, RecursionError, MemoryError) as error:
            raise ValueError("its header is damaged") from error
        begun = file.tell()
    if dtype.hasobject:
        raise ValueError("it holds Python objects, which are never unpickled; save it as numbers or text")
    if dtype.kind not in _KINDS:
        raise ValueError(f"its type {dtype} is neither numbers nor text")
    if any(side < 0 for side in shape):
        raise ValueError("its header is damaged")
    wanted = dtype.itemsize
    for side in shape:
        wanted *= int(side)
    if wanted != member.file_size - begun:
        raise ValueError(f"its header says {wanted:,} bytes, but {max(0, member.file_size - begun):,} follow")
    return Header(name, tuple(int(side) for side in shape), dtype)
