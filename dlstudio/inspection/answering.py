"""An answer to a question that a user asks about a passage of any length.

A passage longer than the network reads is read in windows that overlap by half; each word keeps the scores of the
window in which it stands farthest from the edges, as Devlin et al. (2019, BERT) chose the context of a token.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from dlstudio.data.encoders.reading import ReadingEncoder
from dlstudio.data.encoders.span import SpanEncoder
from dlstudio.data.encoders.tokenized import Token
from dlstudio.data.table import DataError
from dlstudio.data.texts.passages import NO_ANSWER, Passage
from dlstudio.inspection.failures import InspectionError
from dlstudio.tasks.answers import best_spans, place_probabilities

if TYPE_CHECKING:
    from dlstudio.inspection.trained import TrainedModel

ANSWERS = 5
_BATCH = 64
_TRIES = 100


def answer(model: TrainedModel, value: Any) -> dict[str, Any]:
    """What the network says to one passage and one question.

    Args:
        model: Trained to find spans.
        value: By column, such as ``{"passage": "...", "question": "..."}``.

    Returns:
        ``{"value": the answer, "score", "start", "end", "first", "last", "tokens", "start_scores", "end_scores",
        "answers"}``: start and end in characters of the passage, first and last in tokens; the scores of each token to
        be the first and the last one; and up to five answers that do not overlap, likeliest first, each with ``text``,
        ``score``, ``start``, ``end``, ``first`` and ``last``. Where the network may say that there is none, the first
        token stands for that, and the text of such an answer is empty. A score is a probability, that of a span the
        product of its ends'.

    Raises:
        InspectionError: A text is missing or empty.
    """
    target = model.targets[0]
    answers = model.network.encoders[target.column.name]
    assert isinstance(answers, SpanEncoder)
    texts = _texts(model, value)
    reader = model.network.encoders[answers.passage] if answers.passage in texts else None
    if not isinstance(reader, ReadingEncoder):
        raise InspectionError(f"The network does not read the column '{answers.passage}', in which the answers lie.")
    try:
        tokens = reader.all_tokens_of(texts[answers.passage])
        others = {
            name: model.network.encoders.encode_value(name, text)
            for name, text in texts.items()
            if name != reader.spec.name
        }
    except DataError as error:
        raise InspectionError(str(error)) from None
    none = answers.spec.none
    scores = _scores(model, reader, tokens, others, none=none)
    tokens = [NO_ANSWER, *tokens] if none else tokens
    chances = place_probabilities(scores[np.newaxis], np.array([len(tokens)]), target.probabilities)
    found = _answers(Passage(texts[answers.passage], tuple(tokens)), chances)
    best = found[0]
    return {
        "value": best["text"],
        **{key: each for key, each in best.items() if key != "text"},
        "tokens": [token.text for token in tokens],
        "start_scores": chances[0, :, 0].tolist(),
        "end_scores": chances[0, :, 1].tolist(),
        "answers": found,
    }


def _texts(model: TrainedModel, value: Any) -> dict[str, str]:
    """The text of each column that is read."""
    columns = model.inputs
    found = {}
    for name, column in columns.items():
        text = (
            next((value[key] for key in (column, name) if key in value), None) if isinstance(value, Mapping) else None
        )
        if not isinstance(text, str) or not text.strip():
            wanted = ", ".join(f'"{each}": "..."' for each in columns.values())
            raise InspectionError(f"There is no text for '{column}'. Give {{{wanted}}}.")
        found[column] = text
    return found


def _scores(
    model: TrainedModel, reader: ReadingEncoder, tokens: list[Token], others: Mapping[str, np.ndarray], *, none: bool
) -> np.ndarray:
    """What the network gives for each token, (tokens, 2).

    With ``none``, each window begins with the place of no answer, and the first row is the lowest that any window gives
    it: one that holds an answer is enough (Devlin et al. 2019, section 4.3, and their script).
    """
    before = [NO_ANSWER] if none else []
    length = reader.spec.shape[0] - len(before)
    starts = window_starts(len(tokens), length)
    found = np.zeros((len(tokens), 2), np.float64)
    lacking = np.full(2, np.inf)
    margins = np.full(len(tokens), -1)
    for first in range(0, len(starts), _BATCH):
        part = starts[first : first + _BATCH]
        windows = np.stack([reader.encode_tokens([*before, *tokens[start : start + length]]) for start in part])
        batch = [
            windows if column == reader.spec.name else np.repeat(others[column][np.newaxis], len(part), axis=0)
            for column in model.inputs.values()
        ]
        given = model.given(*batch)[model.targets[0].output]
        for start, window in zip(part, given, strict=True):
            scores = window[len(before) :]
            if none:
                lacking = np.minimum(lacking, window[0])
            count = min(length, len(tokens) - start)
            places = np.arange(count)
            # A word at the edge of the text itself has all its context.
            ahead = places if start else np.full(count, length)
            behind = count - 1 - places if start + count < len(tokens) else np.full(count, length)
            margin = np.minimum(ahead, behind)
            better = np.flatnonzero(margin > margins[start : start + count])
            found[start + better] = scores[better]
            margins[start + better] = margin[better]
    return np.concatenate([lacking[np.newaxis], found]) if none else found


def window_starts(tokens: int, length: int) -> list[int]:
    """Where windows of ``length`` begin that cover a text and overlap by half; the last ends where the text does."""
    if tokens <= length:
        return [0]
    last = tokens - length
    return [*range(0, last, max(length // 2, 1)), last]


def _answers(passage: Passage, chances: np.ndarray) -> list[dict[str, Any]]:
    """The likeliest spans that do not overlap; ``chances`` is (1, tokens, 2)."""
    left, found = chances.copy(), list[dict[str, Any]]()
    for _ in range(_TRIES):
        firsts, lasts, scores = best_spans(left, passage.may_lack)
        first, last, score = int(firsts[0]), int(lasts[0]), float(scores[0])
        if found and (score <= 0.0 or len(found) == ANSWERS):
            break
        if any(first <= each["last"] and last >= each["first"] for each in found):
            left[0, first, 0] = 0.0  # it reaches over a likelier one
            continue
        words = passage.words
        found.append(
            {
                "text": passage.piece(first, last),
                "score": score,
                "start": words[first].start,
                "end": words[last].end,
                "first": first,
                "last": last,
            }
        )
        left[0, first : last + 1] = 0.0
    return found
