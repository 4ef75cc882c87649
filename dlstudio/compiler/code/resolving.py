"""Finds what a dotted name of a script means in the catalogue, and makes settings of arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from dlstudio.catalogue.node_types import Catalogue, NodeType, ObjectType, Setting
from dlstudio.catalogue.values import check_value
from dlstudio.compiler.code.names import snake_case
from dlstudio.compiler.code.positional import places_of
from dlstudio.compiler.code.things import (
    Expression,
    LayerThing,
    NotUnderstoodError,
    ObjectThing,
    PathThing,
    ShapeThing,
    Tensor,
    Unknown,
)
from dlstudio.compiler.code.values import same_value
from dlstudio.graph.expressions import MARK

MOST_VALUES = 20_000

_MERGES = ("add", "average", "concatenate", "dot", "maximum", "minimum", "multiply", "subtract")
_NAMED_KINDS = ("activation", "initializer", "regularizer", "constraint")


@cache
def _index(catalogue: Any) -> dict[str, str]:
    """Ids by other public names, in lower case without underscores where they are not layers or operations."""
    found: dict[str, str] = {}
    for node_type in catalogue.held:
        home, _, _ = node_type.id.rpartition(".")
        for alias in node_type.aliases:
            found.setdefault(f"{home}.{alias}", node_type.id)
    for known in catalogue.objects:
        home, _, name = known.rpartition(".")
        found[f"{home}.{name.lower()}"] = known
    return found


class _Held:
    """A catalogue as a key of a cache: the same object is the same catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.held, self.objects, self._key = catalogue, tuple(catalogue.objects), id(catalogue)

    def __hash__(self) -> int:
        return self._key

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and other.held is self.held


def keras_path(path: str) -> str:
    """A public name as Keras 3 spells it: ``tensorflow.keras.models.Sequential`` is ``keras.Sequential``."""
    for prefix in ("tensorflow.keras", "tensorflow.python.keras", "tf_keras"):
        if path == prefix or path.startswith(f"{prefix}."):
            path = f"keras{path.removeprefix(prefix)}"
    path = path.replace("keras.src.applications", "keras.applications")
    if path in ("keras.models.Model", "keras.models.Sequential"):
        return f"keras.{path.rpartition('.')[2]}"
    return "keras.Input" if path in ("keras.layers.Input", "keras.layers.InputLayer") else path


def node_type_of(path: str, catalogue: Catalogue) -> NodeType | None:
    """The layer or operation of a public name or one of its aliases."""
    found = catalogue.get(path) or catalogue.get(_index(_Held(catalogue)).get(path, ""))
    if found is None and path.startswith("keras.layers.") and path.rpartition(".")[2] in _MERGES:
        return catalogue.get(f"keras.layers.{path.rpartition('.')[2].title()}")
    if found is None and path.startswith("keras.ops.") and path.count(".") == 3:  # keras.ops.nn.relu
        return node_type_of(f"keras.ops.{path.rpartition('.')[2]}", catalogue)
    return found


def object_type_of(path: str, catalogue: Catalogue) -> ObjectType | None:
    """The initializer, regularizer, constraint, optimizer or schedule of a public name: ``keras.regularizers.l2``."""
    home, _, name = path.rpartition(".")
    known = catalogue.objects.get(path)
    return known or catalogue.objects.get(_index(_Held(catalogue)).get(f"{home}.{name.lower().replace('_', '')}", ""))


def settings_from(
    known: NodeType | ObjectType,
    arguments: Sequence[Any],
    keywords: Mapping[str, Any],
    catalogue: Catalogue,
    line: int,
) -> tuple[dict[str, Any], list[str]]:
    """Settings from evaluated arguments; those equal to the defaults are left out.

    Returns:
        The settings, and the names of arguments that no setting has.

    Raises:
        NotUnderstoodError: A value is not known, or not legal.
    """
    order = places_of(known)
    if len(arguments) > len(order):
        raise NotUnderstoodError(line, f"give {known.name} no more than {len(order)} arguments without their names.")
    given = dict(zip(order, arguments, strict=False))
    by_name = {setting.name: setting for setting in known.settings}
    settings: dict[str, Any] = {}
    unknown: list[str] = []
    for name, value in [*given.items(), *keywords.items()]:
        setting = by_name.get(name)
        if setting is None:
            unknown.append(name)
            continue
        made = setting_value(setting, value, catalogue, line, known.name)
        if setting.required or not same_value(made, setting.default):
            settings[name] = made
    return settings, unknown


def setting_value(setting: Setting, value: Any, catalogue: Catalogue, line: int, owner: str) -> Any:
    """The JSON value that a setting gets from an evaluated argument.

    Raises:
        NotUnderstoodError: It is not known, or not legal.
    """
    made = plain(value, line, f"'{setting.name}' of {owner}")
    if isinstance(value, PathThing) and setting.kind in _NAMED_KINDS:
        made = _named(value.path, setting.kind, catalogue) or made
    if not _has_expression(made):
        said = check_value(setting, made, catalogue)
        if said:
            raise NotUnderstoodError(line, f"{owner}: {said}")
    return made


def plain(value: Any, line: int, what: str) -> Any:
    """An evaluated value as JSON.

    Raises:
        NotUnderstoodError: It is none, or too large.
    """
    return _plain(value, line, what, [MOST_VALUES])


def _plain(value: Any, line: int, what: str, left: list[int]) -> Any:
    left[0] -= 1
    if left[0] < 0:
        raise NotUnderstoodError(line, f"{what} has more than {MOST_VALUES} values.")
    if isinstance(value, Expression):
        return {MARK: value.text}
    if isinstance(value, LayerThing | ObjectThing):
        return {"type": value.type, "settings": dict(value.settings)}
    if isinstance(value, list | tuple):
        return [_plain(each, line, what, left) for each in value]
    if isinstance(value, dict):
        return {str(key): _plain(each, line, what, left) for key, each in value.items()}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, PathThing):
        return value.path.rpartition(".")[2]
    if isinstance(value, Unknown):
        raise (
            NotUnderstoodError(line, "")
            if value.told
            else NotUnderstoodError(line, f"{what} is {value.reason} (line {value.line}).")
        )
    if isinstance(value, ShapeThing):
        raise NotUnderstoodError(
            line, f"{what} comes from a shape, which is known only when the script runs. Write the number."
        )
    if isinstance(value, Tensor):
        raise NotUnderstoodError(line, f"{what} is a tensor, where a plain value is needed.")
    raise NotUnderstoodError(line, f"{what} is no number, text or object of Keras.")


def _named(path: str, kind: str, catalogue: Catalogue) -> Any:
    """A function or class of Keras as the value of a setting: ``keras.activations.relu`` is ``relu``."""
    name = path.rpartition(".")[2]
    if kind == "activation":
        return snake_case(name) if name[:1].isupper() else name
    known = object_type_of(path, catalogue)
    return {"type": known.id, "settings": {}} if known else None


def _has_expression(value: Any) -> bool:
    if isinstance(value, Mapping):
        return MARK in value or any(_has_expression(each) for each in value.values())
    return isinstance(value, list) and any(_has_expression(each) for each in value)
