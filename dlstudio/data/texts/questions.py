"""Questions about passages, whatever file they came from: makes the table and guesses its settings.

All questions about one passage are one group, so that no passage is in two parts of the data.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from dlstudio.data.encoders.encoder import whole_setting
from dlstudio.data.encoders.tokenized import Token, split_words
from dlstudio.data.guessing import DEFAULT_SPLIT, VOCABULARY
from dlstudio.data.splitting.splits import FOLDED
from dlstudio.data.table import LISTED, SPLITS, Choice, DataError, DataIssue, Table, listed
from dlstudio.data.texts.passages import ANSWER, NO_ANSWER, PASSAGE, QUESTION, Answers, Passage, ReadWords, Reference
from dlstudio.data.texts.tagged_sentences import fold_of_file
from dlstudio.graph.project import DataSettings

_LONGEST_PASSAGE, _LONGEST_QUESTION = 384, 64  # words that are read, unless the settings say otherwise
_MOST_QUESTIONS = 2_000_000

UNANSWERABLE, LEARNT = "unanswerable", "learn"
"""The option that has questions without an answer learnt as such; else they are left out."""


@dataclass(frozen=True)
class Asked:
    """One question as a file has it: its place there, the texts, and each answer with its first character.

    There is none where the passage does not say.
    """

    place: str
    context: str
    question: str
    answers: tuple[tuple[str, int], ...]


@dataclass
class QuestionFile:
    """What one file holds.

    Attributes:
        name: The file's name.
        asked: The questions that can be used.
        faults: By place, why a question cannot be used.
    """

    name: str
    asked: list[Asked] = field(default_factory=list)
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def impossible(self) -> int:
        """How many have no answer in their passage."""
        return sum(not each.answers for each in self.asked)

    def usable(self, learnt: bool) -> list[Asked]:
        """Those with an answer, and where it is to be ``learnt`` that there may be none, the others as well."""
        return [each for each in self.asked if each.answers or learnt]


def guess_questions(path: Path, name: str, files: Sequence[tuple[Path, QuestionFile]]) -> DataSettings:
    """Lengths that hold 98 of 100 passages and questions; split by files or by passages.

    Raises:
        DataError: No question can be used.
    """
    answered = any(each.answers for _, file in files for each in file.asked)
    learnt = any(file.impossible for _, file in files)
    asked = [each for _, file in files for each in file.usable(learnt)]
    if not answered:
        raise DataError(f"{path.name} holds no question that can be used{_reason(files)}.")
    passages = [len(split_words(context)) + learnt for context in {each.context for each in asked}]
    length = _usual(passages, _LONGEST_PASSAGE)
    asks = _usual([len(split_words(each.question)) for each in asked], _LONGEST_QUESTION)
    columns: dict[str, dict[str, Any]] = {
        PASSAGE: {"type": "text", "length": length, "vocabulary": VOCABULARY, "role": "input"},
        QUESTION: {"type": "text", "length": asks, "vocabulary": VOCABULARY, "role": "input"},
        ANSWER: {"type": "span", "role": "target"},
    }
    folds = {fold_of_file(file) for file, _ in files}
    split = {"by": "folder", **FOLDED} if "train" in folds and len(folds) > 1 else dict(DEFAULT_SPLIT)
    return DataSettings(str(path), name, columns, split, {UNANSWERABLE: LEARNT} if learnt else {})


def question_table(path: Path, settings: DataSettings, files: Sequence[tuple[Path, QuestionFile]]) -> Table:
    """One row a question.

    Raises:
        DataError: No question can be used, or there are too many; or a setting makes no sense.
    """
    length, vocabulary = _lengths(settings)
    learnt = settings.options.get(UNANSWERABLE) == LEARNT
    usable = [(where, file, file.usable(learnt)) for where, file in files]
    count = sum(len(asked) for _, _, asked in usable)
    if not any(each.answers for _, _, asked in usable for each in asked):
        raise DataError(f"{path.name} holds no question that can be used{_reason(files)}.")
    if count > _MOST_QUESTIONS:
        raise DataError(f"{path.name} holds {count:,} questions; {_MOST_QUESTIONS:,} are the most. Use a part of it.")
    passages: dict[str, Passage] = {}
    numbers: dict[str, int] = {}
    references: list[Reference] = []
    words: list[tuple[Token, ...]] = []
    places: list[str] = []
    folds: list[int] = []
    groups: list[int] = []
    for where, file, asked in usable:
        fold = fold_of_file(where) if len(files) > 1 else None
        for each in asked:
            passage = passages.get(each.context)
            if passage is None:
                read = split_words(each.context)
                passage = passages[each.context] = Passage(each.context, (NO_ANSWER, *read) if learnt else tuple(read))
                numbers[each.context] = len(numbers)
            spans = tuple(passage.span(start, start + len(text)) for text, start in each.answers) or ((0, 0),)
            answers = tuple(text for text, _ in each.answers) or ("",)
            references.append(Reference(each.question, passage, answers, spans))
            words.append(tuple(split_words(each.question)))
            places.append(f"{file.name}, {each.place}" if len(files) > 1 else each.place)
            folds.append(SPLITS.index(fold) if fold else -1)
            groups.append(numbers[each.context])
    known = np.array(folds, np.int8)
    columns = {
        PASSAGE: ReadWords(
            [r.passage.text for r in references], [r.passage.words for r in references], references, vocabulary
        ),
        QUESTION: ReadWords([r.question for r in references], words, references, vocabulary),
        ANSWER: Answers(references, length),
    }
    return Table(
        len(references),
        columns,
        known if (known >= 0).any() else None,
        tuple(_issues(files, settings.options, references, length)),
        lambda row: places[row],
        path.name if len(files) == 1 else "",
        groups=np.array(groups, np.int64),
    )


def _lengths(settings: DataSettings) -> tuple[int, int]:
    """How many words of a passage are read, and how many words are told apart in passages and questions."""
    passage, question = (settings.columns.get(name, {}) for name in (PASSAGE, QUESTION))
    length = whole_setting(PASSAGE, passage, "length", _LONGEST_PASSAGE, (1, 4096))
    vocabulary = whole_setting(PASSAGE, passage, "vocabulary", VOCABULARY, (16, 200_000))
    other = question.get("vocabulary", vocabulary)
    if other != vocabulary:
        raise DataError(
            f"'{PASSAGE}' tells {vocabulary} words apart and '{QUESTION}' {other}; a word has to have one number in "
            "both. Give both the same vocabulary."
        )
    return length, vocabulary


def _usual(lengths: Sequence[int], most: int) -> int:
    ordered = sorted(lengths)
    wanted = ordered[min(len(ordered) - 1, math.ceil(len(ordered) * 0.98) - 1)]
    return min(most, max(8, math.ceil(wanted / 8) * 8))


def _reason(files: Sequence[tuple[Path, QuestionFile]]) -> str:
    for _, file in files:
        for place, reason in file.faults.items():
            return f": {file.name}, {place}, {reason}"
    none = sum(file.impossible for _, file in files)
    return f": {none:,} have no answer in their passage" if none else ""


def _issues(
    files: Sequence[tuple[Path, QuestionFile]],
    options: Mapping[str, Any],
    references: Sequence[Reference],
    length: int,
) -> Iterator[DataIssue]:
    yield from _faults(files, options)
    impossible = sum(file.impossible for _, file in files)
    learnt = options.get(UNANSWERABLE) == LEARNT
    if impossible:
        verb = "question has" if impossible == 1 else "questions have"
        what, choice = (
            (
                "which is learnt: a place before the first word of each passage stands for it.",
                Choice("Leave them out", UNANSWERABLE, "skip"),
            )
            if learnt
            else (
                "and are left out: what is learnt then always answers.",
                Choice("Learn that there is none", UNANSWERABLE, LEARNT),
            )
        )
        yield DataIssue(
            "missing",
            f"{impossible:,} {verb} no answer in the passage{',' if learnt else ''} {what}",
            "info" if learnt else "warning",
            column=ANSWER,
            count=impossible,
            choices=(choice,),
        )
    lost = [row for row, each in enumerate(references) if each.spans[0] is None or each.spans[0][1] >= length]
    if lost:
        longest = max(len(each.passage.words) for each in references)
        verb = "answer lies" if len(lost) == 1 else "answers lie"
        yield DataIssue(
            "outside",
            f"{len(lost):,} {verb} behind the first {length} words of the passage, which is all that the network "
            f"reads (the longest passage has {longest:,}). They teach nothing and count as wrong. Raise the length of "
            f"'{PASSAGE}' to reach them.",
            column=ANSWER,
            count=len(lost),
            rows=tuple(lost[:LISTED]),
        )
    inner = sum(_is_within_a_word(each) for each in references)
    if inner:
        verb = "answer begins or ends" if inner == 1 else "answers begin or end"
        yield DataIssue(
            "outside",
            f"{inner:,} {verb} within a word; whole words are learnt.",
            column=ANSWER,
            count=inner,
        )


def _is_within_a_word(reference: Reference) -> bool:
    span = reference.spans[0]
    return span is not None and len(reference.passage.piece(*span)) > len(reference.answers[0].strip())


def _faults(files: Sequence[tuple[Path, QuestionFile]], options: Mapping[str, Any]) -> Iterator[DataIssue]:
    found = [f"{file.name}, {place}: {reason}" for _, file in files for place, reason in file.faults.items()]
    if found:
        skipped = options.get("ragged") == "skip"
        rest = "They are left out, as chosen." if skipped else "Mend them, or leave them out."
        what = "1 question cannot be used" if len(found) == 1 else f"{len(found):,} questions cannot be used"
        yield DataIssue(
            "ragged",
            f"{what}: {listed(found, len(found))}. {rest}",
            "warning" if skipped else "error",
            count=len(found),
            places=tuple(found[:LISTED]),
            choices=() if skipped else (Choice("Leave these questions out", "ragged", "skip"),),
        )
