"""Frame cost of the canvas: milliseconds per repaint, per drag step and per change, off-screen.

Run it with ``python tests/benchmarks/canvas.py`` from the checkout; numbers are medians.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from dlstudio.graph import edits
from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.gui.canvas.gesture import Modifiers
from dlstudio.gui.canvas.move_gesture import MoveGesture
from dlstudio.gui.canvas.view import CanvasView
from tests.gui.canvas.stand_in import Facts, StandInStudio

COLUMNS = 40


def network(count: int) -> Graph:
    """Convolutions in rows of forty, every fifth with a skip wire."""
    nodes, wires = {}, []
    for index in range(count):
        name = f"conv_{index}"
        at = (index % COLUMNS * 212.0, index // COLUMNS * 150.0)
        settings = {"filters": 32, "kernel_size": 3, "activation": "relu"}
        nodes[name] = Node(name, "keras.layers.Conv2D", settings, at)
        if index:
            wires.append(Wire(f"conv_{index - 1}", name))
    for index in range(5, count, 5):
        join = f"conv_{index}"
        nodes[join] = Node(join, "keras.layers.Add", {}, nodes[join].at)
        wires.append(Wire(f"conv_{index - 4}", join))
    return Graph(nodes, tuple(wires))


def median_ms(step: Callable[[], object], times: int = 15) -> float:
    costs = []
    for _ in range(times):
        begin = time.perf_counter()
        step()
        costs.append((time.perf_counter() - begin) * 1000)
    return statistics.median(costs)


def measure(count: int) -> None:
    graph = network(count)
    studio = StandInStudio(graph)
    studio.facts_by_node = {name: Facts({"outputs": (26, 26, 32)}, 320) for name in graph.nodes}
    begin = time.perf_counter()
    view = CanvasView(studio)  # type: ignore[arg-type]
    created = (time.perf_counter() - begin) * 1000
    view.resize(1600, 1000)
    view.show()
    QApplication.processEvents()
    picture = QImage(view.size(), QImage.Format.Format_RGB32)

    def repaint() -> None:
        painter = QPainter(picture)
        view.viewport().render(painter, view.viewport().pos())
        painter.end()

    print(f"{count} nodes, {len(graph.wires)} wires: created in {created:.0f} ms")
    for zoom in (1.0, 0.5, 0.36, 0.3, 0.15):
        view.set_zoom(zoom)
        view.centerOn(3000, 1000)
        seen = len(view.canvas_scene.bodies_in(view.visible_area()))
        print(f"  repaint at {zoom:4.0%}: {median_ms(repaint):6.2f} ms  ({seen} nodes seen)")

    view.set_zoom(1.0)
    name = f"conv_{COLUMNS + 14}"
    view.center_on(name)
    gesture = MoveGesture(view, QPointF(), frozenset([name]), name)
    offsets = iter(range(1, 1000))

    def drag() -> None:
        offset = next(offsets)
        gesture.move(QPointF(offset * 2.0, offset), Modifiers.NoModifier)
        QApplication.processEvents()

    print(f"  drag step:     {median_ms(drag, 40):6.2f} ms")
    gesture.cancel()

    def change() -> None:
        x, y = studio.graph[name].at
        view.change_graph("Move", edits.move_nodes(studio.graph, {name: (x, y + 1)}))

    print(f"  change:        {median_ms(change, 9):6.2f} ms")
    everything = MoveGesture(view, QPointF(), frozenset(graph.nodes), name)

    def drag_all() -> None:
        everything.move(QPointF(5, next(offsets)), Modifiers.AltModifier)

    print(f"  drag all step: {median_ms(drag_all, 7):6.2f} ms")
    everything.cancel()
    view.close()


if __name__ == "__main__":
    application = QApplication([])
    for size in (1000, 3000):
        measure(size)
