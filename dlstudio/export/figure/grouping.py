"""Finds the blocks of a network by its form: stretches between places that everything passes through, and what repeats.

A network is cut where one tensor carries everything (behind each Add of a residual network, behind each Concatenate of
an Inception). What lies between two cuts is a unit. Units that are alike and follow each other, alone or in turns, are
drawn once with their number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from dlstudio.export.figure.block_names import block_name
from dlstudio.export.figure.sketch import Sketch, Step, contracted

SMALL = 12
"""Sketches of so many steps are drawn whole."""
MOST_INSIDE = 40
"""A unit of more steps is no block: it is drawn whole."""
MOST_STEPS = 60
"""Where more steps than this remain, places that two or three tensors pass are taken as cuts, too."""
LONGEST_PERIOD = 6


@dataclass(frozen=True)
class _Unit:
    steps: tuple[str, ...]
    key: tuple[object, ...]
    """Equal for units that are alike, whatever their strides and shortcuts."""
    single: bool


def grouped(sketch: Sketch) -> Sketch:
    """The sketch with its blocks found and its repetitions counted."""
    if len(sketch.steps) <= SMALL:
        return _with_runs(sketch, [_unit(sketch, (name,)) for name in sketch.steps])
    found = sketch
    for passing in (1, 2, 3):
        units = _units(sketch, passing)
        found = _with_runs(sketch, units)
        if len(found.steps) <= MOST_STEPS:
            break
    return found


def _units(sketch: Sketch, passing: int) -> list[_Unit]:
    units: list[_Unit] = []
    for stretch in _stretches(sketch, passing):
        whole = any(sketch.steps[name].category == "input/output" for name in stretch)
        if 1 < len(stretch) <= MOST_INSIDE and not whole and not _is_hourglass(sketch, stretch):
            units.append(_unit(sketch, tuple(stretch)))
        else:
            units.extend(_unit(sketch, (name,)) for name in stretch)
    return units


def _stretches(sketch: Sketch, passing: int) -> list[list[str]]:
    """The steps between the cuts, in order."""
    order = list(sketch.steps)
    place = {name: index for index, name in enumerate(order)}
    change = [0] * (len(order) + 1)
    for name in order:
        # What attention looks at from afar (a decoder at its memory) is no part of what lies between.
        near = [place[other] for other in sketch.after(name) if not _looks_back(sketch, name, other, place)]
        if sketch.after(name):
            change[place[name]] += 1
            change[max(near, default=place[name] + 1)] -= 1
    found: list[list[str]] = [[]]
    running = 0
    for index, name in enumerate(order):
        found[-1].append(name)
        running += change[index]
        if running <= passing and index < len(order) - 1:
            found.append([])
    return found


def _looks_back(sketch: Sketch, source: str, target: str, place: Mapping[str, int]) -> bool:
    if sketch.steps[target].category != "attention":
        return False
    return place[source] < max(place[other] for other in sketch.before(target))


def _is_hourglass(sketch: Sketch, names: Sequence[str]) -> bool:
    """Whether a stretch goes down and up again in size, as a U-Net does: the figure shows that."""
    titles = [sketch.steps[name].title for name in names]
    down = any("pool" in title or ", /" in title for title in titles)
    return down and any("Up" in title for title in titles)


def _unit(sketch: Sketch, names: tuple[str, ...]) -> _Unit:
    if len(names) == 1:
        step = sketch.steps[names[0]]
        return _Unit(names, (*step.key, step.shape, step.named), True)
    main = _main_path(sketch, names)
    merges = tuple(sorted({sketch.steps[name].sign for name in names if sketch.steps[name].sign}))
    path = tuple(_without_stride(sketch.steps[name].title) for name in main)
    return _Unit(names, ("block", merges, path), False)


def _main_path(sketch: Sketch, names: Sequence[str]) -> list[str]:
    """The longest path inside a unit."""
    inside = set(names)
    best: dict[str, list[str]] = {}
    for name in names:
        paths = [best[other] for other in sketch.before(name) if other in inside]
        best[name] = [*max(paths, key=len, default=[]), name]
    return max(best.values(), key=len)


def _without_stride(title: str) -> str:
    return title.partition(", /")[0]


def _with_runs(sketch: Sketch, units: list[_Unit]) -> Sketch:
    """Units joined to steps, runs of like ones to one step."""
    owner: dict[str, str] = {}
    steps: dict[str, Step] = {}
    position = 0
    while position < len(units):
        period, times = _run(sketch, units, position)
        run = units[position : position + period * times]
        last = run[-period:]
        names = [name for unit in last for name in unit.steps]
        every = [name for unit in run for name in unit.steps]
        step = sketch.steps[names[-1]] if period == 1 and last[0].single else _block(sketch, names)
        members = tuple(member for name in every for member in sketch.steps[name].members)
        total = sum(sketch.steps[name].parameters for name in every)
        step = replace(step, id=every[0], members=members, times=step.times * times, parameters=total)
        steps[step.id] = step
        owner.update(dict.fromkeys(every, step.id))
        position += len(run)
    return Sketch(steps, contracted(sketch.edges, owner))


def _run(sketch: Sketch, units: Sequence[_Unit], start: int) -> tuple[int, int]:
    """Length of the pattern that begins at a unit and how often it stands there in a row: what covers most."""
    best, covered = (1, 1), 1
    for period in range(1, LONGEST_PERIOD + 1):
        pattern = units[start : start + period]
        if len(pattern) < period or (period > 1 and all(unit.single for unit in pattern)):
            continue
        times = 1
        while _alike(
            sketch,
            units[start + (times - 1) * period : start + times * period],
            units[start + times * period : start + (times + 1) * period],
        ):
            times += 1
        if times > 1 and times * period > covered:
            best, covered = (period, times), times * period
    return best


def _alike(sketch: Sketch, pattern: Sequence[_Unit], other: Sequence[_Unit]) -> bool:
    if [unit.key for unit in pattern] != [unit.key for unit in other] or not _chained(sketch, pattern, other):
        return False
    first, second = (sketch.steps[units[-1].steps[-1]] for units in (pattern, other))
    grows = first.sign == "c"  # each dense layer adds channels to those before
    return grows or first.shape == second.shape


def _chained(sketch: Sketch, pattern: Sequence[_Unit], other: Sequence[_Unit]) -> bool:
    """Whether what one puts out goes into the other: units side by side do not repeat each other."""
    if not other:
        return False
    inside = {name for unit in other for name in unit.steps}
    return any(after in inside for name in pattern[-1].steps for after in sketch.after(name)) or len(pattern) > 1


def _block(sketch: Sketch, names: Sequence[str]) -> Step:
    """One step that stands for these, with what is inside."""
    inside = set(names)
    inner = Sketch(
        {name: sketch.steps[name] for name in names},
        tuple((a, b) for a, b in sketch.edges if a in inside and b in inside),
    )
    entries = [name for name in names if any(before not in inside for before in sketch.before(name))]
    sources = {before for name in names for before in sketch.before(name) if before not in inside}
    title, category = block_name(inner, entries, len(sources))
    last = sketch.steps[names[-1]]
    # Where the tensor that comes in is used in several places, the block shows it as a point of its own.
    edges = inner.edges
    steps = dict(inner.steps)
    if len(entries) > 1:
        steps = {"": Step("", (), "", "", sign="·"), **steps}
        edges = (*(("", name) for name in entries), *edges)
    key = ("block", title, tuple(step.key for step in inner.steps.values()))
    return Step(names[0], (), title, category, shape=last.shape, key=key, inner=Sketch(steps, edges))
