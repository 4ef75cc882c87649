"""Finds two columns or files that say the same in two languages: by names of languages, or by lengths that go together.

Lengths of sentences and of their translations are proportional up to noise, which is enough to align texts (Gale &
Church 1993, "A program for aligning sentences in bilingual corpora"); a question and its answer are not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np

from dlstudio.graph.columns import so_far_name

_CODES = """
aa ab af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es et
eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk
kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny
oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk
tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
afr ara aze bel ben bul cat ces chi cmn cze dan deu dut ell eng epo est eus fas fin fra fre ger gle glg gre heb hin hrv
hun hye ind isl ita jpn kat kaz kor lat lav lit mar mkd mon nld nob nor pes pol por ron rum rus slk slv spa sqi srp swa
swe tam tel tgl tha tur ukr urd uzb vie yid yue zho
"""
_NAMES = """
afrikaans albanian arabic armenian azerbaijani basque belarusian bengali bosnian bulgarian catalan chinese croatian
czech danish dutch english esperanto estonian finnish french galician georgian german greek hebrew hindi hungarian
icelandic indonesian irish italian japanese kazakh korean latin latvian lithuanian macedonian malay mandarin marathi
mongolian norwegian persian polish portuguese romanian russian serbian slovak slovenian spanish swahili swedish tagalog
tamil telugu thai turkish ukrainian urdu vietnamese welsh yiddish
"""
LANGUAGES = frozenset((_CODES + _NAMES).split())
_SIDES = {"source": 0, "src": 0, "target": 1, "tgt": 1, "translation": 1}
_CREDIT = re.compile(r"attribution|CC[- ]BY|tatoeba|licen[cs]e|https?://", re.IGNORECASE)
_LOOKED_AT = 2000
_FEWEST = 5
_TOGETHER = 0.65  # correlation of lengths
_RATIO = 3.0
_MANY = 20_000  # sentences
_LONG_WORD = 24  # characters: no word, but a text without spaces


def is_language(word: str) -> bool:
    """Whether a word names a language: ``en``, ``eng``, ``English``, ``pt-BR``."""
    return re.split(r"[-_]", word.strip().lower())[0] in LANGUAGES


def language_pair(
    columns: Mapping[str, Mapping[str, Any]], cells: Mapping[str, Sequence[str]]
) -> tuple[str, str] | None:
    """The column to be translated and its translation, or None where there are no such two.

    Two columns named like languages or ``source`` and ``target``; or, where nothing else could be learnt, the only two
    columns of texts if the lengths of their texts go together.

    Args:
        columns: Settings by column, as guessed without this.
        cells: The texts of each column.
    """
    texts = [name for name in cells if columns.get(name, {}).get("type") in ("text", "category", "ignore")]
    texts = [name for name in texts if not is_credit(name, cells[name])]
    named = [name for name in texts if is_language(name)]
    sided = sorted((name for name in texts if name.strip().lower() in _SIDES), key=lambda n: _SIDES[n.strip().lower()])
    for pair in (named, sided):
        if len(pair) == 2 and _are_texts(cells[pair[0]]) and _are_texts(cells[pair[1]]):
            return pair[0], pair[1]
    others = [name for name in columns if not is_credit(name, cells.get(name, ()))]
    if len(others) == 2 == len(texts) and all(columns[name]["type"] == "text" for name in others):
        first, second = others
        if lengths_go_together(cells[first], cells[second]):
            return first, second
    return None


def is_credit(name: str, cells: Sequence[str]) -> bool:
    """Whether a column says whom the texts are from and under which licence."""
    shown = [cell for cell in islice(cells, 200) if cell.strip()]
    return bool(_CREDIT.search(name)) or (
        bool(shown) and sum(bool(_CREDIT.search(c)) for c in shown) > 0.8 * len(shown)
    )


def lengths_go_together(first: Sequence[str], second: Sequence[str]) -> bool:
    """Whether long texts of one column stand beside long ones of the other, and few are the same."""
    pairs = [(a, b) for a, b in zip(islice(first, _LOOKED_AT), second, strict=False) if a.strip() and b.strip()]
    if len(pairs) < _FEWEST or sum(a == b for a, b in pairs) > len(pairs) / 2:
        return False
    lengths = np.array([(len(a), len(b)) for a, b in pairs], np.float64)
    means = lengths.mean(axis=0)
    if max(means) > _RATIO * min(means) or not lengths.std(axis=0).all():
        return False
    return float(np.corrcoef(np.log(lengths.T))[0, 1]) >= _TOGETHER


def pair_columns(
    source: str, target: str, so_far: str, cells: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, Any]]:
    """The settings of the two columns and of what is written so far of the second; ``cells`` are their texts."""
    unit = usual_unit(cells[source], cells[target])
    return {
        source: {"type": "sentence", "unit": unit, "role": "input"},
        target: {"type": "translation", "unit": unit, "role": "target"},
        so_far: {"type": "so-far", "from": [target], "role": "input"},
    }


def usual_unit(sources: Sequence[str], targets: Sequence[str]) -> str:
    """Words where there are few sentences and words are parted by spaces, else subwords.

    Few sentences do not teach how pieces of words add up, and many hold too many words.
    """
    if len(sources) >= _MANY:
        return "subwords"
    for texts in (sources, targets):
        shown = [text for text in islice(texts, _LOOKED_AT) if text.strip()]
        longest = sorted(max(map(len, text.split())) for text in shown)
        if longest and longest[len(longest) // 2] > _LONG_WORD:
            return "subwords"
    return "words"


def with_so_far(columns: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """The same settings where each translation, and nothing else, has a column of what is written so far of it."""
    kept = {
        name: column
        for name, column in columns.items()
        if column.get("type") != "so-far"
        or any(columns.get(str(each), {}).get("type") == "translation" for each in column.get("from", ()))
    }
    known = {str(each) for column in kept.values() if column.get("type") == "so-far" for each in column["from"]}
    for name, column in columns.items():
        if column.get("type") == "translation" and name not in known:
            kept[so_far_name(name, {})] = {"type": "so-far", "from": [name], "role": "input"}
    return kept


def turned_round(columns: Mapping[str, Mapping[str, Any]], target: str) -> dict[str, Mapping[str, Any]]:
    """The settings of columns with a sentence as the translation, and what was its translation as the sentence."""
    found: dict[str, Mapping[str, Any]] = {}
    for name, column in columns.items():
        kind = column.get("type")
        if name == target:
            found[name] = {**column, "type": "translation", "role": "target"}
        elif kind == "translation":
            found[name] = {**column, "type": "sentence", "role": "input"}
        elif kind == "so-far":
            found[so_far_name(target, {})] = {**column, "from": [target]}
        else:
            found[name] = column
    return found


def _are_texts(cells: Sequence[str]) -> bool:
    """Whether most cells hold words: neither numbers nor single labels that come back again and again."""
    shown = [cell for cell in islice(cells, _LOOKED_AT) if cell.strip()]
    lettered = sum(any(sign.isalpha() for sign in cell) for cell in shown)
    return bool(shown) and lettered > 0.9 * len(shown) and len(set(shown)) > len(shown) / 3
