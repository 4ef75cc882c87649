"""What hurts learning inside blocks: told once, with the use that shows it, and mended without losing expressions."""

from __future__ import annotations

from dataclasses import replace

from dlstudio.compiler.inference import Inference
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.edits import apply_edits
from dlstudio.graph.problems import Problem
from dlstudio.graph.project import Project

from .blocks_drawn import block, use, with_blocks_of
from .drawing import drawn
from .mistakes.making import TRAINING, all_of, cut, good, inserted, inside, settings


def problems_of(project: Project, inference: Inference, specs: dict[str, ColumnSpec]) -> list[Problem]:
    return list(inference.infer(project.graph, specs, TRAINING, 3000).problems)


def test_that_a_mistake_in_a_block_used_at_many_sizes_is_told_once(
    inference: Inference, specs: dict[str, ColumnSpec]
) -> None:
    project = inside("Step", inserted("act", "y", "lost", "Dropout", rate=0.9))(good("stages"))
    found = inference.infer(project.graph, specs, TRAINING, 3000)
    assert [found.layers[name].output_shapes["outputs"] for name in ("stem", "pool")] == [(14, 14, 16), (7, 7, 16)]
    assert [(problem.path, problem.node) for problem in found.problems] == [(("first", "enter"), "lost")]


def test_that_a_use_which_leads_nowhere_is_not_judged_and_the_next_one_is(
    inference: Inference, specs: dict[str, ColumnSpec]
) -> None:
    broken = inside("Head", settings("dense", activation="softmax"))(good("heads"))
    project = all_of(
        cut("one", "two"), lambda p: apply_edits(p, [{"edit": "connect", "source": "x", "target": "two"}])
    )(broken)
    found = [each for each in problems_of(project, inference, specs) if each.node == "dense"]
    assert [each.path for each in found] == [("two",)]


def test_that_a_fix_sets_the_parameter_and_keeps_the_expression(
    inference: Inference, specs: dict[str, ColumnSpec]
) -> None:
    project = settings("two", rate=0.9)(good("heads"))
    (problem,) = problems_of(project, inference, specs)
    assert problem.fix is not None
    assert problem.fix.label == "Set rate of Head to 0.5"
    after = apply_edits(project, problem.fix.edits)
    assert after.graph["two"].settings == {"rate": 0.5}
    assert after.graph.blocks["Head"] == project.graph.blocks["Head"]
    assert problems_of(after, inference, specs) == []


def test_that_a_node_moved_inside_a_block_keeps_its_expression(
    inference: Inference, specs: dict[str, ColumnSpec]
) -> None:
    project = inside("Head", inserted("drop", "wide", "norm", "BatchNormalization", momentum=0.9))(good("heads"))
    (problem,) = problems_of(project, inference, specs)
    assert problem.fix is not None
    assert problem.fix.label == "Move drop behind norm"
    after = apply_edits(project, problem.fix.edits).graph.blocks["Head"].graph
    assert after["drop"].settings == {"rate": {"=": "rate"}}
    assert [wire.source for wire in after.incoming("drop")] == ["norm"]


def test_that_a_fix_which_would_break_another_use_is_not_offered(
    inference: Inference, specs: dict[str, ColumnSpec]
) -> None:
    thin = block(
        "Thin",
        "x:Input > conv:Conv2D(filters=8, kernel_size=3, padding='same', activation='relu') > "
        "pool:MaxPooling2D(pool_size=2, strides=3) > y:Output",
    )
    graph = drawn(
        "x:Input(column='image') > a:Identity > b:Identity > crop:Identity > c:Identity > gap:GlobalMaxPooling2D > "
        "logits:Dense(units=10) > y:Output(column='label')"
    )
    changed = {name: use(name, "Thin") for name in "abc"}
    changed["crop"] = replace(graph["crop"], type="keras.layers.Cropping2D", settings={"cropping": [[0, 1], [0, 1]]})
    project = Project(graph=with_blocks_of(replace(graph, nodes={**graph.nodes, **changed}), thin))
    (problem,) = problems_of(project, inference, specs)
    assert "strides of 3 × 3" in problem.message
    # A window of 3 × 3 fits the first use, but nothing of what reaches the third would be left.
    assert [fix.label for fix in problem.fixes] == ["Set pool strides to 2 × 2"]


def test_that_a_zero_initializer_on_the_last_layer_of_a_block_stays_legal(
    inference: Inference, specs: dict[str, ColumnSpec]
) -> None:
    project = inside("Head", settings("wide", kernel_initializer="zeros"))(good("heads"))
    assert problems_of(project, inference, specs) == []
