"""Feeds samples to the network: which ones make up a batch depends on (seed, epoch, step) and on nothing else.

That is what lets a run go on in the middle of an epoch. A split that fits in memory is encoded once; a larger one is
encoded batch by batch in a thread that stays a few batches ahead.
"""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from dlstudio.data.pictures.listed_pairs import ListedPairs
from dlstudio.graph.columns import ColumnSpec
from dlstudio.training.computing.shares import ALL_OF_IT, Part, Share, places_of_step

AHEAD = 8
SAMPLES_OF_ONE = 4  # that follow each other where a batch compares its samples
PROBE_ROWS = 32
PATIENCE_SECONDS = 3.0  # for encoding a split before the first batch
Item = TypeVar("Item")

Encode = Callable[[str, np.ndarray], np.ndarray]
References = Callable[[str, np.ndarray], list[Any]]
Arrays = dict[str, np.ndarray]
Move = Callable[[Arrays, Arrays, np.random.Generator], None]
"""Changes inputs by Input id and targets by Output id in place."""

ListsPairs = Callable[[np.ndarray], ListedPairs | None]
Batch = tuple[Any, Any, Any]


@dataclass(frozen=True)
class Bundle:
    """Batches that follow each other and are handed over together.

    Attributes:
        first: The step of the first of them, counted from 1.
        count: How many there are.
        data: The batch itself; where it is :attr:`stacked`, arrays of (places, batch, ...): the first ``count`` places
            are batches, the others only fill up.
        stacked: Whether there is room for several.
    """

    first: int
    count: int
    data: Batch
    stacked: bool = False

    @property
    def last(self) -> int:
        """The step of the last of them."""
        return self.first + self.count - 1

    def batch(self, index: int = 0) -> Batch:
        """One of them alone."""
        return mapped(lambda array: array[index], self.data) if self.stacked else self.data


def order(seed: int, epoch: int, samples: int) -> np.ndarray:
    """The order of the samples in one epoch: a permutation of ``range(samples)``, int64."""
    return np.random.default_rng([seed & 0xFFFFFFFF, epoch]).permutation(samples)


def grouped_order(seed: int, epoch: int, groups: np.ndarray, each: int = SAMPLES_OF_ONE) -> np.ndarray:
    """An order in which ``each`` samples of one group follow each other, so that a batch can compare them.

    All samples, each once: those of a group are shuffled and cut into runs of ``each``, and the runs are shuffled; what
    is left over of a group comes last, so that runs do not straddle batches whose size is a multiple of ``each``.

    Args:
        seed, epoch: As for :func:`order`.
        groups: A number for each sample, (samples,).
        each: Samples a run.

    Returns:
        A permutation of ``range(samples)``, int64.
    """
    shuffled = order(seed, epoch, len(groups))
    by_group = shuffled[np.argsort(np.asarray(groups)[shuffled], kind="stable")]
    cuts = np.flatnonzero(np.diff(np.asarray(groups)[by_group])) + 1
    runs: list[np.ndarray] = []
    rests: list[np.ndarray] = []
    for members in np.split(by_group, cuts):
        whole = len(members) // each * each
        runs.extend(members[:whole].reshape(-1, each))
        rests.append(members[whole:])
    places = np.random.default_rng([seed & 0xFFFFFFFF, epoch, each]).permutation(len(runs))
    return np.concatenate([np.zeros(0, np.int64), *(runs[place] for place in places), *rests]).astype(np.int64)


def balanced_order(seed: int, epoch: int, groups: np.ndarray) -> np.ndarray:
    """An order in which each group has as many places, however many samples it has.

    Samples of small groups come several times, each once before any comes again; of large groups others are left out
    in each epoch. As many places as samples, so an epoch has its usual number of steps.

    Args:
        seed, epoch: As for :func:`order`.
        groups: A number for each sample, (samples,).

    Returns:
        Places of samples, int64 (samples,).
    """
    random = np.random.default_rng([seed & 0xFFFFFFFF, epoch])
    present = np.unique(groups)
    if not len(present):
        return np.zeros(0, np.int64)
    shares = np.full(len(present), len(groups) // len(present))
    shares[random.permutation(len(present))[: len(groups) % len(present)]] += 1
    drawn = []
    for group, share in zip(present, shares, strict=True):
        members = np.flatnonzero(groups == group)
        drawn += [random.permutation(members) for _ in range(share // len(members))]
        drawn.append(random.permutation(members)[: share % len(members)])
    return random.permutation(np.concatenate(drawn)).astype(np.int64)


def memory_budget(gigabytes: float = 1.0) -> int:
    """How many bytes of samples may be kept encoded.

    Args:
        gigabytes: As many where there is room: up to a quarter of the free memory for the usual gigabyte, and up to a
            half for what a person asked for.
    """
    wanted = int(gigabytes * 1e9)
    try:
        free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError, AttributeError):
        return wanted
    return min(wanted, free // (2 if gigabytes > 1.0 else 4))


@dataclass
class Feed:
    """The samples of one split.

    Attributes:
        rows: Row numbers of the split in the table, int64 (samples,).
        inputs: Input column by the id of the Input, in the order of the graph.
        targets: Target column by the id of the Output, in the order of the graph; empty for prediction only.
        encode: Encodes rows of a column: ``(column, rows) -> (len(rows), ...)``.
        sample_weights: Weight of each sample by the id of the Output, float32 (samples,); empty where all count alike.
        references: What a person knows of rows of a column, for answers that are judged by their texts; else empty.
        pairs: Those that the source lists among some rows, as places in these; None where it lists none.
        budget: Bytes that may be kept encoded.
        groups: A number for each sample where batches have to hold several of one group, int (samples,).
        mixed: Whether a batch is to be judged as a set: then it may not hold what lies side by side in the source.
        classes: The class of each sample where rare classes are shown as often as others, int (samples,).
        move: Moves images and the boxes in them together, in training.
        share: What of each batch this process computes, where several train together.
    """

    rows: np.ndarray
    inputs: Mapping[str, str]
    targets: Mapping[str, str]
    encode: Encode
    sample_weights: Mapping[str, np.ndarray] = field(default_factory=dict)
    references: References = lambda _column, _rows: []
    pairs: ListsPairs = lambda _rows: None
    budget: int = field(default_factory=memory_budget)
    groups: np.ndarray | None = None
    mixed: bool = False
    classes: np.ndarray | None = None
    move: Move | None = None
    share: Share = ALL_OF_IT
    _kept: dict[str, np.ndarray] = field(default_factory=dict, repr=False)
    _probes: int = field(default=0, repr=False)
    _too_large: bool = field(default=False, repr=False)

    def __len__(self) -> int:
        return len(self.rows)

    def order(self, seed: int, epoch: int) -> np.ndarray:
        """The order of the samples in one epoch of training, int64 (samples,)."""
        if self.classes is not None:
            return balanced_order(seed, epoch, self.classes)
        return order(seed, epoch, len(self)) if self.groups is None else grouped_order(seed, epoch, self.groups)

    def order_to_judge(self) -> np.ndarray:
        """An order that is always the same: the split's own, unless batches are compared within or as sets."""
        if self.groups is not None:
            return grouped_order(0, 0, self.groups)
        return order(0, 0, len(self)) if self.mixed else np.arange(len(self))

    @property
    def in_memory(self) -> bool:
        """Whether all columns are kept encoded."""
        return all(column in self._kept for column in self._columns)

    @property
    def _columns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.inputs.values(), *self.targets.values())))

    def load(self) -> None:
        """Encodes the split once and keeps it, if it fits the budget and nobody has to wait for it.

        Where it would take long, as with many files to decode, batches are made while one trains, and the next pass
        tries again: whoever decodes the files keeps them too.
        """
        if not len(self) or self.in_memory or self._too_large:
            return
        probe = self._probe()
        begin = time.perf_counter()
        each = sum(self.encode(column, probe).nbytes for column in self._columns) / len(probe)
        seconds = (time.perf_counter() - begin) / len(probe) * len(self)
        self._too_large = each * len(self) > self.budget
        if not self._too_large and (seconds <= PATIENCE_SECONDS or len(self) <= len(probe)):
            for column in self._columns:
                self._kept[column] = self.encode(column, self.rows)

    def _probe(self) -> np.ndarray:
        """Some rows, evenly spread; others each time, as those of the last time may be quicker now."""
        count = min(PROBE_ROWS, len(self))
        places = (np.arange(count) * (len(self) // count) + self._probes) % len(self)
        self._probes += 1
        return self.rows[places]

    def column(self, name: str, places: np.ndarray | None = None) -> np.ndarray:
        """Encoded values of a column at places of this split (all of them without ``places``)."""
        kept = self._kept.get(name)
        if kept is not None:
            return kept if places is None else kept.take(places, axis=0)
        return self.encode(name, self.rows if places is None else self.rows[places])

    def take(self, places: np.ndarray, drawn: tuple[int, ...] | None = None) -> Batch:
        """One batch: inputs, targets and sample weights as the model wants them.

        Args:
            places: Of the samples.
            drawn: What the random movements of a training batch depend on; None for none.
        """
        x = {name: self.column(column, places) for name, column in self.inputs.items()}
        y = {name: self.column(column, places) for name, column in self.targets.items()}
        if self.move is not None and drawn is not None:
            self.move(x, y, np.random.default_rng(drawn))
        weights = _one_or_list({name: each[places] for name, each in self.sample_weights.items()})
        return _one_or_list(x), _one_or_list(y), weights

    def batches(
        self, places: np.ndarray, batch_size: int, first_step: int = 0, drawn: tuple[int, int] | None = None
    ) -> Iterator[Batch]:
        """The batches of one pass over ``places``, from ``first_step`` on; the last one may be smaller.

        Where several workers share each batch, these are the parts of this one, or the whole of a batch that is not
        dealt out.

        Args:
            places: Of the samples.
            batch_size: Samples a batch.
            first_step: How many batches are passed over.
            drawn: Seed and epoch of a pass in training, in which images may be moved; None for a pass that judges.
        """
        for bundle in self.bundles(places, batch_size, first_step, drawn):
            yield bundle.data

    def bundles(
        self,
        places: np.ndarray,
        batch_size: int,
        first_step: int = 0,
        drawn: tuple[int, int] | None = None,
        at_once: int = 1,
    ) -> Iterator[Bundle]:
        """The same batches, up to ``at_once`` of them together; a smaller last one stands alone.

        Args:
            places, batch_size, first_step, drawn: As for :meth:`batches`.
            at_once: Places of a bundle; with 1 none is stacked.
        """
        whole, steps = len(places) // batch_size, -(-len(places) // batch_size)

        def cut(step: int) -> tuple[np.ndarray, tuple[int, ...] | None]:
            told = None if drawn is None else (drawn[0] & 0xFFFFFFFF, drawn[1], step)
            return places_of_step(places, batch_size, step), told

        def made() -> Iterator[Bundle]:
            step = first_step
            while step < steps:
                count = min(at_once, whole - step) if at_once > 1 else 0
                if count > 0:
                    cuts = [cut(step + min(index, count - 1)) for index in range(at_once)]
                    yield Bundle(step + 1, count, self._stacked(cuts), stacked=True)
                else:
                    count = 1
                    yield Bundle(step + 1, 1, self._own(*cut(step)))
                step += count

        self.load()
        yield from made() if self.in_memory else ahead(made, max(AHEAD // at_once, 2))

    def _stacked(self, cuts: list[tuple[np.ndarray, tuple[int, ...] | None]]) -> Batch:
        """Batches of one size as one, (batches, batch, ...)."""
        if self.move is None:
            taken = self.take(np.concatenate([places for places, _ in cuts]))
            return mapped(lambda array: array.reshape(len(cuts), -1, *array.shape[1:]), taken)
        return mapped(lambda *arrays: np.stack(arrays), *(self.take(*each) for each in cuts))

    def _own(self, places: np.ndarray, drawn: tuple[int, ...] | None) -> Batch:
        """What this process computes of a batch."""
        mine = self.share.of(len(places))
        if not self.share.divides(len(places)):
            return self.take(places, drawn)
        if self.move is None or drawn is None:
            return Part(self.take(places[mine]))
        # By how much a sample is moved is drawn for the whole batch in one go.
        return Part(mapped(lambda array: array[mine], self.take(places, drawn)))

    def steps(self, batch_size: int) -> int:
        """Batches a pass."""
        return -(-len(self) // batch_size)


def mapped(change: Callable[..., Any], *batches: Batch) -> Batch:
    """Batches with something done to each array, or to the arrays that stand at the same place of several."""

    def each(*parts: Any) -> Any:
        if isinstance(parts[0], list):
            return [each(*several) for several in zip(*parts, strict=True)]
        return None if parts[0] is None else change(*parts)

    x, y, weights = (each(*parts) for parts in zip(*batches, strict=True))
    return x, y, weights


def ahead(make: Callable[[], Iterator[Item]], depth: int = AHEAD) -> Iterator[Item]:
    """The same items, made in a thread that stays up to ``depth`` of them ahead; its errors are raised here."""
    waiting: queue.Queue[tuple[str, Any]] = queue.Queue(depth)
    closed = threading.Event()

    def put(item: tuple[str, Any]) -> None:
        while not closed.is_set():
            try:
                waiting.put(item, timeout=0.1)
            except queue.Full:
                continue
            return

    def work() -> None:
        try:
            for item in make():
                put(("item", item))
                if closed.is_set():
                    return
            put(("end", None))
        except BaseException as error:  # handed over, whatever it is
            put(("error", error))

    thread = threading.Thread(target=work, name="batches", daemon=True)
    thread.start()
    try:
        while True:
            kind, item = waiting.get()
            if kind == "error":
                raise item
            if kind == "end":
                return
            yield item
    finally:
        closed.set()
        thread.join()


def class_weights(truth: np.ndarray, spec: ColumnSpec) -> np.ndarray:
    """A weight for each sample, so that each class counts alike and the mean is 1; float32 (samples,)."""
    counts = np.bincount(truth.astype(np.int64), minlength=len(spec.classes)).astype(np.float64)
    present = counts > 0
    each = np.zeros_like(counts)
    each[present] = len(truth) / (present.sum() * counts[present])
    return each[truth.astype(np.int64)].astype(np.float32)


def _one_or_list(values: Mapping[str, np.ndarray]) -> Any:
    """As the model takes and gives them: one array alone, several as a list in the order of the graph."""
    if len(values) > 1:
        return list(values.values())
    return next(iter(values.values()), None)
