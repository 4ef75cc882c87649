"""Folders that Hugging Face ``datasets`` writes with ``save_to_disk``: Arrow files, mapped into memory by pyarrow.

One data set is a folder with ``state.json`` and ``dataset_info.json``; several parts are folders below one with
``dataset_dict.json``. Classes keep their names; pictures that lie inside are put into files of the cache when first
read. Neither the library nor any code of a data set is used.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dlstudio.data.splitting.splits import fold_of
from dlstudio.data.table import DataError, Table, listed
from dlstudio.data.tables.arrow_parts import Part, guess_parts, make_part, read_json, read_parts, require_parts
from dlstudio.data.tables.arrow_values import MOST_BYTES, guarded
from dlstudio.graph.project import DataSettings

NAME = "arrow-folder"
TITLE = "Data set of Hugging Face (save_to_disk)"
RANK = 0

INFO, STATE, PARTS = "dataset_info.json", "state.json", "dataset_dict.json"


def matches(path: Path) -> bool:
    """Whether a folder holds what ``save_to_disk`` writes."""
    return path.is_dir() and any((path / name).is_file() for name in (STATE, PARTS))


def guess(path: Path) -> DataSettings:
    """Types, target and split of the data set.

    Raises:
        DataError: It cannot be read.
    """
    return guess_parts(path, NAME, _parts(path)[0])


def read(settings: DataSettings, source: Path) -> Table:
    """All rows of the columns that are not ignored, part by part.

    Raises:
        DataError: It cannot be read; the sentence names the file and the column.
    """
    if not source.is_dir():
        raise DataError(f"There is no folder {source}. Choose another one, or put it there.")
    return read_parts(settings, source, *_parts(source))


def _parts(path: Path) -> tuple[list[Part], list[str]]:
    """The parts that there are, and the names of those that are left out."""
    if (path / STATE).is_file():
        return [_part(path, "")], []
    names = read_json(path / PARTS).get("splits")
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise DataError(f"{PARTS} of {path.name} names no parts ('splits'). Write the data set anew.")
    wanted = {name: fold_of(name) for name in names}
    if "train" not in wanted.values():
        raise DataError(f"{path.name} has no part for training; it has: {listed(names, len(names))}.")
    parts = [_part(_inside(path, name), fold) for name, fold in wanted.items() if fold]
    return require_parts(path.name, parts), [name for name, fold in wanted.items() if not fold]


def _part(folder: Path, fold: str) -> Part:
    import pyarrow
    from pyarrow import dataset

    if not (folder / STATE).is_file():
        raise DataError(
            f"The part {folder.name} of {folder.parent.name} has no {STATE}. Copy the whole data set again."
        )
    listed_files = read_json(folder / STATE).get("_data_files")
    files = [each.get("filename") for each in listed_files or () if isinstance(each, dict)]
    if not files or not all(isinstance(name, str) for name in files):
        raise DataError(f"{STATE} in {folder.name} names no data files. Write the data set anew.")
    paths = [_inside(folder, str(name)) for name in files]
    size = sum(path.stat().st_size for path in paths if path.is_file())
    if size > MOST_BYTES:
        raise DataError(f"{folder.name} holds more than {MOST_BYTES >> 30} GiB. Save a part of it.")
    tables = [_table(path) for path in paths]
    table = guarded(paths[0], "Arrow", lambda: pyarrow.concat_tables(tables))
    features = read_json(folder / INFO).get("features") if (folder / INFO).is_file() else None
    features = features if isinstance(features, dict) else {}
    return make_part(
        fold, folder.name, dataset.dataset(table), [*paths, folder / STATE], form="Arrow", features=features
    )


def _table(path: Path) -> Any:
    import pyarrow

    if not path.is_file():
        raise DataError(f"There is no file {path.name} in {path.parent.name}. Copy the whole data set again.")

    def opened() -> Any:
        source = pyarrow.memory_map(str(path))
        try:
            return pyarrow.ipc.open_stream(source).read_all()
        except pyarrow.ArrowInvalid:
            source.seek(0)
            return pyarrow.ipc.open_file(source).read_all()

    return guarded(path, "Arrow", opened)


def _inside(folder: Path, name: str) -> Path:
    path = folder / name
    if Path(name).name != name or path.is_symlink():
        raise DataError(f"{folder.name} names a file outside of itself ({name[:60]}); such data sets are not opened.")
    return path
