"""Small ``.keras`` files, honest ones and crafted ones."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import h5py
import keras

Change = Callable[[dict[str, Any]], None]


def small_model() -> keras.Model:
    """Two Dense layers with a Dropout between."""
    entry = keras.Input((6,), name="values")
    hidden = keras.layers.Dense(5, activation="relu", name="hidden")(entry)
    dropped = keras.layers.Dropout(0.25, name="drop")(hidden)
    return keras.Model(entry, keras.layers.Dense(3, name="logits")(dropped), name="small")


def saved(model: keras.Model, file: Path) -> Path:
    model.save(file)
    return file


def members(file: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(file: Path, content: Mapping[str, bytes], compression: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, value in content.items():
            archive.writestr(name, value)
    return file


def with_config(file: Path, change: Change) -> Path:
    """The file with another configuration; the rest as it was."""
    content = members(file)
    config = json.loads(content["config.json"])
    change(config)
    return packed(file, {**content, "config.json": json.dumps(config).encode()})


def with_weights(file: Path, change: Callable[[h5py.File], None]) -> Path:
    """The file with other weights; the rest as it was."""
    content = members(file)
    stream = io.BytesIO(content["model.weights.h5"])
    with h5py.File(stream, "r+") as weights:
        change(weights)
    return packed(file, {**content, "model.weights.h5": stream.getvalue()})


def layer(config: dict[str, Any], name: str) -> dict[str, Any]:
    """The entry of one layer."""
    return next(each for each in config["config"]["layers"] if each["config"].get("name") == name)
