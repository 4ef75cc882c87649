"""Makes a project of a template: fills its placeholders, leaves out what the data has no use for, and lays it out.

In a template's JSON a setting of the form ``"$name"`` is a placeholder. Known names:

- ``$input``, ``$target``: the columns; ``$task``: the task that suits the target; ``$units``: how many values the
  network has to give; ``$vocabulary``, ``$length``, ``$positions`` (length and one, for an
  embedding of positions counted from 1): of a text or series; ``$rate``: samples a second of a sound;
- ``$second`` and ``$second_positions``: the other text where two are read (``"reads_two": true``), its length and one;
- ``$so_far`` (the column of what is written so far) and ``$written_positions`` (its length and one): of a translation;
- ``$noise`` (a column of noise, of as many values as the template's ``noise`` says or the choice that it names);
- ``$horizon``, ``$outputs`` (all values of a forecast), ``$over`` (steps read but for the last): of a forecast;
- ``$classes`` and ``$stride`` (step of the finest grid): of boxes;
- every entry of the template's ``choices``: ``{"by": FACT, "steps": [[LIMIT, VALUE], ...]}`` takes the value of the
  first step whose limit is not below the fact (a limit of null has no end). Facts: ``side`` (shorter side of an image
  or a frame), ``height``, ``width``, ``channels``, ``halvings`` (how often both sides can be halved evenly),
  ``deep_halvings`` (how often the depth of a volume can), ``length`` (steps of a series, tokens of a text, frames of a
  clip), ``values`` (numbers a sample), ``vocabulary``, ``samples`` (of the training split), ``categories`` (joined in
  the input), ``classes`` (of the target), ``rate`` and ``seconds`` of a sound.
- every entry of ``derived``: arithmetic over the facts and all of the above, such as
  ``"(height // patch) * (width // patch)"`` (:mod:`dlstudio.graph.expressions`).

A node of the type ``block.X`` uses the shipped block ``X``, which then belongs to the project.

A node with ``"shares"`` uses the layer of the node that it names, and has no settings.

A node with ``"each": "category"`` stands once for every category that is joined in the input
(:mod:`dlstudio.templates.replicas`).

A node with ``"when"`` is there only if all of it holds: ``{"kind": [...]}`` the kind of the input, ``{CHOICE: n}`` a
choice of at least n. Where a node is left out its wires are healed.

``task`` names the task where it is not the usual one of the target's kind; ``split`` is a split that the task needs,
put in place of the data's unless that is by group already, or its test holds other classes (``unseen``).

The head of a classification is a Dense without softmax: the loss is computed from logits, which is exact on every
backend, and the task turns them into probabilities wherever a person reads them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from dlstudio.graph.block_content import used_blocks
from dlstudio.graph.block_library import shipped_blocks
from dlstudio.graph.columns import NOISE, ColumnSpec, noise_name, so_far_name
from dlstudio.graph.edits import free_name, remove_nodes, rename_node
from dlstudio.graph.expressions import evaluate
from dlstudio.graph.model import INPUT, OUTPUT, Block, Graph
from dlstudio.graph.project import DataSettings, Project, TrainingSettings, graph_from_json
from dlstudio.tasks.registry import get_task, suited_task
from dlstudio.templates.columns import with_roles
from dlstudio.templates.layout import lay_out
from dlstudio.templates.replicas import replicated
from dlstudio.templates.template import Template

USUAL_SAMPLES = 2000


def fit(
    template: Template,
    data: DataSettings,
    source: ColumnSpec,
    target: ColumnSpec,
    project_name: str,
    *,
    samples: int | None = None,
    categories: Sequence[ColumnSpec] = (),
    second: ColumnSpec | None = None,
) -> Project:
    """The project for one template and one pair of columns.

    Args:
        template: What to fit.
        data: The project's data section, taken over as it is but for the role of a column that is to be given back.
        source: The column that the network reads.
        target: The column that it learns.
        project_name: Name of the project.
        samples: Samples in the training split; None where that is not known.
        categories: The categories that are joined in ``source``.
        second: What a network with two Inputs reads beside ``source``.
    """
    content = replicated(template.content, categories)
    values = placeholders(content, source, target, USUAL_SAMPLES if samples is None else samples, len(categories))
    if second is not None:
        values |= {"second": second.name, "second_positions": second.shape[0] + 1}
    if target.kind == "translation":
        values["so_far"] = so_far_name(target.name, data.columns)
        data = _with_so_far(data, values["so_far"], target.name)
    if "noise" in content:
        values["noise"] = noise_name(data.columns)
        data = _with_noise(data, values["noise"], _filled(content["noise"], values))
    left_out = [name for name, node in content["nodes"].items() if not _holds(node.get("when", {}), source, values)]
    nodes = {
        name: {**node, "settings": _filled(node.get("settings", {}), values)} for name, node in content["nodes"].items()
    }
    graph = _with_blocks(graph_from_json({"nodes": nodes, "wires": content["wires"]}))
    graph = _with_blocks(remove_nodes(graph, left_out, heal=True))
    graph = lay_out(graph, content["rows"])
    graph = _named_after_columns(graph, target, "made" if "noise" in content else "again")
    training = {**content["training"], **content.get("training_for", {}).get(source.kind, {})}
    data = with_roles(data, source, target)
    if "split" in content and data.split.get("by") != "group" and not data.split.get("unseen"):
        data = replace(data, split=_filled(content["split"], values))
    return Project(project_name, data, graph, TrainingSettings.from_json(_filled(training, values)))


def _with_blocks(graph: Graph) -> Graph:
    """The graph with the shipped blocks that its nodes use, and those that these use; and with no others."""
    shipped, found = shipped_blocks(), dict[str, Block]()
    waiting = list(used_blocks(graph))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = shipped[name]
            waiting.extend(used_blocks(shipped[name].graph))
    return replace(graph, blocks=dict(sorted(found.items())))


def _with_so_far(data: DataSettings, name: str, target: str) -> DataSettings:
    """The data with the column of what is written so far of a translation, which a decoder reads."""
    if name in data.columns:
        return data
    return replace(data, columns={**data.columns, name: {"type": "so-far", "from": [target], "role": "input"}})


def _with_noise(data: DataSettings, name: str, length: int) -> DataSettings:
    """The data with the column of noise that a generator reads; one that is there already is kept."""
    if name in data.columns:
        return data
    return replace(data, columns={**data.columns, name: {"type": NOISE, "length": length, "role": "input"}})


def placeholders(
    content: Mapping[str, Any],
    source: ColumnSpec,
    target: ColumnSpec,
    samples: int,
    categories: int = 0,
) -> dict[str, Any]:
    """The value of every placeholder for one pair of columns."""
    task = str(content.get("task") or suited_task(target))
    length = source.shape[0] if source.kind in ("text", "series", "audio", "video") else 0
    plane = {"image": source.shape[:2], "video": source.shape[1:3]}.get(source.kind, (0, 0))
    halved = source.shape[-3:-1] if source.kind == "volume" else plane
    facts = {
        "side": min(plane),
        "halvings": _halvings(halved) if any(halved) else 0,
        "deep_halvings": _halvings(source.shape[:1], 4) if source.kind == "volume" else 0,
        "height": plane[0],
        "width": plane[1],
        "channels": source.shape[-1] if any(plane) else 0,
        "length": length,
        "values": math.prod(source.shape),
        "vocabulary": source.vocabulary_size,
        "samples": samples,
        "rate": source.rate,
        "seconds": length / source.rate if source.rate else 0,
        "categories": categories,
        "classes": len(target.classes),
    }
    values: dict[str, Any] = {
        "input": source.name,
        "target": target.name,
        "task": task,
        "units": get_task(task).units(target),
        "vocabulary": source.vocabulary_size,
        "length": length,
        "rate": round(source.rate),
        "over": max(length - 1, 1),
        "categories": categories,
    }
    if target.kind == "forecast":
        values |= {"horizon": target.shape[0], "outputs": target.shape[0] * values["units"]}
    if target.kind == "boxes":
        values |= {"classes": len(target.classes), "stride": target.strides[0]}
    if target.kind == "translation":
        values["written_positions"] = target.shape[0] + 1
    for name, choice in content.get("choices", {}).items():
        fact = facts[choice["by"]]
        values[name] = next(value for limit, value in choice["steps"] if limit is None or fact <= limit)
    # Where a series is averaged over `stride` steps first, that many fewer positions are left to learn.
    values["positions"] = length // values.get("stride", 1) + 1
    for name, expression in content.get("derived", {}).items():
        values[name] = evaluate(expression, {**facts, **values})
    return values


def _halvings(sides: tuple[int, ...], least: int = 8) -> int:
    found = 0
    while all(side % 2 == 0 and side >= least for side in sides):
        sides, found = tuple(side // 2 for side in sides), found + 1
    return found


def _holds(condition: Mapping[str, Any], source: ColumnSpec, values: Mapping[str, Any]) -> bool:
    for name, wanted in condition.items():
        if name == "kind":
            if source.kind not in wanted:
                return False
        elif values[name] < wanted:
            return False
    return True


def _filled(value: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(value, str) and value.startswith("$"):
        return values[value[1:]]
    if isinstance(value, Mapping):
        return {key: _filled(entry, values) for key, entry in value.items()}
    if isinstance(value, list):
        return [_filled(entry, values) for entry in value]
    return value


def _named_after_columns(graph: Graph, target: ColumnSpec, second: str) -> Graph:
    """Input and Output take their columns' names, with a ``second`` word where both are of one column; what a
    regression puts out is no logits.
    """
    wanted = {node.id: str(node.settings["column"]) for node in graph.of_type(INPUT)}
    learnt = f"{target.name}_{second}" if target.name in wanted.values() else target.name
    wanted |= {node.id: learnt for node in graph.of_type(OUTPUT)}
    if target.kind == "number" and "logits" in graph:
        wanted["logits"] = "value"
    for old, new in wanted.items():
        name = re.sub(r"\W+", "_", new, flags=re.ASCII).strip("_")[:40]
        if not re.match(r"[A-Za-z]", name):
            name = f"column_{name}" if name else "column"
        if name != old:
            graph = rename_node(graph, old, free_name(graph, name))
    return graph
