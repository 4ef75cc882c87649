"""The shipped catalogue is complete, quick to load, readable by people, and fails with a sentence."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from time import process_time

import pytest

from dlstudio.catalogue.loading import CatalogueError, load_catalogue
from dlstudio.catalogue.node_types import CATEGORIES, NodeType
from dlstudio.catalogue.values import check_value

CATALOGUE = load_catalogue()
LAYERS = [node_type for node_type in CATALOGUE if node_type.id.startswith("keras.layers.")]


def test_that_every_public_layer_is_there() -> None:
    assert len(LAYERS) == 143
    assert sum(len(node_type.aliases) for node_type in LAYERS) == 20
    assert [node_type.id for node_type in CATALOGUE][:2] == ["Input", "Output"]


def test_that_operations_and_training_objects_are_there() -> None:
    assert {"keras.ops.ones_like", "keras.ops.cumsum", "keras.ops.matmul", "keras.ops.reshape"} <= set(
        CATALOGUE.node_types
    )
    counts = {role: len(CATALOGUE.with_role(role)) for role in ("optimizer", "schedule", "regularizer", "constraint")}
    assert counts == {"optimizer": 14, "schedule": 6, "regularizer": 4, "constraint": 4}
    assert {"relu", "gelu", "softmax"} <= set(CATALOGUE.choices["activation"])
    assert "he_normal" in CATALOGUE.choices["initializer"]


def test_that_loading_is_quick() -> None:
    load_catalogue.cache_clear()
    times = []
    for _ in range(5):
        load_catalogue.cache_clear()
        before = process_time()
        load_catalogue()
        times.append(process_time() - before)
    assert min(times) < 0.060


def test_that_loading_needs_the_standard_library_only() -> None:
    code = (
        "import sys; from dlstudio.catalogue.loading import load_catalogue; load_catalogue(); "
        "import dlstudio.catalogue.search, dlstudio.catalogue.values; "
        "print([name for name in ('keras', 'numpy', 'PySide6', 'PIL') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("node_type", list(CATALOGUE), ids=lambda node_type: node_type.id)
def test_that_every_type_is_well_formed(node_type: NodeType) -> None:
    assert node_type.category in CATEGORIES
    assert node_type.summary.endswith((".", "!", "?")), node_type.summary
    assert node_type.outputs or node_type.id == "Output"
    assert node_type.inputs or node_type.id in ("Input", "Constant", "keras.layers.InputLayer")
    names = [setting.name for setting in node_type.settings]
    assert len(names) == len(set(names))
    assert set(node_type.shown) <= set(names)
    assert len(node_type.shown) <= 3
    for setting in node_type.settings:
        assert setting.kind != "choice" or setting.choices
        if node_type.unusable:
            continue
        assert not setting.required or setting.suggested is not None, setting.name
        if setting.required:
            assert check_value(setting, setting.suggested, CATALOGUE) is None
        elif setting.default is not None:
            assert check_value(setting, setting.default, CATALOGUE) is None


def test_that_help_is_plain_text() -> None:
    markup = re.compile(r"`|>>>|\*\*|https?:|\]\(|:math:|\$\$")
    for node_type in CATALOGUE:
        texts = [node_type.summary, node_type.help, *(setting.help for setting in node_type.settings)]
        texts += [port.help for port in (*node_type.inputs, *node_type.outputs)]
        for text in texts:
            assert not markup.search(text), (node_type.id, text)


def test_that_most_settings_of_usable_layers_have_help() -> None:
    settings = [setting for node_type in LAYERS if not node_type.unusable for setting in node_type.settings]
    assert sum(bool(setting.help) for setting in settings) > 0.85 * len(settings)


def test_that_ports_follow_the_settings() -> None:
    lstm = CATALOGUE["keras.layers.LSTM"]
    assert [port.name for port in lstm.outputs_for({"return_state": True})] == ["outputs", "state_h", "state_c"]
    assert [port.name for port in lstm.outputs_for({})] == ["outputs"]
    both = CATALOGUE["keras.layers.Bidirectional"]
    gru = {"type": "keras.layers.GRU", "settings": {"units": 3, "return_state": True}}
    assert [port.name for port in both.outputs_for({"layer": gru})] == ["outputs", "forward_state", "backward_state"]
    assert [port.name for port in both.outputs_for({"layer": gru, "merge_mode": None})][1] == "backward_outputs"
    attention = CATALOGUE["keras.layers.MultiHeadAttention"]
    assert [(port.name, port.optional) for port in attention.inputs] == [
        ("query", False),
        ("value", False),
        ("key", True),
        ("attention_mask", True),
    ]
    assert CATALOGUE["keras.layers.Add"].inputs[0].many


def test_that_layers_with_code_say_why_they_cannot_be_used() -> None:
    for name in ("Lambda", "TFSMLayer", "TorchModuleWrapper", "FlaxLayer", "JaxLayer", "Layer", "Wrapper"):
        assert CATALOGUE[f"keras.layers.{name}"].unusable


def test_that_a_missing_or_damaged_catalogue_is_explained(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="cannot be read"):
        load_catalogue(tmp_path)
    for name in ("layers", "operations", "objects"):
        (tmp_path / f"{name}.json").write_text("{")
    with pytest.raises(CatalogueError, match="not valid JSON"):
        load_catalogue(tmp_path)
    for name in ("layers", "operations", "objects"):
        (tmp_path / f"{name}.json").write_text('{"types": {"a": 3}}')
    with pytest.raises(CatalogueError, match="unexpected form"):
        load_catalogue(tmp_path)
