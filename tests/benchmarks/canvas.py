"""What the canvas costs: frames, creation, dragging, opening a large network, and edits until their shapes are fresh.

    python -m tests.benchmarks.canvas [--no-engine]

prints a table, off-screen with the raster engine at 1600×1000: the median of wall-clock milliseconds, the processor
time of the window's thread beside it (on a busy machine that is the one to look at), the target, and what the plain
alternative costs in comparison.
"""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from unittest import mock

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtCore import QEvent, QEventLoop, QObject, QPointF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from dlstudio.graph import edits
from dlstudio.graph.layout import layered_positions
from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.gui.canvas import dimensions
from dlstudio.gui.canvas.gesture import Modifiers
from dlstudio.gui.canvas.move_gesture import MoveGesture
from dlstudio.gui.canvas.view import CanvasView
from tests.graph.networks import nasnet
from tests.gui.canvas.stand_in import Facts, StandInStudio

COLUMNS = 40
APPLICATION_CELLS = 27


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


def measured(step: Callable[[], object], times: int = 15) -> tuple[float, float]:
    """Medians of wall-clock and processor milliseconds."""
    walls, used = [], []
    for _ in range(times):
        begin, cpu = time.perf_counter(), time.thread_time()
        step()
        walls.append((time.perf_counter() - begin) * 1000)
        used.append((time.thread_time() - cpu) * 1000)
    return statistics.median(walls), statistics.median(used)


def row(
    what: str, cost: tuple[float, float], target: float | None = None, plain: tuple[str, float] | None = None
) -> None:
    """Prints one line of the table; ``plain`` is the alternative and its processor milliseconds."""
    wanted = f"{target:8.0f}" if target is not None else " " * 8
    ratio = f"   {plain[0]}: {plain[1] / max(cost[1], 1e-6):.1f} times that" if plain else ""
    print(f"  {what:<52} {cost[0]:9.2f} {cost[1]:9.2f} {wanted}{ratio}", flush=True)


class Canvas:
    """A view of 1600×1000 on a network."""

    def __init__(self, graph: Graph) -> None:
        self.studio = StandInStudio(graph)
        self.studio.facts_by_node = {name: Facts({"outputs": (26, 26, 32)}, 320) for name in graph.nodes}
        self.view = CanvasView(self.studio)  # type: ignore[arg-type]
        self.view.resize(1600, 1000)
        self.view.show()
        QApplication.processEvents()
        self._picture = QImage(self.view.size(), QImage.Format.Format_RGB32)

    def repaint(self) -> None:
        painter = QPainter(self._picture)
        self.view.viewport().render(painter, self.view.viewport().pos())
        painter.end()

    def look(self, zoom: float) -> None:
        self.view.set_zoom(zoom)
        self.view.centerOn(3000, 1000)


def frames(canvas: Canvas, count: int, zooms: tuple[float, ...]) -> None:
    """Panning at several zooms, and zooming through all of them."""
    for zoom in zooms:
        canvas.look(zoom)
        seen = len(canvas.view.canvas_scene.bodies_in(canvas.view.visible_area()))
        steps = iter(range(1000))

        def pan(steps: Iterator[int] = steps) -> None:
            canvas.view.pan(QPointF(7 if next(steps) % 2 else -7, 3))
            canvas.repaint()

        cost = measured(pan)
        plain = None
        if canvas.view.batched:
            with mock.patch.multiple(dimensions, BATCHED_BELOW=0.0, MANY_BATCHED_BELOW=0.0):
                plain = ("painted item by item", measured(pan, 5)[1])
        row(f"{count:,} nodes, pan at {zoom:.0%} ({seen} seen)", cost, 16, plain)
    factors = iter([0.93] * 30 + [1 / 0.93] * 30)
    canvas.look(1.0)

    def zoom_step() -> None:
        canvas.view.set_zoom(canvas.view.zoom * next(factors))
        canvas.repaint()

    row(f"{count:,} nodes, zoom step between 100 % and 11 %", measured(zoom_step, 60), 16)


def gestures(canvas: Canvas) -> None:
    """Dragging one node, dragging all, and a change of the document."""
    view, studio = canvas.view, canvas.studio
    view.set_zoom(1.0)
    name = f"conv_{COLUMNS + 14}"
    view.center_on(name)
    QApplication.processEvents()
    offsets = iter(range(1, 100_000))

    def stepped(gesture: MoveGesture, modifiers: Modifiers) -> Callable[[], None]:
        def step() -> None:
            offset = next(offsets) % 60
            gesture.move(QPointF(offset * 2.0, offset), modifiers)
            QApplication.processEvents()

        return step

    gesture = MoveGesture(view, QPointF(), frozenset([name]), name)
    cost = measured(stepped(gesture, Modifiers.NoModifier), 60)
    gesture.cancel()
    scene = view.canvas_scene
    everything = measured(lambda: scene.router.update(scene.graph, set(scene.nodes)), 3)[1]
    row("drag step of a node in 1,000, painted", cost, 4, ("all wires routed again", everything))
    every = MoveGesture(view, QPointF(), frozenset(scene.nodes), name)
    row("drag step of all 1,000 nodes, painted", measured(stepped(every, Modifiers.AltModifier), 7))
    every.cancel()

    def change() -> None:
        x, y = studio.graph[name].at
        view.change_graph("Move", edits.move_nodes(studio.graph, {name: (x, y + 1)}))

    row("change of one node in 1,000, followed by the canvas", measured(change, 9))


def creation() -> Canvas:
    made: list[Canvas] = []
    graph = network(1000)
    Canvas(network(3)).view.close()  # fonts and catalogue are there, as in a window that runs
    gc.freeze()  # as the window does once it is there

    def create() -> None:
        studio = StandInStudio(graph)
        studio.facts_by_node = {name: Facts({"outputs": (26, 26, 32)}, 320) for name in graph.nodes}
        CanvasView(studio)  # type: ignore[arg-type]

    row("creating the items of 1,000 nodes", measured(create, 3), 300)
    made.append(Canvas(graph))
    return made[0]


def layouts() -> None:
    graph = nasnet(APPLICATION_CELLS)
    row(f"layout of {len(graph):,} nodes (NASNet-like)", measured(lambda: layered_positions(graph), 3), 2000)


class _FirstPaint(QObject):
    """Notes that the canvas has been painted with its nodes."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__()
        self._view, self.done = view, False
        view.viewport().installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        self.done |= event.type() == QEvent.Type.Paint and bool(self._view.canvas_scene.nodes)
        return False


def opening(folder: Path) -> None:
    """From the project file of a large application to the first paint in the real window."""
    from dlstudio.graph.project import Project
    from dlstudio.graph.saving import save_project
    from dlstudio.gui.frame import Frame
    from dlstudio.gui.studio import Studio
    from dlstudio.workbench.document import Document

    if not folder.exists():
        graph = nasnet(APPLICATION_CELLS)
        save_project(Project("Large", graph=edits.move_nodes(graph, layered_positions(graph))), folder)
    nodes = len(Document.open(folder).project.graph)
    begin, cpu = time.perf_counter(), time.thread_time()
    studio = Studio(Document.open(folder))
    frame = Frame(studio)
    frame.resize(1600, 1000)
    frame.show()
    frame.show_workspace("design")
    paint = _FirstPaint(frame.findChild(CanvasView))
    while not paint.done:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)
    cost = ((time.perf_counter() - begin) * 1000, (time.thread_time() - cpu) * 1000)
    row(f"opening {nodes:,} nodes to first sight, whole window", cost, 3000)
    studio.close()
    frame.deleteLater()


def fresh_shapes(folder: Path) -> None:
    """An edit until its shapes are there, through the real window and engine."""
    from dlstudio.gui.studio import Studio
    from dlstudio.workbench.document import Document
    from tests.benchmarks.inference import residual_network

    command = [sys.executable, "-m", "dlstudio", "new", str(folder), "--template", "cnn"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    for blocks, target in ((49, 100), (249, 300)):
        studio = Studio(Document.open(folder))
        graph = residual_network(blocks)
        graph = edits.move_nodes(graph, layered_positions(graph))
        view = CanvasView(studio)
        view.resize(1600, 1000)
        view.show()
        studio.change("Large", replace(studio.project, graph=graph))
        _wait(studio)
        numbers = iter(range(17, 100_000))

        def edit(studio: Studio = studio, blocks: int = blocks, numbers: Iterator[int] = numbers) -> None:
            number = next(numbers)
            changed = edits.set_settings(studio.graph, f"norm_{number % blocks}", {"momentum": 0.5 + number / 1000})
            studio.change_graph("Edit", changed)
            _wait(studio)

        row(f"edit in {len(graph):,} layers to fresh shapes, painted", measured(edit, 15), target)
        studio.close()
        view.close()


def _wait(studio: object) -> None:
    end = time.monotonic() + 240
    while not (studio.facts_are_current and studio.facts is not None):  # type: ignore[attr-defined]
        if time.monotonic() > end:
            raise SystemExit("The engine did not answer.")
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 2)
    QApplication.processEvents()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-engine", action="store_true", help="leave out what needs Keras")
    parser.add_argument(
        "--opening", type=Path, metavar="PROJECT", help="only open this project, such as an imported one"
    )
    arguments = parser.parse_args()
    application = QApplication([])
    from dlstudio.gui.application import dress

    dress(application, "dark")
    print(f"  {'':<52} {'wall ms':>9} {'cpu ms':>9} {'target':>8}")
    if arguments.opening:
        opening(arguments.opening)
        return
    canvas = creation()
    frames(canvas, 1000, (1.0, 0.7, 0.5, 0.36, 0.15))
    gestures(canvas)
    canvas.view.close()
    canvas = Canvas(network(3000))
    frames(canvas, 3000, (0.5, 0.36, 0.15, 0.06))
    canvas.view.close()
    layouts()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.environ["DLSTUDIO_CONFIG"] = str(Path(folder) / "config")
        opening(Path(folder) / "large")
        if not arguments.no_engine:
            fresh_shapes(Path(folder) / "digits")


if __name__ == "__main__":
    main()
