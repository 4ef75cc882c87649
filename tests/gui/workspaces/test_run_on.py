"""The choice where the next run is trained."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlstudio.gui.workspaces.train.settings import TrainingForm
from dlstudio.training.sites import site as sites
from dlstudio.training.sites.site import Cluster, Machine, SiteError
from dlstudio.workbench.preferences import Preferences
from dlstudio.workbench.run_on import CLUSTER, MACHINE, RunOn, keep, remembered


@pytest.fixture
def form(qtbot, studio) -> TrainingForm:
    made = TrainingForm(studio)
    qtbot.addWidget(made)
    made.show()
    return made


def choose(form: TrainingForm, kind: str) -> None:
    index = form.run_on.kind.findData(kind)
    form.run_on.kind.setCurrentIndex(index)
    form.run_on.kind.activated.emit(index)


def write(field, text: str) -> None:
    field.setText(text)
    field.editingFinished.emit()


def test_that_this_computer_needs_no_fields(form, studio):
    assert not form.run_on.isVisible()
    assert studio.run_on.site() is None


def test_that_a_cluster_is_chosen_by_address_and_workers(form, studio, monkeypatch):
    monkeypatch.setattr(sites, "find_spec", lambda name: object())
    choose(form, CLUSTER)
    assert form.run_on.address.isVisible()
    assert not form.run_on.machine.isVisible()
    write(form.run_on.address, "head:6379")
    form.run_on.workers.setValue(4)
    assert studio.run_on.site() == Cluster("head:6379", 4)
    assert not form.run_on.problem.isVisible()
    write(form.run_on.address, "head")
    assert "no address of a Ray cluster" in form.run_on.problem.text()
    assert form.run_on.problem.isVisible()
    with pytest.raises(SiteError):
        studio.run_on.site()
    assert studio.changes == []  # it is nothing of the project


def test_that_a_machine_is_chosen_as_ssh_takes_it(form, studio):
    choose(form, MACHINE)
    assert "Say on which machine" in form.run_on.problem.text()
    write(form.run_on.machine, "me@fast:work")
    assert studio.run_on.site() == Machine("me@fast", "work")
    write(form.run_on.command, "nice dlstudio")
    assert studio.run_on.site() == Machine("me@fast", "work", "nice dlstudio")
    assert not form.run_on.problem.isVisible()


def test_that_ray_that_is_missing_is_named_with_what_to_install(form, monkeypatch):
    monkeypatch.setattr(sites, "find_spec", lambda name: None)
    choose(form, CLUSTER)
    assert "pip install 'dlstudio[ray]'" in form.run_on.problem.text()


def test_that_the_choice_belongs_to_person_and_project(tmp_path: Path):
    preferences = Preferences(tmp_path)
    keep(preferences, Path("/a"), RunOn(MACHINE, machine="me@fast"))
    again = Preferences(tmp_path)
    assert remembered(again, Path("/a")) == RunOn(MACHINE, machine="me@fast")
    assert remembered(again, Path("/b")) == RunOn()
    again.set("run_on", {"/a": {"kind": "moon", "workers": "3"}, "/b": 7, "/c": {"kind": CLUSTER, "workers": "3"}})
    assert remembered(again, Path("/a")) == RunOn()
    assert remembered(again, Path("/b")) == RunOn()
    assert remembered(again, Path("/c")) == RunOn(CLUSTER)
