"""A trained autoencoder: what it gives back, its codes and both halves, anomalies by error, and simple rivals."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.graph.project import DataSettings, Project, TrainingSettings
from dlstudio.inspection.asking import inspect_run, trained
from dlstudio.inspection.codes import halves_of
from dlstudio.inspection.evaluation import evaluate
from dlstudio.inspection.failures import InspectionError
from dlstudio.training.runs.run_folder import RunFolder
from tests.inspection.conftest import trained as train_in

STEPS, FEATURES, SAMPLES = 12, 2, 120


def write_series(folder: Path) -> None:
    """Sines of any amplitude and phase; every fourth is noise of the same size."""
    rng = np.random.default_rng(0)
    time = np.arange(STEPS) / STEPS * 2 * np.pi
    x = np.zeros((SAMPLES, STEPS, FEATURES), np.float32)
    y = np.where(np.arange(SAMPLES) % 4 == 3, "noise", "wave")
    for sample in range(SAMPLES):
        size, phase = rng.uniform(0.5, 1.5), rng.uniform(0, 2 * np.pi)
        wave = size * np.stack([np.sin(time + phase), np.cos(time + phase)], axis=1)
        x[sample] = wave if y[sample] == "wave" else rng.normal(0, size * 0.7, (STEPS, FEATURES))
    np.savez(folder / "waves.npz", x=x, y=y)


def network(*, skip: bool = False, code: str = "code") -> Graph:
    nodes = [
        Node("signal", "Input", {"column": "x"}),
        Node("flat", "keras.layers.Flatten"),
        Node(code, "keras.layers.Dense", {"units": 3}),
        Node("wide", "keras.layers.Dense", {"units": STEPS * FEATURES}),
        Node("steps", "keras.layers.Reshape", {"target_shape": [STEPS, FEATURES]}),
        Node("again", "Output", {"column": "x", "task": "reconstruction"}),
    ]
    wires = [Wire("signal", "flat"), Wire("flat", code), Wire(code, "wide"), Wire("wide", "steps")]
    if skip:
        nodes.append(Node("sum", "keras.layers.Add"))
        wires += [Wire("steps", "sum"), Wire("signal", "sum"), Wire("sum", "again")]
    else:
        wires.append(Wire("steps", "again"))
    return Graph({node.id: node for node in nodes}, tuple(wires))


def project(graph: Graph, epochs: int = 40) -> Project:
    columns = {"x": {"type": "series", "role": "both"}, "y": {"type": "category"}}
    split = {"train": 0.6, "validation": 0.2, "test": 0.2, "seed": 7}
    data = DataSettings("waves.npz", "npz", columns, split, {"normal": {"column": "y", "classes": ["wave"]}})
    training = TrainingSettings(epochs=epochs, batch_size=16, device="cpu")
    return Project("Waves", data, graph, training)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    folder = tmp_path_factory.mktemp("waves")
    write_series(folder)
    return train_in(folder, project(network()))


def test_that_evaluation_tells_anomalies_and_names_its_rivals(run: RunFolder) -> None:
    found = evaluate(run)
    assert set(found["metrics"]) == {"mse", "mae", "pr_auc", "roc_auc"}
    assert found["metrics"]["roc_auc"] > 0.9  # noise does not pass a code that has learnt waves
    assert [each["name"] for each in found["baselines"]] == ["simplest", "pca"]
    assert "3 components" in found["baselines"][1]["title"]
    assert found["metrics"]["pr_auc"] > found["baseline"]["pr_auc"]
    assert set(found["baselines"][1]["metrics"]) == set(found["metrics"])


def test_that_validation_without_anomalies_has_no_areas(run: RunFolder) -> None:
    assert set(evaluate(run, "validation")["metrics"]) == {"mse", "mae"}


def test_that_the_worst_come_first_with_what_was_read_and_given_back(run: RunFolder) -> None:
    message, arrays = inspect_run(run.path, "reconstructions", "test", {})
    errors = [item["error"] for item in message["items"]]
    assert errors == sorted(errors, reverse=True)
    first = message["items"][0]
    assert first["anomalous"] and first["label"] == "noise"
    read, given = arrays[f"read-{first['place']}"], arrays[f"given-{first['place']}"]
    assert ((read - given) ** 2).mean() == pytest.approx(first["error"], rel=1e-4)
    np.testing.assert_allclose(arrays[f"miss-{first['place']}"], given - read, atol=1e-6)
    normal, _ = inspect_run(run.path, "reconstructions", "test", {"which": "normal", "sort": "error"})
    assert {item["label"] for item in normal["items"]} == {"wave"}
    assert normal["total"] < normal["of"] == message["total"]


def test_that_both_halves_together_are_the_network(run: RunFolder) -> None:
    model = trained(run.path)
    halves = halves_of(model, model.target())
    assert (halves.layer, halves.values) == ("code", 3)
    read = model.encoded("x", "test")
    np.testing.assert_allclose(halves.decoded(halves.codes(read)), model.outputs("test")["again"], atol=1e-4)


def test_that_the_map_has_a_point_a_sample_and_the_way_begins_and_ends_at_samples(run: RunFolder) -> None:
    message, arrays = inspect_run(run.path, "codes", "test", {})
    rows = arrays["rows"].tolist()
    assert arrays["points"].shape == (len(rows), 2)
    assert message["classes"] == ["noise", "wave"] and message["column"] == "y"
    labels = trained(run.path).data.table.columns["y"].labels  # type: ignore[union-attr]
    assert [message["classes"][kind] for kind in arrays["kinds"]] == [labels[row] for row in rows]
    assert 0.5 < sum(message["shares"]) <= 1.0 + 1e-6
    _, walked = inspect_run(run.path, "codes", "test", {"between": [rows[0], rows[3]], "steps": 5})
    given = trained(run.path).outputs("test")["again"]
    np.testing.assert_allclose(walked["steps"][0], given[0], atol=1e-4)
    np.testing.assert_allclose(walked["steps"][-1], given[3], atol=1e-4)
    with pytest.raises(InspectionError, match="two rows"):
        inspect_run(run.path, "codes", "test", {"between": [rows[0], 9999]})
    with pytest.raises(InspectionError, match="no column of few classes"):
        inspect_run(run.path, "codes", "test", {"column": "mood"})


def test_that_drawn_samples_follow_the_seed(run: RunFolder) -> None:
    drawn = [inspect_run(run.path, "codes", "test", {"draw": 4, "seed": seed})[1]["steps"] for seed in (1, 1, 2)]
    assert drawn[0].shape == (4, STEPS, FEATURES)
    assert (drawn[0] == drawn[1]).all() and (drawn[0] != drawn[2]).any()


def test_that_the_threshold_is_passed_by_one_in_twenty_of_the_validation_samples(run: RunFolder) -> None:
    message, arrays = inspect_run(run.path, "errors", "test", {})
    model = trained(run.path)
    reference = model.predict_rows("validation").losses
    assert (reference > message["threshold"]).mean() <= 0.06
    assert message["areas"]["roc_auc"] > 0.9
    assert set(arrays["truth"].tolist()) == {0, 1} and "wave" in message["normal"]


def test_that_growth_is_kept_epoch_by_epoch_and_ends_at_the_last_weights(run: RunFolder) -> None:
    _, arrays = inspect_run(run.path, "growth", "test", {})
    assert arrays["epochs"].tolist() == list(range(1, 41))
    assert arrays["given"].shape == (40, 10, STEPS, FEATURES) and arrays["read"].shape == (10, STEPS, FEATURES)
    model = trained(run.path)
    assert set(arrays["rows"].tolist()) <= set(model.rows("validation").tolist())
    assert arrays["errors"][-1].mean() < 0.5 * arrays["errors"][0].mean()
    place = model.epoch - 1  # the best epoch, whose weights are kept
    wanted = {
        int(row): each for row, each in zip(model.rows("validation"), model.outputs("validation")["again"], strict=True)
    }
    for row, given in zip(arrays["rows"].tolist(), arrays["given"][place], strict=True):
        np.testing.assert_allclose(given, wanted[row], atol=5e-3)


def test_that_a_damaged_or_missing_growth_is_a_sentence(run: RunFolder) -> None:
    file = run.path / "growth.npz"
    kept = file.read_bytes()
    try:
        for content in (b"", b"PK\x03\x04 no archive", kept[: len(kept) // 2]):
            file.write_bytes(content)
            with pytest.raises(InspectionError, match="kept nothing"):
                inspect_run(run.path, "growth", "test", {})
        file.unlink()
        with pytest.raises(InspectionError, match="kept nothing"):
            inspect_run(run.path, "growth", "test", {})
    finally:
        file.write_bytes(kept)


def test_that_one_series_is_judged_by_its_error(run: RunFolder) -> None:
    model = trained(run.path)
    places = {item["label"]: item["row"] for item in inspect_run(run.path, "reconstructions", "test", {})[0]["items"]}
    raw = {label: np.asarray(model.data.raw("x", row)) for label, row in places.items()}
    said = {label: model.predict_value(value) for label, value in raw.items()}
    assert said["noise"]["error"] > said["wave"]["error"]
    assert not said["wave"]["anomalous"]  # the last of the waves, the one with the smallest error
    assert np.shape(said["wave"]["reconstruction"]) == (STEPS, FEATURES)
    assert said["noise"]["anomalous"] == (said["noise"]["error"] > said["noise"]["threshold"])


def test_that_a_code_by_any_name_is_found_and_a_way_past_it_is_said(run: RunFolder, tmp_path: Path) -> None:
    write_series(tmp_path)
    other = train_in(tmp_path, project(network(code="narrow"), 1))
    model = trained(other.path)
    assert halves_of(model, model.target()).layer == "narrow"
    passed = train_in(tmp_path, project(network(skip=True), 1))
    model = trained(passed.path)
    with pytest.raises(InspectionError, match="no narrow place"):
        halves_of(model, model.target())
    assert [each["name"] for each in evaluate(passed)["baselines"]] == ["simplest"]


def test_that_nothing_is_judged_where_nothing_is_said_to_be_normal(tmp_path: Path) -> None:
    write_series(tmp_path)
    whole = project(network(), 1)
    whole = replace(whole, data=replace(whole.data, options={}))
    run = train_in(tmp_path, whole)
    assert set(evaluate(run)["metrics"]) == {"mse", "mae"}
    message, arrays = inspect_run(run.path, "errors", "test", {})
    assert set(arrays["truth"].tolist()) == {-1} and message["areas"] == {}
    with pytest.raises(InspectionError, match="does not say what is normal"):
        inspect_run(run.path, "reconstructions", "test", {"which": "normal"})
