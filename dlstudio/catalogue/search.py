"""Finds node types by a few typed letters: names, aliases, initials, categories, summaries; the common ones first."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from dlstudio.catalogue.node_types import Catalogue, NodeType

_BY_USE = (
    "Dense Conv2D MaxPooling2D Flatten Dropout BatchNormalization Input Output LSTM GRU Bidirectional Embedding "
    "MultiHeadAttention LayerNormalization GlobalAveragePooling2D GlobalAveragePooling1D Add Concatenate Activation "
    "Conv1D Reshape Rescaling AveragePooling2D Conv2DTranspose SeparableConv2D SpatialDropout2D GlobalMaxPooling1D "
    "GlobalMaxPooling2D MaxPooling1D UpSampling2D ReLU Softmax SimpleRNN TimeDistributed Attention RandomFlip "
    "RandomRotation RandomZoom Resizing Normalization Multiply Subtract Permute Masking DepthwiseConv2D"
)
COMMON = tuple(_BY_USE.split())
"""Layers by how often networks use them."""

NICKNAMES = {
    "MultiHeadAttention": ("mha", "transformer", "self attention", "attention"),
    "Dense": ("fc", "fully connected", "linear", "mlp", "perceptron"),
    "Conv2D": ("cnn", "convolution"),
    "BatchNormalization": ("bn", "batchnorm", "batch norm"),
    "LayerNormalization": ("ln", "layernorm", "layer norm"),
    "GlobalAveragePooling2D": ("gap",),
    "GlobalAveragePooling1D": ("gap",),
    "Concatenate": ("join", "concat", "merge", "skip"),
    "Add": ("residual", "skip", "sum", "plus"),
    "Conv2DTranspose": ("deconvolution", "upconv"),
    "LSTM": ("recurrent", "memory"),
    "Bidirectional": ("bilstm", "bigru", "brnn"),
    "GroupQueryAttention": ("gqa",),
    "Output": ("target", "loss", "head"),
    "Input": ("data", "source"),
    "UpSampling2D": ("upscale", "upsample"),
    "Resizing": ("resize",),
    "GlobalMaxPooling2D": ("gmp",),
    "RMSNormalization": ("rms", "rmsnorm"),
    "GroupNormalization": ("gn", "groupnorm"),
    "Dropout": ("regularize",),
    "Flatten": ("ravel",),
    "Custom layer": ("own", "code", "lambda"),
    "Constant": ("number", "literal"),
    "Rescaling": ("scale",),
}

_RANK = {name: index for index, name in enumerate(COMMON)}


def search(catalogue: Catalogue, text: str, limit: int = 50, among: Iterable[str] | None = None) -> list[NodeType]:
    """Node types that a typed text may mean, best first; for an empty text the common ones first.

    Args:
        catalogue: Where to look.
        text: A few letters; several words all have to fit.
        limit: How many at the most.
        among: Only these ids, such as those that fit a dragged wire. Types that cannot be used are left out always.
    """
    allowed = None if among is None else set(among)
    text = re.sub(r"^keras\.(layers|ops)\.", "", text.strip().lower())
    words = [word for word in re.split(r"[\s.]+", text) if word]
    found: list[tuple[float, int, str, NodeType]] = []
    for node_type in catalogue:
        if node_type.unusable or (allowed is not None and node_type.id not in allowed):
            continue
        score = _score(node_type, words)
        if score > 0:
            rank = _RANK.get(node_type.name, 1000 if node_type.category != "operation" else 2000)
            if node_type.category == "operation" and node_type.name.lower() != text:
                score *= 0.8
            found.append((-score - _favour(rank), rank, node_type.name, node_type))
    found.sort(key=lambda entry: entry[:3])
    return [entry[3] for entry in found[:limit]]


def _favour(rank: int) -> float:
    return max(0.0, 0.15 * (1 - rank / len(COMMON)))


def _score(node_type: NodeType, words: list[str]) -> float:
    if not words:
        return 0.01
    whole = "".join(words)
    scores = [_word_score(node_type, word) for word in words]
    if all(scores):
        return min(scores)
    return _name_score(node_type.name, whole)


def _word_score(node_type: NodeType, word: str) -> float:
    best = _name_score(node_type.name, word)
    for alias in node_type.aliases:
        best = max(best, 0.9 * _name_score(alias, word))
    for nickname in NICKNAMES.get(node_type.name, ()):
        if nickname == word:
            best = max(best, 0.97)
        elif nickname.startswith(word) and len(word) > 2:
            best = max(best, 0.75)
    if node_type.category.startswith(word):
        best = max(best, 0.55)
    if best == 0 and len(word) > 2 and re.search(rf"\b{re.escape(word)}", node_type.summary.lower()):
        best = 0.3
    return best


def _name_score(name: str, word: str) -> float:
    """1 for the name itself, less for its start, initials, a later part, misspelled ones; 0 where it does not fit."""
    lower = name.lower()
    if lower == word:
        return 1.0
    if lower.startswith(word):
        return 0.9 + 0.05 * len(word) / len(lower)
    parts = [part.lower() for part in re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z]+|\d+[A-Z]?|[a-z]+", name)]
    initials = "".join(part[0] for part in parts)
    if initials == word or (len(word) > 1 and initials.startswith(word)):
        return 0.85
    if any(part.startswith(word) for part in parts):
        return 0.7
    if word in lower:
        return 0.6
    if len(word) > 2 and _abbreviates(parts, word):
        return 0.5
    return _misspelled(lower, word)


def _misspelled(lower: str, word: str) -> float:
    """Below 0.5 where letters of a name are left out (``cnv2d``, ``atention``) or one is wrong (``dropuot``)."""
    if len(word) < 3 or word[0] != lower[0]:
        return 0.0
    rest = iter(lower)
    if all(letter in rest for letter in word):
        covered = len(word) / len(lower)
        return 0.2 + 0.25 * covered if covered >= 0.4 else 0.0
    if len(word) > 3 and abs(len(word) - len(lower)) < 3:
        alike = difflib.SequenceMatcher(None, word, lower).ratio()
        return 0.4 * alike if alike >= 0.8 else 0.0
    return 0.0


def _abbreviates(parts: list[str], word: str) -> bool:
    """Whether a word is put together from the starts of a name's parts: ``gavgp`` or ``bnorm`` or ``cnv2d``."""
    if not word:
        return True
    if not parts:
        return False
    first, *others = parts
    for length in range(min(len(first), len(word)), 0, -1):
        if word.startswith(first[:length]) and _abbreviates(others, word[length:]):
            return True
    return len(others) > 0 and len(word) > 2 and _abbreviates(others, word)
