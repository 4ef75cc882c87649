"""Lets a trained network write translations: token by token, the likeliest one or several beginnings side by side.

Beam search with the length penalty of Wu et al. 2016 ("Google's neural machine translation system"): a translation of
``n`` tokens is ranked by its log-probability over ``((5 + n) / 6) ** 0.6``. A beam of one is greedy.

A word that the network writes as unknown becomes the word of the sentence that it looks at most (Luong et al. 2015,
"Addressing the rare word problem in neural machine translation"); without attention it is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dlstudio.data.encoders.sentence import SO_FAR, TARGET, SentenceEncoder
from dlstudio.data.tokenizing.tokenizer import PADDING, UNKNOWN
from dlstudio.inspection.attending import attended
from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.trained import TrainedModel
from dlstudio.tasks.informed import WritesTexts
from dlstudio.training.targets import Target

MOST_BEAMS = 16
ROWS = 256
"""Sequences that the network reads at once."""
_PENALTY = 0.6
_NEVER = -1e30


@dataclass(frozen=True)
class Written:
    """A translation that a network wrote.

    Attributes:
        ids: Its tokens, without begin and end.
        log_probability: Of all of them and the end, in nats.
        ended: Whether the network said where it ends, before there was no more room.
        rank: What translations of one sentence are ordered by, the highest first.
    """

    ids: tuple[int, ...]
    log_probability: float
    ended: bool
    rank: float


@dataclass(frozen=True)
class Translator:
    """The parts of a network that translates.

    Attributes:
        model: The trained network.
        target: Its Output.
        encoder: Of the translation.
        sources: The columns that are translated, by Input in their order; None for what is written so far.
    """

    model: TrainedModel
    target: Target
    encoder: SentenceEncoder
    sources: tuple[str | None, ...]

    @property
    def column(self) -> str:
        """The column of the sentences."""
        return next(name for name in self.sources if name)


def is_translation(target: Target) -> bool:
    """Whether an Output writes texts."""
    return isinstance(target.task, WritesTexts) and target.column.kind == "translation"


def translator(model: TrainedModel, output: str | None = None) -> Translator:
    """The translator in a network.

    Raises:
        InspectionError: It has no Output that translates, or no Input for what is written so far.
    """
    target = model.target(output)
    encoder = model.network.encoders[target.column.name]
    if not is_translation(target) or not isinstance(encoder, SentenceEncoder) or encoder.part != TARGET:
        raise InspectionError(f"'{target.output}' does not translate, so it has no translations to show.")
    sources: list[str | None] = []
    for column in model.inputs.values():
        each = model.network.encoders[column]
        written = isinstance(each, SentenceEncoder) and each.part == SO_FAR and each.of == target.column.name
        sources.append(None if written else column)
    if sources.count(None) != 1 or len(sources) < 2:
        raise InspectionError(
            "To translate, a network needs an Input of the sentence and one of what is written so far of its "
            "translation. Draw both, and train again."
        )
    return Translator(model, target, encoder, tuple(sources))


def search(found: Translator, sources: Sequence[np.ndarray], beams: int = 1) -> list[list[Written]]:
    """The best translations of each sentence, the best first.

    Args:
        found: The translator.
        sources: Encoded sentences, (samples, ...) for each Input but that of what is written so far.
        beams: How many beginnings are followed at a time, 1 to 16.

    Raises:
        InspectionError: ``beams`` makes no sense.
    """
    if not 1 <= beams <= MOST_BEAMS:
        raise InspectionError(f"The beam is {beams}; it has to be from 1 to {MOST_BEAMS}.")
    step = max(1, ROWS // beams)
    samples = len(sources[0])
    return [
        each
        for begin in range(0, samples, step)
        for each in _search(found, [source[begin : begin + step] for source in sources], beams)
    ]


def _search(found: Translator, sources: Sequence[np.ndarray], beams: int) -> list[list[Written]]:
    places, boundary = found.encoder.spec.shape[0], found.encoder.boundary
    samples = len(sources[0])
    so_far = np.full((samples, beams, places + 1), PADDING, np.int32)
    so_far[:, :, 0] = boundary
    logs = np.full((samples, beams), _NEVER)
    logs[:, 0] = 0.0  # all beams begin alike, so only one of them counts at first
    lengths = np.zeros((samples, beams), np.int64)
    open_ = np.ones((samples, beams), bool)
    for place in range(places):
        rows = np.flatnonzero(open_.any(axis=1))
        if not len(rows):
            break
        chances = _next(found, [source[rows] for source in sources], so_far[rows], place)
        # What has ended stays as it is: it goes on with padding, which costs nothing.
        chances[~open_[rows]] = _NEVER
        chances[~open_[rows], PADDING] = 0.0
        size = chances.shape[-1]
        totals = (logs[rows][:, :, None] + chances).reshape(len(rows), beams * size)
        best = np.argsort(-totals, axis=1, kind="stable")[:, :beams] if beams > 1 else totals.argmax(1)[:, None]
        kept, token = best // size, best % size
        pick = np.arange(len(rows))[:, None]
        logs[rows] = totals[pick, best]
        so_far[rows] = so_far[rows[:, None], kept]
        was_open = open_[rows[:, None], kept]
        lengths[rows] = lengths[rows[:, None], kept] + was_open
        so_far[rows, :, place + 1] = token
        open_[rows] = was_open & (token != boundary)
    return [_ordered(so_far[row, :, 1:], logs[row], lengths[row], boundary, ~open_[row]) for row in range(samples)]


def _next(
    found: Translator, sources: Sequence[np.ndarray], so_far: npt.NDArray[np.int32], place: int
) -> npt.NDArray[np.float64]:
    """Log-probability of each token at a place, (samples, beams, vocabulary); padding is never written."""
    samples, beams = so_far.shape[:2]
    waiting = iter(sources)
    written = so_far[:, :, :-1].reshape(samples * beams, -1)
    batch = [written if column is None else np.repeat(next(waiting), beams, axis=0) for column in found.sources]
    given = found.model.given(*batch)[found.target.output][:, place]
    values = np.asarray(given, np.float64)
    if found.target.probabilities:
        values = np.log(np.maximum(values, 1e-30))
    values[:, PADDING] = -np.inf
    highest = values.max(axis=-1, keepdims=True)
    logs = values - highest - np.log(np.exp(values - highest).sum(axis=-1, keepdims=True))
    found_logs: npt.NDArray[np.float64] = np.maximum(logs, _NEVER).reshape(samples, beams, -1)
    return found_logs


def _ordered(
    tokens: np.ndarray, logs: np.ndarray, lengths: np.ndarray, boundary: int, ended: np.ndarray
) -> list[Written]:
    ranks = logs / ((5 + np.maximum(lengths, 1)) / 6) ** _PENALTY
    found = []
    for beam in np.argsort(-ranks, kind="stable").tolist():
        if logs[beam] <= _NEVER / 2:
            continue  # there are fewer different translations than beams
        ids = tuple(int(each) for each in tokens[beam] if each not in (PADDING, boundary))
        found.append(Written(ids, float(logs[beam]), bool(ended[beam]), float(ranks[beam])))
    return found


def translations(model: TrainedModel, split: str, target: Target) -> list[str]:
    """What the network writes for each sample of a split, greedily; kept in memory.

    Raises:
        InspectionError: It does not translate.
    """
    key = (split, target.output)
    if key not in model.written:
        found = translator(model, target.output)
        sources = [model.encoded(column, split) for column in found.sources if column]
        best = [each[0] for each in search(found, sources)]
        model.written[key] = written_texts(found, true_texts(model, found.column, model.rows(split)), sources, best)
    return model.written[key]


def written_texts(
    found: Translator, texts: Sequence[str], sources: Sequence[np.ndarray], written: Sequence[Written]
) -> list[str]:
    """The texts of translations, with words of the sentences in place of unknown ones.

    Args:
        found: The translator.
        texts: The sentences, one a translation.
        sources: The same, encoded for the Inputs.
        written: What was written for each.
    """
    encoder = found.model.network.encoders[found.column]
    given = [found.encoder.text(each.ids) for each in written]
    unknown = [place for place, each in enumerate(written) if UNKNOWN in each.ids]
    for begin in range(0, len(unknown), ROWS):
        places = unknown[begin : begin + ROWS]
        chosen = [written[place] for place in places]
        _, weights = looked_at(found, [source[places] for source in sources], chosen)
        for number, place in enumerate(places):
            words = encoder.pieces_of(texts[place]) if isinstance(encoder, SentenceEncoder) else []
            ids = written[place].ids
            copied = [""] * len(ids)
            if len(weights) and words:
                most = weights[-1, number, : len(ids), : len(words)].argmax(axis=-1)
                copied = [f" {words[at].strip()}" for at in most]
            given[place] = found.encoder.text_with(ids, copied)
    return given


def looked_at(
    found: Translator, sources: Sequence[np.ndarray], written: Sequence[Written]
) -> tuple[list[str], npt.NDArray[np.float32]]:
    """What the translations look at in their sentences, by each layer of attention between the two.

    Returns:
        Names of the layers, and (layers, samples, places, length) shares, the mean of a layer's heads.
    """
    places, length = found.encoder.spec.shape[0], sources[0].shape[1]
    so_far = np.full((len(written), places), PADDING, np.int32)
    for row, each in enumerate(written):
        begin = [found.encoder.boundary, *each.ids][:places]
        so_far[row, : len(begin)] = begin
    waiting = iter(sources)
    batch = [so_far if column is None else next(waiting) for column in found.sources]
    layers = [each for each in attended(found.model.model, batch) if each.weights.shape[2:] == (places, length)]
    if not layers:
        return [], np.zeros((0, len(written), places, length), np.float32)
    return [each.name for each in layers], np.stack([each.weights.mean(axis=1) for each in layers])


def true_texts(model: TrainedModel, column: str, rows: np.ndarray) -> list[str]:
    """The texts of a column as the data has them, not as they are encoded."""
    return [str(model.data.raw(column, int(row))) for row in rows]


def written_scores(model: TrainedModel, split: str) -> dict[str, float]:
    """Metrics of the texts that the network writes for a split; empty where no Output writes any."""
    found: dict[str, float] = {}
    rows = model.rows(split)
    for target in model.targets:
        if not is_translation(target) or not len(rows):
            continue
        assert isinstance(target.task, WritesTexts)
        truth = true_texts(model, target.column.name, rows)
        values = target.task.of_texts(truth, translations(model, split, target))
        single = len(model.targets) == 1
        found |= {name if single else f"{target.output}_{name}": value for name, value in values.items()}
    return found


def translate(model: TrainedModel, text: object, beams: int = 4) -> dict[str, object]:
    """The translation of a sentence: ``{"value": text, "confidence", "candidates": [{"value", "confidence"}]}``.

    ``confidence`` is the geometric mean of the probabilities of its tokens. ``unread`` says how many tokens at the end
    of the sentence are not read, where it is longer than the network reads.

    Raises:
        InspectionError: It is no text, or empty.
    """
    found = translator(model)
    if isinstance(text, dict):
        text = text.get(found.column, next(iter(text.values()), ""))
    best, texts = best_of(found, str(text), encoded(found, text), beams)
    candidates = [{"value": value, "confidence": confidence(each)} for value, each in zip(texts, best, strict=True)]
    encoder = found.model.network.encoders[found.column]
    unread = encoder.count(str(text)) - encoder.spec.shape[0] if isinstance(encoder, SentenceEncoder) else 0
    more = {"unread": unread} if unread > 0 else {}
    return {**candidates[0], "candidates": candidates, **more}


def best_of(found: Translator, text: str, sources: Sequence[np.ndarray], beams: int) -> tuple[list[Written], list[str]]:
    """The translations of one sentence that a beam search finds, the best first, and their texts."""
    best = search(found, sources, beams)[0]
    repeated = [np.repeat(source, len(best), axis=0) for source in sources]
    return best, written_texts(found, [text] * len(best), repeated, best)


def encoded(found: Translator, text: object) -> list[np.ndarray]:
    """A sentence for the Inputs, (1, ...) each.

    Raises:
        InspectionError: It is no text, or empty, or the network has other Inputs too.
    """
    columns = [column for column in found.sources if column]
    if len(columns) > 1:
        raise InspectionError(
            f"The network translates with several inputs ({', '.join(columns)}): that is not possible yet."
        )
    return [found.model.encoded_value(columns[0], text)[np.newaxis]]


def confidence(written: Written) -> float:
    """The geometric mean of the probabilities of its tokens, the end included."""
    return float(np.exp(written.log_probability / (len(written.ids) + written.ended)))
