"""What a click on a piece of advice does: a changed recipe, to be taken as one undo step."""

from __future__ import annotations

from dataclasses import replace

from dlstudio.graph.project import TrainingSettings
from dlstudio.training.advice.advice import Action
from dlstudio.training.remedies import clip_gradients, lower_rate, rate_of, with_rate

PATIENCE = 5
_MORE_MEMORY = 4
WORDS: dict[Action, str] = {
    "lower-rate": "Lower the rate",
    "raise-rate": "Raise the rate",
    "clip": "Clip gradients",
    "early-stopping": "Stop early",
    "more-epochs": "Twice the epochs",
    "larger-batch": "Larger batches",
    "keep-samples": "Keep more in memory",
    "find-rate": "Find a learning rate …",
}


def applied(action: Action, training: TrainingSettings, of_run: TrainingSettings) -> TrainingSettings:
    """The recipe after an action; unchanged where it was taken already, or where none is enough.

    Args:
        action: Of the advice.
        training: The project's recipe as it stands.
        of_run: The recipe of the run that the advice is about.
    """
    match action:
        case "lower-rate":
            return with_rate(training, min(rate_of(training), rate_of(lower_rate(of_run))))
        case "raise-rate":
            return with_rate(training, max(rate_of(training), rate_of(lower_rate(of_run, 10.0))))
        case "clip":
            return clip_gradients(training)
        case "early-stopping":
            stopping = {"monitor": "val_loss", "patience": PATIENCE}
            return training if training.early_stopping else replace(training, early_stopping=stopping)
        case "more-epochs":
            return replace(training, epochs=max(training.epochs, 2 * of_run.epochs))
        case "larger-batch":
            return replace(training, batch_size=max(training.batch_size, 4 * of_run.batch_size))
        case "keep-samples":
            kept = max(training.memory_gigabytes, _MORE_MEMORY * of_run.memory_gigabytes, 1.0)
            return replace(training, memory_gigabytes=kept)
        case _:
            return training
