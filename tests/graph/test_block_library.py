"""The shipped blocks are well-formed, drawn tidily and said in a sentence; damaged files are named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.graph.block_edits import add_block
from dlstudio.graph.block_library import BlockLibraryError, shipped_blocks
from dlstudio.graph.blocks import with_blocks
from dlstudio.graph.expressions import names_in
from dlstudio.graph.model import Block, Graph, Node
from dlstudio.graph.structure import structural_problems

WIDTH, HEIGHT = 150, 80
"""Least room between two nodes, in scene units, so that they do not lie on each other."""

BLOCKS = shipped_blocks()


def test_that_what_the_field_uses_is_there() -> None:
    assert set(BLOCKS) >= {
        "ResidualBlock",
        "BottleneckBlock",
        "InvertedResidual",
        "DenseBlock",
        "SqueezeExcitation",
        "InceptionBlock",
        "TransformerEncoder",
        "TransformerDecoder",
        "CausalDecoder",
        "PatchEmbedding",
        "ConvAttention",
        "TemporalConvolution",
        "UNetDown",
        "UNetUp",
        "RecurrentEncoder",
        "RecurrentDecoder",
    }


@pytest.fixture(params=BLOCKS.values(), ids=BLOCKS.keys())
def block(request: pytest.FixtureRequest) -> Block:
    return request.param


def test_that_a_block_is_free_of_structural_problems(block: Block) -> None:
    catalogue = load_catalogue()
    graph, name = add_block(Graph({"use": Node("use", f"block.{block.name}")}), block, BLOCKS)
    assert name == block.name
    problems = structural_problems(graph, catalogue)
    assert not [problem.message for problem in problems if problem.path or problem.message.startswith("In ")]


def test_that_every_setting_is_one_that_the_catalogue_knows(block: Block) -> None:
    catalogue = with_blocks(load_catalogue(), BLOCKS)
    for node in block.graph:
        known = {setting.name for setting in catalogue[node.type].settings}
        assert set(node.settings) <= known, node.id


def test_that_every_parameter_does_something(block: Block) -> None:
    mentioned = {name for node in block.graph for value in node.settings.values() for name in names_in(value)}
    assert mentioned == set(block.parameters)


def test_that_a_block_is_said_in_a_sentence_with_its_source(block: Block) -> None:
    assert block.summary.endswith((".", "…"))
    assert re.search(r"\w+ (et al\. )?20[012]\d", block.summary), "author and year of the paper"


def test_that_nodes_lie_beside_each_other_and_wires_lead_right_or_to_a_row_below(block: Block) -> None:
    nodes = list(block.graph)
    for index, one in enumerate(nodes):
        for other in nodes[index + 1 :]:
            across, down = abs(one.at[0] - other.at[0]), abs(one.at[1] - other.at[1])
            assert across >= WIDTH or down >= HEIGHT, (one.id, other.id)
    for wire in block.graph.wires:
        source, target = block.graph[wire.source].at, block.graph[wire.target].at
        assert source[0] < target[0] or source[1] + HEIGHT <= target[1], wire


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not valid JSON"),
        ("[]", "no JSON object"),
        ('{"name": "Other", "nodes": {}, "wires": []}', "called after its block"),
        ('{"name": "Bad", "nodes": {"a": 3}, "wires": []}', "node 'a'"),
        ('{"name": "Bad", "nodes": {"a": {"type": "block.Bad"}}, "wires": []}', "holds itself"),
        ('{"name": "Bad", "nodes": {"a": {"type": "block.Nowhere"}}, "wires": []}', "holds itself or one that is not"),
    ],
)
def test_that_a_damaged_file_is_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "Bad.json").write_text(text)
    with pytest.raises(BlockLibraryError, match=said):
        shipped_blocks(tmp_path)
