"""Opens a ``.keras`` file of a stranger's: a zip whose members, sizes and names are checked before anything is read.

Keras itself is not asked: its filter of what may be made is a list of what may not.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from dlstudio.compiler.importing.failures import ModelImportError, short
from dlstudio.graph.saving import parse_json

CONFIG, METADATA, WEIGHTS, DRAWING = "config.json", "metadata.json", "model.weights.h5", "dlstudio.json"
MEMBERS = (CONFIG, METADATA, WEIGHTS, DRAWING)
MOST_BYTES = 4 * 2**30
MOST_TEXT = 16 * 2**20
MOST_RATIO = 100
"""How many times as large as stored a text may become; what Keras writes is not compressed at all."""

_CHUNK = 2**20
_SAVE_AGAIN = "Open it where it was made and save it from Keras 3 with model.save('model.keras')."
_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)


@dataclass
class Archive:
    """What a ``.keras`` file holds.

    Attributes:
        config: The model's configuration: ``{"module", "class_name", "config", ...}``.
        keras_version: What it was saved by, empty where it does not say.
        drawing: Our own description of the drawing (see :mod:`dlstudio.compiler.keras_file`), or None.
        weights: The weights' HDF5 file, open for reading; a temporary without a name. The caller closes it.
        weight_bytes: Its size.
    """

    config: dict[str, Any]
    keras_version: str
    drawing: Any
    weights: IO[bytes]
    weight_bytes: int


def open_archive(path: Path) -> Archive:
    """Reads a ``.keras`` file as far as that takes no Keras.

    Raises:
        ModelImportError: It is not there, is of another format, is damaged, or holds what no model needs.
    """
    _check_kind(path)
    try:
        with zipfile.ZipFile(path) as archive:
            _check_members(archive, path)
            config = _json(archive, CONFIG, path)
            names = set(archive.namelist())
            metadata = _json(archive, METADATA, path) if METADATA in names else {}
            drawing = _json(archive, DRAWING, path) if DRAWING in names else None
            size = archive.getinfo(WEIGHTS).file_size
            weights = _extracted(archive, WEIGHTS, size)
    except ModelImportError:
        raise
    except _ZIP_ERRORS as error:
        raise ModelImportError(
            f"{path.name} is damaged or was not copied whole: {short(error)}. Copy it again, or save the model again."
        ) from None
    if not isinstance(config, dict):
        raise ModelImportError(f"{path.name} is no Keras model: its config.json holds no object.")
    version = metadata.get("keras_version") if isinstance(metadata, dict) else ""
    return Archive(config, str(version or ""), drawing, weights, size)


def _check_kind(path: Path) -> None:
    """Says what to do with files that are models but no ``.keras`` files."""
    if path.is_dir():
        kind = "a SavedModel" if (path / "saved_model.pb").exists() else "a folder"
        raise ModelImportError(f"{path.name} is {kind}; a .keras file is needed. {_SAVE_AGAIN}")
    if not path.is_file():
        raise ModelImportError(f"There is no file {path}.")
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except OSError as error:
        raise ModelImportError(f"{path} cannot be read: {error.strerror}.") from None
    ending = path.suffix.lower()
    if head == b"\x89HDF\r\n\x1a\n" or ending in (".h5", ".hdf5"):
        raise ModelImportError(
            f"{path.name} is an HDF5 file; models in it may carry code, so it is not opened. {_SAVE_AGAIN}"
        )
    if ending in (".pkl", ".pickle", ".joblib", ".pt", ".pth", ".bin"):
        raise ModelImportError(f"{path.name} is a pickle, which can run code when opened, so it is not. {_SAVE_AGAIN}")
    if ending in (".onnx", ".tflite", ".pb", ".safetensors"):
        raise ModelImportError(f"{path.name} is no Keras model; only .keras files are opened. {_SAVE_AGAIN}")
    if not zipfile.is_zipfile(path):
        raise ModelImportError(
            f"{path.name} is no .keras file, or one that was not copied whole: it is no zip archive. {_SAVE_AGAIN}"
        )


def _check_members(archive: zipfile.ZipFile, path: Path) -> None:
    entries = archive.infolist()
    if len(entries) > 64:
        raise ModelImportError(f"{path.name} holds {len(entries)} files; a Keras model has three. It is not opened.")
    seen: set[str] = set()
    for entry in entries:
        name = entry.filename
        if name == "model.weights.npz":
            raise ModelImportError(f"{path.name} keeps its weights as npz, which is not read. {_SAVE_AGAIN}")
        if name.startswith("assets/") and ".." not in name:
            raise ModelImportError(
                f"{path.name} carries files of its own ({short(name)}), as layers with a vocabulary do; these cannot "
                f"be drawn. Save the model without its text layers: the Data page turns texts into token numbers."
            )
        if name not in MEMBERS or entry.is_dir():
            raise ModelImportError(
                f"{path.name} holds the file '{short(name)}', which no Keras model has; it is not opened."
            )
        if name in seen:
            raise ModelImportError(f"{path.name} holds '{name}' twice; it is not opened.")
        seen.add(name)
        if entry.flag_bits & 1:
            raise ModelImportError(f"{path.name} is encrypted; save the model without a password.")
        if name != WEIGHTS and entry.file_size > MOST_TEXT:
            raise ModelImportError(
                f"'{name}' in {path.name} has {entry.file_size / 2**20:,.0f} MB; {MOST_TEXT >> 20} MB is the most."
            )
        ratio = entry.file_size / max(entry.compress_size, 1)
        if name != WEIGHTS and ratio > MOST_RATIO:
            raise ModelImportError(
                f"'{name}' in {path.name} unpacks to {ratio:,.0f} times its size, as an attack would; it is not opened."
            )
    total = sum(entry.file_size for entry in entries)
    if total > MOST_BYTES:
        raise ModelImportError(f"{path.name} unpacks to {total / 2**30:,.1f} GB; {MOST_BYTES >> 30} GB is the most.")
    for name in (CONFIG, WEIGHTS):
        if name not in seen:
            raise ModelImportError(f"{path.name} is no Keras model: it holds no {name}. {_SAVE_AGAIN}")


def _json(archive: zipfile.ZipFile, name: str, path: Path) -> Any:
    with archive.open(name) as file:
        content = file.read(MOST_TEXT + 1)
    if len(content) > MOST_TEXT:
        raise ModelImportError(f"'{name}' in {path.name} has more than {MOST_TEXT >> 20} MB.")
    try:
        return parse_json(content.decode("utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError, ValueError, RecursionError) as error:
        raise ModelImportError(f"'{name}' in {path.name} cannot be read: {short(error)}.") from None


def _extracted(archive: zipfile.ZipFile, name: str, size: int) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    try:
        with archive.open(name) as source:
            shutil.copyfileobj(source, file, _CHUNK)
        if file.tell() != size:
            raise zipfile.BadZipFile(f"{name} has {file.tell()} bytes where {size} were announced")
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file
