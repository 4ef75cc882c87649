"""Settings of data whose texts are masked: which text is read, and the two columns that are made of it. No numpy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dlstudio.graph.project import DataSettings

INPUT, TARGET = "masked", "hidden"
"""The two column types, and the names that such columns get where they are free."""

MASKINGS = 5
_FORMATS = ("running-text", "csv", "jsonl", "parquet", "conll", "entity-jsonl")
_WINDOW = 64  # words


def with_masked(settings: DataSettings) -> DataSettings | None:
    """The same data as masked texts: two more columns, made of the text that is read; all others are left out.

    The split stays the one that the data had, so that no text of its test part is learned here.

    Returns:
        None where the data has no text.
    """
    name = masked_text(settings)
    if not name:
        return None
    base = dict(settings.columns[name])
    masked: dict[str, Any] = {"type": INPUT, "of": name, "maskings": MASKINGS, "role": "input"}
    if settings.format == "running-text":
        if base.get("unit") == "characters":
            base |= {"unit": "words", "length": _WINDOW}  # a window of words reaches far enough to learn from
            base.pop("vocabulary", None)
        masked["length"] = base.get("length", _WINDOW)
    else:
        masked |= {key: base[key] for key in ("length", "vocabulary") if key in base}
        base["type"] = "ignore"
    labels = [
        each
        for each, column in settings.columns.items()
        if column.get("role") == "target" and column.get("type") == "category"
    ]
    if labels:
        masked["balance"] = labels[0]
    others = {each: {**_plain(column), "type": "ignore"} for each, column in settings.columns.items() if each != name}
    columns = {name: _plain(base), **{each: column for each, column in others.items() if "from" not in column}}
    for wanted, column in ((INPUT, masked), (TARGET, {"type": TARGET, "of": name, "role": "target"})):
        free = wanted
        while free in columns:
            free += "_"
        columns[free] = column
    return replace(settings, columns=columns)


def is_masked(settings: DataSettings) -> bool:
    """Whether the data is read as masked texts."""
    return any(column.get("type") == INPUT for column in settings.columns.values())


def masked_text(settings: DataSettings) -> str:
    """The column whose words could be hidden: a text that is read, else the first; empty where there is none."""
    texts = [name for name, column in settings.columns.items() if column.get("type") in ("text", "tokens")]
    if not texts or settings.format not in _FORMATS or is_masked(settings):
        return ""
    return next((each for each in texts if settings.columns[each].get("role") == "input"), texts[0])


def _plain(column: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in column.items() if key != "role"}
