"""Guesses what the columns of a table about sounds mean: the file, what is said or heard, who speaks.

Known forms: Common Voice (``path``, ``sentence``, ``client_id``), LJSpeech (file name without ending, text, normalized
text, no header), and plain tables of file and label.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dlstudio.data.encoders.transcript import guess_transcript
from dlstudio.data.guessing import Columns
from dlstudio.data.tables.cell_columns import guess_columns
from dlstudio.data.texts.tokens import tokenize

_SAID = ("transcript", "transcription", "sentence", "normalized_text", "text", "utterance", "words", "said")
_SPEAKERS = ("speaker", "speaker_id", "client_id", "voice", "reader", "reader_id", "person", "spk", "speakerid")
_LABELS = ("label", "class", "target", "category", "digit", "word", "keyword", "command", "event", "emotion")
_LEFT_OUT = ("age", "gender", "accents", "accent", "locale", "segment", "up_votes", "down_votes", "variant", "id")


def guess_table(cells: Mapping[str, Sequence[str]], sound: str, decimal: str = ".") -> Columns:
    """Types and roles of the columns beside ``sound``, which names the files; it gets no settings here.

    What is said comes before a class, and a class before nothing.
    """
    columns = guess_columns({name: values for name, values in cells.items() if name != sound}, decimal)
    names = {name.strip().lower(): name for name in reversed(list(columns))}
    speaker = speaker_column(cells)
    for name in list(columns):
        if name == speaker or name.strip().lower() in _LEFT_OUT:
            columns[name] = {"type": "ignore"}
    target = next((names[each] for each in _SAID if each in names), None) or _spoken(columns, cells)
    if target is not None and any(cell.strip() for cell in cells[target]):
        columns[target] = {**guess_transcript(cells[target]), "role": "target"}
        return columns
    classes = [name for name, column in columns.items() if column["type"] in ("category", "number")]
    chosen = next((names[each] for each in _LABELS if names.get(each) in classes), classes[-1] if classes else None)
    if chosen is not None:
        whole = all(cell.strip().lstrip("+-").isdigit() for cell in cells[chosen] if cell.strip())
        kind = "category" if columns[chosen]["type"] == "category" or whole else "number"
        columns[chosen] = {"type": kind, "role": "target"}
    return columns


def speaker_column(cells: Mapping[str, Sequence[str]]) -> str | None:
    """A column that says who speaks, where there are two speakers at least and one has several rows."""
    for name, values in cells.items():
        if name.strip().lower() in _SPEAKERS and 2 <= len(set(values)) < len(values):
            return name
    return None


def _spoken(columns: Columns, cells: Mapping[str, Sequence[str]]) -> str | None:
    """The last column of sentences; tables without a header keep the cleaned text behind the original."""
    texts = [name for name, column in columns.items() if column["type"] == "text"]
    if texts:
        return texts[-1]
    unnamed = [name for name in columns if name.startswith("column_") and columns[name]["type"] == "ignore"]
    wordy = [name for name in unnamed if _letters(cells[name])]
    return wordy[-1] if wordy else None


def _letters(values: Sequence[str]) -> bool:
    seen = [value for value in values[:200] if value.strip()]
    return bool(seen) and all(any(token.isalpha() for token in tokenize(value)) for value in seen)


def guess_lengths(seconds: Sequence[float]) -> float:
    """Seconds that hold 98 of 100 sounds, rounded up to a tenth of them, at most 20."""
    if not seconds:
        return 1.0
    ordered = sorted(seconds)
    wanted = ordered[min(len(ordered) - 1, int(len(ordered) * 0.98))]
    return min(20.0, max(0.1, round(float(wanted) + 0.0499, 1)))


def guess_rate(rates: Sequence[int]) -> int:
    """The commonest rate, at most 16,000 samples a second: speech has little above 8 kHz."""
    if not rates:
        return 16_000
    return min(16_000, max(set(rates), key=lambda rate: (rates.count(rate), rate)))


def split_by(cells: Mapping[str, Sequence[str]], shares: Mapping[str, Any]) -> dict[str, Any]:
    """The split: whole speakers to each part where a column says who speaks, else by shares."""
    speaker = speaker_column(cells)
    return {"by": "group", "column": speaker, **shares} if speaker else dict(shares)
