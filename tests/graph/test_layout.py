"""Layered layout: nothing overlaps, wires lead to the right, chains are straight, and little changes move little."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations, pairwise

import pytest

from dlstudio.graph import edits
from dlstudio.graph.layout import distances as d
from dlstudio.graph.layout import layered_positions
from dlstudio.graph.layout.lattice import lattice
from dlstudio.graph.layout.ordering import crossings, order_columns
from dlstudio.graph.model import Graph, Node, Wire
from tests.graph.networks import NETWORKS, deep_chain, nasnet, resnet50, transformer, unet

WIDTH, HEIGHT = 164.0, 87.0
ONE_ROW = (1e6, 1e6)


def size(node: Node) -> tuple[float, float]:
    return (WIDTH, 70.0 if "Activation" in node.type else HEIGHT)


def made_of(*wires: tuple[str, str], loose: tuple[str, ...] = ()) -> Graph:
    names = dict.fromkeys([*(name for wire in wires for name in wire), *loose])
    return Graph({name: Node(name, "keras.layers.Add") for name in names}, tuple(Wire(*wire) for wire in wires))


def overlaps(graph: Graph, places: dict[str, tuple[float, float]]) -> list[tuple[str, str]]:
    found = []
    for a, b in combinations(graph, 2):
        (ax, ay), (bx, by) = places[a.id], places[b.id]
        (aw, ah), (bw, bh) = size(a), size(b)
        if ax < bx + bw and bx < ax + aw and ay < by + bh and by < ay + ah:
            found.append((a.id, b.id))
    return found


def lines(places: dict[str, tuple[float, float]], *names: str) -> set[float]:
    return {places[name][1] for name in names}


@pytest.mark.parametrize("make", NETWORKS.values(), ids=NETWORKS)
def test_that_no_two_nodes_overlap(make: Callable[[], Graph]) -> None:
    graph = make()
    places = layered_positions(graph, size)
    assert list(places) == list(graph.nodes)
    assert not overlaps(graph, places)


@pytest.mark.parametrize("make", NETWORKS.values(), ids=NETWORKS)
def test_that_every_wire_leads_to_the_right_where_there_is_one_row(make: Callable[[], Graph]) -> None:
    graph = make()
    places = layered_positions(graph, size, ONE_ROW)
    for wire in graph.wires:
        assert places[wire.source][0] + WIDTH < places[wire.target][0]


def test_that_a_chain_is_one_straight_line() -> None:
    places = layered_positions(made_of(("a", "b"), ("b", "c"), ("c", "d")), size, ONE_ROW)
    assert lines(places, "a", "b", "c", "d") == {0.0}


def test_that_a_residual_path_goes_straight_on_and_its_skip_has_a_track_of_its_own() -> None:
    graph = made_of(("x", "a"), ("a", "b"), ("b", "add"), ("x", "add"), ("add", "out"))
    places = layered_positions(graph, size, ONE_ROW)
    assert len(lines(places, "x", "a", "b", "add", "out")) == 1


def test_that_of_two_branches_the_longer_goes_straight_on() -> None:
    graph = made_of(("x", "a"), ("a", "b"), ("b", "add"), ("x", "skip"), ("skip", "add"), ("add", "out"))
    places = layered_positions(graph, size, ONE_ROW)
    assert len(lines(places, "x", "a", "b", "add", "out")) == 1
    assert lines(places, "skip") != lines(places, "x")


@pytest.mark.parametrize("branches", [2, 3, 4, 5])
def test_that_equal_branches_lie_evenly_about_the_middle(branches: int) -> None:
    names = [f"branch_{index}" for index in range(branches)]
    wires = [("x", name) for name in names] + [(name, "join") for name in names]
    places = layered_positions(made_of(*wires), lambda _: (WIDTH, HEIGHT), ONE_ROW)
    heights = [places[name][1] for name in names]
    assert places["x"][1] == places["join"][1] == pytest.approx((min(heights) + max(heights)) / 2, abs=0.2)


def test_that_a_long_chain_is_wrapped_into_rows_that_fill_the_room() -> None:
    places = layered_positions(deep_chain(60), size, (1600.0, 900.0))
    width = max(x for x, _ in places.values()) + WIDTH
    height = max(y for _, y in places.values()) + HEIGHT
    assert 0.8 < (width / height) / (1600 / 900) < 1.25


def test_that_rows_of_a_resnet_break_between_its_blocks() -> None:
    graph = resnet50()
    places = layered_positions(graph, size)
    broken = [wire for wire in graph.wires if places[wire.source][0] > places[wire.target][0]]
    assert broken
    targets = [wire.target for wire in broken]
    assert len(targets) == len(set(targets)), "no skip passes the end of a row"


def test_that_circles_dangling_wires_and_loose_nodes_are_laid_out_too() -> None:
    graph = made_of(("a", "b"), ("b", "c"), ("c", "a"), loose=("p", "q"))
    graph = replace(graph, wires=(*graph.wires, Wire("nobody", "a"), Wire("b", "nobody"), Wire("c", "c")))
    places = layered_positions(graph, size)
    assert set(places) == {"a", "b", "c", "p", "q"}
    assert not overlaps(graph, places)
    assert layered_positions(Graph()) == {}


def test_that_parts_that_do_not_hang_together_lie_in_rows_of_their_own() -> None:
    first, second = [("a", "b"), ("b", "c"), ("c", "d")], [("p", "q"), ("q", "r"), ("r", "s")]
    places = layered_positions(made_of(*first, *second, loose=("x", "y")), size)
    assert places["a"][1] < places["p"][1] < places["x"][1] == places["y"][1]


def test_that_small_parts_stand_beside_each_other() -> None:
    pairs = [(f"a{index}", f"b{index}") for index in range(60)]
    places = layered_positions(made_of(*pairs), size, (1600.0, 900.0))
    width, height = max(x for x, _ in places.values()), max(y for _, y in places.values())
    assert 0.7 < width / height / (1600 / 900) < 1.4


def test_that_a_tangle_is_laid_out_in_bounded_steps() -> None:
    names = [f"n{index}" for index in range(120)]
    graph = made_of(*[(a, b) for index, a in enumerate(names) for b in names[index + 1 :]])
    places = layered_positions(graph, size, ONE_ROW)
    assert not overlaps(graph, places)


def test_that_what_lies_in_one_frame_stays_next_to_each_other() -> None:
    names = [f"branch_{index}" for index in range(6)]
    graph = made_of(*[("x", name) for name in names], *[(name, "join") for name in names])
    framed = {"branch_0": "frame", "branch_3": "frame", "branch_5": "frame"}
    places = layered_positions(graph, size, ONE_ROW, groups=framed)
    order = sorted(names, key=lambda name: places[name][1])
    where = [order.index(name) for name in framed]
    assert max(where) - min(where) == 2


@pytest.mark.parametrize("make", NETWORKS.values(), ids=NETWORKS)
def test_that_tidying_again_moves_nothing(make: Callable[[], Graph]) -> None:
    graph = make()
    places = layered_positions(graph, size)
    assert layered_positions(graph, size, before=places) == places


@pytest.mark.parametrize(
    "make", [resnet50, unet, transformer, lambda: nasnet(4)], ids=["resnet", "unet", "bert", "nas"]
)
def test_that_inserting_a_node_moves_few_others(make: Callable[[], Graph]) -> None:
    graph = make()
    before = layered_positions(graph, size)
    shares = []
    for wire in graph.wires[:: max(1, len(graph.wires) // 15)]:
        changed = edits.add_node(graph, Node("fresh", "keras.layers.Dropout"))
        rest = [each for each in changed.wires if each != wire]
        around = (Wire(wire.source, "fresh"), Wire("fresh", wire.target, "", wire.target_port))
        changed = replace(changed, wires=(*rest, *around))
        after = layered_positions(changed, size, before=before | {"fresh": before[wire.target]})
        far = [
            name
            for name in before
            if abs(before[name][0] - after[name][0]) + abs(before[name][1] - after[name][1]) > 50
        ]
        shares.append(len(far) / len(before))
        assert order_kept(before, after) >= 0.8
    assert sum(shares) / len(shares) <= 0.35


def test_that_a_taller_node_moves_none_sideways() -> None:
    graph = resnet50()
    before = layered_positions(graph, size)
    tall = graph.of_type("keras.layers.Conv2D")[10].id
    after = layered_positions(graph, lambda node: (WIDTH, 140.0) if node.id == tall else size(node), before=before)
    assert {name: x for name, (x, _) in before.items()} == {name: x for name, (x, _) in after.items()}
    assert order_kept(before, after) == 1


def order_kept(before: dict[str, tuple[float, float]], after: dict[str, tuple[float, float]]) -> float:
    """The share of pairs of neighbours, one over the other, that still are so."""
    columns: dict[float, list[str]] = {}
    for name, (x, _) in before.items():
        columns.setdefault(x, []).append(name)
    kept = total = 0
    for names in columns.values():
        names.sort(key=lambda name: before[name][1])
        for upper, lower in pairwise(names):
            if after[upper][0] != after[lower][0]:
                continue  # one of them stands in another column now
            total += 1
            kept += after[upper][1] < after[lower][1]
    return kept / max(1, total)


def test_that_the_order_within_columns_saves_crossings() -> None:
    columns = [["a", "b", "c"], ["d", "e", "f"]]
    edges = [("a", "f"), ("b", "e"), ("c", "d")]
    sizes = dict.fromkeys("abcdef", (WIDTH, HEIGHT))
    made = lattice(columns, edges, sizes, dict.fromkeys(edges, 2), {})
    assert crossings(made, made.columns) == 3
    order_columns(made)
    assert crossings(made, made.columns) == 0


def test_that_a_track_keeps_its_distance_from_nodes() -> None:
    graph = made_of(("x", "a"), ("a", "add"), ("x", "b"), ("b", "add"), ("x", "add"))
    places = layered_positions(graph, size, ONE_ROW)
    upper, lower = sorted((places["a"][1], places["b"][1]))
    assert lower - upper >= HEIGHT + d.STACK_GAP


def test_that_a_thousand_nodes_take_few_steps() -> None:
    graph = nasnet(24)
    calls: list[str] = []

    def counted(node: Node) -> tuple[float, float]:
        calls.append(node.id)
        return (WIDTH, HEIGHT)

    places = layered_positions(graph, counted)
    assert len(graph) > 900
    assert len(calls) == len(graph)
    assert not overlaps(graph, places)
