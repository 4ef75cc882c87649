"""Templates fitted to columns that are made up here: choice of columns, placeholders, depth, layout, sentences."""

from __future__ import annotations

import json

import pytest

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.graph.columns import OTHER_TASKS, RESTORED, ColumnSpec
from dlstudio.graph.model import INPUT, OUTPUT, Graph
from dlstudio.graph.project import DataSettings, Project
from dlstudio.graph.structure import structural_problems
from dlstudio.templates.library import (
    TemplateError,
    find_template,
    fit_template,
    list_templates,
    suited_templates,
)
from dlstudio.templates.template import Template

LABEL = ColumnSpec("label", "category", (), "int32", ("cat", "dog", "fox"))
MASK = ColumnSpec("mask", "mask", (32, 32), "int32", ("ground", "tree", "road"))
PRICE = ColumnSpec("price", "number", (1,))
FEATURES = ColumnSpec("features", "number", (7,))
NEXT = ColumnSpec("load", "forecast", (12, 3))
TEXT = ColumnSpec("text", "text", (40,), "int32", (), 5000)
CLIP = ColumnSpec("clip", "video", (10, 48, 48, 3))
SERIES = ColumnSpec("signal", "series", (100, 6))
SOUND = ColumnSpec("sound", "audio", (8000, 1), rate=8000.0)
SAID = ColumnSpec("said", "transcript", (20,), "int32", ("", "\ufffd", " ", "a", "b"))
TAGS = ColumnSpec("tags", "tags", (40,), "int32", ("O", "B-PER", "I-PER"))
BOXES = ColumnSpec("boxes", "boxes", (9, 5), "float32", ("cup", "pen"), size=(32, 32), strides=(8, 16, 32))
ANSWER = ColumnSpec("answer", "span", (3,), "int32", places=40)
WRITTEN = ColumnSpec("fr", "translation", (24,), "int32", (), 700)
HIDDEN = ColumnSpec("hidden", "hidden", (40,), "int32", (), 5000)
TARGETS = {
    **{"category": LABEL, "number": PRICE, "forecast": NEXT, "transcript": SAID, "tags": TAGS, "mask": MASK},
    **{"boxes": BOXES, "span": ANSWER, "translation": WRITTEN, "hidden": HIDDEN},
}
QUESTION = ColumnSpec("question", "text", (9,), "int32", (), 5000)


def image(side: int, channels: int = 3) -> ColumnSpec:
    return ColumnSpec("photo", "image", (side, side, channels))


def fitted(name: str, source: ColumnSpec, target: ColumnSpec = LABEL) -> Project:
    return fit_template(name, *data_of(source, target), "A project")


def data_of(source: ColumnSpec, target: ColumnSpec) -> tuple[DataSettings, dict[str, ColumnSpec]]:
    columns = {
        source.name: {"type": source.kind, "role": "input"},
        target.name: {"type": target.kind, "role": "both" if target == source else "target"},
    }
    specs = {source.name: source, target.name: target}
    if target.kind == "span":
        columns["question"], specs["question"] = {"type": "text", "role": "input"}, QUESTION
    return DataSettings("data", "csv", columns), specs


SOURCES = {
    "number": [FEATURES, ColumnSpec("features", "number", (1,))],
    "image": [image(8, 1), image(28, 1), image(32), image(96), image(224), ColumnSpec("photo", "image", (20, 300, 3))],
    "video": [CLIP, ColumnSpec("clip", "video", (2, 8, 8, 1)), ColumnSpec("clip", "video", (32, 224, 160, 3))],
    "series": [SERIES, ColumnSpec("signal", "series", (4, 1)), ColumnSpec("signal", "series", (5000, 3))],
    "audio": [
        SOUND,
        ColumnSpec("sound", "audio", (3000, 1), rate=8000.0),
        ColumnSpec("s", "audio", (441_000, 1), rate=44_100.0),
    ],
    "volume": [
        ColumnSpec("scan", "volume", (4, 32, 32, 1)),
        ColumnSpec("scan", "volume", (16, 64, 48, 2)),
        ColumnSpec("scan", "volume", (3, 21, 9, 1)),
    ],
    "text": [TEXT, ColumnSpec("text", "text", (3,), "int32", (), 12)],
}


def targets_for(template: Template, source: ColumnSpec) -> list[ColumnSpec]:
    """A target of each kind that the template learns."""
    following = ColumnSpec("next", "tokens", source.shape, "int32", (), source.vocabulary_size)
    known = {**TARGETS, "tokens": following, **dict.fromkeys(RESTORED, source)}
    return [known[kind] for kind in template.targets]


CASES = [
    pytest.param(template.name, source, target, id=f"{template.name}-{source.kind}{source.shape}-{target.kind}")
    for template in list_templates()
    for kind in template.inputs
    for source in SOURCES[kind]
    for target in targets_for(template, source)
]


@pytest.mark.parametrize(("name", "source", "target"), CASES)
def test_that_every_template_fits_every_kind_of_data_that_it_declares(
    name: str, source: ColumnSpec, target: ColumnSpec
) -> None:
    project = fitted(name, source, target)
    errors = [p.message for p in structural_problems(project.graph, load_catalogue()) if p.severity == "error"]
    assert errors == []
    assert "$" not in json.dumps(project.as_json())
    (first, *others), (last,) = project.graph.of_type(INPUT), project.graph.of_type(OUTPUT)
    assert first.settings["column"] == source.name
    makes = last.settings["task"] == "adversarial"
    more = ["noise"] if makes else {"span": ["question"], "translation": ["fr so far"]}.get(target.kind, [])
    assert [node.settings["column"] for node in others] == more
    if target.kind == "translation":
        assert all(project.data.columns[name]["from"] == ["fr"] for name in more)
    assert last.settings["column"] == target.name
    assert project.training.note.endswith(".")
    head = project.graph[project.graph.incoming(last.id)[0].source]
    if makes:
        assert head.type == "keras.layers.Concatenate" and project.data.columns["noise"]["type"] == "noise"
        return
    if last.settings["task"] in OTHER_TASKS:
        assert head.id in ("embedding", "join")
        assert project.data.split["by"] == "group"
        return
    if target.kind in ("forecast", "series"):
        assert head.type == "keras.layers.Add"
        return
    if target.kind == "boxes":
        assert project.graph["flat_fine"].settings["target_shape"] == [-1, 6]
        return
    if target.kind == "image":
        assert head.settings["filters"] == target.shape[-1]
        return
    wanted = {"category": 3, "number": 1, "transcript": 5, "tags": 3, "mask": 3, "tokens": source.vocabulary_size}
    wanted |= {"span": 2, "translation": 700, "hidden": 5000}
    assert head.settings["filters" if target.kind == "mask" else "units"] == wanted[target.kind]
    assert "activation" not in head.settings


@pytest.mark.parametrize(("name", "source", "target"), CASES)
def test_that_no_two_nodes_of_a_template_overlap(name: str, source: ColumnSpec, target: ColumnSpec) -> None:
    boxes = [node.at for node in fitted(name, source, target).graph]
    for index, (x, y) in enumerate(boxes):
        for other_x, other_y in boxes[index + 1 :]:
            assert abs(x - other_x) >= 200 or abs(y - other_y) >= 120


@pytest.mark.parametrize(("name", "source", "target"), CASES)
def test_that_no_wire_within_a_row_runs_behind_a_node(name: str, source: ColumnSpec, target: ColumnSpec) -> None:
    graph = fitted(name, source, target).graph
    for wire in graph.wires:
        (x, y), (goal_x, goal_y) = graph[wire.source].at, graph[wire.target].at
        if y == goal_y:
            assert x < goal_x
            assert not [node.id for node in graph if node.at[1] == y and x < node.at[0] < goal_x]


def pools(graph: Graph) -> int:
    return sum(node.type == "keras.layers.MaxPooling2D" for node in graph)


def test_that_larger_images_get_more_pooling() -> None:
    counts = [pools(fitted("cnn", image(side)).graph) for side in (8, 28, 64, 96, 224)]
    assert counts == sorted(counts)
    assert counts[0] == 1
    assert counts[-1] > counts[1]


@pytest.mark.parametrize("side", [8, 28, 32, 64, 96, 128, 224, 512])
def test_that_pooling_leaves_a_small_map_but_never_an_empty_one(side: int) -> None:
    left = side // 2 ** pools(fitted("cnn", image(side)).graph)
    assert 2 <= left <= 10


def test_that_a_long_series_is_averaged_and_a_short_one_is_not() -> None:
    long = fitted("lstm", ColumnSpec("signal", "series", (5000, 3))).graph
    assert 5000 // long["average"].settings["pool_size"] <= 400
    assert "average" not in fitted("lstm", SERIES).graph


def test_that_a_text_template_takes_vocabulary_and_length() -> None:
    graph = fitted("transformer-text", TEXT).graph
    assert graph["token_embedding"].settings["input_dim"] == 5000
    assert graph["position_embedding"].settings["input_dim"] == 41


def test_that_input_and_output_are_named_after_their_columns() -> None:
    source = ColumnSpec("2. Größe (cm)", "number", (3,))
    graph = fitted("mlp", source, ColumnSpec("dense_1", "category", (), "int32", ("a", "b"))).graph
    (first,), (last,) = graph.of_type(INPUT), graph.of_type(OUTPUT)
    assert first.id == "column_2_Gr_e_cm"
    assert last.id != "dense_1"
    assert graph["dense_1"].type == "keras.layers.Dense"


def test_that_a_regression_ends_in_a_value_not_in_logits() -> None:
    graph = fitted("mlp", FEATURES, PRICE).graph
    assert "value" in graph
    assert "logits" not in graph
    assert graph["price"].settings["task"] == "regression"


def test_that_an_unsuited_template_says_which_columns_there_are_and_which_templates_suit() -> None:
    with pytest.raises(TemplateError) as caught:
        fitted("bilstm-text", image(28))
    sentence = str(caught.value)
    assert "'photo' (image)" in sentence
    assert "'label' (category, the target)" in sentence
    assert (
        "Templates that suit: cnn, resnet-small, resnet-augmented, mobilenet-v2, vgg-small, mobilenet-small, vit, cct, "
        in sentence
    )
    assert "face-embedding, face-arcface, mlp, autoencoder, vae, gan." in sentence


def test_that_data_without_a_target_says_what_is_missing() -> None:
    specs = {"text": TEXT}
    with pytest.raises(TemplateError, match="No template suits it yet"):
        fit_template("bilstm-text", DataSettings("d", "text-folder", {"text": {"type": "text"}}), specs, "p")


def test_that_texts_alone_can_be_masked_and_continued() -> None:
    data = DataSettings("d", "csv", {"text": {"type": "text"}})
    models = {"char-lstm", "subword-lstm", "gpt", "bert-small", "bert-medium"}
    assert {template.name for template in suited_templates({"text": TEXT}, data)} == models


def test_that_an_unknown_template_is_named_with_the_closest_one() -> None:
    with pytest.raises(TemplateError, match="Did you mean 'resnet-small'"):
        find_template("resnet-smal")


def test_that_a_reader_of_two_texts_is_not_offered_for_one() -> None:
    data = DataSettings("d", "squad", {"text": {"role": "input"}, "answer": {"role": "target"}})
    specs = {"text": TEXT, "answer": ANSWER}
    assert suited_templates(specs, data) == []
    with pytest.raises(TemplateError, match="needs two columns of the type text"):
        fit_template("bilstm-reader", data, specs, "p")


def test_that_columns_are_found_without_roles() -> None:
    data = DataSettings("d", "csv", {"id": {"type": "number"}, "text": {"type": "text"}, "label": {"type": "category"}})
    specs = {"id": ColumnSpec("id", "number", (1,)), "text": TEXT, "label": LABEL}
    graph = fit_template("bilstm-text", data, specs, "p").graph
    assert graph.of_type(INPUT)[0].settings["column"] == "text"
    assert graph.of_type(OUTPUT)[0].settings["column"] == "label"


def test_that_a_joined_column_that_holds_the_target_is_not_read() -> None:
    columns = {
        "age": {"type": "number"},
        "price": {"type": "number", "role": "target"},
        "features": {"type": "number", "from": ["age", "price"], "role": "input"},
    }
    specs = {
        "age": ColumnSpec("age", "number", (1,)),
        "price": PRICE,
        "features": ColumnSpec("features", "number", (2,)),
    }
    graph = fit_template("mlp", DataSettings("d", "csv", columns), specs, "p").graph
    assert graph.of_type(INPUT)[0].settings["column"] == "age"


def test_that_suited_templates_begin_with_those_made_for_the_data() -> None:
    def names(source: ColumnSpec) -> list[str]:
        data, specs = data_of(source, LABEL)
        return [template.name for template in suited_templates(specs, data)]

    assert names(image(28))[:2] == ["cnn", "resnet-small"]
    assert names(image(28))[-4:] == ["mlp", "autoencoder", "vae", "gan"]
    assert names(SOUND) == ["speech-cnn", "speech-gru"]
    series = {"lstm", "gru", "transformer-series", "fcn-series", "resnet-series", "tcn-series"}
    assert {*series, "mlp", "series-autoencoder"} == set(names(SERIES))
    assert names(FEATURES) == ["mlp", "wide-and-deep"]
    assert set(names(TEXT)[:4]) == {"cnn-text", "bilstm-text", "transformer-text", "lstm-text"}
    assert set(names(TEXT)[4:]) == {"char-lstm", "subword-lstm", "gpt", "bert-small", "bert-medium"}


def test_that_every_template_has_a_sample_and_a_bar_on_shipped_data() -> None:
    for template in list_templates():
        assert template.bars, template.name
        assert template.bars[0].data == template.sample
        assert len(template.note) > 40


def test_that_few_samples_get_more_epochs_and_smaller_batches_and_many_get_fewer() -> None:
    data, specs = data_of(image(32), LABEL)
    trainings = [fit_template("cnn", data, specs, "p", samples=count).training for count in (200, 2000, 50_000)]
    assert [t.epochs for t in trainings] == sorted((t.epochs for t in trainings), reverse=True)
    assert [t.batch_size for t in trainings] == sorted(t.batch_size for t in trainings)
    assert trainings[0].epochs > trainings[2].epochs


def test_that_few_validation_recordings_choose_no_epoch() -> None:
    data, specs = data_of(SOUND, LABEL)
    kept = [fit_template("speech-cnn", data, specs, "p", samples=count).training.keep for count in (60, 2000)]
    assert kept == ["last", "best"]


CITY = ColumnSpec("city", "category", (), "int32", tuple("abcdefghijklmnopqrstuvwxyz"))
SEX = ColumnSpec("sex", "category", (), "int32", ("female", "male"))


def table_with(*categories: ColumnSpec) -> Graph:
    parts = ["age", *(each.name for each in categories)]
    columns = {
        "age": {"type": "number"},
        **{each.name: {"type": "category"} for each in categories},
        "features": {"type": "number", "from": parts, "role": "input"},
        "label": {"type": "category", "role": "target"},
    }
    width = 1 + sum(len(each.classes) for each in categories)
    known = (ColumnSpec("age", "number", (1,)), *categories, ColumnSpec("features", "number", (width,)), LABEL)
    specs = {spec.name: spec for spec in known}
    return fit_template("wide-and-deep", DataSettings("d", "csv", columns), specs, "p").graph


def test_that_every_category_of_a_table_gets_an_input_and_an_embedding_of_its_own() -> None:
    graph = table_with(CITY, SEX)
    assert [node.settings["column"] for node in graph.of_type(INPUT)] == ["features", "city", "sex"]
    embeddings = [node for node in graph if node.type == "keras.layers.Embedding"]
    assert [(e.settings["input_dim"], e.settings["output_dim"]) for e in embeddings] == [(27, 13), (3, 2)]
    assert len(graph.incoming("join")) == 3
    errors = [p.message for p in structural_problems(graph, load_catalogue()) if p.severity == "error"]
    assert errors == []


def test_that_a_table_without_categories_needs_neither_embeddings_nor_their_join() -> None:
    graph = table_with()
    assert "join" not in graph
    assert len(graph.of_type(INPUT)) == 1


def test_that_a_template_brings_the_blocks_that_it_uses_and_no_others() -> None:
    graph = fitted("vit", image(32)).graph
    assert sorted(graph.blocks) == ["PatchEmbedding", "TransformerEncoder"]
    assert graph["patches"].settings["patches"] == 64
    assert not fitted("cnn", image(32)).graph.blocks
    wide = fitted("vit", ColumnSpec("photo", "image", (20, 300, 3))).graph["patches"].settings
    assert wide["patches"] == (20 // wide["patch_size"]) * (300 // wide["patch_size"])
