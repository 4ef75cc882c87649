"""Fits the encoder of one column by its settings, and finds the rows that it cannot encode."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dlstudio.data.encoders.category import CategoryEncoder
from dlstudio.data.encoders.joined import JoinedEncoder
from dlstudio.data.encoders.noise import NoiseEncoder
from dlstudio.data.encoders.number import NumberEncoder
from dlstudio.data.encoders.registry import FITS, AnyEncoder
from dlstudio.data.encoders.sentence import SentenceEncoder
from dlstudio.data.encoders.text import TextEncoder
from dlstudio.data.encoders.transcript import TranscriptEncoder
from dlstudio.data.faults import (
    Fault,
    broken_series,
    empty_texts,
    issue_of,
    missing_labels,
    missing_numbers,
    unlabelled_masks,
    unreadable_files,
)
from dlstudio.data.series.windows import Windows
from dlstudio.data.stores import Store, Storing
from dlstudio.data.table import DataError, DataIssue, LazyRows, RawColumn, Rows, Table
from dlstudio.graph.columns import COLUMN_TYPES, NOISE
from dlstudio.graph.project import DataSettings


@dataclass(frozen=True)
class FittedColumn:
    """One column, ready to encode.

    Attributes:
        encoder: Fitted on the training split.
        store: The rows, where they are encoded on demand: pixels, masks, waveforms.
        issues: What is wrong with its values.
        dropped: The rows that cannot be used.
    """

    encoder: AnyEncoder
    store: Store | None = None
    issues: tuple[DataIssue, ...] = ()
    dropped: Rows = field(default_factory=lambda: np.zeros(0, np.int64))


def fit_column(name: str, settings: DataSettings, table: Table, train: Rows) -> FittedColumn:
    """Fits one column, virtual or not.

    Raises:
        DataError: There is no such column, or its values are not of its type.
    """
    column = settings.columns.get(name)
    if column is None:
        raise DataError(f"The data has no column '{name}'. It has: {', '.join(settings.columns)}.")
    if column.get("type") == NOISE:
        return FittedColumn(NoiseEncoder.of_settings(name, column))
    if column.get("type") == "so-far":
        return FittedColumn(_fit_so_far(name, column, settings, table, train))
    if "from" in column:
        return _fit_joined(name, column, settings, table, train)
    raw = table.columns.get(name)
    if raw is None:
        raise DataError(f"The source has no column '{name}' any more. It has: {', '.join(table.columns)}.")
    encoder, store = _fit_single(name, raw, column, train)
    faults = _faults(raw, encoder, store, settings.options, column.get("role") == "target")
    return _fitted(encoder, store, [(name, fault) for fault in faults], settings, table)


def _fit_single(name: str, raw: RawColumn, column: Mapping[str, Any], train: Rows) -> tuple[AnyEncoder, Store | None]:
    kind = column.get("type")
    if not isinstance(kind, str) or kind not in FITS:
        raise DataError(f"Column '{name}' has the type {kind!r}; it has to be one of {', '.join(COLUMN_TYPES)}.")
    encoder = FITS[kind](name, raw, train, column)
    return encoder, encoder.store(raw, column) if isinstance(encoder, Storing) else None


def _fit_so_far(
    name: str, column: Mapping[str, Any], settings: DataSettings, table: Table, train: Rows
) -> SentenceEncoder:
    """What is written so far of a translation is cut as the translation is; its faults are those of the translation."""
    sources = column.get("from")
    target = str(sources[0]) if isinstance(sources, list | tuple) and len(sources) == 1 else ""
    of = settings.columns.get(target, {})
    if of.get("type") != "translation" or target not in table.columns:
        raise DataError(
            f"Column '{name}' is what is written so far of a translation, so it has to be made from one column of the "
            f"type translation, not from {sources!r}."
        )
    return SentenceEncoder.fit(name, table.columns[target], train, of, target)


def _fit_joined(
    name: str, column: Mapping[str, Any], settings: DataSettings, table: Table, train: Rows
) -> FittedColumn:
    parts = column["from"]
    if not isinstance(parts, list | tuple) or not parts:
        raise DataError(f"Column '{name}' joins no columns. Choose at least one.")
    raws: dict[str, RawColumn] = {}
    for part in (str(each) for each in parts):
        if part not in table.columns or settings.columns.get(part, {}).get("type") not in ("number", "category"):
            raise DataError(f"Column '{name}' joins '{part}', which is no column of numbers or categories.")
        raws[part] = table.columns[part]
    encoder = JoinedEncoder.fit(name, raws, train, settings.columns)
    faults = [
        (part.spec.name, fault)
        for part in encoder.parts
        for fault in _faults(raws[part.spec.name], part, None, settings.options, False)
    ]
    return _fitted(encoder, None, faults, settings, table)


def _faults(
    raw: RawColumn, encoder: AnyEncoder, store: Store | None, options: Mapping[str, Any], target: bool
) -> list[Fault]:
    if isinstance(raw, Windows):
        return []  # the format cuts no window that it could not encode
    if isinstance(raw, LazyRows):
        return []  # its format has looked through it
    if store is not None:
        return [*unreadable_files(store), *unlabelled_masks(store)]
    if isinstance(encoder, CategoryEncoder):
        return missing_labels(raw, encoder, options, target)
    if isinstance(encoder, NumberEncoder):
        return missing_numbers(raw, options, target)
    if isinstance(encoder, TextEncoder | TranscriptEncoder | SentenceEncoder):
        return empty_texts(raw, options)
    return broken_series(raw, options)


def _fitted(
    encoder: AnyEncoder,
    store: Store | None,
    faults: list[tuple[str, Fault]],
    settings: DataSettings,
    table: Table,
) -> FittedColumn:
    reasons = store.faults if store is not None else {}
    issues = tuple(
        issue_of(
            fault,
            name,
            table,
            settings.options,
            reasons=reasons,
            noun=store.noun if store is not None else "image",
            target=settings.columns[name].get("role") == "target",
        )
        for name, fault in faults
    )
    dropped = [fault.rows for _, fault in faults if not fault.kept]
    return FittedColumn(
        encoder, store, issues, np.unique(np.concatenate(dropped)) if dropped else np.zeros(0, np.int64)
    )
