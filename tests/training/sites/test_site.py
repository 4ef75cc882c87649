"""What can be a site, and what cannot."""

from __future__ import annotations

from typing import Any

import pytest

from dlstudio.training.sites import site as sites
from dlstudio.training.sites.carrying import allowed
from dlstudio.training.sites.site import (
    Cluster,
    Machine,
    SiteError,
    is_known,
    lacking,
    read_machine,
    read_site,
    refuse_unknown,
    remember,
)


@pytest.mark.parametrize(
    ("text", "host", "folder"),
    [
        ("fast", "fast", ""),
        ("me@fast.example.org", "me@fast.example.org", ""),
        ("me@fast:work/a project", "me@fast", "work/a project"),
        ("fast:~/x:y", "fast", "~/x:y"),
        ("me@[fe80::1]:/srv/runs", "me@[fe80::1]", "/srv/runs"),
    ],
)
def test_that_a_machine_is_read_as_it_is_typed(text: str, host: str, folder: str) -> None:
    machine = read_machine(text)
    assert (machine.host, machine.folder) == (host, folder)
    assert read_site(machine.as_json()) == machine


@pytest.mark.parametrize(
    "text", ["", "-oProxyCommand=sh", "a b", "me@-x", "fast;reboot", "$(x)", "me@fast\nx", "@fast", "me@", "a'b"]
)
def test_that_what_ssh_could_take_for_something_else_is_no_machine(text: str) -> None:
    with pytest.raises(SiteError, match="no name of a machine"):
        read_machine(text)


@pytest.mark.parametrize("text", ["fast:a\nb", "fast:a\0b", "fast:" + "x" * 2000])
def test_that_a_folder_is_one_line(text: str) -> None:
    with pytest.raises(SiteError, match="one line"):
        read_machine(text)


@pytest.mark.parametrize("address", ["local", "auto", "head:6379", "ray://10.0.0.1:10001", "[::1]:6379"])
def test_that_addresses_of_ray_are_known(address: str) -> None:
    cluster = Cluster(address, 3)
    assert read_site(cluster.as_json()) == cluster
    assert str(cluster).startswith("3 workers of ")


@pytest.mark.parametrize(
    "value",
    [
        {"kind": "cluster", "address": "head"},
        {"kind": "cluster", "address": "http://head:1"},
        {"kind": "cluster", "address": "head:6379", "workers": 0},
        {"kind": "cluster", "address": "local", "workers": "2"},
        {"kind": "ssh"},
        {"kind": "ssh", "host": 3},
        {"kind": "ssh", "host": "fast", "command": " "},
        {"kind": "moon"},
        "fast",
        3,
    ],
)
def test_that_what_is_no_site_is_told(value: Any) -> None:
    with pytest.raises(SiteError):
        read_site(value)


def test_that_only_what_a_person_has_named_is_known(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLSTUDIO_CONFIG", str(tmp_path / "config"))
    one, other = Machine("me@fast"), Machine("me@fast", command="nice dlstudio")
    assert not is_known(one)
    remember(one)
    remember(one)
    assert is_known(one)
    assert is_known(Machine("me@fast", "another/folder"))
    assert not is_known(other)
    refuse_unknown({"site": one.as_json()}, "0001")
    refuse_unknown({}, "0001")
    with pytest.raises(SiteError, match=r"Run 0002 says that it is computed on .*--on me@fast"):
        refuse_unknown({"site": other.as_json()}, "0002")
    (tmp_path / "config" / "sites.json").write_text("[[[")
    assert not is_known(one)


def test_that_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sites, "find_spec", lambda name: None if name == "ray" else object())
    assert "Ray is not installed here. Install with: pip install 'dlstudio[ray]'" in lacking(Cluster())
    assert not lacking(Machine("fast"))
    assert not lacking(None)
    monkeypatch.setattr(sites, "find_spec", lambda name: None)
    assert "Ray and JAX are not installed here" in lacking(Cluster("head:6379"))
    monkeypatch.setattr(sites, "find_spec", lambda name: None if name == "jax" else object())
    assert not lacking(Cluster("head:6379"))  # only its machines need it
    assert lacking(Cluster("local"))


@pytest.mark.parametrize("name", ["events.jsonl", "checkpoint/last.npz", "encoders/encoders.json", "tensorboard/a/b.1"])
def test_that_files_of_a_run_are_taken(name: str) -> None:
    assert allowed(name)


@pytest.mark.parametrize(
    "name",
    [
        "run.json",
        "commands.jsonl",
        "code/layers.py",
        "../project.json",
        "encoders/../../project.json",
        "encoders/.hidden",
        "/etc/passwd",
        "encoders",
        "checkpoint/last.npz/x",
        "encoders/a\0b",
        "",
    ],
)
def test_that_no_other_file_is_taken_from_the_machine(name: str) -> None:
    assert not allowed(name)
