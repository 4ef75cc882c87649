"""Milliseconds that a script takes to write, to read, and to show an edit of: ``python tests/benchmarks/code.py``."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from itertools import pairwise

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.compiler.code import read_code, write_code
from dlstudio.graph.edits import set_settings
from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.graph.project import TrainingSettings
from dlstudio.gui.workspaces.design.code_text import CodeText


def chain(count: int) -> Graph:
    names = [f"dense_{number}" for number in range(count)]
    nodes = {name: Node(name, "keras.layers.Dense", {"units": 8, "activation": "relu"}) for name in names}
    ends = ["x", *names, "y"]
    wires = tuple(Wire(a, b) for a, b in pairwise(ends))
    return Graph({"x": Node("x", "Input", {"shape": [8]}), **nodes, "y": Node("y", "Output")}, wires)


def median(work: Callable[[], object], times: int = 7) -> float:
    found = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        found.append((time.perf_counter() - began) * 1000)
    return statistics.median(found)


def main() -> None:
    QApplication([])
    print(f"{'nodes':>6} {'write':>8} {'read':>8} {'show':>8}")
    for count in (50, 200, 1000, 3000):
        print(f"{count:>6} " + " ".join(f"{each:>8.1f}" for each in measured(count)))


def measured(count: int) -> tuple[float, float, float]:
    catalogue, graph = load_catalogue(), chain(count)

    def written(drawn: Graph) -> str:
        return write_code(drawn, {}, TrainingSettings(), name="chain", catalogue=catalogue).text

    texts = [written(set_settings(graph, f"dense_{count // 2}", {"units": units})) for units in range(1, 9)]
    shown = CodeText()
    shown.show_text(texts[0])
    edits = iter(texts[1:])
    return (
        median(lambda: written(graph)),
        median(lambda: read_code(texts[0], catalogue), 3),
        median(lambda: shown.show_text(next(edits))),
    )


if __name__ == "__main__":
    main()
