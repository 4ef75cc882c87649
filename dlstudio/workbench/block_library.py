"""The personal library: blocks that a person keeps for all their projects, one JSON file a block.

The files lie in the folder ``blocks`` beside the preferences. Each holds a block and the blocks that it uses, so that
it can be sent to somebody else; it is read as a stranger's: bounded in size, its form checked, a broken one named and
passed over.
"""

from __future__ import annotations

import contextlib
import errno
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dlstudio.atomic import clean_stale, write_atomically
from dlstudio.graph.block_content import block_circle
from dlstudio.graph.edits import NAME_PATTERN, blocks_used
from dlstudio.graph.model import BLOCK_PREFIX, Block, Graph, Node
from dlstudio.graph.project import FORMAT, block_as_json
from dlstudio.graph.saving import ProjectError, parse_json, project_from_value
from dlstudio.workbench.preferences import config_folder

MAXIMUM_BYTES = 4 * 2**20
MAXIMUM_FILES = 500


class LibraryError(ValueError):
    """Something that cannot be done with the library; the message is a sentence for the user."""


@dataclass(frozen=True)
class KeptBlock:
    """One entry of a library.

    Attributes:
        name: The block's name.
        blocks: By name, the block itself and all that it uses.
    """

    name: str
    blocks: Mapping[str, Block]

    @property
    def block(self) -> Block:
        return self.blocks[self.name]


def kept_block(name: str, blocks: Mapping[str, Block]) -> KeptBlock:
    """A block of these with those that it uses."""
    return KeptBlock(name, _with_used(name, blocks))


def library_folder() -> Path:
    """Where the personal blocks lie."""
    return config_folder() / "blocks"


def my_blocks() -> tuple[dict[str, KeptBlock], list[str]]:
    """The personal blocks by name, in the order of their names, and a sentence for each file that cannot be read."""
    found: dict[str, KeptBlock] = {}
    broken: list[str] = []
    try:
        files = sorted(library_folder().glob("[!.]*.json"))
    except OSError as error:
        return {}, [f"The folder of your blocks cannot be read: {error.strerror}."]
    if len(files) > MAXIMUM_FILES:
        broken.append(f"There are {len(files)} files of blocks; the first {MAXIMUM_FILES} are offered.")
    for file in files[:MAXIMUM_FILES]:
        try:
            kept = read_block(file)
        except LibraryError as error:
            broken.append(str(error))
        else:
            found[kept.name] = kept
    return found, broken


def read_block(file: Path) -> KeptBlock:
    """Reads one file.

    Raises:
        LibraryError: It cannot be read, is too large, or does not hold a block.
    """
    try:
        if file.stat().st_size > MAXIMUM_BYTES:
            raise LibraryError(f"{file} is larger than {MAXIMUM_BYTES >> 20} MB, which no block is.")
        value = parse_json(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise LibraryError(f"{file} is not text in UTF-8 (byte {error.start}).") from None
    except OSError as error:
        raise LibraryError(f"{file} cannot be read: {error.strerror}.") from None
    except LibraryError:
        raise
    except ValueError as error:
        raise LibraryError(f"{file} is not valid JSON: {error}.") from None
    name = value.get("block") if isinstance(value, dict) else None
    if not isinstance(name, str) or not isinstance(value.get("blocks"), dict):
        raise LibraryError(f"{file} does not hold a block: 'block' and 'blocks' were expected.")
    if name != file.stem:
        raise LibraryError(f"{file} holds the block '{name[:80]}'; the file has to be called after it.")
    try:
        blocks = project_from_value({"format": FORMAT, "blocks": value["blocks"]}, str(file)).blocks
    except ProjectError as error:
        raise LibraryError(str(error)) from None
    used = _with_used(name, blocks)
    missing = sorted({n.block for b in used.values() for n in b.graph if n.block and n.block not in blocks})
    if name not in blocks or missing:
        raise LibraryError(f"{file} lacks the block '{missing[0] if missing else name}'.")
    if any(block_circle(used, each) for each in used):
        raise LibraryError(f"{file}: the block '{name}' contains itself.")
    return KeptBlock(name, used)


def save_block(name: str, blocks: Mapping[str, Block]) -> bool:
    """Keeps a block with all that it uses. Returns whether it took the place of one of the same name.

    Args:
        name: The block.
        blocks: The blocks of a project, it and those it uses among them.

    Raises:
        LibraryError: The disk refuses, or the block uses one that is not there.
    """
    used = _with_used(name, blocks)
    missing = sorted({n.block for b in used.values() for n in b.graph if n.block and n.block not in blocks})
    if missing or name not in blocks:
        raise LibraryError(f"'{name}' uses the block '{missing[0] if missing else name}', which is not there.")
    file = _file(name)
    replaced = file.exists()
    _write(file, KeptBlock(name, used))
    return replaced


def remove_kept(name: str) -> Path:
    """Takes a block out of the library; one that is gone already is passed over.

    Returns:
        Where its file lies now: nothing is lost by a wrong click.

    Raises:
        LibraryError: The disk refuses.
    """
    file, aside = _file(name), library_folder() / "removed" / f"{name}.json"
    try:
        if file.exists():
            aside.parent.mkdir(parents=True, exist_ok=True)
            file.replace(aside)
    except OSError as error:
        raise LibraryError(f"'{name}' could not be removed: {error.strerror}.") from None
    return aside


def rename_kept(old: str, new: str) -> None:
    """Gives a block of the library another name.

    Raises:
        LibraryError: The name is taken or no name, the file is broken, or the disk refuses.
    """
    said = name_fault(new, old)
    if said:
        raise LibraryError(said)
    if new == old:
        return
    kept = read_block(_file(old))
    renamed = Block(new, kept.block.graph, kept.block.parameters, kept.block.summary)
    if new in kept.blocks:
        raise LibraryError(f"'{old}' uses a block of its own called '{new}'. Choose another name.")
    _write(_file(new), KeptBlock(new, {new: renamed, **{k: b for k, b in kept.blocks.items() if k != old}}))
    try:
        _file(old).unlink(missing_ok=True)
    except OSError as error:
        raise LibraryError(f"'{old}' is now kept as '{new}', but could not be removed: {error.strerror}.") from None


def name_fault(name: str, old: str = "") -> str:
    """What is wrong with a name for a block of the library, or an empty text."""
    if not NAME_PATTERN.fullmatch(name):
        return (
            f"'{name}' cannot be a block's name: a letter first, then letters, digits and underscores, 64 at the most."
        )
    if name != old and _file(name).exists():
        return f"There already is a block named '{name}' among yours. Choose another name."
    return ""


def _with_used(name: str, blocks: Mapping[str, Block]) -> dict[str, Block]:
    return blocks_used(Graph(blocks=blocks), [Node("use", f"{BLOCK_PREFIX}{name}")])


def _file(name: str) -> Path:
    if not NAME_PATTERN.fullmatch(name):
        raise LibraryError(f"'{name}' is no block's name.")
    return library_folder() / f"{name}.json"


def _write(file: Path, kept: KeptBlock) -> None:
    value = {"block": kept.name, "blocks": {name: block_as_json(block) for name, block in kept.blocks.items()}}
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(OSError):
            clean_stale(file.parent)
        write_atomically(file, (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode())
    except OSError as error:
        reason = "the disk is full" if error.errno == errno.ENOSPC else (error.strerror or str(error)).lower()
        raise LibraryError(f"'{kept.name}' could not be kept in {file.parent}: {reason}.") from None
