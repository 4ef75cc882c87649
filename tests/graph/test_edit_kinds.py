"""The edits that fixes name as JSON values do what they say, and a problem carries several fixes across processes."""

from __future__ import annotations

import json

import pytest

from dlstudio.graph.edits import EditError, apply_edits
from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.graph.problems import Fix, Problem
from dlstudio.graph.project import Project

DENSE = "keras.layers.Dense"


def project() -> Project:
    nodes = {
        "x": Node("x", "Input", {"column": "a"}, (0, 0)),
        "d": Node("d", DENSE, {"units": 4, "colour": "red"}, (220, 0)),
        "twin": Node("twin", DENSE, {"units": 4}, (440, 0), shares="d"),
    }
    return Project(graph=Graph(nodes, (Wire("x", "d"), Wire("d", "twin"))))


def edited(edit: dict[str, object]) -> Graph:
    return apply_edits(project(), [edit]).graph


def test_that_retyping_keeps_place_name_wires_and_settings() -> None:
    graph = edited({"edit": "retype", "node": "d", "type": "keras.layers.LSTM"})
    assert graph["d"].type == "keras.layers.LSTM"
    assert graph["d"].settings == project().graph["d"].settings
    assert graph["d"].at == (220, 0)
    assert graph.wires == project().graph.wires


def test_that_retyping_can_bring_settings_of_its_own() -> None:
    graph = edited({"edit": "retype", "node": "d", "type": "keras.layers.Flatten", "settings": {}})
    assert dict(graph["d"].settings) == {}


def test_that_a_setting_goes_back_to_its_default() -> None:
    assert dict(edited({"edit": "unset", "node": "d", "setting": "colour"})["d"].settings) == {"units": 4}
    assert dict(edited({"edit": "unset", "node": "d", "setting": "nothing"})["d"].settings) == dict(
        project().graph["d"].settings
    )


def test_that_a_node_gets_weights_of_its_own_again() -> None:
    assert edited({"edit": "unshare", "node": "twin"})["twin"].shares is None


def test_that_a_node_is_added_between_what_feeds_it_and_what_it_feeds() -> None:
    graph = edited({"edit": "add", "type": "Output", "name": "d", "settings": {"task": "regression"}, "source": "twin"})
    assert graph["d_2"].type == "Output"
    assert graph["d_2"].at[0] > graph["twin"].at[0]
    assert Wire("twin", "d_2") in graph.wires
    graph = edited({"edit": "add", "type": "Input", "name": "more", "target": "d", "target_port": "inputs"})
    assert graph["more"].at[0] < graph["d"].at[0]
    assert Wire("more", "d", "", "inputs") in graph.wires


@pytest.mark.parametrize("kind", ["retype", "unset", "unshare"])
def test_that_an_edit_of_a_missing_node_is_refused(kind: str) -> None:
    with pytest.raises(EditError, match="nobody"):
        edited({"edit": kind, "node": "nobody", "type": DENSE, "setting": "units"})


def test_that_the_first_of_several_fixes_is_the_fix() -> None:
    first, second = Fix("Do this", ({"edit": "remove", "node": "d"},)), Fix("Or that", ())
    problem = Problem("It is wrong.", "d", fixes=(first, second))
    assert problem.fix == first
    value = json.loads(json.dumps(problem.as_json()))
    assert value["fix"] == value["fixes"][0]
    assert Problem.from_json(value) == problem


def test_that_one_fix_is_among_the_fixes_and_old_values_are_read() -> None:
    fix = Fix("Do this", ())
    assert Problem("It is wrong.", "d", fix).fixes == (fix,)
    assert Problem("It is wrong.", "d").fixes == ()
    old = {"message": "It is wrong.", "node": "d", "fix": {"label": "Do this", "edits": []}, "severity": "error"}
    assert Problem.from_json(old).fixes == (fix,)
