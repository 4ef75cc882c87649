"""Runs on sounds: gallery, listening, alignment, own sounds; saved and read again they say the same."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from dlstudio.data.opening import guess_settings
from dlstudio.data.preparing import prepare
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.project import Project
from dlstudio.inspection.asking import forget, inspect_run, predict_value
from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.inspectors.listen import aligned
from dlstudio.templates.library import fit_template
from dlstudio.training.runs import events as ev
from dlstudio.training.runs.run_folder import RunFolder
from tests.data.sources import sound_folder, write_sound
from tests.inspection.conftest import trained


def project_of(template: str, folder: Path, epochs: int) -> Project:
    from dataclasses import replace

    data = guess_settings(folder)
    prepared = prepare(data, folder.parent)
    made = fit_template(template, data, prepared.specs, template, samples=len(prepared.rows["train"]))
    return replace(made, training=replace(made.training, epochs=epochs, batch_size=8, device="cpu"))


@pytest.fixture(scope="module")
def tone_run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """Low and high tones, a folder for each."""
    folder = tmp_path_factory.mktemp("tones")
    return trained(folder, project_of("speech-gru", sound_folder(folder / "sounds"), 8))


@pytest.fixture(scope="module")
def spoken_run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """Tones that are written ``ba`` and ``ab``, two a word."""
    folder = tmp_path_factory.mktemp("said")
    lines = ["file,transcript"]
    for row in range(20):
        write_sound(folder / "sounds" / f"{row}.wav", 300 if row % 2 else 1500, 0.3)
        lines.append(f"{row}.wav,{'ab' if row % 2 else 'ba'}")
    (folder / "sounds" / "said.csv").write_text("\n".join(lines) + "\n")
    return trained(folder, project_of("speech-ctc", folder / "sounds", 2))


def losses(run: RunFolder) -> list[float]:
    found = [event for event in ev.EventReader(run.events_file).read_new() if isinstance(event, ev.Epoch)]
    return [float(event.values["loss"] or 0.0) for event in found]


def test_that_tones_are_told_apart_and_heard(tone_run: RunFolder) -> None:
    overview, _ = inspect_run(tone_run.path, "list", "train", {})
    names = [each["name"] for each in overview["inspectors"]]
    assert names[:2] == ["gallery", "listen"]
    assert {"confusion", "classes"} <= set(names)
    assert overview["inputs"][0]["rate"] == 8000
    page, arrays = inspect_run(tone_run.path, "gallery", "train", {})
    assert page["sample_kind"] == "audio"
    assert sum(item["correct"] for item in page["items"]) > 0.8 * len(page["items"])
    picture = arrays[page["items"][0]["array"]]
    assert (picture.dtype, picture.ndim) == (np.uint8, 3)
    assert page["items"][0]["file"].endswith(".wav")
    row = page["items"][3]["row"]
    sound, arrays = inspect_run(tone_run.path, "listen", "train", {"row": row})
    assert json.loads(json.dumps(sound, allow_nan=False)) == sound
    assert (sound["row"], sound["rate"], len(arrays["wave"])) == (row, 8000, 1600)
    assert sound["truth"] in ("hum", "whistle")
    assert "alignment" not in arrays


def test_that_a_row_of_another_split_is_refused(tone_run: RunFolder) -> None:
    page, _ = inspect_run(tone_run.path, "gallery", "train", {"limit": 1})
    with pytest.raises(InspectionError, match="is not in the test split"):
        inspect_run(tone_run.path, "listen", "test", {"row": page["items"][0]["row"]})


def test_that_own_sounds_are_judged_by_path_and_by_samples(tone_run: RunFolder, tmp_path: Path) -> None:
    write_sound(tmp_path / "own.flac", 1700, 0.2, rate=22_050, channels=2)
    by_path = predict_value(tone_run.path, str(tmp_path / "own.flac"))
    assert by_path["label"] == "whistle"
    time = np.arange(1600) / 8000
    by_samples = predict_value(tone_run.path, (0.5 * np.sin(2 * np.pi * 1700 * time)).astype(np.float32))
    assert by_samples["label"] == "whistle"
    (tmp_path / "own.wav").write_bytes(b"no sound")
    with pytest.raises(InspectionError, match=r"own\.wav: not a sound"):
        predict_value(tone_run.path, str(tmp_path / "own.wav"))


def test_that_a_run_read_again_says_the_same(spoken_run: RunFolder) -> None:
    path = spoken_run.project_folder / "sounds" / "3.wav"
    page, _ = inspect_run(spoken_run.path, "listen", "train", {})
    before = predict_value(spoken_run.path, str(path))
    forget(spoken_run.path)
    assert predict_value(spoken_run.path, str(path)) == pytest.approx(before, abs=1e-5)
    assert page["truth"] in ("ab", "ba")


def test_that_a_transcription_shows_which_frame_says_what(spoken_run: RunFolder) -> None:
    overview, _ = inspect_run(spoken_run.path, "list", "train", {})
    assert [each["name"] for each in overview["inspectors"]] == ["gallery", "listen"]
    page, _ = inspect_run(spoken_run.path, "gallery", "train", {})
    assert {item["truth"] for item in page["items"]} == {"ab", "ba"}
    assert page["classes"] == []
    sound, arrays = inspect_run(spoken_run.path, "listen", "train", {})
    assert json.loads(json.dumps(sound, allow_nan=False)) == sound
    assert sound["names"][-1] == "blank"
    assert arrays["alignment"].shape[0] == len(sound["names"])
    assert float(arrays["alignment"].max()) <= 1.0


def test_that_an_alignment_gives_times_in_seconds() -> None:
    scores = np.full((4, 4), 0.01)
    for frame, index in enumerate((0, 2, 2, 3)):
        scores[frame, index] = 0.97
    column = ColumnSpec("said", "transcript", (2,), "int32", ("", "\ufffd", "a", "b"))
    found = aligned(scores, column, 2.0)
    assert [(part.text, part.begin, part.end) for part in found.parts] == [("a", 0.5, 1.5), ("b", 1.5, 2.0)]
    assert found.names[:2] == ["a", "b"]
    assert found.shares[0].tolist() == pytest.approx([0.01, 0.97, 0.97, 0.01])


def test_that_the_loss_of_a_transcription_falls(spoken_run: RunFolder) -> None:
    fallen = losses(spoken_run)
    assert len(fallen) == 2
    assert fallen[-1] < fallen[0]
