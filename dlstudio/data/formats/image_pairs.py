"""Images of people (or of anything) with a list of pairs that are the same or different: ``pairs.csv`` beside them.

Each image is a sample and whom it shows its class: the folder that it lies in, or, where folders do not say it, what
the pairs that are the same join. The listed pairs are what the test judges. Where there are people that no pair names,
the network learns from these, and all that are named are tested; else people are shared out, and a pair is judged in
the part that holds both of its images.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from dlstudio.data.listing import images_in, is_shown
from dlstudio.data.pictures.class_folders import LABEL
from dlstudio.data.pictures.listed_pairs import ListedPairs
from dlstudio.data.pictures.pair_lines import SUFFIXES, Pair, is_pair_list, read_pairs
from dlstudio.data.pictures.sizes import guess_image
from dlstudio.data.splitting.name_groups import numbered
from dlstudio.data.splitting.splits import FOLDED
from dlstudio.data.table import SPLITS, Cells, DataError, DataIssue, Files, RawColumn, Table, listed
from dlstudio.graph.project import DataSettings

NAME = "image-pairs"
TITLE = "Images with a list of pairs (same or different)"
RANK = 0.4  # before boxes in a CSV, plain tables and folders of images

IMAGE = "image"
_AGREEING = 0.9
_MOST_LISTS = 100  # files of a folder that are looked into


def matches(path: Path) -> bool:
    """Whether it is such a list, or a folder with one."""
    return bool(_lists(path))


def guess(path: Path) -> DataSettings:
    """Size of the images, whom they show as target, and people that are tested but not learnt.

    Raises:
        DataError: The list is damaged, or names no image that is there.
    """
    table = _read(path)
    files = table.columns[IMAGE]
    assert isinstance(files, Files)
    columns = {IMAGE: {**guess_image(files), "role": "input"}, LABEL: {"type": "category", "role": "target"}}
    split = (
        {"by": "folder", "unseen": LABEL, **FOLDED}
        if table.folds is not None
        else {"by": "group", "column": LABEL, "validation": 0.15, "test": 0.35, **FOLDED}
    )
    return DataSettings(str(path), NAME, columns, split)


def read(_settings: DataSettings, source: Path) -> Table:
    """One row an image.

    Raises:
        DataError: The list is damaged; the sentence names file and line.
    """
    return _read(source)


def _lists(path: Path) -> list[Path]:
    if path.is_file():
        return [path] if is_pair_list(path) else []
    if not path.is_dir():
        return []
    files = sorted(each for each in path.iterdir() if is_shown(each.name) and each.name.lower().endswith(SUFFIXES))
    found = [each for each in files[:_MOST_LISTS] if is_pair_list(each)]
    exact = [each for each in found if each.stem.lower() == "pairs"]
    return exact[:1] or found


def _read(path: Path) -> Table:
    lists = _lists(path) if path.exists() else []
    if len(lists) > 1:
        raise DataError(
            f"{path.name} holds several lists of pairs: {listed([each.name for each in lists], len(lists))}. Choose "
            "the one to be judged by."
        )
    file = lists[0] if lists else path
    home = file.parent
    pairs = read_pairs(file)
    images = [each.resolve() for each in images_in(home, home)]
    index = _index(images)
    both = [(index.get(_key(pair.first)), index.get(_key(pair.second))) for pair in pairs]
    there = [(pair, a, b) for pair, (a, b) in zip(pairs, both, strict=True) if a is not None and b is not None]
    if not there:
        raise DataError(
            f"{file.name} lists {len(pairs):,} pairs, but none of their images lies in {home.name} (such as "
            f"{pairs[0].first[:80]}). Put the list beside the images."
        )
    kept = [pair for pair, _, _ in there]
    issues = _missing_issues(file, pairs, both)
    files, people, known, clashes = _people(home, images, kept, [(a, b) for _, a, b in there])
    place = {file: row for row, file in enumerate(files)}
    told = ListedPairs(
        np.array([place[a] for _, a, _ in there], np.int64),
        np.array([place[b] for _, _, b in there], np.int64),
        np.array([pair.same for pair in kept], bool),
    )
    if clashes:
        message = (
            f"{len(clashes):,} of the {len(kept):,} pairs of {file.name} contradict {known}; they are judged as the "
            "list says."
        )
        places = tuple(f"line {pair.line}" for pair in clashes[:20])
        issues.append(DataIssue("conflict", message, count=len(clashes), places=places))
    groups = numbered(people)
    asked = np.unique(groups[np.concatenate([told.first, told.second])])
    folds = None
    if len(np.unique(groups)) - len(asked) >= 4:
        folds = np.where(np.isin(groups, asked), SPLITS.index("test"), SPLITS.index("train")).astype(np.int8)
        issues.append(_protocol_issue(file, told, len(asked), len(np.unique(groups)) - len(asked)))
    shown = [each.relative_to(home.resolve()).as_posix() for each in files]
    columns: dict[str, RawColumn] = {IMAGE: Files(list(files), shown), LABEL: Cells(people)}
    return Table(len(files), columns, folds, tuple(issues), name=file.name, groups=groups, pairs=told)


def _index(images: Sequence[Path]) -> dict[str, Path]:
    """Images by name, and by folder and name, with and without ending; the first of several counts."""
    found: dict[str, Path] = {}
    for each in images:
        for name in (each.name, each.stem):
            found.setdefault(name.lower(), each)
            found.setdefault(f"{each.parent.name}/{name}".lower(), each)
    return found


def _key(name: str) -> str:
    """The folder and the name that a list gives; what stands before them is not the same on every machine."""
    return "/".join(name.replace("\\", "/").removeprefix("./").rsplit("/", 2)[-2:]).lower()


def _people(
    home: Path, images: Sequence[Path], pairs: Sequence[Pair], both: Sequence[tuple[Path, Path]]
) -> tuple[list[Path], list[str], str, list[Pair]]:
    """All images, whom each shows, what says so, and the pairs that contradict it."""
    first, second = zip(*both, strict=True)
    by_folder = [a.parent == b.parent for a, b in zip(first, second, strict=True)]
    agreeing = sum(same == pair.same for same, pair in zip(by_folder, pairs, strict=True))
    if agreeing >= _AGREEING * len(pairs):
        root = home.resolve()
        files = list(images)
        people = [each.parent.relative_to(root).as_posix() for each in files]
        clashes = [pair for pair, same in zip(pairs, by_folder, strict=True) if pair.same != same]
        return files, people, "the folders that the images lie in", clashes
    files = list(dict.fromkeys([*first, *second]))
    heads = {each: each for each in files}

    def head(of: Path) -> Path:
        while heads[of] != of:
            heads[of] = heads[heads[of]]
            of = heads[of]
        return of

    for pair, a, b in zip(pairs, first, second, strict=True):
        if pair.same:
            heads[head(b)] = head(a)
    heads_of = [head(each) for each in files]
    people = [f"person {number + 1:04d}" for number in numbered([str(each) for each in heads_of]).tolist()]
    clashes = [pair for pair, a, b in zip(pairs, first, second, strict=True) if not pair.same and head(a) == head(b)]
    return files, people, "other pairs, which make both the same", clashes


def _missing_issues(
    file: Path, pairs: Sequence[Pair], both: Sequence[tuple[Path | None, Path | None]]
) -> list[DataIssue]:
    missing = [pair for pair, (a, b) in zip(pairs, both, strict=True) if a is None or b is None]
    if not missing:
        return []
    message = (
        f"{len(missing):,} of the {len(pairs):,} pairs of {file.name} name an image that is not there; they are left "
        "out. Put the images there to have them judged."
    )
    places = tuple(f"line {pair.line}: {pair.first}, {pair.second}"[:160] for pair in missing[:20])
    return [DataIssue("missing", message, count=len(missing), places=places)]


def _protocol_issue(file: Path, told: ListedPairs, asked: int, others: int) -> DataIssue:
    message = (
        f"The {len(told):,} pairs of {file.name} ({int(told.same.sum()):,} the same) are what the test judges; the "
        f"{asked:,} classes in them are not learnt, {others:,} others are."
    )
    return DataIssue("pairs", message, "info", count=len(told))
