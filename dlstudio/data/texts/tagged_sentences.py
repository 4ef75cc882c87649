"""Sentences with a tag for each token, whatever file they came from: makes the table and guesses its settings.

A sentence longer than the network reads is cut into parts, never within an entity, so that no token is lost.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from dlstudio.data.encoders.encoder import whole_setting
from dlstudio.data.guessing import DEFAULT_SPLIT, VOCABULARY
from dlstudio.data.listing import is_shown
from dlstudio.data.splitting.splits import FOLDED, fold_of
from dlstudio.data.table import LISTED, SPLITS, Choice, DataError, DataIssue, RawColumn, Table, listed
from dlstudio.data.texts.entities import OUTSIDE, names_entities, to_bio
from dlstudio.data.texts.token_columns import Tags, Tokens
from dlstudio.graph.project import DataSettings

TEXT = "text"
TAGS = "tags"
_LONGEST = 64  # tokens of a row, unless the settings say otherwise; most sentences have fewer
_MOST_TOKENS = 50_000_000


@dataclass
class TaggedFile:
    """What one file holds.

    Attributes:
        name: The file's name.
        tokens: The tokens of each sentence.
        tags: By column, the tags of each sentence.
        lines: The line at which each sentence begins, from 1.
        faults: The lines that cannot be used, with the reason; their sentences are left out.
    """

    name: str
    tokens: list[list[str]] = field(default_factory=list)
    tags: dict[str, list[list[str]]] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)
    faults: dict[int, str] = field(default_factory=dict)


def fold_of_file(path: Path) -> str | None:
    """The part that a file's name says: ``eng.train.conll``, ``dev.jsonl`` and ``de-test.txt`` name one."""
    for piece in path.name.lower().replace("-", ".").replace("_", ".").split("."):
        fold = fold_of(piece)
        if fold is None and piece in ("testa", "testb"):  # as CoNLL-2003 calls validation and test
            fold = "validation" if piece == "testa" else "test"
        if fold is not None:
            return fold
    return None


def files_of(path: Path, suffixes: Sequence[str]) -> list[Path]:
    """The file itself, or the files of a folder that have one of the endings, by name."""
    if path.is_file():
        return [path]
    return sorted(
        each for each in path.iterdir() if is_shown(each.name) and each.suffix.lower() in suffixes and each.is_file()
    )


def guess_tagged(path: Path, name: str, files: Sequence[tuple[Path, TaggedFile]]) -> DataSettings:
    """Text as the input, tags as the target, the other columns ignored; split by the files where their names say so."""
    lengths = sorted(len(sentence) for _, file in files for sentence in file.tokens)
    if not lengths:
        raise DataError(f"{path.name} holds no sentence that can be used{_reason(files)}.")
    usual = lengths[math.ceil(len(lengths) * 0.95) - 1]
    longest = min(_LONGEST, max(8, math.ceil(usual / 8) * 8))
    columns: dict[str, dict[str, Any]] = {
        TEXT: {"type": "text", "length": longest, "vocabulary": VOCABULARY, "role": "input"}
    }
    for column in files[0][1].tags:
        columns[column] = (
            {"type": "tags", "length": longest, "role": "target"} if column == TAGS else {"type": "ignore"}
        )
    folds = {fold_of_file(file) for file, _ in files}
    split = {"by": "folder", **FOLDED} if "train" in folds and len(folds) > 1 else dict(DEFAULT_SPLIT)
    return DataSettings(str(path), name, columns, split, {"longest": longest})


def tagged_table(path: Path, settings: DataSettings, files: Sequence[tuple[Path, TaggedFile]]) -> Table:
    """One row a sentence, or a part of one.

    Raises:
        DataError: The files do not fit together, or hold nothing.
    """
    names = _shared_columns(files)
    longest = whole_setting(TEXT, settings.options, "longest", _LONGEST, (1, 4096))
    tokens: list[Sequence[str]] = []
    tags: dict[str, list[Sequence[str]]] = {name: [] for name in names}
    places: list[str] = []
    folds: list[int] = []
    if sum(len(sentence) for _, file in files for sentence in file.tokens) > _MOST_TOKENS:
        raise DataError(f"{path.name} holds more than {_MOST_TOKENS:,} tokens. Use a part of it.")
    for where, file in files:
        fold = fold_of_file(where)
        first = len(places)
        for number, sentence in enumerate(file.tokens):
            each = {name: _as_bio(file.tags[name][number]) for name in names}
            for start, end in _parts(each.get(TAGS, [OUTSIDE] * len(sentence)), longest):
                tokens.append(sentence[start:end])
                for name in names:
                    tags[name].append(each[name][start:end])
                line = f"line {file.lines[number]}"
                places.append(f"{file.name}, {line}" if len(files) > 1 else line)
        folds += [SPLITS.index(fold) if fold else -1] * (len(places) - first)
    if not places:
        raise DataError(f"{path.name} holds no sentence that can be used{_reason(files)}.")
    columns: dict[str, RawColumn] = {TEXT: Tokens(tokens)}
    columns |= {name: Tags(rows, tokens) for name, rows in tags.items()}
    known = np.array(folds, np.int8)
    return Table(
        len(places),
        columns,
        known if (known >= 0).any() else None,
        tuple(_issues(files, settings.options)),
        lambda row: places[row],
        path.name if len(files) == 1 else "",
    )


def _as_bio(tags: list[str]) -> list[str]:
    return to_bio(tags) if names_entities(set(tags)) else tags


def _parts(tags: Sequence[str], longest: int) -> Iterator[tuple[int, int]]:
    """From where to where the parts of a sentence go: as long as may be, not within an entity if possible."""
    start = 0
    while len(tags) - start > longest:
        end = start + longest
        while end > start and tags[end].startswith("I-"):
            end -= 1
        end = end if end > start else start + longest
        yield start, end
        start = end
    yield start, len(tags)


def _shared_columns(files: Sequence[tuple[Path, TaggedFile]]) -> list[str]:
    first = files[0][1]
    for _, file in files[1:]:
        if list(file.tags) != list(first.tags):
            raise DataError(
                f"{file.name} has the columns {_named(file)}, but {first.name} has {_named(first)}. Files of one set "
                "need the same columns."
            )
    return list(first.tags)


def _named(file: TaggedFile) -> str:
    return ", ".join((TEXT, *file.tags))


def _reason(files: Sequence[tuple[Path, TaggedFile]]) -> str:
    for _, file in files:
        for line, reason in file.faults.items():
            return f": {file.name}, line {line}, {reason}"
    return ""


def _issues(files: Sequence[tuple[Path, TaggedFile]], options: Mapping[str, Any]) -> Iterator[DataIssue]:
    found = [f"{file.name}, line {line}: {reason}" for _, file in files for line, reason in file.faults.items()]
    if found:
        skipped = options.get("ragged") == "skip"
        rest = "They are left out, as chosen." if skipped else "Mend them, or leave their sentences out."
        count = len(found)
        what = "1 line cannot be used" if count == 1 else f"{count} lines cannot be used"
        yield DataIssue(
            "ragged",
            f"{what}: {listed(found, count)}. {rest}",
            "warning" if skipped else "error",
            count=count,
            places=tuple(found[:LISTED]),
            choices=() if skipped else (Choice("Leave these sentences out", "ragged", "skip"),),
        )
    train = [file for where, file in files if fold_of_file(where) == "train"]
    if train and TAGS in train[0].tags:
        known = _tags_in(train)
        for where, file in files:
            missing = sorted(_tags_in([file]) - known) if fold_of_file(where) not in (None, "train") else []
            if missing:
                names = listed([f"'{tag}'" for tag in missing], len(missing))
                yield DataIssue(
                    "class", f"{file.name} has tags that {train[0].name} does not teach: {names}.", column=TAGS
                )


def _tags_in(files: Sequence[TaggedFile]) -> set[str]:
    return {tag for file in files for row in file.tags[TAGS] for tag in _as_bio(row)}
