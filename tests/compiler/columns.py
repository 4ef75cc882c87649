"""Columns of every kind for the tests of the compiler."""

from __future__ import annotations

from dlstudio.graph.columns import ColumnSpec

SPECS = {
    "image": ColumnSpec("image", "image", (28, 28, 1)),
    "text": ColumnSpec("text", "text", (20,), "int32", vocabulary_size=500),
    "series": ColumnSpec("series", "series", (12, 4)),
    "features": ColumnSpec("features", "number", (6,)),
    "label": ColumnSpec("label", "category", (), "int32", tuple("0123456789")),
    "price": ColumnSpec("price", "number", (1,)),
}
