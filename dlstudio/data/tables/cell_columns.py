"""Makes raw columns and guessed settings of a table of text cells; shared by the formats that read one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dlstudio.data.guessing import Columns, guess_cells
from dlstudio.data.listing import find_named, find_sounds
from dlstudio.data.table import Cells, RawColumn
from dlstudio.data.video.clip_files import find_clips


def raw_columns(
    cells: Mapping[str, Sequence[str]],
    settings: Mapping[str, Mapping[str, Any]],
    options: Mapping[str, Any],
    folder: Path,
) -> dict[str, RawColumn]:
    """One raw column a name: files where the settings say image, audio or clip, else cells; paths are of ``folder``."""
    decimal = "," if options.get("decimal") == "," else "."
    anywhere = options.get("outside") == "allow"
    found: dict[str, RawColumn] = {}
    for name, values in cells.items():
        if settings.get(name, {}).get("type") == "image":
            found[name] = find_named(values, folder, anywhere)
        elif settings.get(name, {}).get("type") == "audio":
            found[name] = find_sounds(values, folder, anywhere)
        elif settings.get(name, {}).get("type") == "clip":
            found[name] = find_clips(values, folder, anywhere)
        else:
            found[name] = Cells(values, decimal)
    return found


def guess_columns(cells: Mapping[str, Sequence[str]], decimal: str) -> Columns:
    """The type of each column by its cells."""
    return {name: guess_cells(name, values, decimal) for name, values in cells.items()}


def guess_split_column(cells: Mapping[str, Sequence[str]]) -> str | None:
    """A column whose cells say train, validation or test, or None."""
    from dlstudio.data.splitting.splits import fold_of

    for name, values in cells.items():
        seen = set(values[:20_000])
        if name.strip().lower() in ("split", "subset", "fold", "partition", "set") and 2 <= len(seen) <= 4:
            folds = {fold_of(value) for value in seen}
            if None not in folds and "train" in folds:
                return name
    return None
