"""What JAX has compiled is kept for the next process, and changes nothing of what is learnt."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import pytest

from dlstudio.places import cache_folder
from dlstudio.training import launching
from dlstudio.training.computing import backends, compiled_code
from dlstudio.training.runs.run_folder import RunFolder, create_run
from tests.training.tiny_projects import make_project

PATIENCE = 240.0


def trained(folder: Path) -> RunFolder:
    run = create_run(folder, make_project(folder, epochs=2), backend="jax")
    assert launching.launch(run).wait(PATIENCE) == 0, run.info().message
    return run


def kept() -> list[Path]:
    return sorted((cache_folder() / compiled_code.FOLDER).glob("*/*-cache"))


@pytest.mark.skipif("jax" not in backends.installed(), reason="JAX is missing")
def test_that_a_second_run_compiles_nothing_and_learns_the_same_also_from_damaged_files(tmp_path: Path) -> None:
    first, made = trained(tmp_path / "first"), kept()
    assert any("train_step" in each.name for each in made)
    for each in made[::2]:  # as a power cut leaves them
        os.truncate(each, each.stat().st_size // 2)
    second = trained(tmp_path / "second")
    assert kept() == made
    assert second.info().history == first.info().history
    assert second.info().metrics == first.info().metrics


def test_that_settings_of_ones_own_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAX_COMPILATION_CACHE_DIR", "elsewhere")
    monkeypatch.setenv("JAX_COMPILATION_CACHE_MAX_SIZE", "5")
    monkeypatch.setenv("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "3")
    monkeypatch.delenv("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", raising=False)
    compiled_code.keep_compiled_code()
    assert os.environ["JAX_COMPILATION_CACHE_DIR"] == "elsewhere"
    assert os.environ["JAX_COMPILATION_CACHE_MAX_SIZE"] == "5"
    assert os.environ["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] == "3"
    assert os.environ["JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES"] == "-1"


@pytest.mark.skipif("jax" not in backends.installed(), reason="JAX is missing")
def test_that_only_what_runs_once_is_compiled_without_care() -> None:
    jax = pytest.importorskip("jax")
    quickly = partial(jax.config.read, compiled_code.QUICKLY)
    assert not quickly()
    with pytest.raises(ZeroDivisionError), compiled_code.without_optimizing():
        assert quickly()
        raise ZeroDivisionError
    assert not quickly()
