"""Templates that are made to start from another: their layers fit, and what is compared is comparable."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dlstudio.cli import gains
from dlstudio.cli.gains import gain_rows
from dlstudio.cli.making import make_project
from dlstudio.compiler.weight_file import layers_by_path
from dlstudio.templates.library import find_template, list_templates
from dlstudio.training import starting
from dlstudio.training.preparation import build_network

PAIRS = [(template.name, pair) for template in list_templates() for pair in template.pretraining]
OWN = {"cnn": {"dense", "logits"}}
"""Layers with weights that the pre-trained network does not have; of all others the head alone."""


@pytest.mark.parametrize(("name", "pair"), PAIRS, ids=[f"{pair.template}-{name}" for name, pair in PAIRS])
def test_that_all_but_the_head_is_taken_over_and_no_test_sample_was_seen(name, pair, tmp_path: Path) -> None:
    first = make_project(tmp_path / "first", pair.template, pair.data)
    second = make_project(tmp_path / "second", name, pair.data, labelled=pair.labelled)
    networks = [build_network(made.project, made.prepared.encoders) for made in (first, second)]
    theirs, ours = (layers_by_path(network.model) for network in networks)
    source = starting._Source("first", theirs, networks[0].encoders, first.project.graph)
    words = starting._embeddings_by_words(second.project.graph, networks[1].encoders, source)
    for path in starting._other_heads(second.project.graph, networks[1].encoders, source):
        ours.pop(path)
    pairs = starting._pairs(ours, theirs, words)
    assert set(ours) - set(pairs) <= OWN.get(name, set())
    assert all(path.removesuffix("/lstm") == other.removesuffix("/lstm") for path, other in pairs.items())
    for path, (mine, others, _) in words.items():
        known = {word.strip().lower() for word in others}
        share = np.mean([word.lower() in known for word in mine])
        assert share > 0.9, f"{path} knows {share:.0%} of its words"
    repeats = first.prepared.table.rows // second.prepared.table.rows
    seen = {int(row) // repeats for row in first.prepared.rows["train"]}
    assert not seen & set(second.prepared.rows["test"].tolist())
    assert set(second.prepared.rows["train"].tolist()) <= seen


def test_that_a_template_that_starts_from_no_other_is_named_with_those_that_do() -> None:
    with pytest.raises(Exception, match=r"made to start from no other\. Made for it: .*lstm-text"):
        list(gain_rows(["mlp"], [1]))
    assert find_template("mlp").pretraining == ()


@pytest.mark.slow
def test_that_the_gain_is_measured_by_one_command(monkeypatch: pytest.MonkeyPatch) -> None:
    found = find_template("cnn")
    quick = replace(found.pretraining[0], data="digits", epochs=1, budget=1)
    monkeypatch.setattr(gains, "find_template", lambda _: replace(found, pretraining=(quick,)))
    lines = list(gain_rows(["cnn"], [1]))
    assert len(lines) == 3
    assert lines[-1].startswith("| autoencoder | cnn | digits | 100 | 1, 1 | 0.2 | accuracy 0.")
