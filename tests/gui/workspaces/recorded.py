"""Recorded runs for the tests: the events that a training process would have written."""

from __future__ import annotations

import math

from dlstudio.training.runs import events as ev


def run_events(
    epochs: int = 3, steps: int = 20, *, planned: int | None = None, end: str = "finished"
) -> list[ev.Event]:
    """Events of a run of a digits classifier; ``end`` is ``finished``, ``running`` or ``failed``."""
    clock = 1000.0
    found: list[ev.Event] = [
        ev.Started(
            time=clock,
            epochs=planned or epochs,
            steps_per_epoch=steps,
            samples=steps * 32,
            metrics=("loss", "accuracy"),
            parameters=131_000,
            device="CPU · 2 cores",
            batch_size=32,
        )
    ]
    for epoch in range(1, epochs + 1):
        for step in range(1, steps + 1):
            clock += 0.05
            done = (epoch - 1) * steps + step
            loss = 2.3 * math.exp(-done / (steps * 1.5)) + 0.05 + 0.02 * math.sin(done)
            values = {"loss": loss, "accuracy": 1 - loss / 2.6}
            found.append(ev.Batch(time=clock, epoch=epoch, step=step, values=values, samples_per_second=640.0))
        loss = 2.3 * math.exp(-epoch / 1.5) + 0.05
        # The last epoch is a little worse than the one before it: the best is not the last.
        val = loss * 1.1 + (0.9 if epoch == epochs and epochs > 1 else 0)
        values = {"loss": loss, "accuracy": 1 - loss / 2.6, "val_loss": val, "val_accuracy": 1 - val / 2.6}
        found.append(ev.Epoch(time=clock, epoch=epoch, values=values, seconds=steps * 0.05, learning_rate=0.05))
        if not (epoch == epochs and epochs > 1):
            found.append(ev.Checkpoint(time=clock, kind="best", epoch=epoch))
    if end == "finished":
        metrics = {"loss": 0.1, "accuracy": 0.984, "val_loss": 0.11, "val_accuracy": 0.98}
        found.append(ev.Finished(time=clock, run="0001", metrics=metrics, epoch=epochs, best_epoch=max(epochs - 1, 1)))
    if end == "failed":
        found.append(
            ev.Failed(time=clock, kind="nan", message="The loss became NaN in epoch 3. Lower the learning rate.")
        )
    return found
