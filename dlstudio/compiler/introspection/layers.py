"""Makes a node type of every public class of ``keras.layers``: ports from its call signature, settings from its own."""

from __future__ import annotations

import inspect
import re
from typing import Any

import keras

from dlstudio.catalogue.node_types import NodeType, Port, Setting
from dlstudio.compiler.introspection import presentation
from dlstudio.compiler.introspection.application_layers import application_layer_types
from dlstudio.compiler.introspection.docstrings import Docstring, parse_docstring, shortened
from dlstudio.compiler.introspection.overlay import CHANNELS
from dlstudio.compiler.introspection.settings import trainable_setting, typed_setting, wanted

BODY_LIMIT = 500
_LSTM_LIKE = ("LSTM", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")
_GRU_LIKE = ("GRU", "SimpleRNN")
_CALL_SETTINGS = {"return_attention_scores", "use_causal_mask"}
_CHANNELS_HELP = "Where the channels stand: last (the usual), or first behind the samples."
_INPUTS = Port("inputs")
_OUTPUTS = Port("outputs")


def layer_types() -> list[NodeType]:
    """A node type for every layer class, sorted by id; a class' other public names become its aliases."""
    names: dict[type, list[str]] = {}
    for name in dir(keras.layers):
        thing = getattr(keras.layers, name)
        if inspect.isclass(thing) and issubclass(thing, keras.layers.Layer):
            names.setdefault(thing, []).append(name)
    types = [_layer_type(layer, tuple(known)) for layer, known in names.items()] + application_layer_types()
    return sorted(types, key=lambda node_type: node_type.id)


def _layer_type(layer: type, names: tuple[str, ...]) -> NodeType:
    name = layer.__name__ if layer.__name__ in names else names[0]
    docs = parse_docstring(layer)
    settings = _settings(layer, name, docs)
    inputs, call = _inputs(layer, name, docs)
    return NodeType(
        id=f"keras.layers.{name}",
        name=name,
        category=_category(layer),
        summary=presentation.SUMMARIES.get(name) or _plain_summary(docs.summary),
        help=shortened(docs.body, BODY_LIMIT) if docs.body else "",
        inputs=inputs,
        outputs=_outputs(name, layer),
        settings=settings,
        call=call,  # type: ignore[arg-type]
        shown=_shown(name, settings),
        aliases=tuple(sorted(each for each in names if each != name)),
        unusable=presentation.UNUSABLE.get(name, ""),
    )


def _plain_summary(summary: str) -> str:
    """What the layer does, without "A preprocessing layer which"."""
    text = re.sub(r"^(A |An )?([Pp]reprocessing )?[Ll]ayer (which|that|to) ", "", summary)
    return text[:1].upper() + text[1:].rstrip(".") + "." if text else ""


def _category(layer: type) -> str:
    parts = layer.__module__.split(".")
    package = parts[3] if parts[:3] == ["keras", "src", "layers"] and len(parts) > 3 else ""
    return presentation.CATEGORIES.get(package, "core")


def _settings(layer: Any, name: str, docs: Docstring) -> tuple[Setting, ...]:
    found: list[Setting] = []
    parameters = inspect.signature(layer.__init__).parameters
    for parameter in parameters.values():
        if wanted(name, parameter) and name not in ("Layer", "Lambda", "JaxLayer", "FlaxLayer", "TorchModuleWrapper"):
            setting = typed_setting(name, parameter, docs.arguments.get(parameter.name, ""))
            if setting:
                found.append(setting)
    for parameter in inspect.signature(layer.call).parameters.values():
        if parameter.name in _CALL_SETTINGS:
            text = docs.call_arguments.get(parameter.name, "")
            setting = typed_setting(name, parameter, text)
            if setting:
                found.append(setting)
    if _works_on_images(layer) and all(setting.name != "data_format" for setting in found):
        found.append(
            Setting("data_format", "choice", choices=CHANNELS, optional=True, advanced=True, help=_CHANNELS_HELP)
        )
    open_ended = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    if open_ended and all(setting.name != "trainable" for setting in found) and not presentation.UNUSABLE.get(name):
        found.append(trainable_setting())
    required = [s for s in found if s.required]
    plain = [s for s in found if not s.required and not s.advanced]
    return (*required, *plain, *(s for s in found if s.advanced and not s.required))


def _works_on_images(layer: Any) -> bool:
    """Whether it is one of those that take ``data_format`` among their further arguments."""
    return "image_preprocessing" in layer.__module__ and not presentation.UNUSABLE.get(layer.__name__)


def _inputs(layer: Any, name: str, docs: Docstring) -> tuple[tuple[Port, ...], str]:
    merging = _category(layer) == "merging" or name == "HashedCrossing"
    if merging:
        return (Port("inputs", many=True, help="Any number of tensors, in the order of the wires."),), "list"
    parameters = list(inspect.signature(layer.call).parameters.values())
    names = [p.name for p in parameters]
    if name in ("Attention", "AdditiveAttention"):
        return (Port("query"), Port("value"), Port("key", optional=True)), "list"
    if "query" in names:
        wanted_names = ("query", "value", "key", "attention_mask")
        ports = tuple(
            Port(p.name, optional=p.default is not p.empty, help=shortened(docs.call_arguments.get(p.name, ""), 160))
            for p in parameters
            if p.name in wanted_names
        )
        return ports, "keywords"
    if "initial_state" in names:
        states = Port("initial_state", optional=True, many=True, help="The states to begin with, in Keras' order.")
        return (Port(names[1]), states), "keywords"
    if name == "CategoryEncoding":
        return (_INPUTS, Port("count_weights", optional=True)), "keywords"
    if name == "InputLayer":
        return (), "single"
    return (_INPUTS,), "single"


def _outputs(name: str, layer: Any) -> tuple[Port, ...]:
    state: dict[str, Any] = {"return_state": True}
    if name in _LSTM_LIKE:
        return (_OUTPUTS, Port("state_h", when=state), Port("state_c", when=state))
    if name in _GRU_LIKE:
        return (_OUTPUTS, Port("state", when=state))
    if name == "RNN":
        lstm = {**state, "cell.type": "keras.layers.LSTMCell"}
        other = {**state, "cell.type": ["keras.layers.GRUCell", "keras.layers.SimpleRNNCell"]}
        return (_OUTPUTS, Port("state_h", when=lstm), Port("state_c", when=lstm), Port("state", when=other))
    if name == "Bidirectional":
        inner = {"layer.settings.return_state": True}
        lstm = {**inner, "layer.type": [f"keras.layers.{each}" for each in _LSTM_LIKE]}
        other = {**inner, "layer.type": [f"keras.layers.{each}" for each in _GRU_LIKE]}
        return (
            _OUTPUTS,
            Port("backward_outputs", when={"merge_mode": None}),
            Port("forward_h", when=lstm),
            Port("forward_c", when=lstm),
            Port("backward_h", when=lstm),
            Port("backward_c", when=lstm),
            Port("forward_state", when=other),
            Port("backward_state", when=other),
        )
    if "return_attention_scores" in inspect.signature(layer.call).parameters:
        return (_OUTPUTS, Port("attention_scores", when={"return_attention_scores": True}))
    return (_OUTPUTS,)


def _shown(name: str, settings: tuple[Setting, ...]) -> tuple[str, ...]:
    has = {setting.name for setting in settings}
    if name in presentation.SHOWN:
        return tuple(each for each in presentation.SHOWN[name] if each in has)
    return tuple(each for each in presentation.SHOWN_USUALLY if each in has)[:3]
