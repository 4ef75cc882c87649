"""Settings of data whose texts stand in a table and are to be continued: which text is read, and what comes next."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dlstudio.data.splitting.split_settings import balanced_split
from dlstudio.data.texts.masked_settings import masked_text
from dlstudio.graph.project import DataSettings

NEXT = "next-tokens"
RUNNING = "running-text"
"""The format that cuts running text by itself."""


def next_word_text(settings: DataSettings) -> str:
    """The column of a table whose texts could be continued word by word; empty where there is none."""
    if settings.format == RUNNING or tells_next_words(settings):
        return ""
    return masked_text(settings)


def with_next_words(settings: DataSettings, unit: str = "words") -> DataSettings | None:
    """The same data as texts to be continued; all columns but the text are left out.

    The split stays the one that the data had, so that no text of its test part is learned here.

    Args:
        settings: Those of the data.
        unit: ``words``, ``subwords`` or ``characters``.

    Returns:
        None where no column of a table holds texts.
    """
    name = next_word_text(settings)
    if not name:
        return None
    columns: dict[str, dict[str, Any]] = {}
    for each, column in settings.columns.items():
        if each != name and "from" not in column:
            columns[each] = {**{key: value for key, value in column.items() if key != "role"}, "type": "ignore"}
    text = settings.columns[name]
    known = {key: text[key] for key in ("length", "vocabulary") if key in text} if unit == "words" else {}
    free = "next"
    while free in settings.columns:
        free += "_"
    columns = {name: {"type": "tokens", "unit": unit, **known, "role": "input"}, **columns}
    columns[free] = {"type": NEXT, "of": name, "role": "target"}
    return replace(settings, columns=columns, split=balanced_split(settings))


def tells_next_words(settings: DataSettings) -> bool:
    """Whether the texts of a table are read to be continued."""
    return settings.format != RUNNING and any(column.get("type") == NEXT for column in settings.columns.values())
