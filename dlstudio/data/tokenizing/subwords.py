"""Subwords by byte-pair encoding of bytes: any text of any alphabet, nothing unknown.

Sennrich, Haddow, Birch (2016), Neural Machine Translation of Rare Words with Subword Units, over bytes as in Radford
et al. (2019), GPT-2. Learned and applied by the library ``tokenizers`` of Hugging Face.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from dlstudio.data.tokenizing.tokenizer import OWN, PADDING, UNKNOWN

_LEAST = 256  # the bytes


class SubwordTokenizer:
    """Wraps a byte-level tokenizer; its ids are moved up by two, for padding and unknown."""

    unit = "subwords"

    def __init__(self, value: Mapping[str, Any]) -> None:
        """Args:
        value: The library's own JSON form.
        """
        self._value = value
        self._tokenizer = Tokenizer.from_str(json.dumps(value))
        inside = [str(self._tokenizer.id_to_token(number)) for number in range(self._tokenizer.get_vocab_size())]
        table = _byte_table()
        self._bytes = [b"", "\ufffd".encode(), *(bytes(table[sign] for sign in token) for token in inside)]
        self.pieces = tuple(_piece(each) for each in self._bytes)

    @classmethod
    def fit(cls, texts: Iterable[str], vocabulary: int) -> SubwordTokenizer:
        """Merges the commonest pairs until the vocabulary is full or no pair occurs twice."""
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = decoders.ByteLevel()
        trainer = trainers.BpeTrainer(
            vocab_size=max(vocabulary - OWN, _LEAST),
            min_frequency=2,
            show_progress=False,
            special_tokens=[],
            initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        )
        tokenizer.train_from_iterator(texts, trainer)
        return cls(json.loads(tokenizer.to_str()))

    def encode(self, text: str) -> Sequence[int]:
        return [each + OWN for each in self._tokenizer.encode(text).ids]

    def decode(self, ids: Sequence[int]) -> str:
        content = b"".join(self._bytes[each] for each in ids if each not in (PADDING, UNKNOWN))
        return content.decode("utf-8", "replace")

    def as_json(self) -> dict[str, Any]:
        return {"unit": self.unit, "tokenizer": self._value}


def _piece(content: bytes) -> str:
    """The text of a token, with as many characters as begin in it: bytes that only continue one have none."""
    while content and content[0] & 0xC0 == 0x80:
        content = content[1:]
    return content.decode("utf-8", "replace")


def _byte_table() -> dict[str, int]:
    """Which byte each sign of the library's tokens stands for; printable ones for themselves, as in GPT-2."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    table = {chr(byte): byte for byte in plain}
    other = [byte for byte in range(256) if byte not in plain]
    table |= {chr(256 + place): byte for place, byte in enumerate(other)}
    return table
