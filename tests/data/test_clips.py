"""Clips: what is read of animations, videos and folders of frames, what is guessed, and what the doctor says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dlstudio.data.doctor.examination import examine
from dlstudio.data.encoders.clip import ClipEncoder
from dlstudio.data.encoders.registry import READS
from dlstudio.data.opening import formats_of, guess_as, guess_settings
from dlstudio.data.preparing import PreparedData, prepare
from dlstudio.data.summary import thumbnails
from dlstudio.data.table import DataError
from dlstudio.data.video import clips, videos
from tests.data.sources import clip_folder, frames, large, write_frames, write_gif, write_image, write_video

SIZE = (12, 12)


def levels(found: np.ndarray) -> list[int]:
    return [int(each) for each in found.reshape(len(found), -1).mean(axis=1).round()]


# What is read


def test_that_frames_are_taken_from_the_middles_of_equal_pieces() -> None:
    assert clips.middles(np.ones(10), 10) == list(range(10))
    assert clips.middles(np.ones(9), 3) == [1, 4, 7]
    assert clips.middles(np.ones(2), 4) == [0, 0, 1, 1]
    assert clips.middles([1, 8, 1], 3) == [1, 1, 1], "what lasts longer is seen longer"


@pytest.mark.parametrize("suffix", [".gif", ".webp"])
def test_that_an_animation_gives_its_frames(tmp_path: Path, suffix: str) -> None:
    path = write_gif(tmp_path / f"a{suffix}", frames(60))
    found = clips.load(path, 6, SIZE, 3)
    assert found.shape == (6, *SIZE, 3) and found.dtype == np.uint8
    bright = (found[..., 0] > 150).any(axis=1).argmax(axis=1)
    assert bright.tolist() == list(range(6)), "the square moves to the right by a pixel a frame"
    assert clips.load(path.read_bytes(), 3, (6, 6), 1).shape == (3, 6, 6, 1)
    facts = clips.probe(path)
    assert (facts.frames, facts.height, facts.width, facts.channels) == (6, 12, 12, 3)


def test_that_a_frame_that_lasts_longer_is_seen_longer(tmp_path: Path) -> None:
    path = write_gif(tmp_path / "a.gif", large(3), [100, 800, 100])
    assert levels(clips.load(path, 4, SIZE, 1)) == [8] * 4


def test_that_a_folder_of_numbered_pictures_is_one_clip_in_the_order_of_its_numbers(tmp_path: Path) -> None:
    for number in (2, 10, 1, 9, *range(3, 9)):
        write_image(tmp_path / "clip" / f"{number}.png", 20 * number)
    assert clips.is_frame_folder(tmp_path / "clip")
    assert levels(clips.load(tmp_path / "clip", 10, (8, 8), 1)) == [20 * n for n in range(1, 11)]


@pytest.mark.parametrize("suffix", [".mp4", ".avi", ".mov", ".mkv"])
def test_that_a_video_gives_frames_evenly_over_its_time(tmp_path: Path, suffix: str) -> None:
    path = write_video(tmp_path / f"a{suffix}", large())
    found = levels(clips.load(path, 5, SIZE, 1))
    assert np.abs(np.array(found) - 8 * np.array([3, 9, 15, 21, 27])).max() <= 12, found
    facts = clips.probe(path)
    assert (facts.height, facts.width) == (32, 32) and facts.seconds == pytest.approx(3.0, abs=0.2)


def test_that_a_long_video_is_not_read_from_one_end_to_the_other(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    path = write_video(tmp_path / "long.mp4", np.repeat(large(), 10, axis=0), rate=5)  # a minute
    read = 0
    real = videos._timed

    def counted(*values: Any) -> Any:
        nonlocal read
        for each in real(*values):
            read += 1
            yield each

    monkeypatch.setattr(videos, "_timed", counted)
    found = levels(clips.load(path, 4, SIZE, 1))
    assert np.abs(np.array(found) - np.array([28, 88, 148, 208])).max() <= 14, found
    assert read < 200, "300 frames are in it"


def test_that_an_encoder_is_the_same_after_json(tmp_path: Path) -> None:
    encoder = ClipEncoder.of_settings("clip", {"frames": 4, "size": [6, 8], "channels": 1, "fit": "pad"})
    again = READS["clip"](encoder.as_json())
    value = write_gif(tmp_path / "a.gif", frames(60))
    np.testing.assert_array_equal(encoder.encode_value(str(value)), again.encode_value(value.read_bytes()))
    encoded = encoder.encode_value(frames(60))
    assert encoded.shape == encoder.spec.shape == (4, 6, 8, 1) and encoded.dtype == np.float32
    assert encoded.min() >= 0 and encoded.max() <= 1


@pytest.mark.parametrize("bad", [{"frames": 1}, {"frames": True}, {"size": [0, 4]}, {"channels": 2}, {"fit": "x"}])
def test_that_settings_that_make_no_sense_are_a_sentence(bad: dict[str, Any]) -> None:
    with pytest.raises(DataError, match="Column 'clip' has"):
        ClipEncoder.of_settings("clip", bad)


def test_that_an_absurd_amount_of_values_is_a_sentence() -> None:
    with pytest.raises(DataError, match="fewer frames or a smaller size"):
        ClipEncoder.of_settings("clip", {"frames": 256, "size": [2048, 2048]})


# What is guessed


def opened(path: Path) -> PreparedData:
    return prepare(guess_settings(path), Path("/"))


def test_that_class_folders_of_animations_open_as_clips(tmp_path: Path) -> None:
    data = opened(clip_folder(tmp_path / "s", 6))
    assert data.specs["clip"].shape == (6, 12, 12, 3) and data.specs["label"].classes == ("left", "right")
    assert not data.issues
    first = data.encode("clip", np.array([0, 6]))
    assert first.shape == (2, 6, 12, 12, 3) and first.max() <= 1
    np.testing.assert_allclose(first[0], first[1][::-1], atol=0.02)


def test_that_class_folders_of_frame_folders_open_as_clips(tmp_path: Path) -> None:
    for label, step in (("left", -1), ("right", 1)):
        for number in range(6):
            write_frames(tmp_path / "s" / "train" / label / f"take{number}", frames(20 * number)[::step])
            write_frames(tmp_path / "s" / "test" / label / f"take{number}", frames(20 * number + 9)[::step])
    data = opened(tmp_path / "s")
    assert data.table.rows == 24 and data.specs["clip"].shape == (6, 12, 12, 3)
    assert len(data.rows["test"]) == 12
    assert data.table.place(0) == "test/left/take0"


def test_that_clips_of_pictures_can_be_read_as_images_instead(some_clips: Path) -> None:
    settings = guess_settings(some_clips)
    assert [name for name, _ in formats_of(settings, Path.cwd())] == ["clip-folder", "image-folder"]
    images = guess_as(settings, Path.cwd(), "image-folder")
    assert (images.format, images.source) == ("image-folder", settings.source)
    assert {column["type"] for column in images.columns.values()} == {"image", "category"}
    with pytest.raises(DataError, match=r"cannot be read as 'csv'\. What fits: clip-folder, image-folder"):
        guess_as(settings, Path.cwd(), "csv")


def test_that_class_folders_of_numbered_pictures_stay_images(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    for label in ("cat", "dog"):
        for person in ("ann", "bob"):
            (tmp_path / "s" / label / person).mkdir(parents=True)
            for number in range(6):
                noise = Image.fromarray(rng.integers(0, 255, (12, 12), np.uint8))
                noise.save(tmp_path / "s" / label / person / f"{number}.png")
    assert guess_settings(tmp_path / "s").format == "image-folder"


def test_that_still_gifs_stay_images(tmp_path: Path) -> None:
    for number in range(8):
        Image.new("L", (8, 8), 20 * number).save(tmp_path / f"{'ab'[number % 2]}{number}.gif")
        (tmp_path / "s" / "ab"[number % 2]).mkdir(parents=True, exist_ok=True)
        Image.new("L", (8, 8), 20 * number).save(tmp_path / "s" / "ab"[number % 2] / f"{number}.gif")
    assert guess_settings(tmp_path / "s").format == "image-folder"


@pytest.mark.parametrize("kind", ["gif", "frames", "mp4"])
def test_that_a_table_names_clips_of_any_form(tmp_path: Path, kind: str) -> None:
    lines = ["file,label,split"]
    for number in range(12):
        clip = np.repeat(np.repeat(frames(10 * number), 2, axis=1), 2, axis=2)[:: 1 if number % 2 else -1]
        name = {"gif": f"c{number}.gif", "frames": f"c{number}", "mp4": f"c{number}.mp4"}[kind]
        {"gif": write_gif, "frames": write_frames, "mp4": write_video}[kind](tmp_path / "clips" / name, clip)
        lines.append(f"clips/{name},{'right' if number % 2 else 'left'},{'test' if number > 7 else 'train'}")
    (tmp_path / "labels.csv").write_text("\n".join(lines) + "\n")
    settings = guess_settings(tmp_path)
    data = prepare(settings, Path("/"))
    assert settings.format == "clip-folder" and settings.split["by"] == "column"
    assert data.specs["file"].kind == "video" and data.specs["label"].classes == ("left", "right")
    assert data.encode("file", data.rows["test"]).shape[0] == 4 and not data.issues


@pytest.mark.parametrize("layout", ["last", "first", "floats"])
def test_that_arrays_of_five_axes_are_clips(tmp_path: Path, layout: str) -> None:
    x = np.stack([frames(n)[:: 1 if n % 2 else -1] for n in range(30)])
    arrays = {"last": x, "first": x.transpose(0, 1, 4, 2, 3), "floats": (x / 255).astype(np.float32)}
    np.savez(tmp_path / "a.npz", x=arrays[layout], y=np.arange(30) % 2)
    data = opened(tmp_path / "a.npz")
    assert (data.specs["x"].kind, data.specs["x"].shape) == ("video", (6, 12, 12, 3))
    np.testing.assert_allclose(data.encode("x", np.array([3])), x[3:4] / 255, atol=0.003)


def test_that_thumbnails_show_begin_middle_and_end(tmp_path: Path) -> None:
    settings = guess_settings(clip_folder(tmp_path / "s", 6))
    found = thumbnails(settings, Path("/"), "clip", [0, 7], 300)
    assert {row: picture.shape for row, picture in found.items()} == {0: (12, 38, 3), 7: (12, 38, 3)}
    assert not (found[7][:, :12] == found[7][:, 26:]).all()


# The doctor


def kinds(folder: Path) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for each in examine(guess_settings(folder), folder.parent):
        found.setdefault(each.kind, set()).update(each.places)
    return found


@pytest.fixture
def some_clips(tmp_path: Path) -> Path:
    rng = np.random.default_rng(3)
    for label in ("left", "right"):
        for number in range(14):
            clip = np.repeat(rng.integers(0, 120, (1, 12, 12, 3), np.uint8), 6, axis=0)
            moving = frames(0)[:: 1 if label == "right" else -1]
            write_frames(tmp_path / "s" / label / f"take{number:02d}", np.maximum(clip, moving))
    return tmp_path / "s"


def test_that_copied_blank_and_frozen_clips_are_found(some_clips: Path) -> None:
    assert set(kinds(some_clips)) <= {"split"}
    write_frames(some_clips / "left" / "take50", np.full((6, 12, 12, 3), 77, np.uint8))
    first = [np.asarray(Image.open(some_clips / "right" / "take01" / f"frame_{n:03d}.png")) for n in range(6)]
    write_frames(some_clips / "left" / "take51", np.repeat(np.stack(first)[:1], 6, axis=0))
    write_frames(some_clips / "right" / "take52", np.stack(first))
    brighter = [np.clip(each * 1.04, 0, 255).astype(np.uint8) for each in first]
    write_frames(some_clips / "right" / "take53", np.stack(brighter))
    found = kinds(some_clips)
    assert {"left/take50", "left/take51"} <= found["blank"]
    copies = found.get("copies", set()) | found.get("shared", set())
    near = copies | found.get("near-copies", set())
    assert copies & {"right/take01", "right/take52"} and "right/take53" in near
