"""Settings as Python arguments: literals, Keras objects, wrapped layers and expressions over parameters."""

from __future__ import annotations

import keyword
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from dlstudio.catalogue.node_types import Catalogue, NodeType, ObjectType, Setting
from dlstudio.catalogue.slices import format_slices, parse_slices
from dlstudio.compiler.code.expressions import as_python, is_divided, parsed
from dlstudio.compiler.code.names import literal, quoted
from dlstudio.compiler.code.positional import places_of
from dlstudio.compiler.outputs import living_nodes
from dlstudio.graph.expressions import MARK, is_expression
from dlstudio.graph.model import Block, Graph

CALL_SETTINGS = frozenset(("return_attention_scores", "use_causal_mask"))
"""Settings that a layer takes when it is called, not when it is made."""

MOST_BY_PLACE = 2
_AS_IT_IS = Setting("value", "array")


class Values:
    """Writes values, and remembers what the script needs for them.

    Attributes:
        divides: Some expression divides, so the script needs its own division.
        custom: Identifier of each class of the user's own, by file and name.
    """

    def __init__(self, catalogue: Catalogue, blocks: Mapping[str, Block] | None = None) -> None:
        self.catalogue = catalogue
        self.blocks = blocks or {}
        self._entries: dict[str, frozenset[str]] = {}
        self.divides = False
        self.custom: Mapping[tuple[str, str], str] = {}

    def inside(self, block: str) -> Graph:
        """The graph of a block, with the blocks that it may use."""
        return replace(self.blocks[block].graph, blocks=self.blocks)

    def entries_of(self, block: str) -> frozenset[str]:
        """The nodes of a block that lead to an Output: its nested model is called with those of its Inputs."""
        if block not in self._entries:
            self._entries[block] = living_nodes(self.inside(block))
        return self._entries[block]

    def value(self, setting: Setting | None, value: Any) -> str:
        """One setting's value."""
        if is_expression(value):
            return self._expression(value[MARK])
        kind = setting.kind if setting else "json"
        if isinstance(value, Mapping):
            if isinstance(value.get("type"), str) and set(value) <= {"type", "settings"}:
                made = self.object(value["type"], value.get("settings") or {})
                if made:
                    return made
            inner = ", ".join(f"{quoted(str(key))}: {self.value(None, each)}" for key, each in value.items())
            return "{" + inner + "}"
        if isinstance(value, list | tuple):
            nested = setting if kind == "array" else None
            parts = [self.value(nested, each) for each in value]
            if kind in ("layers", "array"):
                return f"[{', '.join(parts)}]"
            return f"({parts[0]},)" if len(parts) == 1 else f"({', '.join(parts)})"
        return literal(value)

    def object(self, type_id: str, settings: Mapping[str, Any]) -> str | None:
        """A layer or another Keras object as the call that makes it; None for what the catalogue does not list."""
        known: NodeType | ObjectType | None = self.catalogue.objects.get(type_id)
        if known is None and type_id.startswith("keras.layers."):
            known = self.catalogue.get(type_id)
        if known is None:
            return None
        return f"{shortened(type_id)}({', '.join(self.arguments(known, settings))})"

    def keywords(self, given: Any) -> list[str]:
        """Arguments by name from a JSON object; lists stay lists."""
        if not isinstance(given, Mapping):
            return []
        written = {str(key): self.value(_AS_IT_IS, value) for key, value in given.items()}
        if all(key.isidentifier() and not keyword.iskeyword(key) and key != "name" for key in written):
            return [f"{key}={text}" for key, text in written.items()]
        return ["**{" + ", ".join(f"{quoted(key)}: {text}" for key, text in written.items()) + "}"]

    def arguments(
        self, known: NodeType | ObjectType, settings: Mapping[str, Any], *, left_out: Sequence[str] = ()
    ) -> list[str]:
        """The arguments for settings that differ from the defaults; leading required ones by their place.

        Args:
            known: The type.
            settings: By name; those that the type does not have are passed over.
            left_out: Names of settings that go elsewhere.
        """
        written: list[str] = []
        by_place = getattr(known, "category", "") not in ("attention", "operation", "block")
        places = places_of(known)[:MOST_BY_PLACE]
        for setting in known.settings:
            if setting.name in left_out or setting.name not in settings:
                by_place = False
                continue
            value = settings[setting.name]
            if not setting.required and same_value(value, setting.default):
                by_place = False
                continue
            by_place = by_place and setting.required and places[len(written) : len(written) + 1] == (setting.name,)
            text = self.value(setting, value)
            written.append(text if by_place else f"{setting.name}={text}")
        return written

    def _expression(self, text: str) -> str:
        tree = parsed(text)
        if tree is None:  # whoever runs it shall see what stands there
            return quoted(text)
        self.divides = self.divides or is_divided(tree)
        return as_python(tree)


def index_text(value: Any) -> str:
    """What stands between the brackets for a setting of the kind ``slices``; empty where it is none."""
    try:
        return format_slices(parse_slices(str(value)))
    except ValueError:
        return ""


def shortened(type_id: str) -> str:
    """``keras.layers.Dense`` as ``layers.Dense``: scripts import the modules that they use."""
    for module in ("layers", "ops", "applications"):
        if type_id.startswith(f"keras.{module}."):
            short = type_id.removeprefix("keras.")
            return short.removeprefix("applications.")
    return type_id


def same_value(first: Any, second: Any) -> bool:
    """Whether two JSON values mean the same: lists equal tuples, but true does not equal 1."""
    if isinstance(first, list | tuple) and isinstance(second, list | tuple):
        return len(first) == len(second) and all(map(same_value, first, second))
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        return first.keys() == second.keys() and all(same_value(first[key], second[key]) for key in first)
    return isinstance(first, bool) == isinstance(second, bool) and bool(first == second)
