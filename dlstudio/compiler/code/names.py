"""Names in scripts: quoted texts, identifiers that are free and shadow nothing, and the remarks that carry bindings."""

from __future__ import annotations

import builtins
import keyword
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from dlstudio.graph.edits import NAME_PATTERN

RESERVED = frozenset(
    (
        *keyword.kwlist,
        *keyword.softkwlist,
        *(name for name in dir(builtins) if not name.startswith("_")),
        *("keras", "layers", "ops", "name", "model", "optimizer"),
        *(
            "schedule",
            "train_samples",
            "total_steps",
            "build_model",
            "block",
            "times",
            "named",
            "repeated",
            "ratio",
            "per_sample",
        ),
    )
)
"""Names that a script uses itself; no variable, parameter or function made from a name in a graph is called so."""

REMARKS = ("input", "output", "node", "bypassed")
"""What a remark in a comment may be about; :mod:`dlstudio.compiler.code.reading` reads them back."""


def quoted(text: str) -> str:
    """A text as a Python literal of one line, in double quotes where that needs no escape."""
    plain = repr(text)
    return f'"{plain[1:-1]}"' if plain[0] == "'" and '"' not in plain else plain


def comment(text: str) -> str:
    """A text that can stand in a comment: on one line, signs that cannot be printed left out."""
    return "".join(sign for sign in " ".join(text.split()) if sign.isprintable())


def parameter_name(name: str) -> str:
    """What a block's parameter is called in its function; :func:`parameter_of` finds it back."""
    return f"{name}_" if name.rstrip("_") in RESERVED else name


def parameter_of(identifier: str) -> str:
    """The parameter that :func:`parameter_name` made an identifier of."""
    return identifier[:-1] if identifier.endswith("_") and identifier.rstrip("_") in RESERVED else identifier


def snake_case(name: str) -> str:
    """``Conv2D`` as ``conv2d``, ``ResidualBlock`` as ``residual_block``: how Keras makes layer names of classes."""
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"_+", "_", re.sub(r"([a-z])([A-Z])", r"\1_\2", name)).lower()


def valid_name(text: str) -> str:
    """The nearest valid name of a node to any text."""
    name = re.sub(r"\W+", "_", text, flags=re.ASCII).strip("_")[:60]
    if not name or not name[0].isalpha():
        name = f"layer_{name}".rstrip("_")
    return name if NAME_PATTERN.fullmatch(name) else "layer"


def free(taken: Iterable[str], wanted: str) -> str:
    """``wanted``, else the same with the next free number as Keras counts: ``dense``, ``dense_1``, ``dense_2``."""
    known = taken if isinstance(taken, set | frozenset | Mapping) else set(taken)
    name, number = wanted, 0
    while name in known:
        number += 1
        name = f"{wanted[:56]}_{number}"
    return name


class Scope:
    """The variables of one function; every one is given once."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = {*RESERVED, *taken}

    def variable(self, wanted: str) -> str:
        """A free identifier, ``wanted`` itself where that goes."""
        name = valid_name(wanted)
        if name in self._taken:
            name = free(self._taken, f"{name}_")
        self._taken.add(name)
        return name


def remark(kind: str, values: Mapping[str, Any]) -> str:
    """A comment's text that can be read back: ``input: column="image"``; only its kind where there are no values."""
    said = ", ".join(f"{name}={literal(value)}" for name, value in values.items())
    return f"{kind}: {said}" if said else kind


def literal(value: Any) -> str:
    """A JSON value as a Python literal on one line; lists as tuples."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, list | tuple):
        inner = ", ".join(literal(each) for each in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{quoted(str(key))}: {literal(each)}" for key, each in value.items()) + "}"
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return 'float("inf")' if value > 0 else '-float("inf")'
    if isinstance(value, float) and math.isnan(value):
        return 'float("nan")'
    if value is None or isinstance(value, bool | int | float):
        return repr(value)
    return quoted(str(value))
