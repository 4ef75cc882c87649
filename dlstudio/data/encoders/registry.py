"""Every column type: how its encoder is fitted, read back from JSON, and which rows it cannot encode.

A new column type is a module beside this one, a line in each table here, and one in `COLUMN_TYPES`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dlstudio.data.encoders.audio import AudioEncoder
from dlstudio.data.encoders.bands import BandsEncoder
from dlstudio.data.encoders.boxes import BoxesEncoder
from dlstudio.data.encoders.category import CategoryEncoder
from dlstudio.data.encoders.clip import ClipEncoder
from dlstudio.data.encoders.encoder import Encoder
from dlstudio.data.encoders.forecast import ForecastEncoder
from dlstudio.data.encoders.image import ImageEncoder
from dlstudio.data.encoders.joined import JoinedEncoder
from dlstudio.data.encoders.mask import MaskEncoder
from dlstudio.data.encoders.masked import MaskedEncoder
from dlstudio.data.encoders.noise import NoiseEncoder
from dlstudio.data.encoders.number import NumberEncoder
from dlstudio.data.encoders.reading import ReadingEncoder
from dlstudio.data.encoders.sentence import SentenceEncoder
from dlstudio.data.encoders.series import SeriesEncoder
from dlstudio.data.encoders.span import SpanEncoder
from dlstudio.data.encoders.tags import TagsEncoder
from dlstudio.data.encoders.text import TextEncoder
from dlstudio.data.encoders.tokenized import TokenizedTextEncoder
from dlstudio.data.encoders.tokens import TokensEncoder
from dlstudio.data.encoders.transcript import TranscriptEncoder
from dlstudio.data.encoders.volume import VolumeEncoder
from dlstudio.data.table import RawColumn, Rows
from dlstudio.data.texts.passages import ReadWords
from dlstudio.data.texts.token_columns import Tokens

AnyEncoder = Encoder | JoinedEncoder
Fit = Callable[[str, RawColumn, Rows, Mapping[str, Any]], AnyEncoder]
Read = Callable[[Mapping[str, Any]], AnyEncoder]


def _fit_text(name: str, raw: RawColumn, train: Rows, settings: Mapping[str, Any]) -> AnyEncoder:
    """A text that comes in tokens keeps them; questions and passages share the numbers of their words."""
    if isinstance(raw, ReadWords):
        return ReadingEncoder.fit(name, raw, train, settings)
    kind = TokenizedTextEncoder if isinstance(raw, Tokens) else TextEncoder
    return kind.fit(name, raw, train, settings)


FITS: dict[str, Fit] = {
    "audio": lambda name, _raw, _train, settings: AudioEncoder.of_settings(name, settings),
    "bands": BandsEncoder.fit,
    "boxes": BoxesEncoder.fit,
    "category": CategoryEncoder.fit,
    "clip": lambda name, _raw, _train, settings: ClipEncoder.of_settings(name, settings),
    "forecast": ForecastEncoder.fit,
    "hidden": MaskedEncoder.fit,
    "image": lambda name, _raw, _train, settings: ImageEncoder.of_settings(name, settings),
    "mask": lambda name, _raw, _train, settings: MaskEncoder.of_settings(name, settings),
    "masked": MaskedEncoder.fit,
    "noise": lambda name, _raw, _train, settings: NoiseEncoder.of_settings(name, settings),
    "number": NumberEncoder.fit,
    "sentence": SentenceEncoder.fit,
    "series": SeriesEncoder.fit,
    "span": SpanEncoder.fit,
    "tags": TagsEncoder.fit,
    "text": _fit_text,
    "next-tokens": TokensEncoder.fit,
    "tokens": TokensEncoder.fit,
    "transcript": TranscriptEncoder.fit,
    "translation": SentenceEncoder.fit,
    "volume": VolumeEncoder.fit,
}
"""How the encoder of a type is fitted: ``(column, raw values, rows of the training split, settings)``."""

READS: dict[str, Read] = {
    "audio": AudioEncoder.from_json,
    "bands": BandsEncoder.from_json,
    "boxes": BoxesEncoder.from_json,
    "category": CategoryEncoder.from_json,
    "clip": ClipEncoder.from_json,
    "forecast": ForecastEncoder.from_json,
    "hidden": MaskedEncoder.from_json,
    "image": ImageEncoder.from_json,
    "joined": JoinedEncoder.from_json,
    "mask": MaskEncoder.from_json,
    "masked": MaskedEncoder.from_json,
    "next-tokens": TokensEncoder.from_json,
    "noise": NoiseEncoder.from_json,
    "number": NumberEncoder.from_json,
    "reading": ReadingEncoder.from_json,
    "series": SeriesEncoder.from_json,
    "span": SpanEncoder.from_json,
    "sentence": SentenceEncoder.from_json,
    "so-far": SentenceEncoder.from_json,
    "tags": TagsEncoder.from_json,
    "text": TextEncoder.from_json,
    "tokenized": TokenizedTextEncoder.from_json,
    "tokens": TokensEncoder.from_json,
    "transcript": TranscriptEncoder.from_json,
    "translation": SentenceEncoder.from_json,
    "volume": VolumeEncoder.from_json,
}
"""How the encoder of a type is made again from its JSON form."""
