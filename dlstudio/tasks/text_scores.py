"""How close written texts are to true ones, counted by sacrebleu so that numbers compare with those of papers.

BLEU: Papineni et al. 2002, with the tokenization of Post 2018. chrF: Popović 2015, characters up to six, beta 2.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Burmese
    (0x1780, 0x17FF),  # Khmer
    (0x3040, 0x30FF),  # kana
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),  # Han
)


def corpus_scores(truth: Sequence[str], given: Sequence[str]) -> dict[str, float]:
    """``bleu``, ``chrf`` (0 to 100) and ``exact`` (0 to 1) of all texts together; empty where there is none.

    Args:
        truth: One reference a text.
        given: As many written texts.
    """
    if not truth:
        return {}
    from sacrebleu import BLEU, CHRF  # only who translates waits for it

    real, written = [_plain(each) for each in truth], [_plain(each) for each in given]
    return {
        "bleu": float(BLEU(tokenize=bleu_tokenizer(real)).corpus_score(written, [real]).score),
        "chrf": float(CHRF().corpus_score(written, [real]).score),
        "exact": sum(a == b for a, b in zip(real, written, strict=True)) / len(real),
    }


def each_chrf(truth: Sequence[str], given: Sequence[str]) -> np.ndarray:
    """chrF of each text, 0 to 100, (texts,) float64."""
    from sacrebleu import CHRF

    metric = CHRF()
    pairs = zip(truth, given, strict=True)
    return np.array([metric.sentence_score(_plain(b), [_plain(a)]).score for a, b in pairs], np.float64)


def bleu_tokenizer(texts: Sequence[str]) -> str:
    """sacrebleu's name for how texts are cut into words: ``13a``, or ``char`` where words are not parted by spaces."""
    letters = [ord(sign) for text in texts[:500] for sign in text if sign.isalpha()]
    unspaced = sum(any(low <= code <= high for low, high in _UNSPACED) for code in letters)
    return "char" if unspaced > len(letters) / 2 else "13a"


def _plain(text: str) -> str:
    return " ".join(text.replace("’", "'").split())
