"""Splits a text into words: lower case, punctuation by itself, one sign of Chinese or Japanese a token.

One pattern, without a library whose next version could split otherwise: a saved vocabulary fits for ever.
"""

from __future__ import annotations

import re

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(rf"[{_CJK}]|(?:(?![{_CJK}])[^\W_])+(?:['’](?:(?![{_CJK}])[^\W_])+)*|[^\w\s]|_")
LONGEST = 100_000  # characters; what lies behind is far beyond any length a network reads


def tokenize(text: str) -> list[str]:
    """The tokens of a text: ``"Don't panic!"`` becomes ``["don't", "panic", "!"]``."""
    return _TOKEN.findall(text[:LONGEST].lower().replace("’", "'"))


def token_spans(text: str) -> list[tuple[int, int]]:
    """Begin and end of each token of :func:`tokenize` in the text itself.

    Lower case is taken character by character, so that the places stay those of the text.
    """
    lowered = "".join(each.lower() if len(each.lower()) == 1 else each for each in text[:LONGEST])
    return [found.span() for found in _TOKEN.finditer(lowered.replace("’", "'"))]
