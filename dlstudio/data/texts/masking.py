"""Texts as puzzles: some words of each row are hidden, and what stood there is to be told from the words around.

A column of the type ``masked`` is made ``of`` a column of texts or of running text; ``hidden`` is its truth. Each text
stands in several rows, with other words hidden in each (static masking with copies, Devlin et al. 2019, *BERT*). What
is hidden depends on the row alone, so that every epoch, process and machine sees the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from dlstudio.data.encoders.encoder import whole_setting
from dlstudio.data.splitting.splits import split_rows
from dlstudio.data.table import Cells, DataError, LazyRows, RawColumn, Rows, Table
from dlstudio.data.texts.masked_settings import INPUT, MASKINGS, TARGET
from dlstudio.data.texts.text_windows import TextColumn
from dlstudio.graph.project import DataSettings

SEED = 7


class MaskedTexts(LazyRows):
    """Texts of a column, each ``maskings`` times in a row; shared by the input and its truth.

    Attributes:
        base: The column that the texts are of.
        maskings: Rows that are made of each text.
        settings: Those of the column that the network reads.
        truth: Whether this is the column of what is hidden.
        seed: The same one hides the same words.
    """

    def __init__(
        self, name: str, base: Cells | TextColumn, settings: Mapping[str, Any], maskings: int, truth: bool
    ) -> None:
        self.base, self.maskings, self.settings, self.truth = base, maskings, settings, truth
        self.seed = whole_setting(name, settings, "seed", SEED, (0, 2**31))
        self.fits = (TARGET,) if truth else (INPUT,)
        self._texts = None if isinstance(base, TextColumn) else base.texts()

    def __len__(self) -> int:
        return len(self.base) * self.maskings

    def text(self, row: int) -> str:
        """The whole text of a row, nothing hidden."""
        place = row // self.maskings
        return self._texts[place] if self._texts is not None else str(self.base.shown(place))

    def texts(self, rows: Rows) -> Sequence[str]:
        """The texts of some rows, each text once."""
        return [self.text(int(place) * self.maskings) for place in np.unique(np.asarray(rows) // self.maskings)]

    def shown(self, row: int) -> str:
        """The text; of the truth how much of it is hidden."""
        return "15 % of the words" if self.truth else self.text(row)


def masked_table(table: Table, settings: DataSettings) -> Table:
    """The table of masked texts; its folds are those of the split of the texts themselves.

    Raises:
        DataError: The column that they are of is missing or holds no text, or a setting makes no sense.
    """
    name, column = next((each, c) for each, c in settings.columns.items() if c.get("type") == INPUT)
    base = _base(name, column, table)
    maskings = whole_setting(name, column, "maskings", MASKINGS, (1, 100))
    found: dict[str, RawColumn] = {
        each: Cells([value for value in raw.values for _ in range(maskings)], raw.decimal, raw.known)
        for each, raw in table.columns.items()
        if isinstance(raw, Cells)
    }
    found[name] = MaskedTexts(name, base, column, maskings, False)
    for other, its in settings.columns.items():
        if its.get("type") == TARGET:
            if its.get("of", column.get("of")) != column.get("of"):
                raise DataError(f"Column '{other}' is of '{its.get('of')}', but '{name}' hides words of another text.")
            found[other] = MaskedTexts(name, base, column, maskings, True)
    parts = split_rows(settings.split, table, _labels(name, column, table))
    folds = np.full(table.rows, -1, np.int8)
    for index, part in enumerate(("train", "validation", "test")):
        folds[parts[part]] = index
    place = table.place
    return Table(
        table.rows * maskings,
        found,
        np.repeat(folds, maskings),
        table.issues,
        place=lambda row: f"{place(row // maskings)}, masking {row % maskings + 1}",
        name=table.name,
        groups=np.repeat(np.arange(table.rows, dtype=np.int64), maskings),
    )


def masked_parts(table: Table) -> dict[str, npt.NDArray[np.int64]]:
    """The rows of each part of a table that :func:`masked_table` made."""
    assert table.folds is not None
    return {part: np.flatnonzero(table.folds == index) for index, part in enumerate(("train", "validation", "test"))}


def _base(name: str, column: Mapping[str, Any], table: Table) -> Cells | TextColumn:
    raw = table.columns.get(str(column.get("of", "")))
    if raw is None:
        raise DataError(f"Column '{name}' hides words of '{column.get('of', '')}', but the data has no such column.")
    if not isinstance(raw, Cells | TextColumn):
        raise DataError(f"Column '{name}' hides words of '{column['of']}', which holds no texts. Choose a text column.")
    return raw


def _labels(name: str, column: Mapping[str, Any], table: Table) -> Sequence[str | None] | None:
    if "balance" not in column:
        return None
    raw = table.columns.get(str(column["balance"]))
    if not isinstance(raw, Cells):
        raise DataError(f"The split of '{name}' is balanced by '{column['balance']}', but there is no such column.")
    return raw.labels
