"""Scripts of Keras' own applications: read back equal, and run to the same layers and weights."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import keras
import pytest

from dlstudio.catalogue.node_types import Catalogue
from dlstudio.compiler.code import read_code, same_network, write_code
from dlstudio.compiler.importing.reading import read_config
from dlstudio.graph.project import TrainingSettings

SMALL = ("MobileNetV3Small", "ConvNeXtTiny")
OTHERS = (
    "DenseNet121",
    "EfficientNetB0",
    "EfficientNetV2B0",
    "InceptionResNetV2",
    "InceptionV3",
    "MobileNet",
    "MobileNetV2",
    "NASNetMobile",
    "ResNet152",
    "ResNet50V2",
    "VGG16",
    "Xception",
)


@pytest.mark.parametrize("name", [*SMALL, *(pytest.param(name, marks=pytest.mark.slow) for name in OTHERS)])
def test_that_an_application_survives_the_way_through_python(name: str, catalogue: Catalogue, tmp_path: Path) -> None:
    model = getattr(keras.applications, name)(weights=None)
    graph = read_config(json.loads(model.to_json()), catalogue).graph
    script = write_code(graph, {}, TrainingSettings(), name=name, catalogue=catalogue)
    assert script.missing == ()
    assert same_network(read_code(script.text, catalogue), graph, catalogue)
    (tmp_path / "model.py").write_text(script.text, encoding="utf-8")
    rebuilt = runpy.run_path(str(tmp_path / "model.py"), run_name="model")["build_model"]()
    assert rebuilt.count_params() == model.count_params()
    assert {each.name for each in rebuilt.operations} == {each.name for each in model.operations}
