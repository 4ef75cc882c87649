"""Writes a graph as a Keras script that runs on its own: ``python model.py`` prints the model's summary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dlstudio.catalogue.node_types import Catalogue
from dlstudio.compiler.code.custom import custom_imports
from dlstudio.compiler.code.helpers import HELPERS
from dlstudio.compiler.code.layout import Lines
from dlstudio.compiler.code.names import Scope, comment, parameter_name, quoted, snake_case
from dlstudio.compiler.code.network import NetworkWriter
from dlstudio.compiler.code.recipe import write_recipe
from dlstudio.compiler.code.values import Values
from dlstudio.compiler.facts import LayerFacts
from dlstudio.graph.blocks import with_blocks
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.edits import NAME_PATTERN, blocks_used
from dlstudio.graph.model import INPUT, OUTPUT, Block, Graph
from dlstudio.graph.project import TrainingSettings

MODEL_NAME = "network"
"""What Keras calls the model, in a script as in a run."""


@dataclass(frozen=True)
class Script:
    """A graph as Python.

    Attributes:
        text: The whole script.
        lines: First and last line of each node, counted from 1. A node inside a block stands under
            ``Block/node``, whatever use one looks at: all uses share one function.
        missing: Why the script cannot run yet, as sentences; empty for a graph that is complete.
    """

    text: str
    lines: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()

    def node_at(self, line: int) -> tuple[str, str] | None:
        """The block (empty for the network itself) and the node that a line belongs to, or None."""
        for key, (first, last) in self.lines.items():
            if first <= line <= last:
                block, _, node = key.rpartition("/")
                return block, node
        return None


def write_code(
    graph: Graph,
    specs: Mapping[str, ColumnSpec],
    training: TrainingSettings,
    *,
    name: str,
    catalogue: Catalogue,
    facts: Mapping[str, LayerFacts] | None = None,
) -> Script:
    """The script of a project's graph.

    :func:`dlstudio.compiler.code.reading.read_code` reads it back. A graph with mistakes is written as far as it goes;
    nothing is raised, and :attr:`Script.missing` says what stands in the way. Names and texts of the graph appear as
    quoted literals only.

    Args:
        graph: The project's own graph, with its blocks; those it does not use are left out.
        specs: The encoded columns by name; an Input whose column is not among them has no shape yet.
        training: For ``model.compile``.
        name: The project's name.
        catalogue: The node types; the graph's blocks need not be among them.
        facts: What is known of the nodes, for shapes in comments.
    """
    blocks = _in_order(blocks_used(graph, graph.nodes.values()))
    values = Values(with_blocks(catalogue, graph.blocks), graph.blocks)
    modules = _modules(graph, blocks.values())
    taken = {"keras", "layers", "ops", *HELPERS, *modules}
    custom = custom_imports((graph, *(block.graph for block in blocks.values())), taken)
    values.custom = {key: name for key, (_, name) in custom.items()}
    taken |= set(values.custom.values())
    functions = {}
    for block in blocks:
        functions[block] = Scope(taken).variable(snake_case(block))
        taken.add(functions[block])
    helpers: set[str] = set()
    missing: list[str] = []
    parts: list[tuple[str, Lines]] = []
    for block, content in blocks.items():
        lines, needed, lacking = _block_function(content, values, functions, taken)
        helpers |= needed
        missing += [f"In the block {quoted(block)}: {sentence}" for sentence in lacking]
        parts.append((f"{block}/", lines))
    network = NetworkWriter(graph, values, functions, Scope(taken), facts)
    _network_function(graph, specs, network)
    parts.append(("", network.lines))
    recipe = Lines()
    recipe.add("model = build_model()")
    write_recipe(recipe, graph, specs, training, values)
    recipe.add("model.summary()")
    recipe.add("", "Train it on arrays of your own:")
    recipe.add("", f"model.fit(inputs, targets, batch_size={training.batch_size}, epochs={training.epochs})")
    helpers |= network.helpers | ({"ratio"} if values.divides else set())
    missing += network.missing
    uses_ops = helpers & {"named", "per_sample"} or any("ops." in line for _, each in parts for line in each.written)
    imports = ["import keras", f"from keras import layers{', ops' if uses_ops else ''}"]
    imports += [f"from keras.src.applications import {module}" for module in modules]
    if custom:
        imports += [
            "",
            "# Layers of your own: these files have to lie beside this one.",
            *(line for line, _ in custom.values()),
        ]
    recipe.written = [
        'if __name__ == "__main__":',
        f"    keras.utils.set_random_seed({training.seed % 2**32})",
        *recipe.written,
    ]
    said = "drawn with DL Studio. Run this file to see its summary."
    head = [f'"""{docstring(name)}: a Keras network of {len(graph)} nodes, {said}"""', ""]
    if missing:
        head += ["# Not complete yet:", *(f"# - {comment(sentence)}" for sentence in missing[:20]), ""]
    head += imports
    spans: dict[str, tuple[int, int]] = {}
    # What the studio brings along stands behind the network, which one wants to see first.
    for helper, text in HELPERS.items():
        if helper in helpers:
            brought = Lines()
            brought.written = text.rstrip("\n").split("\n")
            parts.append(("", brought))
    for prefix, lines in [*parts, ("", recipe)]:
        head += ["", ""]
        offset = len(head) + 1
        spans |= {f"{prefix}{node}": (first + offset, last + offset) for node, (first, last) in lines.spans.items()}
        head += lines.written
    return Script("\n".join([*head, ""]), spans, tuple(missing))


def _modules(graph: Graph, blocks: Iterable[Block]) -> list[str]:
    """The modules of ``keras.applications`` whose own layers the nodes use."""
    types = {node.type for each in (graph, *(block.graph for block in blocks)) for node in each}
    found = {name.split(".")[2] for name in types if name.startswith("keras.applications.") and name.count(".") == 3}
    return sorted(name for name in found if NAME_PATTERN.fullmatch(name))


def _network_function(graph: Graph, specs: Mapping[str, ColumnSpec], network: NetworkWriter) -> None:
    lines = network.lines
    lines.written += ["def build_model():", '    """The network, not compiled yet."""']
    for node in graph.of_type(INPUT):
        network.input(node, specs)
    lines.blank()
    network.between()
    lines.blank()
    outputs = graph.of_type(OUTPUT)
    ends = [network.output(node, named=len(outputs) > 1, inside=False) for node in outputs]
    inputs = network.inputs_of([node.id for node in graph.of_type(INPUT) if node.id in network.alive])
    if not graph.of_type(INPUT) or not outputs:
        network.missing.append("A network needs at least one Input and one Output.")
    lines.add(f"return keras.Model(inputs={inputs}, outputs={_joined(ends)}, name={quoted(MODEL_NAME)})")


def _block_function(
    block: Block, values: Values, functions: Mapping[str, str], taken: set[str]
) -> tuple[Lines, set[str], list[str]]:
    """The function that makes the nested model of one use of a block."""
    parameters = {name: parameter_name(name) for name in block.parameters}
    scope = Scope({*taken, *parameters.values()})
    writer = NetworkWriter(values.inside(block.name), values, functions, scope)
    ports = {node.id: scope.variable(node.id) for node in block.graph.of_type(INPUT)}
    given = [f"{parameters[each]}={values.value(None, default)}" for each, default in block.parameters.items()]
    arguments = [*ports.values(), *(["*", *given] if given else []), f"name={quoted(block.name)}"]
    opening = Lines("")
    opening.call(f"def {functions[block.name]}", arguments, ":")
    lines = writer.lines
    lines.written += opening.written
    lines.written.append(f'    """{docstring(block.summary or f"The block {block.name}.")}"""')
    for node in block.graph.of_type(INPUT):
        writer.port(node, ports[node.id])
    lines.blank()
    writer.between()
    lines.blank()
    outputs = block.graph.of_type(OUTPUT)
    ends = [writer.output(node, named=False, inside=True) for node in outputs]
    inputs = writer.inputs_of([name for name in ports if name in writer.alive])
    lines.add(f"return keras.Model({inputs}, {_joined(ends)}, name=name)")
    if not ports or not outputs:
        writer.missing.append("A block needs at least one Input and one Output.")
    return lines, writer.helpers, writer.missing


def _in_order(blocks: dict[str, Block]) -> dict[str, Block]:
    """Blocks so that each comes after those it uses; one that would contain itself comes where it can."""
    ordered: dict[str, Block] = {}
    waiting = [(name, False) for name in reversed(blocks)]
    seen: set[str] = set()
    while waiting:
        name, ready = waiting.pop()
        if ready:
            ordered[name] = blocks[name]
        elif name in blocks and name not in seen:
            seen.add(name)
            waiting.append((name, True))
            waiting += [(node.block, False) for node in blocks[name].graph if node.block]
    return ordered


def _joined(ends: list[str]) -> str:
    there = [end for end in ends if end]
    return there[0] if len(there) == 1 else f"[{', '.join(there)}]"


def docstring(text: str) -> str:
    """A text inside a docstring of three double quotes, on one line."""
    line = " ".join(text.split())
    shown = quoted(line)
    inner = shown[1:-1]
    return inner if shown[0] == '"' else inner.replace('"', '\\"')
