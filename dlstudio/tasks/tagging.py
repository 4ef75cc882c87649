"""A tag for each token of a text: named entities, parts of speech. Entities are counted by seqeval.

An entity is right where its type, its first and its last token are right. Places without a token hold ``IGNORED``.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from dlstudio.data.encoders.tags import IGNORED
from dlstudio.data.texts.entities import OUTSIDE, entity_spans, names_entities
from dlstudio.graph.columns import ColumnSpec
from dlstudio.tasks.confusion import confusion_matrix, macro_f1
from dlstudio.tasks.informed import Seen

if TYPE_CHECKING:
    from dlstudio.data.encoders.tokenized import Token

NAME = "tagging"
_SMALLEST = 1e-7  # as Keras clips probabilities


class Tagging:
    """Class indices (tokens,) as truth, scores (tokens, classes) from the network, cross-entropy a token."""

    name = NAME
    title = "Tagging of tokens"
    monitor = "val_loss"
    baseline_title = "the better of each word's commonest tag and logistic regression"

    def suits(self, target: ColumnSpec) -> bool:
        """Tags."""
        return target.kind == "tags"

    def units(self, target: ColumnSpec) -> int:
        """One a class."""
        return len(target.classes)

    def output_shape(self, target: ColumnSpec) -> tuple[int | None, ...]:
        """(tokens, classes)."""
        return (*target.shape, self.units(target))

    def loss(self, target: ColumnSpec, probabilities: bool) -> dict[str, Any]:
        """Cross-entropy over the tokens that there are."""
        settings = {"from_logits": not probabilities, "ignore_class": IGNORED}
        return {"type": "keras.losses.SparseCategoricalCrossentropy", "settings": settings}

    def metrics(self, target: ColumnSpec, probabilities: bool) -> list[dict[str, Any]]:
        """Share of right tags. With entities most tags are ``O``, so it is high from the start: see ``entity_f1``."""
        return [{"type": "dlstudio.MaskedAccuracy", "name": "token_accuracy", "settings": {}}]

    def scores(self, outputs: np.ndarray, target: ColumnSpec, probabilities: bool) -> np.ndarray:
        """Probabilities, (samples, tokens, classes), float64."""
        values = np.asarray(outputs, np.float64)
        if probabilities:
            return values
        exponentials = np.exp(values - values.max(axis=-1, keepdims=True))
        return np.asarray(exponentials / exponentials.sum(axis=-1, keepdims=True))

    def predictions(self, outputs: np.ndarray, target: ColumnSpec, probabilities: bool) -> list[dict[str, Any]]:
        """``{"tags": [...], "confidence": [...]}``, both for every place, also those without a token."""
        scores = self.scores(outputs, target, probabilities)
        best, sure = scores.argmax(axis=-1), scores.max(axis=-1)
        return [
            {"tags": [target.classes[each] for each in row], "confidence": [float(each) for each in shares]}
            for row, shares in zip(best, sure, strict=True)
        ]

    def of_tokens(self, prediction: Mapping[str, Any], tokens: Mapping[str, Sequence[Token]]) -> dict[str, Any]:
        """``{"value": what is found in words, "tokens", "tags", "confidence", "entities": [...]}`` of one text.

        Each entity is ``{"type", "text", "start", "end", "confidence"}``, from the first to behind the last token; the
        confidence is that of its least certain token.
        """
        words = [token.text for token in next(iter(tokens.values()), ())]
        tags = list(prediction["tags"])[: len(words)]
        confidence = list(prediction["confidence"])[: len(words)]
        entities = [
            {
                "type": span.type,
                "text": " ".join(words[span.start : span.end]),
                "start": span.start,
                "end": span.end,
                "confidence": min(confidence[span.start : span.end]),
            }
            for span in entity_spans(tags)
        ]
        if entities or set(tags) <= {OUTSIDE}:
            value = ", ".join(f"{each['text']} ({each['type']})" for each in entities) or "no entities"
        else:
            value = " ".join(f"{word}/{tag}" for word, tag in zip(words, tags, strict=True))
        return {"value": value, "tokens": words, "tags": tags, "confidence": confidence, "entities": entities}

    def evaluate(
        self, truth: np.ndarray, outputs: np.ndarray, target: ColumnSpec, probabilities: bool
    ) -> dict[str, float]:
        """``loss``, ``token_accuracy``; and ``entity_precision``, ``entity_recall``, ``entity_f1``, or ``macro_f1``."""
        known = np.asarray(truth) != IGNORED
        if not known.any():
            return {}
        found = tag_metrics(truth, np.asarray(outputs).argmax(axis=-1), target)
        scores = self.scores(outputs, target, probabilities)[known]
        right = scores[np.arange(len(scores)), np.asarray(truth)[known].astype(np.int64)]
        return {"loss": float(-np.log(np.clip(right, _SMALLEST, 1.0)).mean()), **found}

    def sample_losses(
        self, truth: np.ndarray, outputs: np.ndarray, target: ColumnSpec, probabilities: bool
    ) -> np.ndarray:
        """Mean cross-entropy of each sample's tokens in nats, (samples,)."""
        truth = np.asarray(truth, np.int64)
        known = truth != IGNORED
        scores = self.scores(outputs, target, probabilities)
        right = np.take_along_axis(scores, np.where(known, truth, 0)[..., np.newaxis], axis=-1)[..., 0]
        losses = np.where(known, -np.log(np.clip(right, _SMALLEST, 1.0)), 0.0)
        return np.asarray(losses.sum(axis=1) / np.maximum(known.sum(axis=1), 1))

    def baseline(self, train_truth: np.ndarray, test_truth: np.ndarray, target: ColumnSpec) -> dict[str, float]:
        """Always the commonest tag, which knows nothing of the words; see :meth:`baseline_from_inputs`."""
        known = np.asarray(train_truth)[np.asarray(train_truth) != IGNORED]
        if not len(known) or not (np.asarray(test_truth) != IGNORED).any():
            return {}
        most = int(np.bincount(known.astype(np.int64), minlength=len(target.classes)).argmax())
        return tag_metrics(test_truth, np.full(np.shape(test_truth), most), target)

    def baseline_from_inputs(self, train: Seen, test: Seen, target: ColumnSpec) -> dict[str, float]:
        """The better of each word's commonest tag and a logistic regression on a word and its neighbours.

        Both stand beside it, as ``commonest_tag_...`` and ``logistic_regression_...``.
        """
        from dlstudio.tasks.tag_baselines import by_commonest_tag, by_logistic_regression

        texts = [name for name, values in train.inputs.items() if values.shape[1:] == target.shape]
        if not texts or not (train.truth != IGNORED).any() or not (test.truth != IGNORED).any():
            return self.baseline(train.truth, test.truth, target)
        words, asked = train.inputs[texts[0]], test.inputs[texts[0]]
        simple = tag_metrics(test.truth, by_commonest_tag(words, train.truth, asked), target)
        better = tag_metrics(test.truth, by_logistic_regression(words, train.truth, asked), target)
        measure = "entity_f1" if "entity_f1" in simple else "macro_f1"
        return {
            **max(simple, better, key=lambda found: found[measure]),
            **{f"commonest_tag_{name}": value for name, value in simple.items()},
            **{f"logistic_regression_{name}": value for name, value in better.items()},
        }


def tag_metrics(truth: np.ndarray, chosen: np.ndarray, target: ColumnSpec) -> dict[str, float]:
    """Accuracy over tokens, and entity metrics, or the macro F1 of the tags where they mark no entities.

    Args:
        truth: Class indices, (samples, tokens), ``IGNORED`` where there is no token.
        chosen: Predicted class indices, (samples, tokens).
        target: The target column.
    """
    truth, chosen = np.asarray(truth, np.int64), np.asarray(chosen, np.int64)
    known = truth != IGNORED
    found = {"token_accuracy": float((chosen == truth)[known].mean())}
    if not names_entities(target.classes):
        return {**found, "macro_f1": macro_f1(confusion_matrix(truth[known], chosen[known], len(target.classes)))}
    from seqeval.metrics.sequence_labeling import precision_recall_fscore_support

    names = [
        [[target.classes[tag] for tag in row[there]] for row, there in zip(tags, known, strict=True)]
        for tags in (truth, chosen)
    ]
    with warnings.catch_warnings():  # where nothing is predicted, seqeval warns and takes 0
        warnings.simplefilter("ignore")
        precision, recall, f1, _ = precision_recall_fscore_support(*names, average="micro", zero_division=0)
    return {
        "entity_f1": float(f1),
        "entity_precision": float(precision),
        "entity_recall": float(recall),
        **found,
    }


TASK = Tagging()
