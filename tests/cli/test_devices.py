"""``dlstudio devices``: what there is to train on, with its memory."""

from __future__ import annotations

import json

import pytest

from dlstudio.__main__ import main
from dlstudio.training.computing import backends
from dlstudio.training.computing.devices import cpu_name


@pytest.fixture(autouse=True)
def same_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command chooses the backend of its process, which is this one; afterwards all is as it was."""
    monkeypatch.setenv(backends.VARIABLE, backends.usual())


def test_that_the_processor_is_named_with_its_memory(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["devices"]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert f"cpu {cpu_name()} · " in printed and " GB" in printed
    assert f"As {backends.TITLES[backends.usual()]} sees them." in printed


def test_that_the_list_is_told_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["devices", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["backend"] == backends.usual()
    assert (told["devices"][0]["id"], told["devices"][0]["name"]) == ("cpu", cpu_name())
    assert told["devices"][0]["memory_bytes"] > 1 << 28


def test_that_a_backend_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["devices", "--backend", "theano"]) == 1
    assert "There is no backend 'theano'" in capsys.readouterr().err
