"""Every seeded mistake marks the right node, says what is wrong, and goes away with one click on a fix."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from dlstudio.compiler.facts import InferenceResult
from dlstudio.compiler.inference import Inference
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.edits import apply_edits
from dlstudio.graph.problems import Problem
from dlstudio.graph.project import Project

from .mistakes.inside_blocks import INSIDE
from .mistakes.making import GOOD, ROWS, Mistake, good
from .mistakes.of_learning import LEARNING
from .mistakes.of_shapes import SHAPES
from .mistakes.of_wires import WIRES

MISTAKES = {**SHAPES, **WIRES, **LEARNING, **INSIDE}
SPECS = {
    "image": ColumnSpec("image", "image", (28, 28, 1)),
    "photo": ColumnSpec("photo", "image", (224, 224, 3)),
    "clip": ColumnSpec("clip", "video", (6, 16, 16, 3)),
    "text": ColumnSpec("text", "text", (20,), "int32", vocabulary_size=500),
    "fr": ColumnSpec("fr", "translation", (16,), "int32", vocabulary_size=300),
    "fr so far": ColumnSpec("fr so far", "text", (16,), "int32", vocabulary_size=300, of="fr"),
    "series": ColumnSpec("series", "series", (12, 4)),
    "features": ColumnSpec("features", "number", (6,)),
    "label": ColumnSpec("label", "category", (), "int32", tuple("0123456789")),
    "price": ColumnSpec("price", "number", (1,)),
    "mask": ColumnSpec("mask", "mask", (28, 28), "int32", ("ground", "tree", "water")),
    "boxes": ColumnSpec("boxes", "boxes", (6, 5), "float32", ("cup", "pen"), size=(28, 28), strides=(1, 2, 4)),
    "answer": ColumnSpec("answer", "span", (3,), "int32", places=20),
}


@pytest.mark.parametrize("name", GOOD)
def test_that_a_good_project_has_no_problem(name: str, inference: Inference) -> None:
    assert [problem.message for problem in inferred(good(name), inference).problems] == []


@pytest.mark.parametrize("name", MISTAKES)
def test_that_a_mistake_is_told_at_its_node_and_goes_with_a_fix(name: str, inference: Inference) -> None:
    mistake = MISTAKES[name]
    project = mistake.breaks(good(mistake.start))
    before = inferred(project, inference, mistake.rows)
    found = told(before, mistake)
    assert len(found) == 1, [(problem.node, problem.message) for problem in before.problems]
    problem = found[0]
    for words in mistake.says:
        assert words in problem.message
    assert problem.severity == mistake.severity
    assert problem.path == mistake.path
    assert re.search(r"[.?]$", problem.message)
    assert "\n" not in problem.message
    assert "this_layer" not in problem.message
    assert problem.fixes, problem.message
    assert problem.fix == problem.fixes[0]
    assert len({fix.label for fix in problem.fixes}) == len(problem.fixes)
    for index, fix in enumerate(problem.fixes):
        after = inferred(apply_edits(project, fix.edits), inference, mistake.rows)
        assert told(after, mistake) == [], fix.label
        if index == 0 and not mistake.follows:
            assert errors(after) - errors(before) == set(), fix.label


def test_that_a_translation_needs_what_is_written_so_far(inference: Inference) -> None:
    project = good("translation")
    nodes = {**project.graph.nodes, "z": replace(project.graph["z"], settings={"column": "text"})}
    found = inferred(replace(project, graph=replace(project.graph, nodes=nodes)), inference)
    (said,) = [problem for problem in found.problems if "token by token" in problem.message]
    assert said.node == "y"
    assert "no Input reads what is written so far of 'fr'" in said.message
    assert "Add an Input of the column 'fr so far'" in said.message


def test_that_there_are_at_least_sixty_kinds_of_mistakes_over_every_kind_of_data() -> None:
    assert len(MISTAKES) >= 100
    columns = {str(good(each.start).graph["x"].settings["column"]) for each in MISTAKES.values()}
    assert columns >= {"image", "text", "series", "features"}
    assert sum(each.severity == "warning" for each in MISTAKES.values()) >= 30


def inferred(project: Project, inference: Inference, rows: int = ROWS) -> InferenceResult:
    return inference.infer(project.graph, SPECS, project.training, rows)


def told(result: InferenceResult, mistake: Mistake) -> list[Problem]:
    return [
        problem for problem in result.problems if problem.node == mistake.node and mistake.says[0] in problem.message
    ]


def errors(result: InferenceResult) -> set[tuple[str | None, str]]:
    return {(problem.node, problem.message) for problem in result.errors}
