"""Small projects on data made here, which train in a fraction of a second."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.graph.project import DataSettings, ObjectSettings, Project, TrainingSettings

COLOURS = ("blue", "green", "red")
NUMBERS = ("a", "b", "c", "d")
SCHEDULES = "keras.optimizers.schedules"


def write_table(file: Path, samples: int = 300) -> None:
    """Four numbers, the colour that the largest of the first three tells, and a price that their sum tells."""
    rng = np.random.default_rng(0)
    colour = rng.integers(0, 3, samples)
    numbers = rng.normal(size=(samples, 4))
    numbers[np.arange(samples), colour] += 3
    with file.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([*NUMBERS, "colour", "price"])
        for index in range(samples):
            price = 1000 + 50 * numbers[index].sum()
            writer.writerow([*numbers[index].round(4), COLOURS[colour[index]], round(float(price), 2)])


def table_settings() -> DataSettings:
    """The settings that suit :func:`write_table`."""
    columns: dict[str, dict[str, Any]] = {name: {"type": "number", "normalize": True} for name in NUMBERS}
    columns["colour"] = {"type": "category", "role": "target"}
    columns["price"] = {"type": "number", "normalize": True, "role": "target"}
    columns["features"] = {"type": "number", "from": list(NUMBERS), "role": "input"}
    split = {"train": 0.8, "validation": 0.1, "test": 0.1, "seed": 7}
    options = {"delimiter": ",", "header": True, "encoding": "utf-8"}
    return DataSettings("table.csv", "csv", columns, split, options)


def make_graph(**outputs: str) -> Graph:
    """A small network with dropout and an Output for each ``name=column``."""
    nodes = [
        Node("numbers", "Input", {"column": "features"}),
        Node("hidden", "keras.layers.Dense", {"units": 16, "activation": "relu"}),
        Node("dropout", "keras.layers.Dropout", {"rate": 0.2}),
    ]
    wires = [Wire("numbers", "hidden"), Wire("hidden", "dropout")]
    for name, column in outputs.items():
        task, units = ("regression", 1) if column == "price" else ("classification", 3)
        nodes += [
            Node(f"{name}_units", "keras.layers.Dense", {"units": units}),
            Node(name, "Output", {"column": column, "task": task}),
        ]
        wires += [Wire("dropout", f"{name}_units"), Wire(f"{name}_units", name)]
    return Graph({node.id: node for node in nodes}, tuple(wires))


def make_project(folder: Path, graph: Graph | None = None, **training: Any) -> Project:
    """A project with its table in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "table.csv").exists():
        write_table(folder / "table.csv")
    settings = TrainingSettings(**{"epochs": 3, "batch_size": 32, "device": "cpu", **training})
    return Project("Tiny", table_settings(), graph or make_graph(answer="colour"), settings)


def with_data(project: Project, **changes: Any) -> Project:
    """The same project with other data settings."""
    return replace(project, data=replace(project.data, **changes))


def jump(step: int, rate: float) -> ObjectSettings:
    """A schedule whose rate becomes far too high after a step."""
    return ObjectSettings(f"{SCHEDULES}.PiecewiseConstantDecay", {"boundaries": [step], "values": [0.05, rate]})
