"""Which samples of a batch one of several workers computes: a function of (seed, epoch, step, rank) and nothing else.

The samples of a step are those of a single process; each worker takes the part of them that its rank says. So however
many workers there are, together they see the same batches in the same order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


class Part(tuple[Any, Any, Any]):
    """Inputs, targets and sample weights of one worker's part of a batch that all workers compute together."""

    __slots__ = ()


@dataclass(frozen=True)
class Share:
    """What one of several workers has to do of each batch.

    Attributes:
        rank: Its number, from 0.
        workers: How many there are.
        devices: How many devices they have together; as many each.
    """

    rank: int = 0
    workers: int = 1
    devices: int = 1

    def divides(self, samples: int) -> bool:
        """Whether a batch of so many samples is dealt out; one that cannot be evenly is computed by each worker."""
        return self.workers > 1 and samples % self.devices == 0

    def of(self, samples: int) -> slice:
        """The samples of a batch that are this worker's: a run of them, or all where they are not dealt out."""
        if not self.divides(samples):
            return slice(0, samples)
        each = samples // self.workers
        return slice(self.rank * each, (self.rank + 1) * each)


ALL_OF_IT = Share()


def places_of_step(order: np.ndarray, batch_size: int, step: int, share: Share = ALL_OF_IT) -> np.ndarray:
    """The samples that a worker computes in one step.

    Args:
        order: Of the samples in this epoch, a function of (seed, epoch): :meth:`dlstudio.training.batches.Feed.order`.
        batch_size: Samples a step, of all workers together.
        step: Within the epoch, from 0.
        share: The worker's.

    Returns:
        Places of samples, int64 (at most ``batch_size``,).
    """
    whole = order[step * batch_size : (step + 1) * batch_size]
    return np.asarray(whole[share.of(len(whole))])
