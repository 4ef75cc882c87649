"""JSON lines of tagged text: ``{"tokens": [...], "tags": [...]}``, or a text with entities by character.

``{"text": "...", "entities": [{"start": 0, "end": 4, "label": "ORG"}]}`` and ``{"text": "...", "label": [[0, 4,
"ORG"]]}`` (as doccano writes it) are cut into words; an entity covers the words that it touches.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dlstudio.data.encoders.tokenized import split_words
from dlstudio.data.table import DataError, Table
from dlstudio.data.texts.entities import OUTSIDE
from dlstudio.data.texts.plain_lines import head_lines, read_lines
from dlstudio.data.texts.tagged_sentences import TAGS, TaggedFile, files_of, guess_tagged, tagged_table
from dlstudio.graph.project import DataSettings

NAME = "entity-jsonl"
TITLE = "JSON lines with tokens and tags, or texts with entities"

_SUFFIXES = (".jsonl", ".ndjson", ".json")
_TOKENS = ("tokens", "words")
_TAGS = ("tags", "ner_tags", "labels", "ner", "pos_tags")
_SPANS = ("entities", "spans", "label", "labels", "ents")
_TYPES = ("label", "type", "entity", "entity_group")
_MOST_FAULTS = 10_000


def matches(path: Path) -> bool:
    """Whether the first line is such an object; of a folder, whether several of its files begin with one."""
    if path.is_dir():
        return sum(_is_tagged(each) for each in files_of(path, _SUFFIXES)) > 1
    return path.is_file() and path.suffix.lower() in _SUFFIXES and _is_tagged(path)


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
    for line in head_lines(path, 1 << 20):
        if line.strip():
            try:
                return _form(json.loads(line)) is not None
            except (ValueError, RecursionError):
                return False
    return False


def _form(value: Any) -> tuple[str, str] | None:
    """The keys of tokens and tags, or of text and entities."""
    if not isinstance(value, dict):
        return None
    for tokens in _TOKENS:
        for tags in _TAGS:
            if _listed(value.get(tokens), str) and isinstance(value.get(tags), list):
                return tokens, tags
    if isinstance(value.get("text"), str):
        for spans in _SPANS:
            found = value.get(spans)
            if isinstance(found, list) and all(isinstance(each, list | dict) for each in found):
                return "text", spans
    return None


def _listed(value: Any, kind: type) -> bool:
    return isinstance(value, list) and all(isinstance(each, kind) for each in value)


def _read_all(path: Path) -> list[tuple[Path, TaggedFile]]:
    files = [each for each in files_of(path, _SUFFIXES) if path.is_file() or _is_tagged(each)]
    if not files:
        raise DataError(f"The folder {path.name} holds no JSON lines with tokens and tags.")
    return [(each, _read(each)) for each in files]


def _read(path: Path) -> TaggedFile:
    found = TaggedFile(path.name, tags={TAGS: []})
    for number, line in enumerate(read_lines(path), 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            found.faults[number] = "no JSON object"
            continue
        tokens, tags, fault = _sentence(value)
        if fault:
            found.faults[number] = fault
        elif tokens:
            found.tokens.append(tokens)
            found.tags[TAGS].append(tags)
            found.lines.append(number)
        if len(found.faults) > _MOST_FAULTS:
            raise DataError(
                f"{path.name} has more than {_MOST_FAULTS:,} lines that cannot be used, the first in line "
                f"{next(iter(found.faults))}. Is it a file of this kind?"
            )
    return found


def _sentence(value: Any) -> tuple[list[str], list[str], str]:
    """Tokens, tags, and what is wrong with them, or an empty text."""
    form = _form(value)
    if form is None:
        keys = ", ".join(map(str, list(value)[:5])) if isinstance(value, dict) else type(value).__name__
        return [], [], f"no 'tokens' with 'tags', and no 'text' with 'entities' ({keys})"
    if form[0] == "text":
        return _cut(value["text"], value[form[1]])
    tokens, tags = value[form[0]], value[form[1]]
    if len(tokens) != len(tags):
        return [], [], f"{len(tokens)} tokens but {len(tags)} tags"
    if not all(isinstance(tag, str | int) and not isinstance(tag, bool) for tag in tags):
        return [], [], "a tag that is neither a word nor a number"
    return [token.strip() or "_" for token in tokens], [str(tag) for tag in tags], ""


def _cut(text: str, spans: Sequence[Any]) -> tuple[list[str], list[str], str]:
    words = split_words(text)
    tags = [OUTSIDE] * len(words)
    for span in spans:
        start, end, kind = _span(span)
        if start is None or end is None or not 0 <= start < end <= len(text) or not kind:
            return [], [], f"an entity that is not within its text: {json.dumps(span)[:60]}"
        inside = [place for place, word in enumerate(words) if word.start < end and word.end > start]
        for place in inside:
            if tags[place] == OUTSIDE:
                tags[place] = f"{'B' if place == inside[0] else 'I'}-{kind}"
    return [word.text for word in words], tags, ""


def _span(value: Any) -> tuple[int | None, int | None, str]:
    if isinstance(value, Mapping):
        start = value.get("start", value.get("start_offset"))
        end = value.get("end", value.get("end_offset"))
        kind = next((value[key] for key in _TYPES if isinstance(value.get(key), str)), "")
    else:
        start, end, kind = (*value, None, None, None)[:3]
    whole = [each if isinstance(each, int) and not isinstance(each, bool) else None for each in (start, end)]
    return whole[0], whole[1], str(kind) if isinstance(kind, str) else ""
