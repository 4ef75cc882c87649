from __future__ import annotations

import errno
import json

import pytest

from dlstudio.graph.model import Block, Graph, Node, Wire
from dlstudio.workbench import block_library
from dlstudio.workbench.block_library import (
    LibraryError,
    library_folder,
    my_blocks,
    name_fault,
    read_block,
    remove_kept,
    rename_kept,
    save_block,
)


def block(name: str, inner: str = "keras.layers.Dense") -> Block:
    nodes = {"x": Node("x", "Input"), "mid": Node("mid", inner), "y": Node("y", "Output")}
    return Block(name, Graph(nodes, (Wire("x", "mid"), Wire("mid", "y"))), {"units": 8}, f"About {name}.")


BLOCKS = {"Cell": block("Cell"), "Stage": block("Stage", "block.Cell"), "Other": block("Other")}


def test_that_a_kept_block_comes_back_with_the_blocks_it_uses():
    assert save_block("Stage", BLOCKS) is False
    kept, broken = my_blocks()
    assert broken == []
    assert dict(kept["Stage"].blocks) == {"Cell": BLOCKS["Cell"], "Stage": BLOCKS["Stage"]}
    assert kept["Stage"].block.summary == "About Stage."


def test_that_keeping_again_takes_the_place_of_the_one_there():
    save_block("Cell", BLOCKS)
    changed = Block("Cell", BLOCKS["Cell"].graph, {"units": 99})
    assert save_block("Cell", {"Cell": changed}) is True
    assert my_blocks()[0]["Cell"].block.parameters == {"units": 99}


def test_that_a_kept_block_can_be_renamed_and_removed():
    save_block("Stage", BLOCKS)
    rename_kept("Stage", "Tower")
    assert list(my_blocks()[0]) == ["Tower"]
    assert my_blocks()[0]["Tower"].block.name == "Tower"
    aside = remove_kept("Tower")
    assert my_blocks() == ({}, [])
    assert read_block(aside).block.name == "Tower"
    remove_kept("Tower")


def test_that_a_name_that_is_taken_or_no_name_is_refused():
    save_block("Stage", BLOCKS)
    save_block("Other", BLOCKS)
    assert "already" in name_fault("Other", "Stage")
    assert name_fault("Stage", "Stage") == ""
    for name in ("Other", "no name", "../escape", ""):
        with pytest.raises(LibraryError):
            rename_kept("Stage", name)
    with pytest.raises(LibraryError, match="of its own called 'Cell'"):
        rename_kept("Stage", "Cell")
    assert list(my_blocks()[0]) == ["Other", "Stage"]


def test_that_a_block_that_lacks_one_it_uses_is_not_kept():
    with pytest.raises(LibraryError, match="'Cell', which is not there"):
        save_block("Stage", {"Stage": BLOCKS["Stage"]})
    assert my_blocks() == ({}, [])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not valid JSON"),
        ("[1, 2]", "does not hold a block"),
        ('{"block": "Bad", "blocks": {}}', "lacks the block 'Bad'"),
        ('{"block": "Good", "blocks": {}}', "called after it"),
        ('{"block": "Bad", "blocks": {"Bad": {"nodes": {"1x": {"type": "Input"}}}}}', "cannot be a node's name"),
        ('{"block": "Bad", "blocks": {"Bad": {"nodes": {"a": {"type": "block.Bad"}}}}}', "contains itself"),
        ('{"block": "Bad", "blocks": {"Bad": {"nodes": {"a": {"type": "block.No"}}}}}', "lacks the block 'No'"),
    ],
)
def test_that_a_broken_file_is_named_and_the_others_are_offered(text, said):
    save_block("Other", BLOCKS)
    (library_folder() / "Bad.json").write_text(text)
    kept, broken = my_blocks()
    assert list(kept) == ["Other"]
    assert len(broken) == 1
    assert said in broken[0]
    assert "Bad.json" in broken[0]


def test_that_a_file_too_large_is_never_read(monkeypatch):
    save_block("Other", BLOCKS)
    monkeypatch.setattr(block_library, "MAXIMUM_BYTES", 10)
    kept, broken = my_blocks()
    assert kept == {}
    assert "no block is" in broken[0]


def test_that_binary_rubbish_is_named():
    library_folder().mkdir(parents=True)
    (library_folder() / "Odd.json").write_bytes(b"\xff\xfe\x00")
    assert "UTF-8" in my_blocks()[1][0]


def test_that_a_full_disk_leaves_the_kept_block_as_it_was(monkeypatch):
    save_block("Cell", BLOCKS)
    before = (library_folder() / "Cell.json").read_bytes()

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(block_library, "write_atomically", full)
    with pytest.raises(LibraryError, match="disk is full"):
        save_block("Cell", {"Cell": block("Cell", "keras.layers.ReLU")})
    assert (library_folder() / "Cell.json").read_bytes() == before
    assert json.loads(before)["block"] == "Cell"
