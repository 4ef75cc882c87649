"""Which samples each of several workers computes: together they see the batches of one, in the same order."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from dlstudio.training.batches import Feed, order
from dlstudio.training.computing.shares import Part, Share, places_of_step

SAMPLES = 103


@pytest.mark.parametrize(("workers", "devices_each", "batch_size"), [*product((2, 3, 4), (1, 2), (12, 24, 25))])
def test_that_workers_together_see_the_batches_of_one(workers: int, devices_each: int, batch_size: int) -> None:
    shares = [Share(rank, workers, workers * devices_each) for rank in range(workers)]
    for epoch in (1, 2):
        permutation = order(7, epoch, SAMPLES)
        for step in range(-(-SAMPLES // batch_size)):
            alone = places_of_step(permutation, batch_size, step)
            parts = [places_of_step(permutation, batch_size, step, share) for share in shares]
            if len(alone) % (workers * devices_each):
                assert all(np.array_equal(part, alone) for part in parts)  # an uneven batch is computed by each of them
            else:
                assert np.array_equal(np.concatenate(parts), alone)
                assert {len(part) for part in parts} == {len(alone) // workers}


def test_that_a_part_depends_on_seed_epoch_step_and_rank_alone() -> None:
    def part(seed: int, epoch: int, step: int, rank: int) -> bytes:
        return places_of_step(order(seed, epoch, SAMPLES), 16, step, Share(rank, 2, 2)).tobytes()

    assert part(1, 2, 3, 0) == part(1, 2, 3, 0)
    others = {part(*each) for each in product((1, 2), (1, 2), (0, 3), (0, 1))}
    assert len(others) == 16


def feed(share: Share) -> Feed:
    rows = np.arange(SAMPLES)
    made = Feed(rows, {"in": "x"}, {"out": "y"}, lambda name, rows: np.stack([rows, rows], 1) + (name == "y") * 1000.0)
    made.sample_weights = {"out": rows.astype(np.float32)}
    made.share = share
    return made


def moves(x: dict[str, np.ndarray], y: dict[str, np.ndarray], random: np.random.Generator) -> None:
    x["in"] = x["in"] + random.normal(size=(len(x["in"]), 1))


@pytest.mark.parametrize("moved", (False, True))
@pytest.mark.parametrize("first_step", (0, 2))
def test_that_a_feed_gives_each_worker_its_part_of_every_batch(moved: bool, first_step: int) -> None:
    feeds = [feed(Share()), feed(Share(0, 2, 2)), feed(Share(1, 2, 2))]
    for each in feeds:
        each.move = moves if moved else None
    places = feeds[0].order(7, 1)
    batches = [list(each.batches(places, 20, first_step, (7, 1))) for each in feeds]
    assert [len(each) for each in batches] == [6 - first_step] * 3
    for step, (whole, one, other) in enumerate(zip(*batches, strict=True)):
        last = step == len(batches[0]) - 1
        assert [isinstance(each, Part) for each in (whole, one, other)] == [False, not last, not last]
        for alone, *parts in zip(whole, one, other, strict=True):
            for part in parts if last else [np.concatenate(parts)]:
                assert np.array_equal(part, alone)
