"""Outputs that compare: any vector will do, anything else is told with a way to one."""

from __future__ import annotations

from dlstudio.compiler.facts import InferenceResult
from dlstudio.compiler.inference import Inference
from dlstudio.graph.edits import apply_edits, set_settings
from dlstudio.graph.model import Graph
from dlstudio.graph.project import Project
from tests.compiler.columns import SPECS
from tests.compiler.drawing import drawn

_VECTOR = "x:Input(column='image') > flat:Flatten > dense:Dense(units=24) > y:Output(column='label')"
_MAP = "x:Input(column='image') > conv:Conv2D(filters=8, kernel_size=3) > y:Output(column='label')"


def inferred(chain: str, task: str, inference: Inference) -> tuple[Project, InferenceResult]:
    graph: Graph = set_settings(drawn(chain), "y", {"task": task})
    project = Project("Faces", graph=graph)
    return project, inference.infer(project.graph, SPECS)


def errors(result: InferenceResult) -> list[str]:
    return [problem.message for problem in result.problems if problem.severity == "error"]


def test_that_a_vector_of_any_width_is_an_embedding(inference: Inference) -> None:
    for width in (2, 24, 300):
        _, result = inferred(_VECTOR.replace("24", str(width)), "verification", inference)
        assert errors(result) == []


def test_that_a_map_is_no_embedding_and_is_flattened_or_averaged_with_one_click(inference: Inference) -> None:
    project, result = inferred(_MAP, "verification", inference)
    (problem,) = [each for each in result.problems if each.severity == "error"]
    assert problem.node == "y"
    assert "compares one vector a sample" in problem.message
    assert problem.fixes
    for fix in problem.fixes:
        assert errors(inference.infer(apply_edits(project, fix.edits).graph, SPECS)) == []


def test_that_arcface_needs_an_embedding_beside_its_cosines(inference: Inference) -> None:
    _, narrow = inferred(_VECTOR.replace("24", "10"), "verification-arcface", inference)
    assert len(errors(narrow)) == 1
    assert "needs 12 values or more" in errors(narrow)[0]
    _, enough = inferred(_VECTOR, "verification-arcface", inference)
    assert errors(enough) == []
