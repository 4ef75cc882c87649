"""A project on disk: reading with every mistake explained, and saving that never leaves a damaged file.

``project.json`` is text made for git. A file from a stranger is bounded in size, depth and number of nodes before
anything is made of it.
"""

from __future__ import annotations

import errno
import json
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import Any

from dlstudio.atomic import clean_stale, write_atomically
from dlstudio.graph.edits import NAME_PATTERN
from dlstudio.graph.project import FORMAT, KEPT, PRECISIONS, Project

FILE_NAME = "project.json"
MAXIMUM_BYTES = 16 * 2**20
MAXIMUM_DEPTH = 64
MAXIMUM_NODES = 5000
MAXIMUM_BLOCKS = 500
_NAME_RULE = "a letter first, then letters, digits and underscores, 64 at the most."


class ProjectError(ValueError):
    """A project that cannot be read or saved; the message is a sentence for the user."""


def project_file(path: Path) -> Path:
    """The ``project.json`` meant by a project folder or by the file itself."""
    return path if path.suffix == ".json" else path / FILE_NAME


def load_project(path: Path) -> Project:
    """Reads a project.

    Args:
        path: The project folder or its ``project.json``.

    Raises:
        ProjectError: The file is missing, too large, no JSON, or not of the form of a project.
    """
    file = project_file(path)
    try:
        size = file.stat().st_size
        if size > MAXIMUM_BYTES:
            raise ProjectError(
                f"{file} has {size / 2**20:.0f} MB; a project file has {MAXIMUM_BYTES >> 20} MB at the most."
            )
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        what = "folder" if not path.exists() and path.suffix != ".json" else "project.json"
        raise ProjectError(
            f"There is no {what} at {path}. Make a project with: dlstudio new DIR --template NAME"
        ) from None
    except UnicodeDecodeError as error:
        raise ProjectError(f"{file} is not text in UTF-8 (byte {error.start}).") from None
    except OSError as error:
        raise ProjectError(f"{file} cannot be read: {error.strerror}.") from None
    try:
        value = parse_json(text)
    except ValueError as error:
        raise ProjectError(f"{file} is not valid JSON: {error}.") from None
    return project_from_value(value, str(file))


def parse_json(text: str) -> Any:
    """Strict JSON: no NaN or infinity, no key twice, bounded depth.

    Raises:
        ValueError: With the line and column, or what is wrong.
    """
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite)
    except json.JSONDecodeError as error:
        raise ValueError(f"{error.msg}, line {error.lineno} column {error.colno}") from None
    except RecursionError:
        raise ValueError(f"it is nested more than {MAXIMUM_DEPTH} levels deep") from None
    _check_depth(value)
    return value


def project_from_value(value: Any, where: str) -> Project:
    """Checks the form of a parsed project file, migrates an older format, and builds the project.

    Raises:
        ProjectError: With ``where`` and what is wrong.
    """
    if not isinstance(value, dict):
        raise ProjectError(f"{where} holds {_kind(value)} where a project (a JSON object) was expected.")
    number = value.get("format")
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise ProjectError(f"{where} has no 'format' number, so it is not a DL Studio project.")
    if number > FORMAT:
        raise ProjectError(
            f"{where} has format {number}; this studio reads up to format {FORMAT}. Update DL Studio to open it."
        )
    while number < FORMAT:
        value = import_module(f"dlstudio.graph.migrations.from_{number}").migrate(value)
        number += 1
    _check_form(value, where)
    return Project.from_json(value)


def save_project(project: Project, folder: Path) -> None:
    """Writes ``project.json`` atomically; the old file stays whole until the new one is on disk.

    Raises:
        ProjectError: The disk is full or the folder cannot be written; nothing has changed on disk then.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        clean_stale(folder)
        write_atomically(folder / FILE_NAME, project_text(project).encode())
    except OSError as error:
        reason = "the disk is full" if error.errno == errno.ENOSPC else (error.strerror or str(error)).lower()
        raise ProjectError(
            f"{folder / FILE_NAME} could not be saved: {reason}. The file saved before is unchanged; free some space "
            f"or save to another folder."
        ) from None


def project_text(project: Project) -> str:
    """The text of ``project.json``: stable order, one node and one wire a line."""
    value = project.as_json()
    parts: list[str] = []
    for key, entry in value.items():
        if key == "graph":
            body = _graph_text(entry, "  ")
        elif key == "blocks" and entry:
            blocks = (f"    {_line(name)}: {_graph_text(block, '    ')}" for name, block in entry.items())
            body = "{\n" + ",\n".join(blocks) + "\n  }"
        else:
            body = _indented(entry)
        parts.append(f'  "{key}": {body}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _indented(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False).replace("\n", "\n  ")


def _graph_text(graph: Mapping[str, Any], indent: str) -> str:
    """A graph or block as text: its tables one entry a line, what else there is on a line of its own."""
    parts = []
    for key, entry in graph.items():
        if isinstance(entry, dict) and key != "parameters" and entry:
            lines = (f"{indent}    {_line(name)}: {_line(value)}" for name, value in entry.items())
            body = "{\n" + ",\n".join(lines) + f"\n{indent}  }}"
        elif key == "wires" and entry:
            body = "[\n" + ",\n".join(f"{indent}    {_line(wire)}" for wire in entry) + f"\n{indent}  ]"
        else:
            body = _line(entry)
        parts.append(f'{indent}  "{key}": {body}')
    return "{\n" + ",\n".join(parts) + f"\n{indent}}}"


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _check_form(value: Mapping[str, Any], where: str) -> None:
    for key in ("data", "graph", "training", "blocks"):
        _expect(value.get(key, {}), dict, f"{where}: '{key}'")
    _expect(value.get("name", ""), str, f"{where}: 'name'")
    blocks = value.get("blocks", {})
    if len(blocks) > MAXIMUM_BLOCKS:
        raise ProjectError(f"{where} has {len(blocks)} blocks; {MAXIMUM_BLOCKS} is the most.")
    count = _check_graph(value.get("graph", {}), where)
    for name, block in blocks.items():
        if not NAME_PATTERN.fullmatch(name):
            raise ProjectError(f"{where}: {name[:80]!r} cannot be a block's name: {_NAME_RULE}")
        place = f"{where}: block '{name}'"
        _expect(block, dict, place)
        _expect(block.get("summary", ""), str, f"{place}: 'summary'")
        _expect(block.get("parameters", {}), dict, f"{place}: 'parameters'")
        for parameter in block.get("parameters", {}):
            if not NAME_PATTERN.fullmatch(parameter):
                raise ProjectError(f"{place}: {parameter[:80]!r} cannot be a parameter's name: {_NAME_RULE}")
        count += _check_graph(block, place)
    if count > MAXIMUM_NODES:
        raise ProjectError(f"{where} has {count} nodes; {MAXIMUM_NODES} is the most.")
    data = value.get("data", {})
    for key, kind in (("source", str), ("format", str), ("columns", dict), ("split", dict), ("options", dict)):
        _expect(data.get(key, kind()), kind, f"{where}: 'data.{key}'")
    for name, column in data.get("columns", {}).items():
        _expect(column, dict, f"{where}: 'data.columns.{name}'")
    _check_training(value.get("training", {}), where)
    if value.get("weights") is not None:
        _check_weights(value["weights"], where)


def _check_graph(graph: Mapping[str, Any], where: str) -> int:
    """Checks the form of a graph, or of a block's; returns how many nodes it has."""
    nodes, wires = graph.get("nodes", {}), graph.get("wires", [])
    _expect(nodes, dict, f"{where}: 'graph.nodes'")
    _expect(wires, list, f"{where}: 'graph.wires'")
    if len(wires) > 4 * MAXIMUM_NODES:
        raise ProjectError(f"{where} has {len(wires)} wires; {4 * MAXIMUM_NODES} is the most.")
    for name, node in nodes.items():
        place = f"{where}: node '{name}'"
        if not NAME_PATTERN.fullmatch(name):
            raise ProjectError(f"{where}: {name[:80]!r} cannot be a node's name: {_NAME_RULE}")
        _expect(node, dict, place)
        _expect(node.get("type"), str, f"{place}: 'type'")
        _expect(node.get("settings", {}), dict, f"{place}: 'settings'")
        _check_pair(node.get("at", [0, 0]), place, "at")
        if node.get("shares") is not None:
            _expect(node["shares"], str, f"{place}: 'shares'")
        if not isinstance(node.get("bypassed", False), bool):
            raise ProjectError(f"{place}: 'bypassed' should be true or false and is {_kind(node['bypassed'])}.")
    for index, wire in enumerate(wires):
        if not (isinstance(wire, list) and len(wire) == 2 and all(isinstance(end, str) for end in wire)):
            raise ProjectError(
                f'{where}: wire {index + 1} should be two names, ["from", "to"], and is {json.dumps(wire)[:80]}.'
            )
    for table, text in (("frames", "title"), ("notes", "text")):
        _expect(graph.get(table, {}), dict, f"{where}: '{table}'")
        if len(graph.get(table, {})) > MAXIMUM_NODES:
            raise ProjectError(f"{where} has too many {table}; {MAXIMUM_NODES} is the most.")
        for name, entry in graph.get(table, {}).items():
            place = f"{where}: {table[:-1]} '{name[:80]}'"
            _expect(entry, dict, place)
            _expect(entry.get(text, ""), str, f"{place}: '{text}'")
            _check_pair(entry.get("at"), place, "at")
            _check_pair(entry.get("size"), place, "size")
    return len(nodes)


def _check_pair(value: Any, place: str, key: str) -> None:
    if not (isinstance(value, list) and len(value) == 2 and all(_is_number(n) and abs(n) < 1e9 for n in value)):
        raise ProjectError(f"{place}: '{key}' should be two numbers, [x, y], and is {json.dumps(value)[:80]}.")


def _check_weights(weights: Any, where: str) -> None:
    _expect(weights, dict, f"{where}: 'weights'")
    assert isinstance(weights, dict)
    _expect(weights.get("file"), str, f"{where}: 'weights.file'")
    file = PurePosixPath(weights["file"])
    if file.is_absolute() or ".." in file.parts or "\\" in weights["file"] or ":" in weights["file"]:
        raise ProjectError(f"{where}: 'weights.file' has to lie in the project's folder and is {str(file)[:80]!r}.")
    _expect(weights.get("origin", ""), str, f"{where}: 'weights.origin'")
    _expect(weights.get("layers", {}), dict, f"{where}: 'weights.layers'")
    names: Mapping[str, Any] = weights.get("layers", {})
    for name, entry in names.items():
        _expect(entry, str, f"{where}: 'weights.layers.{name[:80]}'")


def _check_training(training: Mapping[str, Any], where: str) -> None:
    for key in ("epochs", "batch_size"):
        number = training.get(key, 1)
        if not isinstance(number, int) or isinstance(number, bool) or number < 1:
            raise ProjectError(f"{where}: 'training.{key}' should be a whole number of 1 or more and is {number!r}.")
    _expect(training.get("seed", 0), int, f"{where}: 'training.seed'")
    for key in ("optimizer", "schedule"):
        entry: Any = training.get(key)
        if entry is not None or (key == "optimizer" and key in training):
            _expect(entry, dict, f"{where}: 'training.{key}'")
            _expect(entry.get("type"), str, f"{where}: 'training.{key}.type'")
            _expect(entry.get("settings", {}), dict, f"{where}: 'training.{key}.settings'")
    for key, kind in (("note", str), ("device", str), ("backend", str)):
        _expect(training.get(key, ""), kind, f"{where}: 'training.{key}'")
    for key in ("class_weights", "resample", "tensorboard"):
        if not isinstance(training.get(key, False), bool):
            raise ProjectError(f"{where}: 'training.{key}' should be true or false.")
    minutes = training.get("checkpoint_minutes", 0)
    if not _is_number(minutes) or not 0 <= minutes <= 1e6:
        raise ProjectError(
            f"{where}: 'training.checkpoint_minutes' should be a number of minutes, 0 or more, and is {minutes!r:.80}."
        )
    memory = training.get("memory_gigabytes", 1.0)
    if not _is_number(memory) or not 0 <= memory <= 1e6:
        raise ProjectError(
            f"{where}: 'training.memory_gigabytes' should be a number of gigabytes, 0 or more, and is {memory!r:.80}."
        )
    precision = training.get("precision", PRECISIONS[0])
    if precision not in PRECISIONS:
        raise ProjectError(
            f"{where}: 'training.precision' should be one of {', '.join(PRECISIONS)}, and is {precision!r:.80}."
        )
    keep = training.get("keep", KEPT[0])
    if keep not in KEPT:
        raise ProjectError(f"{where}: 'training.keep' should be one of {', '.join(KEPT)}, and is {keep!r:.80}.")
    rates = training.get("rates", {})
    _expect(rates, dict, f"{where}: 'training.rates'")
    for name, factor in rates.items():
        if not _is_number(factor) or not 0 <= factor <= 1000:
            raise ProjectError(
                f"{where}: 'training.rates.{name[:80]}' should be a factor of the learning rate from 0 to 1000 and is "
                f"{json.dumps(factor)[:80]}."
            )
    lora = training.get("lora", {})
    _expect(lora, dict, f"{where}: 'training.lora'")
    for name, rank in lora.items():
        if not isinstance(rank, int) or isinstance(rank, bool) or not 1 <= rank <= 4096:
            raise ProjectError(
                f"{where}: 'training.lora.{name[:80]}' should be a rank, a whole number from 1 to 4096, and is "
                f"{json.dumps(rank)[:80]}."
            )
    warmup = training.get("warmup_steps", 0)
    if not isinstance(warmup, int) or isinstance(warmup, bool) or not 0 <= warmup <= 10**9:
        raise ProjectError(
            f"{where}: 'training.warmup_steps' should be a whole number of steps, 0 or more, and is {warmup!r:.80}."
        )
    smoothing = training.get("label_smoothing", 0.0)
    if not _is_number(smoothing) or not 0 <= smoothing < 1:
        raise ProjectError(
            f"{where}: 'training.label_smoothing' should be a share from 0 to below 1 and is {smoothing!r:.80}."
        )
    stopping = training.get("early_stopping")
    if stopping is not None:
        _expect(stopping, dict, f"{where}: 'training.early_stopping'")
        for key in ("share", "min_share"):
            if not _is_number(stopping.get(key, 0)) or not 0 <= stopping.get(key, 0) <= 1:
                raise ProjectError(
                    f"{where}: 'training.early_stopping.{key}' should be a share from 0 to 1 and is "
                    f"{stopping.get(key)!r:.80}."
                )


_KINDS = {dict: "an object {…}", list: "a list", str: "a text", int: "a whole number"}


def _expect(value: Any, kind: type, where: str) -> None:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ProjectError(f"{where} should be {_KINDS[kind]} and is {_kind(value)}.")


def _kind(value: Any) -> str:
    if value is None:
        return "missing or null"
    return {dict: "an object", list: "a list", str: "a text", bool: "true or false"}.get(type(value), "a number")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in value if keys.count(key) > 1)
        raise ValueError(f"the key '{twice}' stands twice in one object")
    return value


def _no_constant(name: str) -> Any:
    raise ValueError(f"it holds {name}, which JSON does not have")


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError(f"it holds the number {text}, which is too large")
    return number


def _check_depth(value: Any) -> None:
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > MAXIMUM_DEPTH:
            raise ValueError(f"it is nested more than {MAXIMUM_DEPTH} levels deep")
        level = [
            child
            for entry in level
            if isinstance(entry, dict | list)
            for child in (entry.values() if isinstance(entry, dict) else entry)
        ]
