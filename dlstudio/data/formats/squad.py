"""Questions about passages as SQuAD writes them, 1.1 and 2.0: one JSON file, or JSON lines of one question each.

``{"data": [{"paragraphs": [{"context": "...", "qas": [{"question": "...", "answers": [{"text": "...", "answer_start":
0}]}]}]}]}`` or, a line, ``{"context", "question", "answers": {"text": [...], "answer_start": [...]}}``. Answers are
counted in characters of the context (Unicode code points). A question that 2.0 marks ``is_impossible`` has none,
whatever stands there as plausible.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dlstudio.data.listing import is_shown
from dlstudio.data.table import DataError, Table
from dlstudio.data.texts.plain_lines import head_lines, read_lines
from dlstudio.data.texts.questions import Asked, QuestionFile, guess_questions, question_table
from dlstudio.graph.project import DataSettings

NAME = "squad"
TITLE = "Questions about passages (SQuAD JSON)"
RANK = 0

_TREES = (".json",)
_LINES = (".jsonl", ".ndjson")
_MOST_BYTES = 512 << 20
_MOST_FILES = 100
_HEAD = 1 << 16


def matches(path: Path) -> bool:
    """Whether a file begins like such questions; of a folder, whether a file in it does."""
    if path.is_dir():
        return any(_is_squad(each) for each in _files(path))
    return path.is_file() and _is_squad(path)


def guess(path: Path) -> DataSettings:
    """Passage and question as inputs, the answer as target; split by the files where their names say so.

    Raises:
        DataError: It cannot be read.
    """
    return guess_questions(path, NAME, _read_all(path))


def read(settings: DataSettings, source: Path) -> Table:
    """One row a question.

    Raises:
        DataError: It cannot be read; the sentence names file and place.
    """
    return question_table(source, settings, _read_all(source))


def _files(folder: Path) -> list[Path]:
    found = [e for e in folder.iterdir() if e.suffix.lower() in (*_TREES, *_LINES) and is_shown(e.name) and e.is_file()]
    return sorted(found)[:_MOST_FILES]


def _is_squad(path: Path) -> bool:
    kind = path.suffix.lower()
    if kind in _TREES:
        with path.open("rb") as file:
            head = file.read(_HEAD)
        encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
        text = head.decode(encoding, "replace")
        return '"data"' in text and ('"paragraphs"' in text or ('"qas"' in text and '"context"' in text))
    if kind in _LINES:
        for line in head_lines(path, 1 << 20):
            if line.strip():
                try:
                    value = json.loads(line)
                except (ValueError, RecursionError):
                    return False
                return isinstance(value, dict) and {"context", "question", "answers"} <= set(value)
    return False


def _read_all(path: Path) -> list[tuple[Path, QuestionFile]]:
    files = [path] if path.is_file() else [each for each in _files(path) if _is_squad(each)]
    if not files:
        raise DataError(f"The folder {path.name} holds no questions about passages.")
    return [(each, _read(each)) for each in files]


def _read(path: Path) -> QuestionFile:
    size = path.stat().st_size
    if size > _MOST_BYTES:
        raise DataError(
            f"{path.name} has {size / 2**20:,.0f} MiB; {_MOST_BYTES >> 20} MiB are the most that is read as one file. "
            "Split it."
        )
    found = QuestionFile(path.name)
    if path.suffix.lower() in _LINES:
        for number, line in enumerate(read_lines(path), 1):
            if line.strip():
                _take_line(found, f"line {number}", line)
    else:
        for place, context, entry in _questions(path.name, _tree(path)):
            _take(found, place, context, entry)
    return found


def _tree(path: Path) -> Any:
    text = "\n".join(read_lines(path, _MOST_BYTES))
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        cut = (
            " It ends there: was it cut off?"
            if error.pos >= len(text.rstrip()) - 1 or "Unterminated" in error.msg
            else ""
        )
        raise DataError(
            f"{path.name} is no JSON: line {error.lineno}, column {error.colno:,}: {error.msg}.{cut} Save it again."
        ) from error
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path.name} is no such file: it is nested too deeply or holds an absurd number.") from error


def _questions(name: str, tree: Any) -> Iterator[tuple[str, Any, Any]]:
    """Place, context and JSON value of each question.

    Raises:
        DataError: The file has another form; the sentence says where.
    """
    for a, article in enumerate(_list(name, tree, "data", "")):
        where = f"data[{a}]"
        # One article without paragraphs is one paragraph, as some make them.
        flat = isinstance(article, dict) and "paragraphs" not in article and "qas" in article
        paragraphs = [article] if flat else _list(name, article, "paragraphs", where)
        for p, paragraph in enumerate(paragraphs):
            place = where if flat else f"{where}.paragraphs[{p}]"
            entries = _list(name, paragraph, "qas", place)
            context = paragraph.get("context")
            if not isinstance(context, str):
                raise DataError(f"{name}, {place} has no text 'context'. Each paragraph needs one.")
            for q, entry in enumerate(entries):
                yield f"{place}.qas[{q}]", context, entry


def _list(name: str, value: Any, key: str, place: str) -> list[Any]:
    found = value.get(key) if isinstance(value, dict) else None
    if not isinstance(found, list):
        said = f"{name}, {place}" if place else name
        raise DataError(f"{said} has no list '{key}'. SQuAD files hold data, paragraphs, qas, in this order.")
    return found


def _take_line(found: QuestionFile, place: str, line: str) -> None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        found.faults[place] = "no JSON object"
        return
    if not isinstance(value, dict) or not isinstance(value.get("context"), str):
        found.faults[place] = "no text 'context'"
        return
    _take(found, place, value["context"], value)


def _take(found: QuestionFile, place: str, context: str, entry: Any) -> None:
    """Notes a question, or why it cannot be used."""
    if not isinstance(entry, dict) or not isinstance(entry.get("question"), str) or not entry["question"].strip():
        found.faults[place] = "no text 'question'"
        return
    impossible = entry.get("is_impossible", False)
    if not isinstance(impossible, bool):
        found.faults[place] = f"'is_impossible' is {json.dumps(impossible)[:40]} and not true or false"
        return
    answers = _answers(entry.get("answers", [] if impossible else None))
    if answers is None:
        found.faults[place] = "no 'answers' with a text and a whole number answer_start each"
        return
    if impossible and answers:
        found.faults[place] = f"it is said to be impossible, but has the answer '{answers[0][0][:40]}'"
        return
    if not answers and entry.get("is_impossible") is False:
        found.faults[place] = "it is said to be possible, but has no answer"
        return
    for text, start in answers:
        if start < 0 or context[start : start + len(text)] != text:
            found.faults[place] = f"the answer '{text[:40]}' is not at character {start} of its context"
            return
    found.asked.append(Asked(place, context, entry["question"].strip(), tuple(answers)))


def _answers(value: Any) -> list[tuple[str, int]] | None:
    """Text and first character of each answer; None where it is no such list."""
    if isinstance(value, dict):
        texts, starts = value.get("text"), value.get("answer_start")
        if not isinstance(texts, list) or not isinstance(starts, list) or len(texts) != len(starts):
            return None
        value = [{"text": text, "answer_start": start} for text, start in zip(texts, starts, strict=True)]
    if not isinstance(value, list):
        return None
    found = []
    for each in value:
        text = each.get("text") if isinstance(each, dict) else None
        start = each.get("answer_start") if isinstance(each, dict) else None
        if not isinstance(text, str) or not text or isinstance(start, bool) or not isinstance(start, int):
            return None
        found.append((text, start))
    return found
