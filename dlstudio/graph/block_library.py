"""The blocks that come with the studio, read from ``resources/blocks``: one JSON file a block. Standard library only.

A file holds ``name`` and what :func:`dlstudio.graph.project.block_as_json` gives; a block may use others of the folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from dlstudio.graph.block_content import block_digests
from dlstudio.graph.model import Block
from dlstudio.graph.project import FORMAT
from dlstudio.graph.saving import ProjectError, parse_json, project_from_value
from dlstudio.places import RESOURCES


class BlockLibraryError(RuntimeError):
    """A shipped file is missing or damaged; the message says which."""


@cache
def shipped_blocks(folder: Path = RESOURCES / "blocks") -> Mapping[str, Block]:
    """All shipped blocks by name, sorted; read once.

    Raises:
        BlockLibraryError: A file cannot be read, is not of the form of a block, or uses one that is not there.
    """
    values: dict[str, Any] = {}
    for file in sorted(folder.glob("*.json")):
        value = _read(file)
        name = value.pop("name", None)
        if name != file.stem:
            raise BlockLibraryError(f"{file} holds the block {name!r}; a file has to be called after its block.")
        values[file.stem] = value
    try:
        blocks = project_from_value({"format": FORMAT, "blocks": values}, str(folder)).blocks
    except ProjectError as error:
        raise BlockLibraryError(str(error)) from None
    unsound = sorted(blocks.keys() - block_digests(blocks).keys())
    if unsound:
        raise BlockLibraryError(f"In {folder} the block '{unsound[0]}' holds itself or one that is not there.")
    return MappingProxyType(dict(blocks))


def _read(file: Path) -> dict[str, Any]:
    try:
        value = parse_json(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise BlockLibraryError(f"The block file {file} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise BlockLibraryError(f"The block file {file} is not valid JSON: {error}.") from None
    if not isinstance(value, dict):
        raise BlockLibraryError(f"The block file {file} holds no JSON object.")
    return value
