"""Which samples make up a batch: a function of seed, epoch and step, whatever the way they are encoded."""

from __future__ import annotations

import numpy as np
import pytest

from dlstudio.graph.columns import ColumnSpec
from dlstudio.training import batches
from dlstudio.training.batches import Feed, ahead, balanced_order, class_weights, order

ROWS = np.arange(100, 150)


def encode(column: str, rows: np.ndarray) -> np.ndarray:
    return np.stack([rows, rows], 1).astype(np.float32) if column == "x" else (rows % 3).astype(np.int32)


def feed(budget: int = 1 << 20) -> Feed:
    made = Feed(ROWS, {"input": "x"}, {"output": "y"}, encode, budget=budget)
    made.load()
    return made


def test_that_the_order_depends_on_seed_and_epoch_only() -> None:
    assert np.array_equal(order(7, 3, 50), order(7, 3, 50))
    assert sorted(order(7, 3, 50)) == list(range(50))
    assert not np.array_equal(order(7, 3, 50), order(7, 4, 50))
    assert not np.array_equal(order(7, 3, 50), order(8, 3, 50))
    assert len(order(-1, 1, 5)) == 5


@pytest.mark.parametrize("budget", [1 << 20, 0])
def test_that_an_epoch_holds_every_sample_once(budget: int) -> None:
    source = feed(budget)
    assert source.in_memory == (budget > 0)
    found = list(source.batches(order(7, 1, 50), 16))
    assert [len(x) for x, _, _ in found] == [16, 16, 16, 2]
    rows = np.concatenate([x[:, 0] for x, _, _ in found])
    assert sorted(rows) == list(ROWS)
    assert np.array_equal(np.concatenate([y for _, y, _ in found]), rows % 3)


@pytest.mark.parametrize("budget", [1 << 20, 0])
def test_that_an_epoch_can_be_entered_at_any_step(budget: int) -> None:
    places = order(7, 1, 50)
    whole = [x for x, _, _ in feed(budget).batches(places, 16)]
    rest = [x for x, _, _ in feed(budget).batches(places, 16, first_step=2)]
    assert all(np.array_equal(a, b) for a, b in zip(whole[2:], rest, strict=True))


def test_that_nobody_waits_for_slow_samples_before_the_first_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: set[int] = set()
    clock = 0.0

    def slow(column: str, rows: np.ndarray) -> np.ndarray:
        nonlocal clock
        clock += 0.001 * len(set(rows.tolist()) - asked)  # as a file that is decoded the first time
        asked.update(rows.tolist())
        return encode(column, rows)

    monkeypatch.setattr(batches.time, "perf_counter", lambda: clock)
    monkeypatch.setattr(batches, "PATIENCE_SECONDS", 0.01)
    monkeypatch.setattr(batches, "PROBE_ROWS", 4)
    source = Feed(ROWS, {"input": "x"}, {"output": "y"}, slow, budget=1 << 20)
    source.load()
    assert len(asked) == 4
    assert not source.in_memory
    places = order(7, 1, 50)
    first = [x for x, _, _ in source.batches(places, 16)]
    again = [x for x, _, _ in source.batches(places, 16)]
    assert source.in_memory
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))


def test_that_several_inputs_and_outputs_come_as_lists() -> None:
    source = Feed(ROWS, {"a": "x", "b": "x"}, {"c": "y", "d": "y"}, encode)
    x, y, weights = source.take(np.array([0, 1]))
    assert [len(x), len(y), weights] == [2, 2, None]
    assert (x[0].dtype, y[0].dtype) == (np.float32, np.int32)


def test_that_an_error_while_encoding_ahead_is_raised_where_the_batch_is_taken() -> None:
    def failing(column: str, rows: np.ndarray) -> np.ndarray:
        if 149 in rows:
            raise OSError("the file is gone")
        return encode(column, rows)

    source = Feed(ROWS, {"input": "x"}, {"output": "y"}, failing, budget=0)
    with pytest.raises(OSError, match="the file is gone"):
        list(source.batches(np.arange(50), 16))


def test_that_leaving_a_pass_early_ends_its_thread() -> None:
    made = []

    def endless():  # type: ignore[no-untyped-def]
        while True:
            made.append(1)
            yield (1, 2, 3)

    batches = ahead(endless, depth=2)
    next(batches)
    batches.close()  # type: ignore[attr-defined]
    count = len(made)
    assert len(made) == count <= 6


def test_that_class_weights_make_classes_count_alike() -> None:
    spec = ColumnSpec("y", "category", (), "int32", ("a", "b", "c"))
    truth = np.array([0, 0, 0, 1])
    weights = class_weights(truth, spec)
    assert weights[:3].sum() == pytest.approx(weights[3:].sum())
    assert weights.mean() == pytest.approx(1.0)


def test_that_resampling_shows_classes_alike_often() -> None:
    classes = np.array([0] * 90 + [2] * 9 + [5])
    places = balanced_order(3, 1, classes)
    assert places.shape == (100,)
    assert sorted(np.bincount(classes[places])[[0, 2, 5]]) == [33, 33, 34]
    seen = np.bincount(places, minlength=100)
    assert seen[:90].max() == 1  # nothing of the frequent class comes twice
    assert seen[90:99].max() - seen[90:99].min() <= 1  # rare samples come in turn
    assert np.array_equal(places, balanced_order(3, 1, classes))
    assert not np.array_equal(places, balanced_order(3, 2, classes))
    assert balanced_order(3, 1, classes[:0]).shape == (0,)


def test_that_batches_that_are_judged_as_sets_do_not_follow_the_source() -> None:
    rows = np.arange(40)
    feed = Feed(rows, {"x": "x"}, {"y": "x"}, lambda _, asked: asked.astype(np.float32))
    assert feed.order_to_judge().tolist() == rows.tolist()
    feed.mixed = True
    mixed = feed.order_to_judge()
    assert sorted(mixed.tolist()) == rows.tolist() and mixed.tolist() == feed.order_to_judge().tolist()
    assert np.ptp(mixed[:8]) > 8  # the first batch holds samples from all over the split
