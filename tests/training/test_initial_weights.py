"""A project that names weights begins its runs with them; what does not fit starts fresh, and both are said."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from dlstudio.compiler.importing.imported import import_model
from dlstudio.compiler.weight_file import WeightFileError, layers_by_path, read_weights, write_weights
from dlstudio.graph.edits import rename_node, set_settings
from dlstudio.graph.initial_weights import FILE, InitialWeights, followed
from dlstudio.graph.project import Project
from dlstudio.training.fitting import train
from dlstudio.training.preparation import begin_with_weights, prepare_run
from dlstudio.training.runs import events as ev
from dlstudio.training.runs.run_folder import RunFolder, create_run
from tests.training.tiny_projects import make_project

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project beside whose data lie weights of another seed."""
    made = make_project(tmp_path, epochs=1)
    other = replace(made, training=replace(made.training, seed=99))
    network, _ = prepare_run(create_run(tmp_path, other))
    write_weights(network.model, tmp_path / FILE)
    return replace(made, weights=InitialWeights())


def begun(project: Project, folder: Path) -> tuple[keras.Model, str]:
    network, _ = prepare_run(create_run(folder, project))
    return network.model, begin_with_weights(network, folder)


def weights_in(folder: Path, name: str) -> np.ndarray:
    with np.load(folder / FILE, allow_pickle=False) as content:
        return np.asarray(content[name])


def test_that_a_run_begins_with_the_weights_and_says_so(project: Project, tmp_path: Path) -> None:
    run: RunFolder = create_run(tmp_path, project)
    assert train(run) == 0
    said = [event.message for event in ev.EventReader(run.events_file).read_new() if isinstance(event, ev.Note)]
    assert said == ["2 layers begin with the weights of weights/initial.npz."]


def test_that_the_weights_are_those_of_the_file(project: Project, tmp_path: Path) -> None:
    model, _ = begun(project, tmp_path)
    np.testing.assert_array_equal(model.get_layer("hidden").get_weights()[0], weights_in(tmp_path, "hidden/0/kernel"))


def test_that_a_layer_of_another_size_starts_fresh_and_is_named(project: Project, tmp_path: Path) -> None:
    changed = replace(project, graph=set_settings(project.graph, "hidden", {"units": 20}))
    _, said = begun(changed, tmp_path)
    assert "0 layers begin with" in said and "2 start fresh" in said and "hidden, answer_units" in said


def test_that_a_renamed_layer_keeps_its_weights(project: Project, tmp_path: Path) -> None:
    graph = rename_node(project.graph, "hidden", "renamed")
    weights = followed(project.weights or InitialWeights(), project.graph, graph)
    model, said = begun(replace(project, graph=graph, weights=weights), tmp_path)
    assert said == "2 layers begin with the weights of weights/initial.npz."
    np.testing.assert_array_equal(model.get_layer("renamed").get_weights()[0], weights_in(tmp_path, "hidden/0/kernel"))


def test_that_a_missing_file_stops_the_run_with_what_to_do(project: Project, tmp_path: Path) -> None:
    (tmp_path / FILE).unlink()
    run = create_run(tmp_path, project)
    assert train(run) == 1
    assert "which is not there. Import the model again" in run.info().message


def test_that_a_damaged_file_is_told(project: Project, tmp_path: Path) -> None:
    content = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(content[: len(content) // 2])
    network, _ = prepare_run(create_run(tmp_path, project))
    with pytest.raises(WeightFileError, match="cannot be read"):
        read_weights(network.model, InitialWeights(), tmp_path)


def test_that_an_array_announced_too_large_is_passed_over_unread(project: Project, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / FILE) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000, 1000000), }"
    header += b" " * (128 - 10 - len(header) - 1) + b"\n"
    content["hidden/0/kernel.npy"] = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header
    with zipfile.ZipFile(tmp_path / FILE, "w") as archive:
        for name, value in content.items():
            archive.writestr(name, value)
    _, said = begun(project, tmp_path)
    assert "hidden" in said and "1 start fresh" in said


def test_that_arrays_of_objects_are_never_unpickled(project: Project, tmp_path: Path) -> None:
    np.savez(tmp_path / FILE, allow_pickle=True, **{"hidden/0/kernel": np.array([print], dtype=object)})
    _, said = begun(project, tmp_path)
    assert said.startswith("0 layers begin")


def test_that_the_model_of_a_run_comes_back_as_it_was_drawn(project: Project, tmp_path: Path) -> None:
    run = create_run(tmp_path, project)
    assert train(run) == 0
    back = import_model(run.model_file)
    assert back.graph.nodes == project.graph.nodes
    assert set(layers_by_path(back.model)) == {"hidden", "answer_units"}
