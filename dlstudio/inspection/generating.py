"""Lets a trained language model continue a text, token by token.

Each token is drawn with a number that depends on the seed and on how many tokens came before it, so that the same seed
gives the same text, also where it is asked for piece by piece.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dlstudio.data.encoders.tokens import TokensEncoder
from dlstudio.data.tokenizing.tokenizer import OWN
from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.trained import TrainedModel
from dlstudio.tasks.informed import generates
from dlstudio.training.targets import Target

MOST_TOKENS = 5000
ALTERNATIVES = 5


@dataclass(frozen=True)
class Sampling:
    """How the next token is drawn.

    Attributes:
        temperature: 0 takes the likeliest; 1 draws as the network says; more is bolder.
        top_k: Draw only among so many of the likeliest; 0 for all.
        top_p: Draw only among the likeliest that together have this probability, 0 to 1 (Holtzman et al. 2020).
        seed: The same one gives the same text.
    """

    temperature: float = 0.8
    top_k: int = 0
    top_p: float = 1.0
    seed: int = 1

    def __post_init__(self) -> None:
        """Raises:
        InspectionError: A value that makes no sense.
        """
        if not 0 <= self.temperature <= 10:
            raise InspectionError(f"The temperature is {self.temperature:g}; it has to be from 0 to 10.")
        if self.top_k < 0:
            raise InspectionError(f"Top-k is {self.top_k}; it has to be 0 for all, or a number of tokens.")
        if not 0 < self.top_p <= 1:
            raise InspectionError(f"Top-p is {self.top_p:g}; it has to be above 0 and 1 at most.")


@dataclass(frozen=True)
class Step:
    """One token that was drawn.

    Attributes:
        token: Its id.
        probability: What the network gave it, before temperature and cuts.
        alternatives: The likeliest tokens with their probabilities, the first being the likeliest.
    """

    token: int
    probability: float
    alternatives: tuple[tuple[int, float], ...]


def language_target(model: TrainedModel, output: str | None = None) -> tuple[Target, TokensEncoder]:
    """The Output that says the next token, and the encoder of the one Input.

    Raises:
        InspectionError: The network is no language model with a single input of text.
    """
    target = model.target(output)
    encoders = [model.network.encoders[column] for column in model.inputs.values()]
    if len(encoders) != 1 or not isinstance(encoders[0], TokensEncoder) or not generates(target.task):
        raise InspectionError("Only a language model with one input of text can continue a text.")
    return target, encoders[0]


def next_probabilities(model: TrainedModel, target: Target, ids: Sequence[int], length: int) -> npt.NDArray[np.float64]:
    """Probability of each token after the last of ``ids``, (vocabulary,); padding and unknown are left out.

    Args:
        model: The trained network.
        target: Its Output.
        ids: What came before, at least one token; only the last ``length`` are read.
        length: Tokens that the network reads.
    """
    read = np.zeros((1, length), np.int32)
    kept = list(ids[-length:])
    read[0, : len(kept)] = kept
    given = model.given(read)[target.output][:, len(kept) - 1]
    chances = np.asarray(target.task.scores(given, target.column, target.probabilities)[0], np.float64).copy()
    chances[:OWN] = 0.0
    total = chances.sum()
    return chances / total if total > 0 else np.full(len(chances), 1.0 / len(chances))


def next_token(model: TrainedModel, value: Any) -> dict[str, Any]:
    """What comes next after a text: ``{"label", "confidence", "scores": {token: probability}}``.

    Raises:
        InspectionError: It is no text, or empty.
    """
    target, encoder = language_target(model)
    if isinstance(value, Mapping):
        value = next(iter(value.values()), "")
    if not isinstance(value, str):
        raise InspectionError(f"A language model takes a text, not {type(value).__name__}.")
    chances = next_probabilities(model, target, prompt_ids(encoder, value), encoder.spec.shape[0])
    # The task decodes the last place of what a network gives, here as probabilities.
    given = chances[np.newaxis, np.newaxis]
    return target.task.predictions(given, target.column, True)[0]


def continued(model: TrainedModel, output: str, ids: Sequence[int], numbers: range, sampling: Sampling) -> list[Step]:
    """The next tokens.

    Args:
        model: The trained network.
        output: Its Output, or empty for the first.
        ids: What came before, the tokens drawn so far included.
        numbers: Which tokens to draw, counted from the prompt on; a range that begins behind 0 goes on.
        sampling: How.
    """
    target, encoder = language_target(model, output)
    so_far, steps = list(ids), []
    for number in numbers:
        chances = next_probabilities(model, target, so_far, encoder.spec.shape[0])
        token = draw(chances, sampling, number)
        best = np.argsort(-chances, kind="stable")[:ALTERNATIVES]
        alternatives = tuple((int(each), float(chances[each])) for each in best)
        steps.append(Step(token, float(chances[token]), alternatives))
        so_far.append(token)
    return steps


def draw(chances: npt.NDArray[np.float64], sampling: Sampling, number: int) -> int:
    """One token.

    Args:
        chances: Probability of each token, adding up to 1.
        sampling: How to draw.
        number: How many tokens were drawn before.
    """
    if sampling.temperature == 0:
        return int(chances.argmax())
    order = np.argsort(-chances, kind="stable")
    kept = chances[order]
    if sampling.top_k:
        order, kept = order[: sampling.top_k], kept[: sampling.top_k]
    if sampling.top_p < 1:
        before = np.cumsum(kept / kept.sum()) - kept / kept.sum()
        inside = before < sampling.top_p  # the likeliest is always inside
        order, kept = order[inside], kept[inside]
    logs = np.log(np.maximum(kept, 1e-300)) / sampling.temperature
    weights = np.where(kept > 0, np.exp(logs - logs.max()), 0.0)
    place = np.random.default_rng([sampling.seed & 0xFFFFFFFF, number]).random() * weights.sum()
    return int(order[min(int(np.searchsorted(np.cumsum(weights), place, side="right")), len(order) - 1)])


def continue_text(model: TrainedModel, prompt: str, count: int, sampling: Sampling) -> str:
    """What a language model writes after a prompt.

    Raises:
        InspectionError: It is no language model, or the prompt is empty.
    """
    _, encoder = language_target(model)
    ids = prompt_ids(encoder, prompt)
    count = min(max(count, 1), MOST_TOKENS)
    steps = continued(model, "", ids, range(count), sampling)
    return whole_text(encoder, ids, [step.token for step in steps])


def whole_text(encoder: TokensEncoder, ids: Sequence[int], drawn: Sequence[int]) -> str:
    """The text of drawn tokens, as it stands behind what came before: a letter may be parted between two tokens."""
    before, all_of_it = encoder.tokenizer.decode(ids), encoder.tokenizer.decode([*ids, *drawn])
    return all_of_it[len(before) :]


def prompt_ids(encoder: TokensEncoder, prompt: str) -> list[int]:
    """The tokens of a prompt.

    Raises:
        InspectionError: There is none.
    """
    ids = list(encoder.tokenizer.encode(prompt))
    if not ids:
        raise InspectionError("The prompt is empty. Type some words to begin with.")
    return ids
