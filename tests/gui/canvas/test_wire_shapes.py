"""What a wire carries stands at the wire: under the pointer, where it is selected, and in the tooltip."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import QPointF

from dlstudio.graph.edits import move_nodes
from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.gui.canvas.scene import CanvasScene
from dlstudio.gui.canvas.tips import tip_at
from dlstudio.gui.canvas.wire_chips import MOST_CHIPS
from tests.gui.canvas.stand_in import Facts, StandInStudio

WIRE, NEXT = Wire("a", "b"), Wire("b", "c")


@dataclass(frozen=True)
class NamedFacts(Facts):
    axes: dict[str, tuple[str, ...]] = field(default_factory=dict)


IMAGE = NamedFacts({"outputs": (28, 28, 8)}, 80, {"outputs": ("height", "width", "channels")})


def scene(qapp) -> CanvasScene:
    nodes = {name: Node(name, "keras.layers.ReLU", {}, (index * 300.0, 0.0)) for index, name in enumerate("abc")}
    studio = StandInStudio(Graph(nodes, (WIRE, NEXT)))
    studio.set_facts({"a": IMAGE})
    return CanvasScene(studio)


def test_that_the_wire_under_the_pointer_says_what_it_carries(qapp) -> None:
    canvas = scene(qapp)
    assert canvas.chips.items == {}
    canvas.hover(canvas.wires[WIRE])
    assert {wire: chip.text for wire, chip in canvas.chips.items.items()} == {WIRE: "28×28×8"}
    canvas.hover(None)
    assert canvas.chips.items == {}


def test_that_selected_wires_say_it_until_they_are_not(qapp) -> None:
    canvas = scene(qapp)
    canvas.select_wires([WIRE, NEXT])
    assert canvas.chips.items[WIRE].text == "28×28×8"
    assert not canvas.chips.items[NEXT].isVisible()  # nothing is known of b
    canvas.select_wires([])
    assert canvas.chips.items == {}


def test_that_a_chip_follows_new_facts_and_moved_nodes(qapp) -> None:
    canvas = scene(qapp)
    canvas.select_wires([WIRE])
    before = canvas.chips.items[WIRE].pos()
    canvas.studio.set_facts({"a": Facts({"outputs": (14, 14, 8)})})
    canvas.sync_facts()
    assert canvas.chips.items[WIRE].text == "14×14×8"
    canvas.place({"b": QPointF(600, 200)})
    assert canvas.chips.items[WIRE].pos() != before


def test_that_a_chip_goes_with_its_wire(qapp) -> None:
    canvas = scene(qapp)
    canvas.select_wires([WIRE])
    studio = canvas.studio
    studio.change_graph("Cut", Graph(studio.graph.nodes, (NEXT,)))
    canvas.sync()
    assert canvas.chips.items == {}
    studio.change_graph("Move", move_nodes(studio.graph, {"a": (0.0, 50.0)}))
    canvas.sync()


def test_that_many_selected_wires_show_no_chips(qapp) -> None:
    count = MOST_CHIPS + 2
    nodes = {f"n{index}": Node(f"n{index}", "keras.layers.ReLU", {}, (index * 300.0, 0.0)) for index in range(count)}
    names = list(nodes)
    wires = tuple(map(Wire, names, names[1:]))
    canvas = CanvasScene(StandInStudio(Graph(nodes, wires)))
    canvas.select_wires(wires)
    assert canvas.chips.items == {}


def test_that_tooltips_of_wire_and_node_name_the_axes(qapp) -> None:
    canvas = scene(qapp)
    middle = canvas.wires[WIRE].path().pointAtPercent(0.5)
    assert tip_at(canvas, middle) == "a → b\n28 height × 28 width × 8 channels, for each sample of the batch"
    assert "Gives 28 height × 28 width × 8 channels" in tip_at(canvas, canvas.nodes["a"].body().center())
    assert tip_at(canvas, canvas.wires[NEXT].path().pointAtPercent(0.5)) == "b → c"
