"""Custom layers in scripts: a class imported from a file of the project, which has to lie beside the script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dlstudio.compiler.code.names import Scope
from dlstudio.graph.custom_code import importable, module_path
from dlstudio.graph.model import CUSTOM, Graph, Node


def custom_imports(graphs: Iterable[Graph], taken: Iterable[str]) -> dict[tuple[str, str], tuple[str, str]]:
    """Import line and identifier of each class that Custom nodes use, by file and class; only such as can be imported.

    Args:
        graphs: The network and its blocks.
        taken: Identifiers that have another meaning.
    """
    scope = Scope(taken)
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for node in (node for graph in graphs for node in graph if node.type == CUSTOM):
        key = key_of(node)
        module = module_path(key[0])
        if key in found or not module or not importable(key[1]):
            continue
        name = scope.variable(key[1])
        line = f"from {module} import {key[1]}"
        found[key] = (line if name == key[1] else f"{line} as {name}", name)
    return found


def key_of(node: Node) -> tuple[str, str]:
    """File and class that a Custom node names."""
    return str(node.settings.get("file", "")), str(node.settings.get("class", ""))


def settings_of(path: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a Custom node whose class has this dotted name."""
    module, _, name = path.rpartition(".")
    settings: dict[str, Any] = {"file": f"{module.replace('.', '/')}.py", "class": name}
    return {**settings, "arguments": dict(arguments)} if arguments else settings
