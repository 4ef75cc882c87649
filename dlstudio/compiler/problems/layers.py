"""Problems of single layers: what arrives does not fit, or their settings are not legal."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any

from dlstudio.catalogue.node_types import Setting
from dlstudio.compiler.axes import carried_names
from dlstudio.compiler.evaluation import setting_faults
from dlstudio.compiler.problems import candidates
from dlstudio.compiler.problems.constants import placing_problem
from dlstudio.compiler.problems.context import Candidate, Context, set_edit
from dlstudio.compiler.problems.own_words import own_sentence
from dlstudio.compiler.problems.trying import mending_fixes
from dlstudio.compiler.problems.wording import axes_words, joined, keras_sentence, shape_with_axes, shape_words
from dlstudio.compiler.ranks import needed_axes
from dlstudio.compiler.tracing import MOST_PARAMETERS, Traced
from dlstudio.compiler.uses import TracedUse
from dlstudio.graph.blocks import REPEAT
from dlstudio.graph.expressions import is_expression
from dlstudio.graph.model import INPUT, OUTPUT, Node
from dlstudio.graph.problems import Fix, Problem
from dlstudio.graph.sharing import weights_owner
from dlstudio.graph.wire_fixes import removing

_TOLD_ELSEWHERE = ("block", "expression", "repeat")
"""Faults of block uses: what is wrong inside is told there, expressions and ports by the structural check."""


def layer_problems(context: Context) -> Iterator[Problem]:
    """Illegal settings, then every node that refuses what arrives; nodes behind a failing one are not judged."""
    for node in context.graph:
        yield from _setting_problems(context, node)
    for node in context.graph:
        traced = context.found.traced.get(node.id)
        if node.bypassed and node.id in context.found.bypassed:
            yield from _bypass_problems(context, node, context.found.bypassed[node.id])
        elif traced is not None and traced.fault in _TOLD_ELSEWHERE:
            continue
        elif traced is not None and traced.fault:
            yield _failure(context, node, traced)
        elif node.type == "keras.layers.Embedding" and traced is not None:
            yield from _embedding_problems(context, node)


def _setting_problems(context: Context, node: Node) -> Iterator[Problem]:
    node_type = context.node_type(node)
    if node_type is None or node_type.unusable or node.shares or node.block or node.type in (INPUT, OUTPUT):
        return
    known = {setting.name: setting for setting in node_type.settings}
    for name, said in setting_faults(node_type, node.settings, context.catalogue).items():
        setting = known.get(name)
        value = node.settings.get(name)
        if setting is None or (setting.required and value is None) or is_expression(value):
            continue  # the structural check has said so
        value = setting.suggested if setting.required else setting.default
        values = [*_meant(context, setting, node.settings[name]), value]
        fixes = [
            Fix(f"Set {node.id} {name} to {_value(each)}", (set_edit(node.id, name, each),))
            for each in values
            if each is not None or setting.optional
        ]
        yield Problem(f"'{node.id}' ({node_type.name}): {said}", node.id, fixes=tuple(fixes))


def _bypass_problems(context: Context, node: Node, would_give: Traced) -> Iterator[Problem]:
    """A bypassed node whose input has another shape than what it would give: what it feeds was drawn for that."""
    passing = context.found.traced.get(node.id)
    if passing is None or would_give.fault:
        return
    now, instead = next(iter(passing.outputs.values())), next(iter(would_give.outputs.values()))
    if now.sample_shape != instead.sample_shape:
        fix = Fix(f"Take {node.id} back into the path", ({"edit": "bypass", "node": node.id, "value": False},))
        yield Problem(
            f"'{node.id}' ({context.catalogue[node.type].name}) is bypassed, but it changes the shape: it gets "
            f"{shape_words(now.sample_shape)} and would give {shape_words(instead.sample_shape)}. Only a node that "
            f"keeps the shape can be bypassed.",
            node.id,
            fix,
        )


def _meant(context: Context, setting: Setting, value: Any) -> list[Any]:
    """What was meant by a value that is not legal: the name it is like, or the whole number it is near."""
    names = setting.choices or context.catalogue.choices.get(setting.kind, ())
    if isinstance(value, str):
        return list(difflib.get_close_matches(value, names, 1))
    if setting.kind == "integer" and isinstance(value, float) and abs(value) < 10**9:
        near = round(value)
        return [near] if near >= (setting.minimum or near) else []
    return []


def _failure(context: Context, node: Node, traced: Traced) -> Problem:
    if traced.fault == "code":
        return Problem(f"'{node.id}' ({context.catalogue[node.type].name}): {traced.error}", node.id)
    if traced.fault in ("unbatched", "batched"):
        return placing_problem(context, node, traced)
    node_type = context.catalogue[node.type]
    title = f"'{node.id}' ({node_type.name})"
    sources = context.sources(node.id)
    first = sources[0] if sources else None
    arriving = (
        f"{shape_with_axes(first[1], carried_names(first[0], context.axes))} from '{first[0].source}'"
        if first
        else "nothing"
    )
    owner = weights_owner(context.graph, node) or node
    tries: Iterator[Candidate] = iter(())
    if isinstance(traced, TracedUse) and traced.fault == "size":
        message = f"{title} stands for {traced.error}, which is too much to build. Repeat it less often."
        tries = iter([(f"Set {REPEAT} of {node.id} to 1", (set_edit(node.id, REPEAT, 1),))])
    elif traced.fault == "rank":
        needed = needed_axes(node.type, owner.settings) or (0, 0)
        message = f"{title} needs {axes_words(*needed)} but gets {arriving}."
        tries = candidates.for_rank(context, node, needed)
    elif traced.fault == "empty":
        message = f"{title} leaves nothing of {arriving}: its window is larger than what is left."
        tries = candidates.for_emptiness(context, node)
    elif traced.fault == "batch":
        message = (
            f"{title} would mix the samples of a batch: it makes of {arriving} a result without the batch's own axis."
        )
        tries = candidates.for_settings(context, node, "")
    elif traced.fault == "dtype":
        message = (
            f"{title} needs numbers with fractions but gets whole numbers from '{first[0].source if first else '?'}'."
        )
        if first:
            cast = context.insert("keras.ops.cast", "as_numbers", {"dtype": "float32"}, first[0])
            tries = iter([("Insert a cast to float32", (cast,))])
    elif traced.fault == "size":
        message = (
            f"{title} would have {traced.error}, which is too large to build "
            f"(a layer may have {MOST_PARAMETERS:.0e} parameters). It gets {arriving}; make it or its input smaller."
        )
        tries = candidates.for_size(context, node)
    elif node_type.category == "merging":
        message = f"{title} cannot join {_all_sources(context, node)}. {_merging_rule(context, node)}"
        tries = candidates.for_merging(context, node)
    else:
        settings = {**node_type.defaults, **owner.settings}
        said = own_sentence(node_type.name, settings, first[1] if first else ()) or keras_sentence(traced.error)
        message = f"{title} cannot work on {_all_sources(context, node)}: {said}"
        tries = candidates.for_settings(context, node, traced.error)
    return Problem(message, node.id, fixes=mending_fixes(context, node.id, tries, _removal(node)))


def _removal(node: Node) -> Candidate:
    fix = removing(node)
    return fix.label, fix.edits


def _all_sources(context: Context, node: Node) -> str:
    parts = [f"{shape_words(shape)} from '{wire.source}'" for wire, shape in context.sources(node.id)]
    return joined(parts) if parts else "nothing"


def _merging_rule(context: Context, node: Node) -> str:
    name, axis = context.catalogue[node.type].name, context.setting(node, "axis")
    axes = max((len(shape) for _, shape in context.sources(node.id)), default=0)
    if name == "Concatenate" and isinstance(axis, int) and not -axes - 1 <= axis <= axes:
        return f"Its axis is {axis}, but a sample has the axes 1 to {axes}."
    rules = {
        "Concatenate": "All axes but the one it joins along have to be equal.",
        "Dot": "The axes it multiplies along have to be equal.",
        "Subtract": "It takes exactly two inputs of equal shape.",
    }
    return rules.get(name, "All shapes have to be equal.")


def _embedding_problems(context: Context, node: Node) -> Iterator[Problem]:
    """Tokens that the table has no row for: they fail, or read garbage, in the middle of a run."""
    needed = _token_count(context, node)
    size = node.settings.get("input_dim")
    if needed is None or not isinstance(size, int) or size >= needed[0]:
        return
    count, what = needed
    fix = Fix(f"Set {node.id} input_dim to {count}", (set_edit(node.id, "input_dim", count),))
    yield Problem(f"'{node.id}' (Embedding) has a table of {size} but {what}. Set input_dim to {count}.", node.id, fix)


def _token_count(context: Context, node: Node) -> tuple[int, str] | None:
    wires = context.graph.incoming(node.id)
    source = context.graph.nodes.get(wires[0].source) if wires else None
    if source is None:
        return None
    if source.type == INPUT:
        spec = context.specs.get(str(source.settings.get("column", "")))
        if spec is None:
            return None
        if spec.kind == "text" and spec.vocabulary_size:
            return spec.vocabulary_size, f"column '{spec.name}' has {spec.vocabulary_size} token numbers"
        if spec.kind == "category" and spec.classes:
            return len(spec.classes), f"column '{spec.name}' has {len(spec.classes)} classes"
        return None
    return _position_count(context, source)


def _position_count(context: Context, source: Node) -> tuple[int, str] | None:
    """How many positions ``ones_like → cumsum`` counts, where that feeds an Embedding (or its ``max``)."""
    chain = [source]
    while len(chain) < 3 and (wires := context.graph.incoming(chain[-1].id)) and wires[0].source in context.graph:
        chain.append(context.graph[wires[0].source])
    if chain[0].type == "keras.ops.max" and chain[0].settings.get("axis") == -1:
        chain = chain[1:]
    if [node.type for node in chain[:2]] != ["keras.ops.cumsum", "keras.ops.ones_like"]:
        return None
    carried = context.sources(chain[0].id)
    steps = carried[0][1][0] if carried and carried[0][1] else None
    if steps is None or chain[0].settings.get("axis") != 1:
        return None
    return steps + 1, f"'{chain[0].id}' counts positions from 1 to {steps}"


def _value(value: object) -> str:
    return "its default" if value is None else str(value).replace("[", "").replace("]", "")
