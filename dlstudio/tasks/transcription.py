"""What is said in a sound, character by character: speech recognition by connectionist temporal classification."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from dlstudio.graph.columns import ColumnSpec
from dlstudio.tasks import ctc

NAME = "transcription"


class Transcription:
    """Character ids as truth, for each frame one output a character and one for the blank, CTC loss."""

    name = NAME
    title = "Transcription"
    monitor = "val_loss"
    baseline_title = "always the commonest transcript"

    def suits(self, target: ColumnSpec) -> bool:
        """A transcript."""
        return target.kind == "transcript"

    def units(self, target: ColumnSpec) -> int:
        """One a character, the blank and the unknown one included."""
        return len(target.classes)

    def output_shape(self, target: ColumnSpec) -> tuple[int | None, ...]:
        """A vector for each frame, of which there are as many as the network makes."""
        return (None, self.units(target))

    def loss(self, target: ColumnSpec, probabilities: bool) -> dict[str, Any]:
        """CTC; it takes logits and makes probabilities of them itself."""
        return {"type": "keras.losses.CTC", "settings": {}}

    def metrics(self, target: ColumnSpec, probabilities: bool) -> list[dict[str, Any]]:
        """None: the errors of a decoded text are counted when training has ended."""
        return []

    def scores(self, outputs: np.ndarray, target: ColumnSpec, probabilities: bool) -> np.ndarray:
        """Probability of each character at each frame, (samples, frames, classes), float64."""
        return np.asarray(outputs, np.float64) if probabilities else np.exp(ctc.log_probabilities(outputs))

    def predictions(self, outputs: np.ndarray, target: ColumnSpec, probabilities: bool) -> list[dict[str, Any]]:
        """``{"value": text, "confidence"}``: greedily decoded, and the mean probability of the frames' best classes."""
        found = []
        for row in self.scores(outputs, target, probabilities):
            text = said(row.argmax(axis=-1), target)
            found.append({"value": text, "confidence": float(row.max(axis=-1).mean()) if len(row) else 0.0})
        return found

    def evaluate(
        self, truth: np.ndarray, outputs: np.ndarray, target: ColumnSpec, probabilities: bool
    ) -> dict[str, float]:
        """``cer`` and ``wer``, errors against characters and words of the truth; ``exact``, the share without error."""
        given = [said(row, target) for row in np.asarray(outputs).argmax(axis=-1)]
        return error_rates([written(row, target) for row in truth], given)

    def sample_losses(
        self, truth: np.ndarray, outputs: np.ndarray, target: ColumnSpec, probabilities: bool
    ) -> np.ndarray:
        """CTC loss of each sample in nats, (samples,); a thousand where there are too few frames to say it."""
        values = np.asarray(outputs, np.float64)
        known = np.log(np.clip(values, 1e-12, 1)) if probabilities else ctc.log_probabilities(values)
        return np.asarray(np.minimum(ctc.losses(truth, known), 1000.0))

    def truth(self, encoded: np.ndarray, target: ColumnSpec) -> str:
        """What a person reads as the truth of one sample."""
        return written(encoded, target)

    def baseline(self, train_truth: np.ndarray, test_truth: np.ndarray, target: ColumnSpec) -> dict[str, float]:
        """Always the commonest transcript of the training split, of equals the first by the alphabet."""
        if not len(train_truth) or not len(test_truth):
            return {}
        counts = Counter(written(row, target) for row in train_truth)
        most = min(counts, key=lambda text: (-counts[text], text))
        return error_rates([written(row, target) for row in test_truth], [most] * len(test_truth))


def written(ids: np.ndarray, target: ColumnSpec) -> str:
    """The text of an encoded transcript (characters,)."""
    return "".join(target.classes[index] for index in np.asarray(ids, np.int64).tolist() if index)


def said(best: np.ndarray, target: ColumnSpec) -> str:
    """The text that the likeliest classes of the frames (frames,) say, decoded greedily."""
    text = "".join(target.classes[each.index] for each in ctc.greedy(np.asarray(best, np.int64)))
    return " ".join(text.split())


def error_rates(truth: list[str], given: list[str]) -> dict[str, float]:
    """``cer``, ``wer`` and ``exact`` over all samples; empty where the truth has no character.

    Insertions, deletions and substitutions against the length of the truth, counted by jiwer: above 1 where more is
    said than was there.
    """
    import jiwer  # only who transcribes waits for it

    pairs = [(a, b) for a, b in zip(truth, given, strict=True) if a]
    if not pairs:
        return {}
    real, guessed = [a for a, _ in pairs], [b for _, b in pairs]
    return {
        "cer": float(jiwer.cer(real, guessed)),
        "wer": float(jiwer.wer(real, guessed)),
        "exact": sum(a == b for a, b in pairs) / len(pairs),
    }


TASK = Transcription()
