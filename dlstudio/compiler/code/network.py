"""Writes the lines that make one graph's tensors: the body of a network or of a block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dlstudio.catalogue.node_types import NodeType
from dlstudio.compiler.code.custom import key_of
from dlstudio.compiler.code.layout import Lines
from dlstudio.compiler.code.names import Scope, comment, literal, parameter_name, quoted, remark
from dlstudio.compiler.code.values import CALL_SETTINGS, Values, index_text, shortened
from dlstudio.compiler.facts import LayerFacts
from dlstudio.compiler.outputs import living_nodes
from dlstudio.graph.blocks import REPEAT
from dlstudio.graph.bypass import passing_wire
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.model import CONSTANT, CUSTOM, INPUT, OUTPUT, Graph, Node
from dlstudio.graph.sharing import weights_owner
from dlstudio.graph.structure import CycleError, topological_order

UNUSED = "unused: "
"""Begins a comment that holds a statement which leads to no Output; it is read back."""

INDEXING = "keras.ops.get_item"
"""The operation that Python writes as ``tensor[...]``."""


class NetworkWriter:
    """Writes one graph.

    Args:
        graph: The graph.
        values: Writes settings; its catalogue knows the blocks.
        functions: Identifier of the function of each block.
        scope: The variables of the function that is written.
        facts: Shapes for the comments.

    Attributes:
        lines: What is written.
        missing: A sentence for each node that cannot be called.
        helpers: Names of the script's helpers that are needed.
    """

    def __init__(
        self,
        graph: Graph,
        values: Values,
        functions: Mapping[str, str],
        scope: Scope,
        facts: Mapping[str, LayerFacts] | None = None,
    ) -> None:
        self.lines = Lines()
        self.missing: list[str] = []
        self.helpers: set[str] = set()
        self._graph, self._values, self._functions, self._scope = graph, values, functions, scope
        self._facts = facts or {}
        self._tensors: dict[tuple[str, str], str] = {}
        self._layers: dict[str, str] = {}
        owners = {node.id: weights_owner(graph, node) or node for node in graph}
        self._owners = owners
        self._shared = {owner.id for name, owner in owners.items() if owner.id != name}
        # Without an Output all would be left out; then what is drawn so far is written as it is.
        self.alive = living_nodes(graph) if graph.of_type(OUTPUT) else frozenset(graph.nodes)

    # Ends

    def input(self, node: Node, specs: Mapping[str, ColumnSpec]) -> None:
        """An Input of the network: its shape is the column's, or that of its settings."""
        settings = dict(node.settings)
        column = settings.get("column")
        spec = specs.get(column) if isinstance(column, str) else None
        shape = list(spec.shape) if spec else settings.get("shape")
        dtype = spec.dtype if spec else settings.get("dtype", "float32")
        if shape is None:
            self.missing.append(f"The shape of {quoted(node.id)} is not known yet.")
        lengths = shape if isinstance(shape, list | tuple) else [shape]
        arguments = [f"shape={literal(lengths)}"]
        if dtype != "float32":
            arguments.append(f"dtype={literal(dtype)}")
        # What the column says is not repeated; without one, shape and type are read from the call.
        kept = settings if spec or shape is None else {k: v for k, v in settings.items() if k not in ("shape", "dtype")}
        if column and not spec and shape is not None:
            kept = settings
        said = remark("input", kept) if kept or shape is None else ""
        variable = self._variable(node)
        self._call_line(node, f"{variable} = keras.Input", [*arguments, f"name={quoted(node.id)}"], "", said)
        self._tensors[node.id, "outputs"] = variable

    def port(self, node: Node, variable: str) -> None:
        """An Input of a block, shaped like the tensor that its function is given."""
        self.lines.add(
            f"{variable} = keras.Input({variable}.shape[1:], dtype={variable}.dtype, name={quoted(node.id)})",
            node=node.id,
        )
        self._tensors[node.id, "outputs"] = variable

    def output(self, node: Node, *, named: bool, inside: bool) -> str:
        """An Output: another name for what it gets, or a layer of that name where there are several."""
        variable = self._variable(node)
        found = self._arriving(node)
        arriving = next((each for tensors in found.values() for each in tensors), None) if found else None
        said = remark("output", {} if inside else dict(node.settings))
        if variable != node.id:
            said = remark("output", {"name": node.id, **({} if inside else node.settings)})
        if arriving is None:
            self.missing.append(f"Nothing feeds {quoted(node.id)}.")
            self.lines.add(f"{variable} = None", said, node.id)
        elif named:
            self.lines.add(f"{variable} = layers.Identity(name={quoted(node.id)})({arriving})", said, node.id)
        else:
            self.lines.add(f"{variable} = {arriving}", said, node.id)
        return "" if arriving is None else variable

    def inputs_of(self, names: Sequence[str]) -> str:
        """The tensors of Inputs, one or a list, as the model takes them."""
        return _one_or_list([self._tensors[name, "outputs"] for name in names])

    # What lies between

    def between(self) -> None:
        """Every node but Inputs and Outputs, each after those that feed it."""
        try:
            order = topological_order(self._graph)
        except CycleError as error:
            self.missing.append(str(error))
            order = tuple(self._graph.nodes)
        part = ""
        for name in order:
            node = self._graph[name]
            if node.type in (INPUT, OUTPUT):
                continue
            title = self._frame(node)
            if title != part:
                self.lines.blank()
                if title:
                    self.lines.add("", title)
                part = title
            self._node(node)

    def _node(self, node: Node) -> None:
        node_type = self._values.catalogue.get(node.type)
        if node_type is None:
            self.missing.append(f"{quoted(node.id)} is of the type {quoted(node.type)}, which is not known.")
            self.lines.add("", f"{quoted(node.id)} of the unknown type {quoted(node.type)} is left out", node.id)
            return
        if node.type == CONSTANT:
            self._constant(node)
            return
        owner = self._owners[node.id]
        if owner.type == CUSTOM and key_of(owner) not in self._values.custom:
            self.missing.append(f"The file or class of {quoted(node.id)} has a name that Python cannot import.")
            self.lines.add("", f"{quoted(node.id)} is left out: its class cannot be imported", node.id)
            return
        if node.bypassed:
            self._bypassed(node, node_type, owner)
            return
        tensors = self._arriving(node)
        ports = node_type.inputs_for(owner.settings)
        if tensors is None or any(not port.optional and not tensors.get(port.name) for port in ports):
            self._uncalled(node, node_type)
            return
        outputs = [port.name for port in node_type.outputs_for(owner.settings)]
        variable = self._variable(node)
        targets = [variable, *(self._scope.variable(f"{variable}_{port}") for port in outputs[1:])]
        for port, target in zip(outputs, targets, strict=True):
            self._tensors[node.id, port] = target
        before, arguments, after = self._call(node, node_type, owner, tensors)
        said = " · ".join(part for part in (self._shape(node), self._remark(node, variable)) if part)
        self._call_line(node, f"{', '.join(targets)} = {before}", arguments, after, said)

    def _call(
        self, node: Node, node_type: NodeType, owner: Node, tensors: Mapping[str, Sequence[str]]
    ) -> tuple[str, list[str], str]:
        """What stands before, between and after the brackets that may be broken into lines."""
        given = self._handed(node_type, owner, tensors)
        if node_type.category == "operation":
            self.helpers.add("named")
            return "named", [quoted(node.id), self._operation(node_type, owner, given)], ""
        if owner.id in self._layers:
            return self._layers[owner.id], given, ""
        made, arguments = self._made(node_type, owner, self._block_inputs(node_type, tensors))
        if owner.id in self._shared and not node.bypassed:
            layer = self._scope.variable(f"{owner.id}_layer")
            self._layers[owner.id] = layer
            users = [name for name, each in self._owners.items() if each.id == owner.id]
            shown = next((name for name in (owner.id, *users) if name in self.alive), node.id)
            self._call_line(self._graph[shown], f"{layer} = {made}", arguments, "", "")
            return layer, given, ""
        return made, arguments, f"({', '.join(given)})"

    def _made(self, node_type: NodeType, owner: Node, tensors: Sequence[str]) -> tuple[str, list[str]]:
        """The call that makes a layer, or the nested model of a block's use."""
        name = f"name={quoted(owner.id)}"
        if owner.type == CUSTOM:
            given = owner.settings.get("arguments")
            return self._values.custom[key_of(owner)], [*self._values.keywords(given), name]
        if owner.block is None:
            arguments = self._values.arguments(node_type, owner.settings, left_out=tuple(CALL_SETTINGS))
            return shortened(node_type.id), [*arguments, name]
        function = self._functions[owner.block]
        arguments = []
        for setting in node_type.settings:
            if setting.name in owner.settings and setting.name != REPEAT:
                text = self._values.value(setting, owner.settings[setting.name])
                arguments.append(f"{parameter_name(setting.name)}={text}")
        times = owner.settings.get(REPEAT, 1)
        if times == 1 and not isinstance(times, bool):
            return function, [*tensors, *arguments, name]
        self.helpers.add("repeated")
        return "repeated", [function, self._values.value(None, times), *tensors, *arguments, name]

    def _handed(self, node_type: NodeType, owner: Node, tensors: Mapping[str, Sequence[str]]) -> list[str]:
        """The arguments of the call itself: tensors by port, and settings that belong to the call."""
        ports = [port for port in node_type.inputs_for(owner.settings) if tensors.get(port.name)]
        flat = [tensor for port in ports for tensor in tensors[port.name]]
        extra = [
            f"{name}={self._values.value(node_type.setting(name), owner.settings[name])}"
            for name in sorted(CALL_SETTINGS)
            if owner.block is None and node_type.setting(name) and owner.settings.get(name) not in (None, False)
        ]
        if not ports:
            return extra
        if owner.block is not None:
            inside = self._values.entries_of(owner.block)
            return [_one_or_list([tensors[port.name][0] for port in ports if port.name in inside])]
        if node_type.call == "single":
            return [_one_or_list(flat), *extra]
        if node_type.call == "list":
            return [f"[{', '.join(flat)}]", *extra]
        if node_type.call == "spread":
            return [*flat, *extra]
        first, *others = ports
        handed = [_listed(tensors[first.name], first.many)]
        handed += [f"{port.name}={_listed(tensors[port.name], port.many)}" for port in others]
        return [*handed, *extra]

    def _operation(self, node_type: NodeType, owner: Node, given: Sequence[str]) -> str:
        if node_type.id == INDEXING:
            setting = next((each for each in node_type.settings if each.kind == "slices"), None)
            index = index_text(owner.settings.get(setting.name, "")) if setting else ""
            if index:
                return f"{given[0]}[{index}]"
        arguments = self._values.arguments(node_type, owner.settings)
        if node_type.call == "spread":
            required = [setting.name for setting in node_type.settings if setting.required]
            leading = [self._values.value(node_type.setting(each), owner.settings.get(each)) for each in required]
            others = self._values.arguments(node_type, owner.settings, left_out=required)
            return f"{shortened(node_type.id)}({', '.join([*leading, *given, *others])})"
        return f"{shortened(node_type.id)}({', '.join([*given, *arguments])})"

    def _constant(self, node: Node) -> None:
        settings = node.settings
        setting = self._values.catalogue[CONSTANT].setting("value")
        made = (
            f"ops.convert_to_tensor({self._values.value(setting, settings.get('value', 0.0))}, "
            f"dtype={literal(settings.get('dtype', 'float32'))})"
        )
        entries = [each.id for each in self._graph.of_type(INPUT) if each.id in self.alive]
        first = self._tensors.get((entries[0], "outputs"), "") if entries else ""
        variable = self._variable(node)
        said = self._remark(node, variable)
        if settings.get("per_sample") and first:
            self.helpers |= {"named", "per_sample"}
            self._call_line(node, f"{variable} = named", [quoted(node.id), f"per_sample({made}, {first})"], "", said)
        else:
            self._call_line(node, f"{variable} = {made}", None, "", said)
        self._tensors[node.id, "outputs"] = variable

    def _bypassed(self, node: Node, node_type: NodeType, owner: Node) -> None:
        """The first input under the node's name; what the node would be stands behind it, to be read back."""
        wire = passing_wire(self._graph, node, self._values.catalogue)
        source = self._tensors.get((wire.source, self._source_port(wire.source, wire.source_port))) if wire else None
        if source is None:
            self._uncalled(node, node_type)
            return
        helpers = set(self.helpers)
        before, arguments, after = self._call(node, node_type, owner, self._arriving(node, all_of_them=False) or {})
        self.helpers = helpers
        variable = self._variable(node)
        ports = node_type.outputs_for(node.settings)
        self._tensors[node.id, ports[0].name if ports else "outputs"] = variable
        names = {"name": node.id} if variable != node.id else {}
        said = remark("node", {**names, **({"shares": node.shares} if node.shares else {})})
        call = f"bypassed: {before}({', '.join(arguments)}){after}"
        self._call_line(node, f"{variable} = {source}", None, "", f"{said} · {call}" if said != "node" else call)

    def _call_line(self, node: Node, before: str, arguments: Sequence[str] | None, after: str, said: str) -> None:
        """A statement; in a comment of its own where it leads to no Output, as it is left out of the network."""
        if node.id not in self.alive:
            code = before if arguments is None else f"{before}({', '.join(arguments)}){after}"
            self.lines.add(f"# {UNUSED}{code}", said, node.id)
        elif arguments is None:
            self.lines.add(before, said, node.id)
        else:
            self.lines.call(before, arguments, after, said, node.id)

    def _uncalled(self, node: Node, node_type: NodeType) -> None:
        """A node that lacks an input: its layer is made all the same, so that nothing is lost."""
        self.missing.append(f"{quoted(node.id)} lacks an input.")
        variable = self._variable(node)
        said = self._remark(node, variable)
        said = " · ".join(part for part in ("lacks an input", said) if part)
        if node_type.category == "operation" or node.block or node.shares:
            self.lines.add("", f"{variable}: {node_type.name} lacks an input", node.id)
            return
        made, arguments = self._made(node_type, node, ())
        self.lines.call(f"{variable} = {made}", arguments, "", said, node.id)

    # Parts of a line

    def _arriving(self, node: Node, *, all_of_them: bool = True) -> dict[str, list[str]] | None:
        """Variables by input port; None where something that feeds the node is not there and all of them are wanted."""
        node_type = self._values.catalogue.get(node.type)
        ports = node_type.inputs_for(self._owners[node.id].settings) if node_type else ()
        found: dict[str, list[str]] = {}
        for wire in self._graph.incoming(node.id):
            known = wire.source in self._graph
            tensor = known and self._tensors.get((wire.source, self._source_port(wire.source, wire.source_port)))
            if not tensor:
                if all_of_them:
                    return None
                continue
            found.setdefault(wire.target_port or (ports[0].name if ports else ""), []).append(tensor)
        return found

    def _source_port(self, name: str, port: str) -> str:
        if port:
            return port
        node = self._graph[name]
        node_type = self._values.catalogue.get(node.type)
        ports = node_type.outputs_for(self._owners[name].settings) if node_type else ()
        return ports[0].name if ports else "outputs"

    def _block_inputs(self, node_type: NodeType, tensors: Mapping[str, Sequence[str]]) -> list[str]:
        return [tensors[port.name][0] for port in node_type.inputs if tensors.get(port.name)]

    def _variable(self, node: Node) -> str:
        return self._scope.variable(node.id)

    def _remark(self, node: Node, variable: str) -> str:
        """What the line itself does not say: a name that is no free identifier, and shared weights."""
        said = {}
        if node.shares:
            said = {"name": node.id, "shares": node.shares}
        elif node.type == CONSTANT and variable != node.id and not node.settings.get("per_sample"):
            said = {"name": node.id}
        return remark("node", said) if said else ""

    def _shape(self, node: Node) -> str:
        facts = self._facts.get(node.id)
        if facts is None:
            return ""
        return " × ".join("?" if length is None else str(length) for length in facts.shape) or "one value"

    def _frame(self, node: Node) -> str:
        """The title of the smallest frame that holds a node, on one line."""
        around = [
            frame
            for frame in self._graph.frames.values()
            if frame.title
            and 0 <= node.at[0] - frame.at[0] <= frame.size[0]
            and 0 <= node.at[1] - frame.at[1] <= frame.size[1]
        ]
        smallest = min(around, key=lambda frame: frame.size[0] * frame.size[1], default=None)
        return comment(smallest.title) if smallest else ""


def _one_or_list(tensors: Sequence[str]) -> str:
    return tensors[0] if len(tensors) == 1 else f"[{', '.join(tensors)}]"


def _listed(tensors: Sequence[str], many: bool) -> str:
    return f"[{', '.join(tensors)}]" if many else tensors[0]
