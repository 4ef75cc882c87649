"""Columns of every kind for the tests of the compiler."""

from __future__ import annotations

from dlstudio.graph.columns import ColumnSpec

SPECS = {
    "image": ColumnSpec("image", "image", (28, 28, 1)),
    "text": ColumnSpec("text", "text", (20,), "int32", vocabulary_size=500),
    "translated": ColumnSpec("translated", "translation", (20,), "int32", vocabulary_size=500),
    "translated so far": ColumnSpec("translated so far", "text", (20,), "int32", vocabulary_size=500),
    "series": ColumnSpec("series", "series", (12, 4)),
    "features": ColumnSpec("features", "number", (6,)),
    "clip": ColumnSpec("clip", "video", (6, 16, 16, 3)),
    "sound": ColumnSpec("sound", "audio", (8000, 1), rate=8000.0),
    "characters": ColumnSpec("characters", "tokens", (20,), "int32", vocabulary_size=500),
    "said": ColumnSpec("said", "transcript", (12,), "int32", ("", "?", "a", "b")),
    "next": ColumnSpec("next", "tokens", (20,), "int32", vocabulary_size=500),
    "hidden": ColumnSpec("hidden", "hidden", (20,), "int32", vocabulary_size=500),
    "volume": ColumnSpec("volume", "volume", (8, 16, 16, 1)),
    "voxels": ColumnSpec("voxels", "mask", (8, 16, 16), "int32", ("ground", "object")),
    "mask": ColumnSpec("mask", "mask", (28, 28), "int32", ("ground", "object")),
    "boxes": ColumnSpec("boxes", "boxes", (6, 5), "float32", ("cup", "pen"), size=(28, 28), strides=(1, 2, 4)),
    "tags": ColumnSpec("tags", "tags", (20,), "int32", ("O", "B-PER", "I-PER")),
    "asked": ColumnSpec("asked", "text", (8,), "int32", vocabulary_size=500),
    "answer": ColumnSpec("answer", "span", (3,), "int32", places=20),
    "load": ColumnSpec("load", "forecast", (4, 3)),
    "noise": ColumnSpec("noise", "noise", (32,)),
    "label": ColumnSpec("label", "category", (), "int32", tuple("0123456789")),
    "price": ColumnSpec("price", "number", (1,)),
}
