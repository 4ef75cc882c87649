"""Repositories of the Hugging Face hub on this machine: Parquet, CSV, JSON lines or Arrow, with their card and parts.

The card (the header of README.md) says which files are which part and what the classes are called; where it does not,
the names of the files do. Loading scripts are never run.
"""

from __future__ import annotations

import codecs
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dlstudio.data.formats import entity_jsonl, squad
from dlstudio.data.hugging_face.hub_layout import CARD, Layout, form_of, layout, read_card, tells_of_data
from dlstudio.data.listing import is_shown
from dlstudio.data.memory import require_memory
from dlstudio.data.splitting.splits import fold_of
from dlstudio.data.table import DataError, DataIssue, Table
from dlstudio.data.tables.arrow_parts import Part, guess_parts, make_part, read_parts, require_parts
from dlstudio.data.tables.arrow_values import MOST_BYTES, guarded
from dlstudio.graph.project import DataSettings

NAME = "hub-folder"
TITLE = "Repository of the Hugging Face hub (Parquet, CSV, JSON lines)"
RANK = 0
CONFIG = "configuration"

_MOST_LISTED = 20_000
_MOST_CARD = 16 << 20
_MOST_JSON = 512 << 20
_NOTES = (".md", ".txt", ".rst", ".cff", ".yaml", ".yml", ".py")
_DEEPEST = 6


def matches(path: Path) -> bool:
    """Whether a folder has a card that tells of tables, or holds tables named by their parts and nothing else."""
    if not path.is_dir():
        return False
    told = _tells_of_tables(path)
    names: list[str] = []
    try:
        for name in _names(path):
            if told and form_of(name):
                return True
            if not told and not form_of(name) and not _is_note(name):
                return False
            names.append(name)
        tables = [name for name in names if form_of(name)]
        files = layout({}, tables).files if tables else {}
    except (OSError, DataError):
        return False
    named, unnamed = set(files) - {""}, len(tables) - sum(map(len, files.values()))
    shards = any("-of-0" in name for name in tables)
    one_form = len({form_of(name) for name in tables}) == 1
    if unnamed or not one_form or "train" not in named or (len(named) == 1 and not shards):
        return False
    first = path / tables[0]
    return not (squad.matches(first) or entity_jsonl.matches(first))  # which read such files as what they are


def guess(path: Path) -> DataSettings:
    """Types, target and split of the data set.

    Raises:
        DataError: It cannot be read.
    """
    return guess_parts(path, NAME, _parts(path, "")[0])


def read(settings: DataSettings, source: Path) -> Table:
    """All rows of the columns that are not ignored, part by part.

    Raises:
        DataError: It cannot be read; the sentence names the file and the column.
    """
    if not source.is_dir():
        raise DataError(f"There is no folder {source}. Choose another one, or put it there.")
    parts, left_out, found = _parts(source, str(settings.options.get(CONFIG) or ""))
    table = read_parts(settings, source, parts, left_out)
    if not found.others or settings.options.get(CONFIG):
        return table
    message = (
        f"{source.name} has {len(found.others) + 1} configurations, and '{found.config}' is read. Others are: "
        f"{', '.join(found.others[:10])}. To read one, set the option {CONFIG} when the data is opened "
        f"(--option {CONFIG}={found.others[0]})."
    )
    note = DataIssue("parts", message, severity="info", count=len(found.others), places=found.others)
    return Table(table.rows, table.columns, table.folds, (*table.issues, note), name=table.name)


def _names(folder: Path) -> Iterator[str]:
    """The paths of all visible files, with ``/``; links that lead out are passed over.

    Raises:
        DataError: There are absurdly many.
    """
    home, count = folder.resolve(), 0
    waiting = [("", 0)]
    while waiting:
        below, depth = waiting.pop()
        with os.scandir(folder / below) as entries:
            for entry in entries:
                count += 1
                if count > _MOST_LISTED:
                    raise DataError(f"{folder.name} holds more than {_MOST_LISTED:,} files; too many for tables.")
                if not is_shown(entry.name) or (entry.is_symlink() and not _stays(Path(entry.path), home)):
                    continue
                name = f"{below}/{entry.name}" if below else entry.name
                if not entry.is_dir():
                    yield name
                elif depth < _DEEPEST:
                    waiting.append((name, depth + 1))


def _stays(link: Path, home: Path) -> bool:
    try:
        return link.resolve(strict=True).is_relative_to(home)
    except (OSError, RuntimeError):
        return False


def _is_note(name: str) -> bool:
    plain = name.rpartition("/")[2].lower()
    return plain.endswith(_NOTES) or plain.startswith(("license", "readme", "dataset_info")) or "." not in plain


def _tells_of_tables(folder: Path) -> bool:
    try:
        text = _card_text(folder)
    except DataError:
        return False  # the sentence comes when it is read, if its files are named like a repository's
    return text.startswith("---") and any(f"\n{key}:" in text for key in ("configs", "dataset_info"))


def _card_text(folder: Path) -> str:
    card = folder / CARD
    if not card.is_file():
        return ""
    if card.stat().st_size > _MOST_CARD:
        raise DataError(f"{CARD} in {folder.name} is larger than {_MOST_CARD >> 20} MB.")
    try:
        return card.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise DataError(f"{CARD} in {folder.name} is not UTF-8 ({error.reason}). Save it as UTF-8.") from None


def _parts(folder: Path, config: str) -> tuple[list[Part], list[str], Layout]:
    try:
        card = read_card(_card_text(folder))
        found = layout(card if tells_of_data(card) else {}, list(_names(folder)), config)
    except DataError as error:
        raise DataError(f"{folder.name} cannot be read as a repository of the hub. {error}") from None
    folds = {split: fold_of(split) for split in found.files}
    if not any(folds.values()) and len(folds) == 1:  # one part of whatever name is all there is
        folds = dict.fromkeys(folds, "")
    parts = [
        _part(folder, split, str(folds[split]), files, found)
        for split, files in found.files.items()
        if folds[split] is not None
    ]
    return require_parts(folder.name, parts), [split for split, fold in folds.items() if fold is None], found


def _part(folder: Path, split: str, fold: str, names: tuple[str, ...], found: Layout) -> Part:
    paths = [folder / name for name in names]
    forms = {form_of(name) for name in names}
    if len(forms) > 1:
        raise DataError(f"The part {split} of {folder.name} mixes {' and '.join(sorted(forms))}. Keep one of them.")
    empty = next((path for path in paths if not path.stat().st_size), None)
    if empty is not None:
        raise DataError(f"{empty.name} is empty. Fetch it again.")
    if sum(path.stat().st_size for path in paths) > MOST_BYTES:
        raise DataError(f"The part {split} of {folder.name} holds more than {MOST_BYTES >> 30} GiB. Use a part of it.")
    form = forms.pop()
    rows = guarded(paths[0], form, lambda: _rows(paths, form))
    return make_part(fold, split, rows, paths, form=form, features={**_kept_features(rows), **found.features})


def _rows(paths: list[Path], form: str) -> Any:
    """The rows of some files as one ``pyarrow.dataset.Dataset``."""
    import pyarrow
    from pyarrow import csv, dataset

    files = [str(path) for path in paths]
    if form == "Parquet":
        opened = dataset.dataset(files, format="parquet")
        size = sum(_unpacked(path) for path in paths)
        if size > MOST_BYTES:
            raise DataError(f"{paths[0].name} unpacks to more than {MOST_BYTES >> 30} GiB. Use a part of it.")
        return opened
    if form == "CSV":
        for path in paths:
            _require_utf8(path)
        tabs = ".tsv" in paths[0].name.lower()
        parsing = csv.ParseOptions(delimiter="\t" if tabs else ",", newlines_in_values=True)
        names = dataset.dataset(files, format=dataset.CsvFileFormat(parse_options=parsing)).schema.names
        texts = csv.ConvertOptions(column_types={name: pyarrow.string() for name in names})
        return dataset.dataset(files, format=dataset.CsvFileFormat(parse_options=parsing, convert_options=texts))
    if form == "JSON":
        if any(_begin(path).lstrip()[:1] == b"[" for path in paths if not path.name.lower().endswith(".gz")):
            return dataset.dataset(pyarrow.concat_tables([_list_of_objects(path) for path in paths]))
        return dataset.dataset(files, format="json")
    return dataset.dataset(files, format="ipc")


def _unpacked(path: Path) -> int:
    from pyarrow import parquet

    content = parquet.ParquetFile(path, memory_map=True).metadata
    return sum(max(content.row_group(group).total_byte_size, 0) for group in range(content.num_row_groups))


def _begin(path: Path, count: int = 64) -> bytes:
    with path.open("rb") as file:
        return file.read(count)


def _require_utf8(path: Path) -> None:
    begin = _begin(path, 1 << 20)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(b"" if begin.startswith(b"\x1f\x8b") else begin)
    except UnicodeDecodeError as error:
        raise DataError(f"{path.name} is not UTF-8 at byte {error.start:,}. Save it as UTF-8.") from None


def _list_of_objects(path: Path) -> Any:
    import pyarrow

    size = path.stat().st_size
    if size > _MOST_JSON:
        raise DataError(f"{path.name} is larger than {_MOST_JSON >> 20} MB. Write it as JSON lines.")
    require_memory(8 * size, f"Reading {path.name}")
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except RecursionError:
        raise DataError(f"{path.name} is nested too deeply. Write it as JSON lines.") from None
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise DataError(f"{path.name} is no list of objects. Write it as JSON lines, one object a line.")
    return pyarrow.Table.from_pylist(value)


def _kept_features(rows: Any) -> dict[str, Any]:
    """The features that ``datasets`` keeps inside of Parquet and Arrow files."""
    kept = (rows.schema.metadata or {}).get(b"huggingface")
    try:
        features = json.loads(kept)["info"]["features"] if kept else {}
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
    return features if isinstance(features, dict) else {}
