"""What the axes of each tensor mean: height, width, channels, time, features, classes.

The names start at the columns and follow the wires: a convolution keeps its places, a Flatten leaves features, a
reduction drops an axis. Where a layer loses them (Reshape), the layers behind it tell: what feeds a Conv2D is height,
width and channels. What nobody tells stays unnamed, as an empty name. No Keras; the batch axis is not counted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.model import INPUT, OUTPUT, Graph, Node, Wire

if TYPE_CHECKING:
    from dlstudio.compiler.tracing import TensorFacts, Traced
    from dlstudio.compiler.uses import Evaluated

Names = tuple[str, ...]
Axes = Mapping[str, Mapping[str, Names]]
"""By node id and output port (of an Output its input port)."""

_COLUMNS: dict[str, Names] = {
    "image": ("height", "width", "channels"),
    "volume": ("depth", "height", "width", "channels"),
    "text": ("time",),
    "tokens": ("time",),
    "translation": ("time",),
    "hidden": ("time",),
    "series": ("time", "features"),
    "audio": ("time", "channels"),
    "video": ("time", "height", "width", "channels"),
    "number": ("features",),
    "category": (),
    "forecast": ("time", "features"),
    "tags": ("time",),
    "span": ("features",),
}
_PLACES: dict[int, Names] = {
    1: ("time", "features"),
    2: ("height", "width", "channels"),
    3: ("depth", "height", "width", "channels"),
}
_SPATIAL = re.compile(r"(Conv|Convolution|Pooling|Padding|Cropping|UpSampling|SpatialDropout)\w*([123])D")
_GLOBAL = re.compile(r"Global\w+Pooling([123])D")
_RECURRENT = ("LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional")
_ON_IMAGES = re.compile(r"^(Random|Center|Resizing|Rescaling|Aug|Mix|Cut|Auto|Equal|Solar|MaxNum)")
_KEEPING = (
    *("Activation", "Dropout", "Softmax", "ReLU", "LeakyReLU", "ELU", "PReLU", "Identity", "GaussianNoise"),
    *("BatchNormalization", "LayerNormalization", "RMSNormalization", "GroupNormalization", "ActivityRegularization"),
)


def axis_names(
    graph: Graph, found: Evaluated, specs: Mapping[str, ColumnSpec], fed: Mapping[str, Names] | None = None
) -> dict[str, dict[str, Names]]:
    """The names of every tensor that is known; ``""`` for an axis that has none.

    Args:
        graph: The graph.
        found: What its walk gave; its order is one in which sources come first.
        specs: The encoded columns by name.
        fed: Inside a block, the names of what comes in, by the id of the inner Input.
    """
    names: dict[str, dict[str, Names]] = {}
    begun = dict(fed or {})
    for node in graph.of_type(INPUT):
        spec = specs.get(str(node.settings.get("column") or ""))
        begun.setdefault(node.id, _COLUMNS.get(spec.kind, ()) if spec else ())
    for name, traced in found.traced.items():
        if traced.fault is None and traced.outputs:
            names[name] = _given(graph, graph[name], traced, begun, names)
    for name in reversed(names):
        _told_by_targets(graph, name, found, names)
    for node in graph.of_type(OUTPUT):
        _ended(graph, node, found, specs, names)
    return names


def arriving_names(graph: Graph, node: Node, names: Axes) -> dict[str, list[Names]]:
    """The names of what arrives at a node, by port in the order of the wires; the first port under an empty name."""
    arrived: dict[str, list[Names]] = {}
    for wire in graph.incoming(node.id):
        if (carried := carried_names(wire, names)) is not None:
            arrived.setdefault(wire.target_port, []).append(carried)
    return arrived


def carried_names(wire: Wire, names: Axes) -> Names | None:
    """The names of what a wire carries, where they are known."""
    by_port = names.get(wire.source)
    if not by_port:
        return None
    return by_port.get(wire.source_port) if wire.source_port else next(iter(by_port.values()))


def _given(graph: Graph, node: Node, traced: Traced, begun: Mapping[str, Names], names: Axes) -> dict[str, Names]:
    """Names of what one node gives, each as long as its shape; ``begun`` are those of the Inputs."""
    shapes = {port: fact.sample_shape for port, fact in traced.outputs.items()}
    arrived = arriving_names(graph, node, names)
    first = next((each for wired in arrived.values() for each in wired), ())
    inside = getattr(traced, "inside", None)
    if node.type == INPUT:
        told = dict.fromkeys(shapes, begun.get(node.id, ()))
    elif node.bypassed:
        told = dict.fromkeys(shapes, first)
    elif inside is not None:
        told = _through_block(graph, node.id, inside, names)
    else:
        owner = graph.nodes.get(node.shares or "", node)
        told = {port: _of_layer(owner.type, owner.settings, (port, shape), arrived) for port, shape in shapes.items()}
    return {port: _fitted(told.get(port, ()), len(shape)) for port, shape in shapes.items()}


def axes_inside(graph: Graph, use: str, inner: Graph, found: Evaluated, names: Axes) -> Axes:
    """The names of the tensors inside one use of a block, given those of the graph around it."""
    entries = [node.id for node in inner.of_type(INPUT)]
    arrived = arriving_names(graph, graph[use], names)
    fed = {(port or (entries[0] if entries else "")): wired[0] for port, wired in arrived.items()}
    key = ("axes", *sorted(fed.items()))
    if key not in found.remembered:  # equal uses share one walk
        found.remembered[key] = axis_names(inner, found, {}, fed)
    named: Axes = found.remembered[key]
    return named


def _through_block(graph: Graph, use: str, inside: Any, around: Axes) -> dict[str, Names]:
    names = axes_inside(graph, use, inside.graph, inside.found, around)
    return {node.id: names.get(node.id, {}).get("inputs", ()) for node in inside.graph.of_type(OUTPUT)}


def _of_layer(
    type_id: str,
    settings: Mapping[str, Any],
    output: tuple[str, tuple[int | None, ...]],
    arrived: Mapping[str, list[Names]],
) -> Names:
    """Names of one output (port and shape) of a layer or operation; of another length where they are not known."""
    name, (port, shape) = _type(type_id), output
    first = next((each for wired in arrived.values() for each in wired), ())
    if name.startswith("ops."):
        return _of_operation(name[4:], settings, len(shape), arrived, first)
    if pooled := _GLOBAL.search(name):
        return _places(int(pooled[1]), {}) if len(shape) > 1 else ("features" if pooled[1] == "1" else "channels",)
    if spatial := _SPATIAL.search(name):
        return first if all(first) and len(first) == len(shape) else _places(int(spatial[2]), settings)
    if name.startswith("ConvLSTM"):
        places = _places(int(name[8]), settings)
        return ("time", *places) if len(shape) > len(places) else places
    if name in _RECURRENT:
        return ("time", "features") if len(shape) == 2 else ("features",) if len(shape) == 1 else ()
    if name == "TimeDistributed":
        layer = settings.get("layer")
        inner = layer if isinstance(layer, Mapping) else {}
        kept = first[1:] if first else ()
        known = inner.get("settings", {})
        return ("time", *_of_layer(str(inner.get("type", "")), known, (port, shape[1:]), {"": [kept]}))
    if name == "MelSpectrogram":
        return ("features", "time")
    if name == "STFTSpectrogram":
        return ("time", "features")
    if name == "Embedding":
        return (*first, "features")
    if name == "Dense":
        return (*first[:-1], "channels" if first[-1:] == ("channels",) else "features")
    if name == "EinsumDense":
        return _by_equation(settings.get("equation"), first)
    if name == "Flatten":
        return ("features",)
    if name == "RepeatVector":
        return ("time", "features")
    if name == "Permute":
        dims = settings.get("dims")
        turned = [n - 1 for n in dims] if isinstance(dims, list | tuple) else []
        return tuple(first[n] for n in turned) if all(0 <= n < len(first) for n in turned) else ()
    if name in ("MultiHeadAttention", "GroupQueryAttention", "Attention", "AdditiveAttention"):
        return _of_attention(len(shape), port, arrived, first)
    if name in ("Reshape", "Dot"):
        return ()
    if _ON_IMAGES.match(name) and len(shape) == 3:
        return first if all(first) else _PLACES[2]
    return _most_telling(arrived, len(shape)) or first


def _of_attention(axes: int, port: str, arrived: Mapping[str, list[Names]], first: Names) -> Names:
    query = next(iter(arrived.get("query", arrived.get("", [first]))), first)
    if "score" in port:
        value = next(iter(arrived.get("value", [query])), query)
        return ("heads", *query[:-1], *value[:-1]) if axes == len(query) + len(value) - 1 else ()
    return query


def _of_operation(
    name: str, settings: Mapping[str, Any], axes: int, arrived: Mapping[str, list[Names]], first: Names
) -> Names:
    """Operations count the batch as axis 0."""
    axis = settings.get("axis")
    places = [axis] if isinstance(axis, int) else list(axis) if isinstance(axis, list | tuple) else []
    places = [n - 1 if n > 0 else n + len(first) for n in places if isinstance(n, int)]
    if name == "reshape":
        return ()
    if name == "transpose":
        turned = settings.get("axes")
        if isinstance(turned, list | tuple) and len(turned) == len(first) + 1 and all(n > 0 for n in turned[1:]):
            return tuple(first[n - 1] for n in turned[1:])
        return ()
    if name == "expand_dims" and len(places) == 1 and axes == len(first) + 1:
        place = places[0] + 1 if isinstance(axis, int) and axis < 0 else places[0]
        return (*first[:place], "", *first[place:])
    if name == "matmul":
        pair = [each for wired in arrived.values() for each in wired]
        return (*pair[0][:-1], pair[1][-1]) if len(pair) == 2 and all(pair) and len(pair[0]) == axes else ()
    if axes < len(first) and len(first) - axes == len(places):
        return tuple(each for place, each in enumerate(first) if place not in places)
    return _most_telling(arrived, axes)


def _most_telling(arrived: Mapping[str, list[Names]], axes: int) -> Names:
    """Of what arrives with as many axes, the one that names most."""
    alike = [each for wired in arrived.values() for each in wired if len(each) == axes]
    return max(alike, key=lambda each: sum(map(bool, each)), default=())


def _by_equation(equation: Any, first: Names) -> Names:
    """``"abc,cde->abde"``: letters of the input keep their names; new ones are features, or heads before features."""
    if not isinstance(equation, str) or "." in equation or "->" not in equation:
        return ()
    left, _, right = equation.replace(" ", "").partition("->")
    known = dict(zip(left.partition(",")[0][1:], first, strict=False))
    fresh = [letter for letter in right[1:] if letter not in known]
    made = dict.fromkeys(fresh, "features") | ({fresh[0]: "heads"} if len(fresh) == 2 else {})
    return tuple(known.get(letter, made.get(letter, "")) for letter in right[1:])


def _told_by_targets(graph: Graph, name: str, found: Evaluated, names: dict[str, dict[str, Names]]) -> None:
    """Names axes that the node itself does not know after what its targets take them for."""
    own = names[name]
    if all(each for told in own.values() for each in told):
        return
    for wire in graph.outgoing(name):
        target = graph.nodes.get(wire.target)
        port = wire.source_port or next(iter(own))
        if target is None or port not in own or all(own[port]):
            continue
        wanted = _wanted(target, names.get(target.id, {}), len(own[port]), found.traced.get(target.id))
        if len(wanted) == len(own[port]):
            own[port] = tuple(known or other for known, other in zip(own[port], wanted, strict=True))


def _wanted(target: Node, given: Mapping[str, Names], axes: int, traced: Traced | None) -> Names:
    name = _type(target.type)
    if spatial := _GLOBAL.search(name) or _SPATIAL.search(name):
        number = int(spatial[spatial.lastindex or 1])
        return _places(number, target.settings) if axes == number + 1 else ()
    if name in _RECURRENT and axes == 2:
        return ("time", "features")
    if name == "Dense" and axes == 1:
        return ("features",)
    facts: TensorFacts | None = next(iter(traced.outputs.values()), None) if traced and traced.outputs else None
    if facts is not None and (name in _KEEPING or name == "Add") and len(facts.sample_shape) == axes:
        return next(iter(given.values()), ())
    return ()


def _ended(
    graph: Graph, node: Node, found: Evaluated, specs: Mapping[str, ColumnSpec], names: dict[str, dict[str, Names]]
) -> None:
    """Names what an Output gets, and calls a last axis of as many places as there are classes by that name."""
    wires = graph.incoming(node.id)
    carried = carried_names(wires[0], names) if wires else None
    if carried is None or node.id not in found.inputs:
        return
    spec = specs.get(str(node.settings.get("column") or ""))
    of_tokens = spec is not None and spec.kind in ("text", "tokens", "translation", "hidden")
    count = (spec.vocabulary_size if of_tokens else len(spec.classes) if spec.kind == "category" else 0) if spec else 0
    word = "vocabulary" if of_tokens else "classes"
    source: Node | None = graph.nodes.get(wires[0].source)
    facts = found.inputs[node.id]["inputs"][0]
    fits = len(facts.sample_shape) == 1 or (word == "vocabulary" and bool(facts.sample_shape))
    ends = bool(count) and fits and facts.sample_shape[-1] == count
    names[node.id] = {"inputs": (*carried[:-1], word) if ends and carried else carried}
    while ends and source is not None and source.id in names and len(graph.outgoing(source.id)) == 1:
        port, told = next(iter(names[source.id].items()))
        if source.type == INPUT or not told:
            return
        names[source.id][port] = (*told[:-1], word)
        before = graph.incoming(source.id)
        keeps = _type(source.type) in _KEEPING or source.bypassed
        source = graph.nodes.get(before[0].source) if keeps and before else None


def _places(number: int, settings: Mapping[str, Any]) -> Names:
    names = _PLACES[number]
    return (names[-1], *names[:-1]) if settings.get("data_format") == "channels_first" else names


def _fitted(names: Names, axes: int) -> Names:
    return tuple(names) if len(names) == axes else ("",) * axes


def _type(type_id: str) -> str:
    """``Conv2D``, ``ops.mean``."""
    return type_id.removeprefix("keras.layers.").removeprefix("keras.")
