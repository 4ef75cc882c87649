"""The fastest way to train a network: measured, told, remembered, and kept by the run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dlstudio.training import launching
from dlstudio.training.computing import backends, calibration, ways
from dlstudio.training.computing.calibration import Probe
from dlstudio.training.computing.ways import Way, candidates, way_of
from dlstudio.training.runs import events as ev
from dlstudio.training.runs.run_folder import RunFolder, create_run
from tests.training.tiny_projects import make_project


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> None:
    """TensorFlow and JAX are installed."""
    monkeypatch.setattr(backends, "find_spec", lambda name: object() if name != "torch" else None)


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return create_run(tmp_path, make_project(tmp_path, epochs=10), backend="fastest")


Try = Callable[[RunFolder, Way, str], Probe | None]
FIGURES = {
    Way("tensorflow"): (1.0, 1000.0),
    Way("jax"): (3.0, 2000.0),
    Way("tensorflow", xla=True): (60.0, 9000.0),
}


def tried(_run: RunFolder, way: Way, _precision: str) -> Probe | None:
    """Figures as if they had been measured; the other ways fail."""
    return Probe(way, *FIGURES[way], samples=1000) if way in FIGURES else None


@pytest.mark.usefixtures("two")
def test_that_what_takes_the_whole_run_the_shortest_is_chosen_and_the_reason_told(run: RunFolder) -> None:
    assert way_of(run) is None
    best = calibration.calibrate(run, try_out=tried)
    assert best == Way("jax") == way_of(run)
    told = run.info().way
    assert told.startswith(
        "Fastest for this run: JAX, 2,000 samples/s after 3.0 s of compiling. Also measured: TensorFlow"
    )
    assert "TensorFlow with XLA 9,000 samples/s" in told


@pytest.mark.usefixtures("two")
def test_that_the_next_run_of_the_network_knows_the_way_and_another_network_does_not(
    run: RunFolder, tmp_path: Path
) -> None:
    calibration.calibrate(run, try_out=tried)
    again = create_run(tmp_path, run.project())
    assert way_of(again) == Way("jax")
    assert calibration.settled(again) == Way("jax")
    assert "when this network was last measured here: JAX" in again.info().way
    other = create_run(tmp_path, make_project(tmp_path, batch_size=16), backend="fastest")
    assert way_of(other) is None


@pytest.mark.usefixtures("two")
def test_that_a_run_keeps_its_way_whatever_is_found_later(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    calibration.calibrate(run, try_out=tried)
    ways.keep_way(run, Way("tensorflow"))
    assert way_of(run) == Way("jax")
    monkeypatch.setattr(backends, "find_spec", lambda name: object() if name == "tensorflow" else None)
    with pytest.raises(backends.BackendError, match="JAX is not installed"):
        way_of(run)


@pytest.mark.usefixtures("two")
def test_that_a_calibration_in_which_all_fails_leaves_the_usual_way(run: RunFolder) -> None:
    assert calibration.calibrate(run, try_out=lambda _run, _way, _precision: None) is None
    assert way_of(run) is None


def test_that_the_ways_to_try_are_those_of_what_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backends, "find_spec", lambda name: object() if name == "jax" else None)
    assert candidates() == (Way("jax"), Way("jax", one_thread=True))


@pytest.mark.slow
def test_that_a_run_measures_trains_the_fastest_way_and_says_so(tmp_path: Path) -> None:
    run = create_run(tmp_path, make_project(tmp_path, epochs=2), backend="fastest")
    assert launching.launch(run).wait(280) == 0, run.info().message
    notes = [each.message for each in ev.EventReader(run.events_file).read_new() if isinstance(each, ev.Note)]
    assert notes[0].startswith("Looking for the fastest way")
    assert notes[1].startswith("Fastest for this run: ") and "samples/s" in notes[1]
    way = way_of(run)
    assert way is not None and run.info().backend == way.backend


@pytest.mark.usefixtures("two")
def test_that_short_steps_are_tried_several_at_once_and_taken_where_that_is_quicker(run: RunFolder) -> None:
    quick = Way("jax", steps_at_once=16)

    def short(_run: RunFolder, way: Way, _precision: str) -> Probe | None:
        rates = {Way("tensorflow"): 1000.0, Way("jax"): 20000.0, Way("jax", one_thread=True): 15000.0, quick: 90000.0}
        return Probe(way, 1.0, rates[way], samples=1000, batch_bytes=1 << 10) if way in rates else None

    assert calibration.calibrate(run, try_out=short) == quick == way_of(run)
    assert run.info().way.startswith("Fastest for this run: JAX, 16 steps at once, 90,000 samples/s")


def test_that_long_steps_large_batches_and_pytorch_are_not_tried_several_at_once() -> None:
    def tried_with(way: Way, rate: float, size: int = 0, samples: int = 10_000) -> list[int]:
        probe = Probe(way, 1.0, rate, samples, size)
        return [each.steps_at_once for each in calibration.several_at_once([probe], 32)]

    jax = Way("jax")
    assert tried_with(jax, 32_000) == [32]  # steps of 1 ms
    assert tried_with(jax, 1_000_000) == [64]
    assert tried_with(jax, 32_000, samples=320) == [8]
    assert tried_with(jax, 32_000, size=16 << 20) == [4]
    assert tried_with(jax, 32_000, size=100 << 20) == []
    assert tried_with(jax, 3_200) == []
    assert tried_with(Way("torch"), 32_000) == []


def with_rates(device: str, rates: dict[str, float]) -> tuple[list[str], Try]:
    """The precisions that are tried, and a trial in which TensorFlow alone is there, with a rate by precision."""
    asked: list[str] = []

    def measured(_run: RunFolder, way: Way, precision: str) -> Probe | None:
        if way != Way("tensorflow"):
            return None
        asked.append(precision)
        return Probe(way, 1.0, rates[precision], 1000, device=device, precision=precision)

    return asked, measured


def test_that_a_quicker_precision_is_told_and_not_taken(run: RunFolder) -> None:
    asked, measured = with_rates("gpu:0", {"": 100.0, "mixed_bfloat16": 150.0, "mixed_float16": 180.0})
    assert calibration.calibrate(run, try_out=measured) == Way("tensorflow")
    assert asked == ["", "mixed_bfloat16", "mixed_float16"]
    assert run.info().way.endswith(
        "In mixed_float16 it makes 180 samples/s, 1.8 times as many: see Precision in Train."
    )
    assert run.project().training.precision == "float32"


def test_that_precisions_are_tried_in_long_runs_alone_and_told_where_they_help(run: RunFolder) -> None:
    asked, measured = with_rates("cpu", {"": 100.0, "mixed_bfloat16": 101.0})
    calibration.calibrate(run, try_out=measured)
    assert asked == ["", "mixed_bfloat16"] and "Precision" not in run.info().way
    asked, measured = with_rates("gpu:0", {"": 5000.0})
    calibration.calibrate(run, try_out=measured)
    assert asked == [""]
