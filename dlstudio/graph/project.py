"""A project as a frozen value: its data, graph, blocks and training settings, and their JSON form.

Reading from and writing to disk is the business of :mod:`dlstudio.graph.saving`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from dlstudio.graph.initial_weights import InitialWeights
from dlstudio.graph.model import Block, Frame, Graph, Node, Note, Wire

FORMAT = 1


def _frozen(value: Mapping[str, Any]) -> Mapping[str, Any]:
    return MappingProxyType(dict(value))


@dataclass(frozen=True)
class DataSettings:
    """Where the data is and how its columns are read.

    Attributes:
        source: Path of the file or folder, relative to the project folder or absolute. Empty while there is no data.
        format: Name of the format module, such as ``image-folder``, ``csv`` or ``npz``.
        columns: By column name: ``{"type": "image" | "text" | "category" | "number" | "series" | "ignore", ...}`` with
            the settings of that type (``size`` and ``channels``; ``length`` and ``vocabulary``; ...).
        split: ``{"train": 0.8, "validation": 0.1, "test": 0.1, "seed": 7}``, or ``{"by": "folder"}``, or
            ``{"by": "column", "column": NAME}``; further ``labelled`` (training samples of each class that are learnt)
            and ``balance`` (the column whose classes each part has its share of).
        options: What the format itself needs (delimiter, header, file of labels ...).
    """

    source: str = ""
    format: str = ""
    columns: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    split: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", MappingProxyType({k: _frozen(v) for k, v in self.columns.items()}))
        object.__setattr__(self, "split", _frozen(self.split))
        object.__setattr__(self, "options", _frozen(self.options))

    def as_json(self) -> dict[str, Any]:
        value: dict[str, Any] = {
            "source": self.source,
            "format": self.format,
            "columns": {name: dict(column) for name, column in self.columns.items()},
            "split": dict(self.split),
        }
        if self.options:
            value["options"] = dict(self.options)
        return value

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> DataSettings:
        return DataSettings(
            value.get("source", ""),
            value.get("format", ""),
            value.get("columns", {}),
            value.get("split", {}),
            value.get("options", {}),
        )


@dataclass(frozen=True)
class ObjectSettings:
    """A Keras object by its public name and the settings that differ from its defaults (optimizer, schedule)."""

    type: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "settings", _frozen(self.settings))

    def as_json(self) -> dict[str, Any]:
        return {"type": self.type, "settings": dict(self.settings)}

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> ObjectSettings:
        return ObjectSettings(value["type"], value.get("settings", {}))


def _default_optimizer() -> ObjectSettings:
    return ObjectSettings("keras.optimizers.SGD", {"learning_rate": 0.05, "momentum": 0.9})


FLOAT32 = "float32"
PRECISIONS = (FLOAT32, "mixed_bfloat16", "mixed_float16")
BEST, LAST = KEPT = ("best", "last")
UNTIL_CONVERGED: Mapping[str, Any] = _frozen({"patience": 5, "share": 0.2, "min_share": 0.001})
"""Early stopping that takes a training for converged: for a fifth of its epochs, and five at least, nothing became
better by a thousandth."""


@dataclass(frozen=True)
class TrainingSettings:
    """How the network is trained.

    Attributes:
        epochs: Passes over the training split, at least 1.
        batch_size: Samples a step, at least 1.
        seed: Seed of the initial weights, the order of the samples and dropout.
        optimizer: A class of ``keras.optimizers``.
        schedule: A class of ``keras.optimizers.schedules`` or None for a constant rate. Its initial rate defaults to
            the optimizer's ``learning_rate``, its step counts (``decay_steps`` ...) to the whole run.
        early_stopping: ``{"monitor": "val_loss", "patience": 5}`` or None. Patience is in epochs; with ``share`` it is
            at least that share of the epochs done. An epoch counts as better by more than ``min_delta``, and by more
            than ``min_share`` of the value. :data:`UNTIL_CONVERGED` waits for convergence.
        class_weights: Weigh each class by the inverse of how often it occurs.
        resample: Show each class alike often in an epoch, whatever its number of samples; no weights then.
        device: ``auto``, ``cpu``, ``gpu:0`` and so on, or ``all`` for several GPUs together.
        backend: What Keras computes with: ``auto``, ``fastest``, ``tensorflow``, ``jax`` or ``torch``.
        checkpoint_minutes: How many minutes may pass without a checkpoint, also within an epoch; after each epoch there
            is one anyway, of epochs shorter than a second one a second. 0 for those alone.
        note: Why the recipe is as it is, for people.
        rates: Factor of the learning rate by layer path, as ``use/conv``, or by a use for all inside it; 1 elsewhere.
        lora: Rank of the matrices that a layer learns in place of its kernel, by path as in ``rates``; the others learn
            as usual.
        tensorboard: Write the curves as TensorBoard event files, too.
        precision: One of :data:`PRECISIONS`; with the mixed ones layers compute in 16 bits while they train.
        memory_gigabytes: Main memory, in GB of 1e9 bytes, that the samples of a split may take as the network reads
            them, so that they need not be made anew in each epoch; at most half of what is free.
        warmup_steps: Batches over which the learning rate climbs in equal steps to where the schedule, or the constant
            rate, begins. 0 for none.
        label_smoothing: Share of the truth, below 1, that is spread over all classes alike; 0 for none.
        keep: One of :data:`KEPT`: which epoch's weights are the run's model. The best is the one by the task's value
            on the validation split; a handful of validation samples choose hardly better than chance.
    """

    epochs: int = 20
    batch_size: int = 64
    seed: int = 7
    optimizer: ObjectSettings = field(default_factory=_default_optimizer)
    schedule: ObjectSettings | None = None
    early_stopping: Mapping[str, Any] | None = None
    class_weights: bool = False
    resample: bool = False
    device: str = "auto"
    checkpoint_minutes: float = 5.0
    note: str = ""
    rates: Mapping[str, float] = field(default_factory=dict)
    lora: Mapping[str, int] = field(default_factory=dict)
    backend: str = "auto"
    tensorboard: bool = True
    precision: str = FLOAT32
    memory_gigabytes: float = 1.0
    warmup_steps: int = 0
    label_smoothing: float = 0.0
    keep: str = BEST

    def __post_init__(self) -> None:
        object.__setattr__(self, "rates", _frozen(self.rates))
        object.__setattr__(self, "lora", _frozen(self.lora))
        if self.early_stopping is not None:
            object.__setattr__(self, "early_stopping", _frozen(self.early_stopping))

    def as_json(self) -> dict[str, Any]:
        value: dict[str, Any] = {
            "epochs": self.epochs,
            "batch_size": self.batch_size,
            "seed": self.seed,
            "optimizer": self.optimizer.as_json(),
        }
        if self.schedule:
            value["schedule"] = self.schedule.as_json()
        if self.early_stopping:
            value["early_stopping"] = dict(self.early_stopping)
        for name, usual in (
            ("class_weights", False),
            ("resample", False),
            ("device", "auto"),
            ("backend", "auto"),
            ("checkpoint_minutes", 5.0),
            ("note", ""),
            ("tensorboard", True),
            ("precision", FLOAT32),
            ("memory_gigabytes", 1.0),
            ("warmup_steps", 0),
            ("label_smoothing", 0.0),
            ("keep", BEST),
        ):
            if getattr(self, name) != usual:
                value[name] = getattr(self, name)
        if self.rates:
            value["rates"] = dict(self.rates)
        if self.lora:
            value["lora"] = dict(self.lora)
        return value

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> TrainingSettings:
        usual = TrainingSettings()
        schedule = value.get("schedule")
        return TrainingSettings(
            value.get("epochs", usual.epochs),
            value.get("batch_size", usual.batch_size),
            value.get("seed", usual.seed),
            ObjectSettings.from_json(value["optimizer"]) if "optimizer" in value else usual.optimizer,
            ObjectSettings.from_json(schedule) if schedule else None,
            value.get("early_stopping") or None,
            value.get("class_weights", False),
            value.get("resample", False),
            value.get("device", "auto"),
            value.get("checkpoint_minutes", usual.checkpoint_minutes),
            value.get("note", ""),
            value.get("rates", {}),
            value.get("lora", {}),
            value.get("backend", "auto"),
            bool(value.get("tensorboard", True)),
            value.get("precision", FLOAT32),
            value.get("memory_gigabytes", 1.0),
            value.get("warmup_steps", 0),
            value.get("label_smoothing", 0.0),
            value.get("keep", BEST),
        )


@dataclass(frozen=True)
class Project:
    """Everything that ``project.json`` holds."""

    name: str = "Untitled"
    data: DataSettings = field(default_factory=DataSettings)
    graph: Graph = field(default_factory=Graph)
    training: TrainingSettings = field(default_factory=TrainingSettings)
    weights: InitialWeights | None = None
    """What the network begins with in place of random numbers, or None."""

    @property
    def blocks(self) -> Mapping[str, Block]:
        """The project's blocks by name; they live in its graph."""
        return self.graph.blocks

    def as_json(self) -> dict[str, Any]:
        """The value that ``project.json`` holds, in its stable order."""
        return {
            "format": FORMAT,
            "name": self.name,
            "data": self.data.as_json(),
            "graph": graph_as_json(replace(self.graph, blocks={})),
            "blocks": {name: block_as_json(block) for name, block in self.blocks.items()},
            "training": self.training.as_json(),
            **({"weights": self.weights.as_json()} if self.weights else {}),
        }

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> Project:
        """Builds a project from a value whose form :func:`dlstudio.graph.saving.load_project` has checked."""
        return Project(
            value.get("name", "Untitled"),
            DataSettings.from_json(value.get("data", {})),
            graph_from_json({**value.get("graph", {}), "blocks": value.get("blocks", {})}),
            TrainingSettings.from_json(value.get("training", {})),
            InitialWeights.from_json(value["weights"]) if value.get("weights") else None,
        )


def graph_as_json(graph: Graph) -> dict[str, Any]:
    """``{"nodes": {id: {"type", "settings"?, "at", "shares"?, "bypassed"?}}, "wires": [["a", "b.port"]]}``, and where
    there are any ``"frames": {id: {"title", "at", "size"}}``, ``"notes": {id: {"text", "at", "size"}}`` and
    ``"blocks": {name: block_as_json}``.
    """
    nodes: dict[str, Any] = {}
    for node in graph:
        entry: dict[str, Any] = {"type": node.type}
        if node.settings:
            entry["settings"] = dict(node.settings)
        entry["at"] = list(node.at)
        if node.shares:
            entry["shares"] = node.shares
        if node.bypassed:
            entry["bypassed"] = True
        nodes[node.id] = entry
    value: dict[str, Any] = {
        "nodes": nodes,
        "wires": [[_end(w.source, w.source_port), _end(w.target, w.target_port)] for w in graph.wires],
    }
    if graph.frames:
        value["frames"] = {
            f.id: {"title": f.title, "at": list(f.at), "size": list(f.size)} for f in graph.frames.values()
        }
    if graph.notes:
        value["notes"] = {n.id: {"text": n.text, "at": list(n.at), "size": list(n.size)} for n in graph.notes.values()}
    if graph.blocks:
        value["blocks"] = {name: block_as_json(block) for name, block in graph.blocks.items()}
    return value


def graph_from_json(value: Mapping[str, Any]) -> Graph:
    """The inverse of :func:`graph_as_json`."""
    nodes = {
        name: Node(
            name,
            entry["type"],
            entry.get("settings", {}),
            tuple(entry.get("at", (0, 0))),
            entry.get("shares"),
            entry.get("bypassed", False),
        )
        for name, entry in value.get("nodes", {}).items()
    }
    wires = []
    for source, target in value.get("wires", ()):
        source_node, _, source_port = source.partition(".")
        target_node, _, target_port = target.partition(".")
        wires.append(Wire(source_node, target_node, source_port, target_port))
    frames = {
        name: Frame(name, entry.get("title", ""), tuple(entry["at"]), tuple(entry["size"]))
        for name, entry in value.get("frames", {}).items()
    }
    notes = {
        name: Note(name, entry.get("text", ""), tuple(entry["at"]), tuple(entry["size"]))
        for name, entry in value.get("notes", {}).items()
    }
    blocks = {name: block_from_json(name, entry) for name, entry in value.get("blocks", {}).items()}
    return Graph(nodes, tuple(wires), frames, notes, blocks)


def block_as_json(block: Block) -> dict[str, Any]:
    """``{"summary"?, "parameters": {name: default}, "nodes", "wires", "frames"?, "notes"?}``."""
    value: dict[str, Any] = {"summary": block.summary} if block.summary else {}
    return {**value, "parameters": dict(block.parameters), **graph_as_json(replace(block.graph, blocks={}))}


def block_from_json(name: str, value: Mapping[str, Any]) -> Block:
    """The inverse of :func:`block_as_json`."""
    inside = {key: value[key] for key in ("nodes", "wires", "frames", "notes") if key in value}
    return Block(name, graph_from_json(inside), value.get("parameters", {}), value.get("summary", ""))


def _end(node: str, port: str) -> str:
    return f"{node}.{port}" if port else node
