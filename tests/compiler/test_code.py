"""Writing graphs as Keras scripts, and reading those scripts back."""

from __future__ import annotations

import ast
from dataclasses import replace

import pytest

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.catalogue.node_types import Catalogue, Setting
from dlstudio.compiler.code import read_code, same_network, write_code
from dlstudio.compiler.code.sameness import comparable
from dlstudio.compiler.facts import LayerFacts
from dlstudio.graph.block_library import shipped_blocks
from dlstudio.graph.model import Block, Frame, Graph, Node, Wire
from dlstudio.graph.project import ObjectSettings, TrainingSettings
from tests.compiler.code_graphs import everything, fitted_templates, graph, unit_block
from tests.compiler.columns import SPECS

TEMPLATES = fitted_templates()
TRAINING = TrainingSettings()


def _text(drawn: Graph, training: TrainingSettings = TRAINING) -> str:
    return write_code(drawn, SPECS, training, name="Test", catalogue=load_catalogue()).text


def _differences(first: Graph, second: Graph, catalogue: Catalogue) -> list[str]:
    found: list[str] = []

    def compare(one: object, other: object, place: str) -> None:
        if isinstance(one, dict) and isinstance(other, dict):
            for key in {**one, **other}:
                compare(one.get(key), other.get(key), f"{place}/{key}")
        elif one != other:
            found.append(f"{place}: {one} became {other}")

    compare(comparable(first, catalogue), comparable(second, catalogue), "")
    return found


@pytest.mark.parametrize("name", TEMPLATES)
def test_that_every_template_survives_the_way_through_python(name: str, catalogue: Catalogue) -> None:
    drawn = TEMPLATES[name].graph
    assert _differences(drawn, read_code(_text(drawn, TEMPLATES[name].training), catalogue), catalogue) == []


def test_that_shares_blocks_operations_constants_and_loose_nodes_survive(catalogue: Catalogue) -> None:
    drawn = everything()
    again = read_code(_text(drawn), catalogue)
    assert _differences(drawn, again, catalogue) == []
    assert same_network(drawn, again, catalogue)


@pytest.mark.parametrize("name", shipped_blocks())
def test_that_every_shipped_block_survives(name: str, catalogue: Catalogue) -> None:
    block = shipped_blocks()[name]
    ports = [node.id for node in block.graph.of_type("Input")]
    exits = [node.id for node in block.graph.of_type("Output")]
    use = Node("use", f"block.{name}", {parameter: value for parameter, value in block.parameters.items() if value})
    drawn = graph(
        [
            *(Node(f"in_{port}", "Input", {"shape": [8, 8, 8]}) for port in ports),
            use,
            replace(use, id="plain", settings={}),
            *(Node(f"out_{number}", "Output") for number in range(len(exits))),
        ],
        [
            *(f"in_{port} > use.{port}" for port in ports),
            *(f"in_{port} > plain.{port}" for port in ports),
            *(f"use.{port} > out_{number}" for number, port in enumerate(exits)),
        ],
        shipped_blocks(),
    )
    script = write_code(drawn, {}, TRAINING, name=name, catalogue=catalogue)
    assert script.missing == ()
    assert _differences(drawn, read_code(script.text, catalogue), catalogue) == []


def test_that_writing_what_was_read_gives_the_same_text(catalogue: Catalogue) -> None:
    text = _text(everything())
    assert _text(read_code(text, catalogue)).replace("\n\n", "\n") == text.replace("\n\n", "\n")


def test_that_every_catalogue_entry_survives_with_other_settings_than_the_defaults(catalogue: Catalogue) -> None:
    failed = []
    for node_type in catalogue:
        if node_type.category == "input/output" or node_type.unusable:
            continue
        settings = {**node_type.fresh_settings, **{s.name: _another(s) for s in node_type.settings if not s.required}}
        settings = {name: value for name, value in settings.items() if value is not None}
        nodes, wires = [Node("node", node_type.id, settings)], []
        ports = node_type.inputs_for(settings)
        for number, port in enumerate(ports):
            nodes.append(Node(f"in_{number}", "Input", {"shape": [8, 8]}))
            wires.append(Wire(f"in_{number}", "node", "", port.name if len(ports) > 1 else ""))
        for number, port in enumerate(node_type.outputs_for(settings)):
            nodes.append(Node(f"out_{number}", "Output"))
            wires.append(Wire("node", f"out_{number}", port.name if number else ""))
        drawn = Graph({node.id: node for node in nodes}, tuple(wires))
        failed += [
            f"{node_type.id}{said}" for said in _differences(drawn, read_code(_text(drawn), catalogue), catalogue)
        ]
    assert failed == []


def _another(setting: Setting) -> object:
    """A legal value that is not the default, or None."""
    if setting.kind == "flag":
        return not setting.default
    if setting.kind == "choice":
        return next((choice for choice in setting.choices if choice != setting.default), None)
    if setting.kind == "initializer":
        return {"type": "keras.initializers.RandomNormal", "settings": {"stddev": 0.1}}
    if setting.kind == "regularizer":
        return {"type": "keras.regularizers.L2", "settings": {"l2": 0.001}}
    return {"activation": "tanh", "constraint": "max_norm"}.get(setting.kind)


def test_that_layers_of_the_users_own_survive_as_imports(catalogue: Catalogue) -> None:
    one = {
        "file": "my_layers.py",
        "class": "MyLayer",
        "arguments": {"units": 8, "sizes": [1, [2, 3]], "more": {"a": None}},
    }
    two = {"file": "parts/other.py", "class": "layers", "arguments": {"name": 3, "a b": 1}}
    drawn = graph(
        [
            Node("x", "Input", {"shape": [4]}),
            Node("first", "Custom", one),
            Node("again", "Custom", {}, shares="first"),
            Node("both", "Custom", {"file": "my_layers.py", "class": "MyLayer", "arguments": {}}),
            Node("odd", "Custom", two),
            Node("y", "Output"),
        ],
        ["x > first", "first > again", "first > both", "again > both", "both > odd", "odd > y"],
    )
    text = _text(drawn)
    assert "from my_layers import MyLayer\n" in text
    assert 'both = MyLayer(name="both")([first, again])' in text
    assert "MyLayer(units=8, sizes=[1, [2, 3]]" in text
    named = replace(drawn["odd"], settings={**two, "class": "Other", "arguments": {"a b": 1}})
    drawn = replace(drawn, nodes={**drawn.nodes, "odd": named})
    assert _differences(drawn, read_code(_text(drawn), catalogue), catalogue) == []


def test_that_a_file_that_python_cannot_import_is_said(catalogue: Catalogue) -> None:
    settings = {"file": "../my-layers.py", "class": "MyLayer"}
    drawn = graph(
        [Node("x", "Input", {"shape": [4]}), Node("mine", "Custom", settings), Node("y", "Output")],
        ["x > mine", "mine > y"],
    )
    script = write_code(drawn, {}, TRAINING, name="x", catalogue=catalogue)
    assert any("cannot import" in sentence for sentence in script.missing)
    assert "my-layers" not in script.text


def test_that_a_name_which_python_needs_is_kept_as_the_layers_name(catalogue: Catalogue) -> None:
    names = ("class", "keras", "layers", "print", "ops", "named", "build_model", "None_", "x__1")
    nodes = [Node(name, "keras.layers.Dense", {"units": 3}) for name in names]
    drawn = graph(
        [Node("input", "Input", {"shape": [4]}), *nodes, Node("return", "Output")],
        [f"{a} > {b}" for a, b in zip(("input", *names), (*names, "return"), strict=True)],
    )
    assert _differences(drawn, read_code(_text(drawn), catalogue), catalogue) == []


def test_that_texts_from_a_file_appear_as_literals_only(catalogue: Catalogue) -> None:
    evil = 'x"""\nimport os\nos.system("boom")\n#'
    drawn = graph(
        [
            Node("image", "Input", {"column": evil, "shape": [4]}),
            Node("dense", "keras.layers.Dense", {"units": evil, "activation": evil, evil: 3}),
            Node("strange", evil),
            Node("use", "block.Unit", {"filters": {"=": evil}}),
            Node("label", "Output", {"column": evil, "task": evil, "loss": evil}),
        ],
        ["image > dense", "dense > label", "image > use"],
        {"Unit": replace(unit_block(), summary=evil)},
    )
    drawn = replace(drawn, frames={"f": Frame("f", evil, (-10, -10), (500, 500))})
    training = TrainingSettings(optimizer=ObjectSettings(evil, {evil: evil}), schedule=ObjectSettings(evil))
    text = write_code(drawn, {}, training, name=evil, catalogue=catalogue).text
    tree = ast.parse(text)
    imported = {
        name.name for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom) for name in node.names
    }
    assert imported <= {"keras", "layers", "ops"}
    assert not any(isinstance(node, ast.Attribute) and node.attr == "system" for node in ast.walk(tree))


def test_that_defaults_are_left_out_and_required_values_stand_by_their_place() -> None:
    settings = {"filters": 8, "kernel_size": 3, "strides": [1, 1], "padding": "same", "use_bias": True}
    drawn = graph(
        [
            Node("image", "Input", {"column": "image"}),
            Node("conv", "keras.layers.Conv2D", settings),
            Node("y", "Output"),
        ],
        ["image > conv", "conv > y"],
    )
    assert 'conv = layers.Conv2D(8, 3, padding="same", name="conv")(image)' in _text(drawn)


def test_that_lines_name_the_statement_of_each_node_also_inside_blocks(catalogue: Catalogue) -> None:
    drawn = everything()
    script = write_code(drawn, SPECS, TRAINING, name="Test", catalogue=catalogue)
    written = script.text.split("\n")
    for name in drawn.nodes:
        first, last = script.lines[name]
        assert f'"{name}"' in "\n".join(written[first - 1 : last]) or f"{name} = " in written[first - 1], name
    first, _ = script.lines["Residual_Thing/add"]
    assert "layers.Add" in written[first - 1]
    assert script.node_at(first) == ("Residual_Thing", "add")
    assert script.node_at(script.lines["flat"][0]) == ("", "flat")
    assert script.node_at(1) is None


def test_that_known_shapes_and_frames_stand_in_comments(catalogue: Catalogue) -> None:
    drawn = graph(
        [
            Node("image", "Input", {"column": "image"}),
            Node("conv", "keras.layers.Conv2D", {"filters": 8, "kernel_size": 3}, at=(300, 0)),
            Node("y", "Output"),
        ],
        ["image > conv", "conv > y"],
    )
    drawn = replace(drawn, frames={"f": Frame("f", "The\nstem", (250, -50), (200, 200))})
    facts = {"conv": LayerFacts({"outputs": (26, 26, 8)})}
    text = write_code(drawn, SPECS, TRAINING, name="Test", catalogue=catalogue, facts=facts).text
    assert "(image)  # 26 × 26 × 8" in text
    assert "    # The stem\n    conv = " in text


def test_that_a_script_says_what_of_the_recipe_it_leaves_out(catalogue: Catalogue) -> None:
    drawn = TEMPLATES[next(iter(TEMPLATES))].graph
    text = _text(drawn, TrainingSettings(warmup_steps=50, label_smoothing=0.1))
    assert "a warm-up of 50 steps and label smoothing of 0.1 besides" in text
    ast.parse(text)
    assert _differences(drawn, read_code(text, catalogue), catalogue) == []
    assert "besides" not in _text(drawn)


def test_that_a_graph_with_mistakes_is_written_as_far_as_it_goes(catalogue: Catalogue) -> None:
    drawn = graph(
        [
            Node("image", "Input", {"column": "not there"}),
            Node("add", "keras.layers.Add"),
            Node("dense", "keras.layers.Dense", {"units": 3}),
            Node("a", "keras.layers.ReLU"),
            Node("b", "keras.layers.ReLU"),
            Node("unknown", "keras.layers.Nothing"),
            Node("label", "Output", {"column": "label"}),
        ],
        ["a > b", "b > a", "add > dense", "dense > label"],
    )
    script = write_code(drawn, {}, TRAINING, name="Test", catalogue=catalogue)
    ast.parse(script.text)
    assert any("'image'" in said or '"image"' in said for said in script.missing)
    assert "# Not complete yet:" in script.text
    assert set(read_code(script.text, catalogue).nodes) >= {"image", "label"}


def test_that_an_empty_graph_gives_a_script_that_says_so(catalogue: Catalogue) -> None:
    script = write_code(Graph(), {}, TRAINING, name="", catalogue=catalogue)
    ast.parse(script.text)
    assert script.missing


def test_that_a_block_which_contains_itself_does_not_hang_the_writer(catalogue: Catalogue) -> None:
    inner = graph([Node("x", "Input"), Node("me", "block.Me"), Node("y", "Output")], ["x > me", "me > y"])
    drawn = graph(
        [Node("image", "Input", {"column": "image"}), Node("use", "block.Me"), Node("label", "Output")],
        ["image > use", "use > label"],
        {"Me": Block("Me", inner)},
    )
    ast.parse(_text(drawn))


def test_that_two_graphs_with_another_setting_or_wire_are_not_the_same(catalogue: Catalogue) -> None:
    drawn = everything()
    other = replace(
        drawn, nodes={**drawn.nodes, "widen": replace(drawn["widen"], settings={"filters": 17, "kernel_size": 1})}
    )
    assert not same_network(drawn, other, catalogue)
    rewired = replace(drawn, wires=tuple(wire for wire in drawn.wires if wire.target != "both"))
    assert not same_network(drawn, rewired, catalogue)
    moved = replace(drawn, nodes={name: replace(node, at=(5, 5)) for name, node in drawn.nodes.items()})
    assert same_network(drawn, moved, catalogue)
