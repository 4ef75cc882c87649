"""Layers of the user's own: never run unasked, made with the right shapes where allowed, explained where broken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from dlstudio.compiler.building import CompileError, build_model
from dlstudio.compiler.custom_layers import permitted
from dlstudio.compiler.inference import Inference
from dlstudio.graph.custom_code import Permission, code_files, code_names, unallowed
from dlstudio.graph.model import Block, Graph, Node, Wire

DOUBLE = """
from pathlib import Path

import keras

Path(__file__).with_name("ran").touch()


@keras.saving.register_keras_serializable("tests")
class Scale(keras.layers.Layer):
    def __init__(self, units=1, **options):
        super().__init__(**options)
        self.units = units

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], self.units), name="kernel")

    def call(self, inputs):
        return keras.ops.matmul(inputs, self.kernel)


class Join(keras.layers.Layer):
    def call(self, inputs):
        return inputs[0] * 10 + inputs[1]


class Bare(keras.layers.Layer):
    def __init__(self):
        super().__init__()

    def call(self, inputs):
        return inputs


NOT_A_LAYER = 3
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "layers").mkdir()
    (tmp_path / "layers" / "my.py").write_text(DOUBLE)
    return tmp_path


@pytest.fixture
def allowed(folder: Path) -> Iterator[None]:
    with permitted(allowing(folder, "layers/my.py")):
        yield


def allowing(folder: Path, *names: str) -> Permission:
    return Permission(folder, frozenset(file.digest for file in code_files(folder, names)))


def network(class_name: str = "Scale", arguments: object = None, file: str = "layers/my.py", inputs: int = 1) -> Graph:
    settings = {"file": file, "class": class_name, **({"arguments": arguments} if arguments is not None else {})}
    nodes = {f"x{n}": Node(f"x{n}", "Input", {"shape": [4]}) for n in range(inputs)}
    nodes |= {"mine": Node("mine", "Custom", settings), "y": Node("y", "Output")}
    return Graph(nodes, (*(Wire(f"x{n}", "mine") for n in range(inputs)), Wire("mine", "y")))


def said(graph: Graph) -> str:
    (problem,) = Inference().infer(graph, {}).errors
    assert problem.node == "mine"
    return problem.message


def test_that_nothing_runs_before_it_is_allowed(folder: Path) -> None:
    for permission in (None, Permission(folder)):
        with permitted(permission):
            assert "layers/my.py" in said(network())
            with pytest.raises(CompileError):
                build_model(network(), {}, seed=1)
    assert not (folder / "layers" / "ran").exists()


def test_that_an_allowed_layer_has_its_shape_and_weights(folder: Path, allowed: None) -> None:
    facts = Inference().infer(network(arguments={"units": 7}), {})
    assert facts.errors == ()
    assert (facts.layers["mine"].shape, facts.parameters) == ((7,), 28)
    model = build_model(network(arguments={"units": 7}), {}, seed=1)
    assert model.count_params() == 28
    assert model(np.ones((2, 4), "float32")).shape == (2, 7)
    assert (folder / "layers" / "ran").exists()


def test_that_several_wires_come_as_a_list_in_their_order(allowed: None) -> None:
    model = build_model(network("Join", inputs=2), {}, seed=1)
    ones = np.ones((1, 4), "float32")
    assert np.asarray(model([ones, 2 * ones])).tolist() == [[12.0] * 4]


def test_that_a_class_without_a_name_argument_is_named_after_its_node(allowed: None) -> None:
    assert build_model(network("Bare"), {}, seed=1).get_layer("mine")


def test_that_a_changed_file_is_not_run(folder: Path, allowed: None) -> None:
    inference = Inference()
    assert inference.infer(network(), {}).errors == ()
    (folder / "layers" / "my.py").write_text(DOUBLE + "# more\n")
    (problem,) = inference.infer(network(), {}).errors
    assert "has changed" in problem.message
    assert unallowed(code_files(folder, ["layers/my.py"]), allowing(folder).digests)


def test_that_the_memo_forgets_nothing_and_mixes_nothing_up(folder: Path) -> None:
    inference = Inference()
    for permission, errors in ((Permission(folder), 1), (allowing(folder, "layers/my.py"), 0), (Permission(folder), 1)):
        with permitted(permission):
            assert len(inference.infer(network(), {}).errors) == errors


def test_that_code_inside_of_a_block_is_found_and_built(folder: Path, allowed: None) -> None:
    inner = Graph(
        {
            "x": Node("x", "Input"),
            "mine": Node("mine", "Custom", {"file": "layers/my.py", "class": "Scale", "arguments": {"units": 3}}),
            "y": Node("y", "Output"),
        },
        (Wire("x", "mine"), Wire("mine", "y")),
    )
    graph = Graph(
        {"x": Node("x", "Input", {"shape": [4]}), "use": Node("use", "block.Mine"), "y": Node("y", "Output")},
        (Wire("x", "use"), Wire("use", "y")),
        blocks={"Mine": Block("Mine", inner)},
    )
    assert code_names(graph) == ("layers/my.py",)
    assert Inference().infer(graph, {}).errors == ()
    assert build_model(graph, {}, seed=1).output_shape == (None, 3)


@pytest.mark.parametrize(
    ("graph", "words"),
    [
        (network("Scael"), "no class 'Scael' in layers/my.py. It has Scale, Join, Bare"),
        (network("NOT_A_LAYER"), "no subclass of keras.layers.Layer"),
        (network("Path"), "no subclass of keras.layers.Layer"),
        (network(arguments={"unit": 7}), "refuses its arguments"),
        (network(arguments=[7]), "have to be a JSON object"),
        (network(file="gone.py"), "no file gone.py"),
        (network(file="../my.py"), "inside the project's folder"),
        (network(file="/etc/passwd"), "inside the project's folder"),
        (network(file="layers/my.txt"), "end in .py"),
    ],
)
def test_that_what_is_wrong_is_said(graph: Graph, words: str, allowed: None) -> None:
    assert words in said(graph)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = 1\ny = undefined\n", "NameError: name 'undefined' is not defined in line 2"),
        ("def f(:\n", "not valid Python, line 1"),
        ("import sys\nsys.exit(3)\n", "SystemExit: 3 in line 2"),
        ("import no_such_package\n", "ModuleNotFoundError"),
    ],
)
def test_that_an_import_error_names_its_line(text: str, words: str, folder: Path) -> None:
    (folder / "layers" / "my.py").write_text(text)
    with permitted(allowing(folder, "layers/my.py")):
        assert words in said(network())


def test_that_a_link_out_of_the_project_is_not_followed(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "evil.py"
    outside.write_text(DOUBLE)
    (folder / "link.py").symlink_to(outside)
    (file,) = code_files(folder, ["link.py"])
    assert "leads out" in file.problem
    assert file.digest == ""
