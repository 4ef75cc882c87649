"""From data settings to arrays: fitted encoders, splits, and what is wrong, in one value that training reads from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dlstudio.data.doctor.findings import LEFT_OUT
from dlstudio.data.encoders.category import CategoryEncoder
from dlstudio.data.encoders.joined import JoinedEncoder
from dlstudio.data.encoders.noise import NoiseEncoder
from dlstudio.data.encoders.registry import AnyEncoder
from dlstudio.data.encoders.saved import Encoders
from dlstudio.data.encoders.sentence import SentenceEncoder
from dlstudio.data.encoders.span import SpanEncoder
from dlstudio.data.fitting import FittedColumn, fit_column
from dlstudio.data.opening import open_table
from dlstudio.data.pictures.listed_pairs import ListedPairs
from dlstudio.data.recent import remembered
from dlstudio.data.series.windows import Windows
from dlstudio.data.splitting.labelled import labelled_issue, labelled_rows
from dlstudio.data.splitting.normal import normal_of, only_normal
from dlstudio.data.splitting.split_settings import BALANCE
from dlstudio.data.splitting.splits import split_rows
from dlstudio.data.stores import PictureStore, Store
from dlstudio.data.table import (
    LISTED,
    SPLITS,
    Array,
    Choice,
    DataError,
    DataIssue,
    Files,
    LazyRows,
    Rows,
    Table,
)
from dlstudio.data.texts.masked_settings import is_masked
from dlstudio.data.texts.masking import masked_parts
from dlstudio.data.texts.passages import Reference
from dlstudio.graph.columns import NOISE, ColumnSpec
from dlstudio.graph.project import DataSettings

Raw = str | int | float | list[Any] | dict[str, Any] | npt.NDArray[Any]


class PreparedData:
    """The samples of a project, ready to be read by row.

    Attributes:
        settings: What it was made from.
        table: The raw columns.
        rows: Row numbers by split, ascending; rows that cannot be used are in none.
        issues: What is wrong with the data, for a person.
        encoders: Fitted on the training split.
    """

    def __init__(
        self,
        settings: DataSettings,
        table: Table,
        columns: Mapping[str, FittedColumn],
        rows: Mapping[str, Rows],
        issues: Iterable[DataIssue],
    ) -> None:
        self.settings = settings
        self.table = table
        self.rows = dict(rows)
        self.issues = list(issues)
        self.encoders = Encoders({name: column.encoder for name, column in columns.items()})
        self._stores: dict[str, Store] = {name: c.store for name, c in columns.items() if c.store is not None}
        self._encoded: dict[str, Array] = {}

    @property
    def specs(self) -> dict[str, ColumnSpec]:
        """The encoded form of each column."""
        return self.encoders.specs

    def encode(self, column: str, rows: Array) -> Array:
        """Encoded samples: (n, *spec.shape) in the spec's dtype.

        Args:
            column: A column with a spec.
            rows: Row numbers of the table, in any order, also repeated.
        """
        if column in self._stores:
            return self._stores[column].encode(rows)
        encoder = self._encoder(column)
        if isinstance(encoder, NoiseEncoder):
            return encoder.encode_rows(np.asarray(rows, np.int64))
        raw = self.table.columns.get(column)
        if isinstance(raw, Windows):
            found: Array = encoder.encode(raw.at(rows))  # type: ignore[union-attr]
            return found
        if isinstance(raw, LazyRows):
            read: Array = encoder.encode_rows(raw, np.asarray(rows, np.int64))  # type: ignore[union-attr]
            return read
        return self._all(column)[np.asarray(rows, np.int64)]

    def references(self, column: str, rows: Array) -> list[Reference]:
        """What a person knows of some rows of a column of answers; empty for any other column."""
        encoder = self._encoder(column)
        return encoder.references(self.table.columns[column], rows) if isinstance(encoder, SpanEncoder) else []

    def pairs(self, rows: Array) -> ListedPairs | None:
        """The pairs that the source lists among some rows, as places in these; None unless it lists both kinds."""
        found = None if self.table.pairs is None else self.table.pairs.among(rows)
        return found if found is not None and found.same.any() and not found.same.all() else None

    def decode_number(self, column: str, values: Array) -> npt.NDArray[np.float64]:
        """Values of a number column back in the user's units; (n, values)."""
        return self.encoders.decode_number(column, values)

    def encode_value(self, column: str, value: Any) -> Array:
        """One value that a user gives, without the batch axis; see :meth:`Encoders.encode_value`."""
        return self.encoders.encode_value(column, value)

    def raw(self, column: str, row: int) -> Raw:
        """What a person looks at.

        Returns:
            A text or number; (height, width, channels) uint8 for an image; (frames, height, width, channels) uint8
            for a clip; (samples,) float32 for a
            sound; (time, features) floats for a series; a
            mapping from column to value for joined columns.
        """
        if column in self._stores:
            return np.asarray(self._stores[column].shown(row))
        encoder = self._encoder(column)
        if isinstance(encoder, NoiseEncoder):
            return np.asarray(encoder.encode_rows(np.array([row]))[0])
        if isinstance(encoder, JoinedEncoder):
            return {part.spec.name: self.table.columns[part.spec.name].shown(row) for part in encoder.parts}
        raw = self.table.columns[self._source(column)]
        if isinstance(raw, Windows):
            return np.asarray(raw.at(np.array([row])).array[0], np.float32)
        if isinstance(raw, LazyRows):
            shown: Raw = raw.shown(row)
            return shown
        if encoder.spec.kind == "series" and not isinstance(raw, Files):
            return np.asarray(raw.array[row], np.float32)  # type: ignore[union-attr]
        if isinstance(encoder, CategoryEncoder) and not isinstance(raw, Files):
            return raw.labels[row] or ""
        other: Raw = raw.shown(row)
        return other

    def pixels(self, column: str, rows: Array) -> npt.NDArray[np.uint8]:
        """(n, height, width, 1 or 3) of a column of images, masks or clips; of these some frames side by side."""
        store = self._stores[column]
        assert isinstance(store, PictureStore)
        return store.pixels(rows)

    def unreadable(self, column: str) -> frozenset[int]:
        """The rows of an image column whose image cannot be used, as far as is known."""
        return frozenset(self._stores[column].faults) if column in self._stores else frozenset()

    def used_rows(self) -> Rows:
        """All rows that are in a split, ascending."""
        return np.sort(np.concatenate([self.rows[name] for name in SPLITS]))

    def _encoder(self, column: str) -> AnyEncoder:
        return self.encoders[column]

    def _source(self, column: str) -> str:
        """The column of the table that an encoder reads: another one where it derives its values."""
        encoder = self._encoder(column)
        return encoder.of if isinstance(encoder, SentenceEncoder) else column

    def _all(self, column: str) -> Array:
        found = self._encoded.get(column)
        if found is None:
            encoder = self._encoder(column)
            if isinstance(encoder, JoinedEncoder):
                found = encoder.encode_parts(self.table.columns)
            else:
                found = encoder.encode(self.table.columns[self._source(column)])
            self._encoded[column] = found
        return found


def prepare(settings: DataSettings, root: Path, columns: Iterable[str] | None = None) -> PreparedData:
    """Reads the data, parts it, fits the encoders on the training split and collects what is wrong.

    Args:
        settings: The project's data settings.
        root: The project folder.
        columns: The columns that are used; only their faults take rows out. None prepares every column that is not
            ignored, and lets the faults of those with a role take rows out.

    Raises:
        DataError: The data cannot be read, or a column asked for cannot be read as its type.
    """
    wanted = None if columns is None else tuple(sorted(set(columns)))
    found: PreparedData = remembered(settings, root, wanted, lambda: _prepare(settings, root, wanted))
    return found


def _prepare(settings: DataSettings, root: Path, wanted: tuple[str, ...] | None) -> PreparedData:
    table = open_table(settings, root)
    names = wanted if wanted is not None else _usable(settings, table)
    target_labels = _target_labels(settings, table)
    parts = masked_parts(table) if is_masked(settings) else split_rows(settings.split, table, target_labels)
    parts, moved = only_normal(settings, table, parts)
    known, learnt = parts["train"], labelled_rows(settings, parts["train"], target_labels)
    issues = [*table.issues, *moved, *labelled_issue(settings, known, learnt)]
    parts["train"] = learnt
    used = set(names) if wanted is not None else _with_role(settings, names)
    fitted: dict[str, FittedColumn] = {}
    dropped = np.zeros(table.rows, bool)
    left_out = _left_out(settings, table)
    dropped[left_out] = True
    if len(left_out):
        issues.append(_left_out_issue(table, left_out))
    for name in names:
        try:
            learns = settings.columns.get(name, {}).get("role") == "target"
            column = fit_column(name, settings, table, learnt if learns else known)
        except DataError as error:
            if wanted is not None:
                raise
            issues.append(DataIssue("type", str(error), "error" if name in used else "warning", name))
            continue
        fitted[name] = column
        if name in used:
            issues.extend(column.issues)
            dropped[column.dropped] = True
    rows = {name: part[~dropped[part]] for name, part in parts.items()}
    return PreparedData(settings, table, fitted, rows, issues)


def _left_out(settings: DataSettings, table: Table) -> Rows:
    """The rows that the settings take out of all splits."""
    chosen = settings.options.get(LEFT_OUT, ())
    if not isinstance(chosen, list | tuple) or not chosen:
        return np.zeros(0, np.int64)
    names = {str(each) for each in chosen}
    return np.array([row for row in range(table.rows) if table.name_of(row) in names], np.int64)


def _left_out_issue(table: Table, rows: Rows) -> DataIssue:
    count = len(rows)
    message = f"{count:,} {'sample is' if count == 1 else 'samples are'} left out, as you chose."
    listed_rows = tuple(rows[:LISTED].tolist())
    places = tuple(table.name_of(row) for row in listed_rows)
    back = Choice("Take them back", LEFT_OUT, "")
    return DataIssue("left-out", message, "info", count=count, rows=listed_rows, places=places, choices=(back,))


def _usable(settings: DataSettings, table: Table) -> tuple[str, ...]:
    return tuple(
        name
        for name, column in settings.columns.items()
        if column.get("type") != "ignore" and (name in table.columns or "from" in column or column.get("type") == NOISE)
    )


def _with_role(settings: DataSettings, names: tuple[str, ...]) -> set[str]:
    found = {name for name in names if settings.columns[name].get("role")}
    return found or set(names)


def _target_labels(settings: DataSettings, table: Table) -> list[str | None] | None:
    """The classes by which the split is balanced: those of the column that it names (``balance``), or that says what is
    normal, or of the first column to be learnt that is a category.
    """
    normal = normal_of(settings)
    if normal is not None:
        said = table.columns.get(normal.column)
        return None if said is None or isinstance(said, Files | LazyRows) else said.labels
    balance = settings.split.get(BALANCE)
    for name, column in settings.columns.items():
        raw = table.columns.get(name)
        if (
            (name == balance or (not balance and column.get("role") == "target" and column.get("type") == "category"))
            and raw
            and not isinstance(raw, Files | LazyRows)
        ):
            return raw.labels if "category" in raw.fits else None
    return None
