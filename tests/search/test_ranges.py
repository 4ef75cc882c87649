"""Ranges as they are typed, and whether a project has what they name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.graph.project import Project
from dlstudio.search.offering import offers
from dlstudio.search.ranges import Range, RangeError, parse_range, range_of
from dlstudio.search.settings import faults, own_value, with_values
from dlstudio.search.trials import Results, Trial, short_names
from tests.block_projects import resnet_graph
from tests.search.scripted import RATE, UNITS
from tests.training.tiny_projects import make_graph

CATALOGUE = load_catalogue()
PROJECT = Project(graph=make_graph(answer="colour"))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("training.learning_rate=1e-4..1e-1:log", Range(RATE, 1e-4, 0.1, log=True)),
        (f"{UNITS}=16..128", Range(UNITS, 16, 128)),
        (f"{UNITS}=16..128:16", Range(UNITS, 16, 128, step=16)),
        ("graph.nodes.dropout.settings.rate=0..0.5", Range("graph.nodes.dropout.settings.rate", 0.0, 0.5)),
        ("a.b=-2..-1", Range("a.b", -2, -1)),
        ("a.b=relu,gelu", Range("a.b", choices=("relu", "gelu"))),
        ("a.b=1,2.5,true", Range("a.b", choices=(1, 2.5, True))),
        ("a.b=[[3, 3], [5, 5]]", Range("a.b", choices=([3, 3], [5, 5]))),
        (
            "training.optimizer=SGD,Adam",
            Range("training.optimizer", choices=("keras.optimizers.SGD", "keras.optimizers.Adam")),
        ),
    ],
)
def test_that_a_range_is_read_as_it_is_typed_and_written_back(text: str, wanted: Range) -> None:
    found = parse_range(text)
    assert found == wanted and found.whole == wanted.whole
    assert range_of(found.path, found.text()) == found
    assert Range.from_json(found.as_json()) == found


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("training.batch_size", "NAME=VALUES"),
        ("a.b=", "NAME=VALUES"),
        ("a.b=5..1", "has to go up"),
        ("a.b=0..1:log", "begin above 0"),
        ("a.b=1..9:20", "cannot go in steps of 20"),
        ("a.b=1..9:0.5", "cannot go in steps of 0.5"),
        ("a.b=1..many", "LOW..HIGH"),
        ("a.b=relu", "two different choices"),
        ("a.b=relu,relu", "two different choices"),
        ("a.b=[1, 2", "no JSON list"),
    ],
)
def test_that_a_slip_is_answered_with_a_sentence(text: str, part: str) -> None:
    with pytest.raises(RangeError) as caught:
        parse_range(text)
    assert part in str(caught.value)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("graph.nodes.hiden.settings.units=1..9", "Did you mean 'hidden'?"),
        ("graph.nodes.hidden.settings.unit=1..9", "no such setting"),
        (f"{UNITS}=0..9", "'units'"),
        ("training.batch_size=0..9", "whole number of 1 or more"),
        ("training.optimizer=SGD,Adamm", "Keras has no"),
        ("graph.nodes.hidden.type=keras.layers.Dense,keras.layers.Danse", "no layer or block"),
        ("data.source=a,b", "no setting"),
        ("training.batch=1..9", "Did you mean 'batch_size'?"),
    ],
)
def test_that_ranges_that_the_project_cannot_take_are_refused_before_the_first_trial(text: str, part: str) -> None:
    said = faults(PROJECT, [parse_range(text)], CATALOGUE)
    assert len(said) == 1 and part in said[0]


def test_that_all_that_is_wrong_is_said_at_once() -> None:
    texts = (f"{UNITS}=0..9", "training.batch_size=0..9", f"{RATE}=0.1..0.2", f"{RATE}=0.2..0.3")
    assert len(faults(PROJECT, [parse_range(each) for each in texts], CATALOGUE)) == 3
    assert faults(PROJECT, [], CATALOGUE)


def test_that_the_optimizer_is_chosen_before_its_settings() -> None:
    values = {RATE: 0.002, "training.optimizer": "keras.optimizers.Adam"}
    training = with_values(PROJECT, values, CATALOGUE).training
    assert training.optimizer.type == "keras.optimizers.Adam"
    assert dict(training.optimizer.settings) == {"learning_rate": 0.002}
    own = with_values(PROJECT, {**values, "training.optimizer": "keras.optimizers.SGD"}, CATALOGUE).training
    assert dict(own.optimizer.settings) == {"learning_rate": 0.002, "momentum": 0.9}


def test_that_a_block_in_the_place_of_another_keeps_the_settings_that_it_knows() -> None:
    graph = resnet_graph()
    use = next(node for node in graph if node.block)
    block = graph.blocks[use.block or ""]
    narrow = replace(block, name="Narrow", parameters={**block.parameters, "extra": 3})
    project = Project(graph=replace(graph, blocks={**graph.blocks, "Narrow": narrow}))
    path = f"graph.nodes.{use.id}"
    values = {f"{path}.type": "block.Narrow", f"{path}.settings.repeat": 3}
    node = with_values(project, values, CATALOGUE).graph[use.id]
    assert node.type == "block.Narrow" and node.settings["repeat"] == 3
    assert {**use.settings, **node.settings} == dict(node.settings)
    kinds = [each for each in offers(project, CATALOGUE) if each.path == f"{path}.type"]
    assert kinds and "block.Narrow" in kinds[0].text


def test_that_a_layer_in_the_place_of_another_drops_what_it_does_not_know() -> None:
    node = with_values(PROJECT, {"graph.nodes.dropout.type": "keras.layers.GaussianNoise"}, CATALOGUE).graph["dropout"]
    assert set(node.settings) == {"stddev"}


def test_that_a_default_counts_as_the_value_in_force() -> None:
    assert own_value(PROJECT, "graph.nodes.hidden.settings.use_bias", CATALOGUE) is True
    assert own_value(PROJECT, RATE, CATALOGUE) == 0.05
    assert own_value(PROJECT, "training.optimizer", CATALOGUE) == "keras.optimizers.SGD"


@pytest.mark.parametrize("graph", [make_graph(answer="colour"), resnet_graph()], ids=["table", "blocks"])
def test_that_every_setting_on_offer_can_be_searched_as_it_is_suggested(graph) -> None:
    project = Project(graph=graph)
    offered = offers(project, CATALOGUE)
    assert {"training.batch_size", RATE} <= {each.path for each in offered}
    for each in offered:
        assert not faults(project, [range_of(each.path, each.text)], CATALOGUE), each
    ends = {wire.source for wire in graph.wires if graph[wire.target].type == "Output"}
    assert not {each.path.split(".")[2] for each in offered if each.path.startswith("graph.")} & ends


def test_that_the_front_holds_what_no_smaller_network_beats() -> None:
    rows = ((1, 100, 0.9), (2, 50, 0.8), (3, 70, 0.7), (4, 20, 0.6), (5, 100, 0.95), (6, 20, 0.5))
    trials = tuple(Trial(number, "finished", score=score, parameters=size) for number, size, score in rows)
    results = Results(trials=(*trials, Trial(7, "failed"), Trial(8, "pruned", score=0.99, parameters=1)))
    assert [each.number for each in results.front()] == [4, 2, 5]
    assert results.best and results.best.number == 5
    assert [each.number for each in Results(trials=trials, higher=False).front()] == [6]
    assert Results.from_json(results.as_json()) == results


def test_that_short_names_tell_settings_apart() -> None:
    paths = [RATE, UNITS, "graph.nodes.other.settings.units", "training.batch_size"]
    assert list(short_names(paths).values()) == ["learning_rate", "hidden.units", "other.units", "batch_size"]
