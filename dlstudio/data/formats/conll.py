"""CoNLL files: one token a line with its tags in columns, an empty line between sentences; a file or a folder of them.

The word stands in the first column, or in the second where the first counts. The tags to be learnt are in the last
column that marks entities, else in the last with few different values. ``-DOCSTART-`` lines and comments are passed
over; IOB1, BIO and BIOES are read alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from dlstudio.data.table import DataError, Table
from dlstudio.data.texts.entities import names_entities
from dlstudio.data.texts.plain_lines import head_lines, read_lines
from dlstudio.data.texts.tagged_sentences import TAGS, TaggedFile, files_of, guess_tagged, tagged_table
from dlstudio.graph.project import DataSettings

NAME = "conll"
TITLE = "CoNLL file of tagged tokens"

_SURE = (".conll", ".conllu", ".bio", ".iob", ".iob2", ".bioes")
_PERHAPS = (".txt", ".tsv", ".tags", ".data")
_LONGEST_LINE = 100_000
_LONGEST_SENTENCE = 100_000
_MOST_TAGS = 2000


def matches(path: Path) -> bool:
    """Whether it is a file of that kind, or a folder with such files, one of them named ``train``."""
    if path.is_dir():
        files = [each for each in files_of(path, (*_SURE, *_PERHAPS)) if _is_tagged(each)]
        return bool(files) and (len(files) > 1 or files[0].suffix.lower() in _SURE)
    return path.is_file() and _is_tagged(path)


def guess(path: Path) -> DataSettings:
    """Text and tags, split by the files where their names say train and test.

    Raises:
        DataError: It cannot be read.
    """
    return guess_tagged(path, NAME, _read_all(path))


def read(settings: DataSettings, source: Path) -> Table:
    """All sentences.

    Raises:
        DataError: It cannot be read; the sentence names file and line.
    """
    return tagged_table(source, settings, _read_all(source))


def _is_tagged(path: Path) -> bool:
    suffix = path.suffix.lower()
    if suffix in _SURE:
        return True
    if suffix not in _PERHAPS:
        return False
    rows = [line.split() for line in head_lines(path) if not line.startswith("#")]
    widths = Counter(len(row) for row in rows if row)
    if not widths or [] not in rows:
        return False
    width, count = widths.most_common(1)[0]
    if width < 2 or count < 0.9 * widths.total():
        return False
    return names_entities({row[-1] for row in rows if len(row) == width and not row[0].startswith("-DOCSTART")})


def _read_all(path: Path) -> list[tuple[Path, TaggedFile]]:
    files = [each for each in files_of(path, (*_SURE, *_PERHAPS)) if path.is_file() or _is_tagged(each)]
    if not files:
        raise DataError(f"The folder {path.name} holds no CoNLL file.")
    read_files = [(each, _read(each)) for each in files]
    if len({frozenset(file.tags) for _, file in read_files}) == 1:
        target = _target([file for _, file in read_files])
        for _, file in read_files:
            file.tags = {TAGS if name == target else name: rows for name, rows in file.tags.items()}
    return read_files


def _read(path: Path) -> TaggedFile:
    """Columns by number from 2 on; the word is not among them."""
    lines = read_lines(path, _LONGEST_LINE)
    rows = _rows(lines)
    widths = Counter(len(row) for row in rows if row)
    if not widths:
        raise DataError(f"{path.name} is empty: it holds no token.")
    width = widths.most_common(1)[0][0]
    if width < 2:
        first = next(number for number, row in enumerate(rows, 1) if row)
        raise DataError(
            f"{path.name} has no column of tags: line {first} holds only '{lines[first - 1][:40]}'. Each line needs a "
            "word and its tag."
        )
    word = 1 if width > 2 and _counts(rows, width) else 0
    names = [f"column {number}" for number in range(1, width + 1)]
    found = TaggedFile(path.name, tags={name: [] for place, name in enumerate(names) if place > word})
    sentence: list[tuple[int, list[str]]] = []
    for number, row in enumerate([*rows, []], 1):
        if row and not row[0].startswith("-DOCSTART-"):
            if not _is_comment(row, width):
                sentence.append((number, row))
            continue
        if sentence:
            _add(found, sentence, width, word, names)
            sentence = []
    return found


def _rows(lines: Sequence[str]) -> list[list[str]]:
    tabs = sum("\t" in line for line in lines)
    tabbed = tabs > sum(bool(line.strip()) for line in lines) / 2
    return [line.split("\t") if tabbed and line.strip() else line.split() for line in lines]


def _is_comment(row: Sequence[str], width: int) -> bool:
    return row[0].startswith("#") and len(row) != width


def _counts(rows: Sequence[Sequence[str]], width: int) -> bool:
    """Whether the first column numbers the tokens of each sentence, as CoNLL-U does."""
    rows = [row for row in rows if not row or not _is_comment(row, width)]
    starts = [row for before, row in zip(([], *rows), rows, strict=False) if len(row) == width and not before]
    return bool(starts) and all(row[0] in ("0", "1") or row[0].startswith("1-") for row in starts)


def _add(found: TaggedFile, sentence: list[tuple[int, list[str]]], width: int, word: int, names: Sequence[str]) -> None:
    begin = sentence[0][0]
    if word:  # words made of several tokens and left-out ones have numbers such as 3-4 and 8.1
        sentence = [(number, row) for number, row in sentence if row[0].isdigit() or len(row) != width]
    bad = next(((number, row) for number, row in sentence if len(row) != width or not row[word].strip()), None)
    if bad is not None:
        number, row = bad
        said = f"{len(row)} column{'s' * (len(row) != 1)} instead of {width}" if len(row) != width else "no word"
        found.faults[number] = said
        return
    if len(sentence) > _LONGEST_SENTENCE:
        found.faults[begin] = f"a sentence of {len(sentence):,} tokens; empty lines have to part the sentences"
        return
    if not sentence:
        return
    found.tokens.append([row[word] for _, row in sentence])
    found.lines.append(begin)
    for place, name in enumerate(names):
        if place > word:
            found.tags[name].append([row[place].strip() or "_" for _, row in sentence])


def _target(files: Sequence[TaggedFile]) -> str:
    """The column to be learnt."""
    fallback = list(files[0].tags)[-1]
    few: str | None = None
    for name in reversed(list(files[0].tags)):
        found = {tag for file in files for row in file.tags[name] for tag in row}
        if names_entities(found):
            return name
        if few is None and 2 <= len(found) <= min(100, _MOST_TAGS):
            few = name
    return few or fallback
