"""Layers that ``keras.applications`` brings for its own networks: a network from there must be drawable whole.

They stand in modules of their own (``keras.src.applications.convnext``), under no public name; their ids leave ``src``
out: ``keras.applications.convnext.LayerScale``.
"""

from __future__ import annotations

import inspect
import pkgutil
from importlib import import_module

import keras
from keras.src import applications

from dlstudio.catalogue.node_types import NodeType, Port, Setting
from dlstudio.compiler.introspection.settings import trainable_setting

_CATEGORIES = {"StochasticDepth": "regularization", "CustomScaleLayer": "merging", "LayerScale": "normalization"}
_SUMMARIES = {
    "StochasticDepth": "Leaves a residual branch out at random while training (ConvNeXt).",
    "LayerScale": "Multiplies each channel by a factor that is learned (ConvNeXt).",
    "CustomScaleLayer": "Adds its second input, scaled, to its first (Inception-ResNet).",
}
_SETTINGS: dict[str, Setting] = {
    "drop_path_rate": Setting(
        "drop_path_rate",
        "number",
        required=True,
        suggested=0.1,
        minimum=0,
        maximum=1,
        help="Probability of leaving the branch out.",
    ),
    "init_values": Setting(
        "init_values", "number", required=True, suggested=1e-6, help="What the factors are at the beginning."
    ),
    "projection_dim": Setting(
        "projection_dim", "integer", required=True, suggested=64, minimum=1, help="Number of channels of the input."
    ),
    "scale": Setting("scale", "number", required=True, suggested=0.2, help="Factor of the second input."),
}


def application_layers() -> dict[str, type]:
    """The layer classes defined in the modules of ``keras.applications``, by catalogue id."""
    found: dict[str, type] = {}
    for module in pkgutil.iter_modules(applications.__path__):
        if module.name.endswith("_test"):
            continue
        home = import_module(f"{applications.__name__}.{module.name}")
        for name, thing in vars(home).items():
            if inspect.isclass(thing) and issubclass(thing, keras.layers.Layer) and thing.__module__ == home.__name__:
                found[f"keras.applications.{module.name}.{name}"] = thing
    return found


def application_layer_types() -> list[NodeType]:
    """A node type for each of them.

    Raises:
        LookupError: Keras has a new one, of whose arguments nothing is known here.
    """
    return [_node_type(type_id, layer) for type_id, layer in application_layers().items()]


def _node_type(type_id: str, layer: type) -> NodeType:
    name = layer.__name__
    arguments = [each for each in inspect.signature(layer).parameters if each != "kwargs"]
    unknown = [each for each in arguments if each not in _SETTINGS]
    if unknown:
        raise LookupError(f"{type_id} has the arguments {', '.join(unknown)}; describe them in {__name__}.")
    merging = _CATEGORIES.get(name) == "merging"
    return NodeType(
        id=type_id,
        name=name,
        category=_CATEGORIES.get(name, "core"),
        summary=_SUMMARIES.get(name, ""),
        inputs=(Port("inputs"), Port("scaled")) if merging else (Port("inputs"),),
        outputs=(Port("outputs"),),
        settings=(*(_SETTINGS[each] for each in arguments), trainable_setting()),
        call="list" if merging else "single",
        shown=tuple(arguments[:2]),
    )
