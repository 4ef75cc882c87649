"""Questions about passages, cut into words that know their place: raw columns of reading comprehension.

An answer is a piece of its passage by characters; networks point at words. Both ways between them are here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dlstudio.data.encoders.tokenized import Token
from dlstudio.data.table import Cells, Rows
from dlstudio.data.texts.token_columns import Tokens

PASSAGE, QUESTION, ANSWER = "passage", "question", "answer"
"""The columns of such data."""

NO_ANSWER = Token("∅", 0, 0)
"""What stands before the first word of a passage where questions may have no answer: to point there is to say so."""


@dataclass(frozen=True)
class Passage:
    """A text and its words; rows that ask about the same text share one."""

    text: str
    words: tuple[Token, ...]

    @property
    def may_lack(self) -> bool:
        """Whether its first place stands for no answer."""
        return self.words[:1] == (NO_ANSWER,)

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """The first and the last word that touch the characters from ``start`` up to ``end``; None where none does."""
        touched = [number for number, word in enumerate(self.words) if word.start < end and word.end > start]
        return (touched[0], touched[-1]) if touched else None

    def piece(self, first: int, last: int) -> str:
        """The characters from the first to the last word, both included; those of no word are left out.

        Empty where the span is the place of no answer.
        """
        words = self.words[first : last + 1]
        return self.text[words[0].start : words[-1].end] if words else ""


@dataclass(frozen=True)
class Reference:
    """What a person knows of one row: what answers are judged by.

    Attributes:
        question: The question.
        passage: What it is about.
        answers: Each answer that counts as right, as the source writes it; the first is the one that is learnt. One
            empty text where the passage does not say.
        spans: First and last word of each, in the order of ``answers``; None where no word is in it.
    """

    question: str
    passage: Passage
    answers: tuple[str, ...]
    spans: tuple[tuple[int, int] | None, ...]


class ReadWords(Tokens):
    """Questions or passages of reading comprehension; both count words together, so that a word has one number.

    Attributes:
        pairs: Both texts of each row, those of the other column included.
        vocabulary: How many words are told apart at the most, in both.
    """

    def __init__(
        self, texts: Sequence[str], words: Sequence[Sequence[Token]], pairs: Sequence[Reference], vocabulary: int
    ) -> None:
        super().__init__([[word.text for word in row] for row in words])
        self.values = texts
        self.pairs = pairs
        self.vocabulary = vocabulary

    def words_to_count(self, rows: Rows) -> Iterator[str]:
        """The words of the questions and of their passages, each passage once."""
        from dlstudio.data.encoders.tokenized import split_words

        seen: set[int] = set()
        for row in rows.tolist() if len(rows) else range(len(self.pairs)):
            pair = self.pairs[row]
            yield from (word.text for word in split_words(pair.question))
            if id(pair.passage) not in seen:
                seen.add(id(pair.passage))
                yield from (word.text for word in pair.passage.words)


class Answers(Cells):
    """Answers as pieces of their passages.

    Attributes:
        references: What each row is judged by.
        length: How many words of a passage are read.
    """

    fits: tuple[str, ...] = ("span",)

    def __init__(self, references: Sequence[Reference], length: int) -> None:
        super().__init__([each.answers[0] or "(no answer)" for each in references])
        self.references = references
        self.length = length
