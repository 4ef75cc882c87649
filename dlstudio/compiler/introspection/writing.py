"""The catalogue's files as text: stable order, one setting a line, defaults left out; and how two of them differ."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import keras

from dlstudio.catalogue.node_types import NodeType, ObjectType
from dlstudio.compiler.introspection.layers import layer_types
from dlstudio.compiler.introspection.objects import choices, object_types
from dlstudio.compiler.introspection.operations import operation_types
from dlstudio.places import RESOURCES

FOLDER = RESOURCES / "catalogue"


def generate() -> dict[str, str]:
    """The text of every catalogue file by its name, from the installed Keras."""
    version = keras.__version__
    return {
        "layers.json": _text({"keras": version, "types": _by_id(layer_types())}),
        "operations.json": _text({"keras": version, "types": _by_id(operation_types())}),
        "objects.json": _text({"keras": version, "choices": choices(), "types": _by_id(object_types())}),
    }


def differences(files: dict[str, str], folder: Path) -> list[str]:
    """One line for every entry that is new, gone or changed between the given texts and the files in a folder."""
    lines: list[str] = []
    for name, text in files.items():
        file = folder / name
        if not file.is_file():
            lines.append(f"{name}: is missing")
            continue
        old_text = file.read_text(encoding="utf-8")
        if old_text == text:
            continue
        before = len(lines)
        try:
            old = json.loads(old_text)
        except ValueError:
            lines.append(f"{name}: is not valid JSON")
            continue
        new = json.loads(text)
        if old.get("keras") != new["keras"]:
            lines.append(f"{name}: made from Keras {old.get('keras')}, installed is {new['keras']}")
        had, has = old.get("types", {}), new["types"]
        lines += [f"{name}: {key} is gone from Keras" for key in sorted(had.keys() - has.keys())]
        lines += [f"{name}: {key} is new in Keras" for key in sorted(has.keys() - had.keys())]
        lines += [f"{name}: {key} has changed" for key in sorted(has.keys() & had.keys()) if had[key] != has[key]]
        if len(lines) == before:
            lines.append(f"{name}: differs in its order, choices or layout")
    return lines


def _by_id(types: list[NodeType] | list[ObjectType]) -> dict[str, Any]:
    return {each.id: _value(each) for each in types}


def _value(thing: Any) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for each in fields(thing):
        entry = getattr(thing, each.name)
        usual = (
            each.default
            if each.default is not MISSING
            else each.default_factory()
            if callable(each.default_factory)
            else MISSING
        )
        if each.name == "id" or (entry == usual and type(entry) is type(usual)):
            continue
        if each.name in ("inputs", "outputs", "settings"):
            entry = [_value(part) for part in entry]
        value[each.name] = entry
    return value


def _text(value: dict[str, Any]) -> str:
    """JSON with one line for each port and setting, so that a change shows as one changed line."""
    lines = ["{", f'  "keras": {_flat(value["keras"])},']
    if "choices" in value:
        lines.append('  "choices": {')
        names = value["choices"]
        lines += [f"    {_flat(key)}: {_flat(entry)}{_comma(key, names)}" for key, entry in names.items()]
        lines.append("  },")
    lines.append('  "types": {')
    for key, entry in value["types"].items():
        lines.append(f"    {_flat(key)}: {{")
        for name, part in entry.items():
            if name in ("inputs", "outputs", "settings") and part:
                lines.append(f"      {_flat(name)}: [")
                lines += [f"        {_flat(each)}{',' if each is not part[-1] else ''}" for each in part]
                lines.append(f"      ]{_comma(name, entry)}")
            else:
                lines.append(f"      {_flat(name)}: {_flat(part)}{_comma(name, entry)}")
        lines.append(f"    }}{_comma(key, value['types'])}")
    lines += ["  }", "}"]
    return "\n".join(lines) + "\n"


def _comma(key: str, table: dict[str, Any]) -> str:
    return "" if key == next(reversed(table)) else ","


def _flat(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
