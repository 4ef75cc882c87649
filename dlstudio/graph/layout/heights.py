"""The heights within a row: straight main paths and tracks, branches in the middle, no overlaps.

After Brandes and Köpf (2001), "Fast and simple horizontal coordinate assignment": vertices are aligned into straight
blocks in four ways (to the median neighbour before or behind, looked for from above or below), each way is compacted,
and every vertex takes the mean of its two middle heights. The compaction follows the longest paths between blocks. What
is chosen here is with whom a vertex aligns: skips give way to nodes, and of two branches the longer goes straight on.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from dlstudio.graph.layout.lattice import Lattice


def heights(lattice: Lattice) -> list[float]:
    """The height of each vertex's line; the first column's topmost node has 0."""
    crossed = _conflicts(lattice)
    wanted = _wanted(lattice)
    ways = [_one_way(lattice, wanted, crossed, forward, down) for forward in (True, False) for down in (True, False)]
    spans = [(min(way), max(way)) for way in ways]
    narrowest = min(range(4), key=lambda index: spans[index][1] - spans[index][0])
    for index, (way, span) in enumerate(zip(ways, spans, strict=True)):
        down = index % 2 == 0
        shift = spans[narrowest][0] - span[0] if down else spans[narrowest][1] - span[1]
        for vertex in range(len(way)):
            way[vertex] += shift
    middle = [sum(sorted(values)[1:3]) / 2 for values in zip(*ways, strict=True)]
    zero = middle[lattice.columns[0][0]]
    return [value - zero for value in middle]


def _wanted(lattice: Lattice) -> set[tuple[int, int]]:
    """The pieces that are to be straight: those that both of their ends choose."""
    place = _places(lattice)

    def chosen(vertex: int, near: Sequence[int], before: bool) -> list[tuple[int, int]]:
        pieces = [(other, vertex) if before else (vertex, other) for other in near]
        firm = [piece for piece in pieces if piece not in lattice.skips] or pieces
        if len(firm) > 1:
            longest = max(lattice.weight[piece] for piece in firm)
            if len(firm) == 2:
                firm = [piece for piece in firm if lattice.weight[piece] == longest]
            firm.sort(key=lambda piece: place[piece[0] if before else piece[1]])
        middle = len(firm)
        return firm[(middle - 1) // 2 : middle // 2 + 1]

    ahead = {piece for vertex, near in enumerate(lattice.after) for piece in chosen(vertex, near, False)}
    back = {piece for vertex, near in enumerate(lattice.before) for piece in chosen(vertex, near, True)}
    return ahead & back


def _places(lattice: Lattice) -> list[int]:
    place = [0] * len(lattice.above)
    for column in lattice.columns:
        for index, vertex in enumerate(column):
            place[vertex] = index
    return place


def _conflicts(lattice: Lattice) -> set[tuple[int, int]]:
    """The pieces that cross a piece between two tracks: the track stays straight."""
    place = _places(lattice)
    found: set[tuple[int, int]] = set()
    for column in lattice.columns:
        tracks = [(v, w) for v in column if lattice.is_track(v) for w in lattice.after[v] if lattice.is_track(w)]
        if not tracks:
            continue
        for vertex in column:
            for other in lattice.after[vertex]:
                if lattice.is_track(vertex) and lattice.is_track(other):
                    continue
                a, b = place[vertex], place[other]
                if any((place[v] - a) * (place[w] - b) < 0 for v, w in tracks):
                    found.add((vertex, other))
    return found


def _one_way(
    lattice: Lattice,
    wanted: set[tuple[int, int]],
    crossed: set[tuple[int, int]],
    forward: bool,
    down: bool,
) -> list[float]:
    """Heights of one of the four ways."""
    place, count = _places(lattice), len(lattice.above)
    root = list(range(count))
    taken = [False] * count
    """Whether a vertex has been aligned with one further on already."""
    near = lattice.before if forward else lattice.after
    for column in lattice.columns if forward else reversed(lattice.columns):
        border = -1 if down else len(lattice.above)
        for vertex in column if down else reversed(column):
            others = sorted(near[vertex], key=place.__getitem__, reverse=not down)
            for other in others:
                piece = (other, vertex) if forward else (vertex, other)
                beyond = place[other] > border if down else place[other] < border
                if piece in wanted and piece not in crossed and beyond and not taken[other]:
                    root[vertex] = root[other]
                    taken[other] = True
                    border = place[other]
                    break
    return _compacted(lattice, root, down)


def _compacted(lattice: Lattice, root: Sequence[int], down: bool) -> list[float]:
    """Blocks as high as they can be (``down``) or as low, then closer to their neighbours where there is room."""
    apart: dict[int, dict[int, float]] = {vertex: {} for vertex in set(root)}
    behind: dict[int, dict[int, float]] = {vertex: {} for vertex in set(root)}
    for column in lattice.columns:
        for upper, lower in pairwise(column):
            gap, a, b = lattice.gap(upper, lower), root[upper], root[lower]
            if gap > apart[a].get(b, 0.0):
                apart[a][b] = behind[b][a] = gap
    order = _sorted_blocks(apart, behind)
    at = dict.fromkeys(order, 0.0)
    if down:
        for block in order:
            at[block] = max((at[a] + gap for a, gap in behind[block].items()), default=0.0)
        for block in reversed(order):
            if apart[block]:
                at[block] = max(at[block], min(at[b] - gap for b, gap in apart[block].items()))
    else:
        for block in reversed(order):
            at[block] = min((at[b] - gap for b, gap in apart[block].items()), default=0.0)
        for block in order:
            if behind[block]:
                at[block] = min(at[block], max(at[a] + gap for a, gap in behind[block].items()))
    return [at[block] for block in root]


def _sorted_blocks(apart: dict[int, dict[int, float]], behind: dict[int, dict[int, float]]) -> list[int]:
    """Blocks so that each comes after those above it; alignments never cross, so there is such an order."""
    waiting = {block: len(above) for block, above in behind.items()}
    ready = [block for block, count in waiting.items() if not count]
    for block in ready:  # grows while it is walked
        for other in apart[block]:
            waiting[other] -= 1
            if not waiting[other]:
                ready.append(other)
    assert len(ready) == len(apart)
    return ready
