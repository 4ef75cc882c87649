"""Broken clips of each form: what is wrong is named with its place, and the rest is read."""

from __future__ import annotations

import builtins
import re
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dlstudio.data.encoders.clip import ClipEncoder
from dlstudio.data.opening import guess_settings
from dlstudio.data.pictures.images import ImageError
from dlstudio.data.preparing import PreparedData, prepare
from dlstudio.data.table import DataError
from dlstudio.data.video import clips, videos
from tests.data.sources import frames, large, write_frames, write_gif, write_sound, write_video

SIZE = (12, 12)


def opened(path: Path) -> PreparedData:
    return prepare(guess_settings(path), Path("/"))


def gif_of(width: int, height: int) -> bytes:
    frame = b"\x2c" + struct.pack("<HHHH", 0, 0, width, height) + b"\x00\x02\x02\x44\x01\x00"
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\x00\x00" + b"\x00" * 6 + frame * 2 + b"\x3b"


def png_of(width: int, height: int) -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    content = b"IDAT" + zlib.compress(b"\x00" * 100)
    chunks = [struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in (header, content, b"IEND")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def cut(path: Path, share: float = 0.4) -> None:
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])


def one_frame(path: Path) -> None:
    Image.new("RGB", (8, 8)).save(path)


ANIMATIONS: dict[str, tuple[Callable[[Path], Any], str]] = {
    "truncated": (cut, r"damaged|not an image"),
    "empty": (lambda path: path.write_bytes(b""), "an empty file"),
    "no picture": (lambda path: path.write_text("hello"), "not an image"),
    "a single picture": (one_frame, "a single picture, not a clip"),
    "another file": (lambda path: path.write_bytes(b"PK\x03\x04" + b"x" * 200), "not an image"),
}
FRAMES: dict[str, tuple[Callable[[Path], Any], str]] = {
    "a truncated frame": (lambda path: cut(path / "frame_002.png"), r"frame_002.png: (damaged|not an image)"),
    "an empty frame": (lambda path: (path / "frame_002.png").write_bytes(b""), "frame_002.png: an empty file"),
    "no picture": (lambda path: (path / "frame_002.png").write_text("hello"), "frame_002.png: not an image"),
    "an absurd frame": (lambda path: (path / "frame_002.png").write_bytes(png_of(60_000, 60_000)), "megapixels"),
    "another kind": (lambda path: (path / "frame_002.png").write_bytes(b"RIFF....WAVE"), "frame_002.png: not an image"),
}


def broken(tmp_path: Path, kind: str, change: Callable[[Path], Any], bad: str) -> PreparedData:
    """Twelve clips of which one is put wrong."""
    for number in range(12):
        clip = np.repeat(np.repeat(frames(10 * number), 2, axis=1), 2, axis=2)
        name = f"c{number}{kind}"
        path = tmp_path / "s" / ("right" if number % 2 else "left") / name
        (write_frames if not kind else write_gif if kind in (".gif", ".webp") else write_video)(path, clip)
    change(tmp_path / "s" / "left" / bad)
    return opened(tmp_path / "s")


def faulty(data: PreparedData, place: str, why: str) -> None:
    (issue,) = [each for each in data.issues if each.kind == "unreadable"]
    assert issue.severity == "error" and "1 clip of 'clip' cannot be read" in issue.message
    assert place in issue.message
    assert re.search(why, issue.message), issue.message
    assert sum(map(len, data.rows.values())) == 11, "the others are read"


@pytest.mark.parametrize("suffix", [".gif", ".webp"])
@pytest.mark.parametrize("fault", ANIMATIONS)
def test_that_a_broken_animation_is_named_and_the_rest_read(tmp_path: Path, suffix: str, fault: str) -> None:
    change, why = ANIMATIONS[fault]
    faulty(broken(tmp_path, suffix, change, f"c4{suffix}"), f"left/c4{suffix}", why)


def test_that_an_absurdly_large_animation_is_named(tmp_path: Path) -> None:
    data = broken(tmp_path, ".gif", lambda path: path.write_bytes(gif_of(60_000, 60_000)), "c4.gif")
    faulty(data, "left/c4.gif", "megapixels")


def test_that_absurdly_many_frames_are_refused(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(clips, "MOST_FRAMES", 4)
    with pytest.raises(ImageError, match="more than 4 frames"):
        clips.load(write_gif(tmp_path / "a.gif", frames(1)), 2, SIZE, 3)
    with pytest.raises(ImageError, match="more than 4 pictures"):
        clips.load(write_frames(tmp_path / "a", frames(1)), 2, SIZE, 3)
    monkeypatch.setattr(clips, "MOST_FRAMES", 40)
    monkeypatch.setattr(clips, "MOST_DECODED", 100)
    with pytest.raises(ImageError, match="6 frames of 12 × 12 pixels, which is too much"):
        clips.load(tmp_path / "a.gif", 2, SIZE, 3)


@pytest.mark.parametrize("fault", FRAMES)
def test_that_a_broken_frame_is_named_and_the_rest_read(tmp_path: Path, fault: str) -> None:
    change, why = FRAMES[fault]
    faulty(broken(tmp_path, "", change, "c4"), "left/c4", why)


def only_sound(path: Path) -> None:
    av = pytest.importorskip("av")
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode())


def a_list_of_others(path: Path) -> None:
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n")


def sound_file(path: Path) -> None:
    write_sound(path.with_suffix(".wav"))
    path.with_suffix(".wav").rename(path)


VIDEOS: dict[str, tuple[Callable[[Path], Any], str]] = {
    "truncated": (lambda path: cut(path, 0.3), "damaged|not a video|no pictures"),
    "empty": (lambda path: path.write_bytes(b""), "an empty file"),
    "no video": (lambda path: path.write_text("hello " * 50), "not a video|of the kind"),
    "only sound": (only_sound, "only sound|not a video"),
    "a list of other files": (a_list_of_others, "not a video|of the kind"),
    "a sound file": (sound_file, "of the kind wav"),
}


@pytest.mark.parametrize("suffix", [".mp4", ".avi"])
@pytest.mark.parametrize("fault", VIDEOS)
def test_that_a_broken_video_is_named_and_the_rest_read(tmp_path: Path, suffix: str, fault: str) -> None:
    pytest.importorskip("av")
    if fault == "only sound" and suffix == ".avi":
        pytest.skip("AVI takes no AAC of this form")
    change, why = VIDEOS[fault]
    faulty(broken(tmp_path, suffix, change, f"c4{suffix}"), f"left/c4{suffix}", why)


def test_that_absurd_frames_and_lengths_of_videos_are_refused(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    path = write_video(tmp_path / "a.mp4", large())
    monkeypatch.setattr(videos, "MOST_PIXELS", 500)
    with pytest.raises(ImageError, match="frames of 32 × 32 pixels, which is too much"):
        clips.load(path, 4, SIZE, 3)
    monkeypatch.setattr(videos, "MOST_PIXELS", 5000)
    monkeypatch.setattr(videos, "MOST_SECONDS", 1.0)
    with pytest.raises(ImageError, match="longer than"):
        clips.load(path, 4, SIZE, 3)


def test_that_without_pyav_a_sentence_says_what_to_install(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    real = builtins.__import__

    def without(name: str, *values: Any, **named: Any) -> Any:
        if name == "av":
            raise ImportError("no module named av")
        return real(name, *values, **named)

    (tmp_path / "a.mp4").write_bytes(b"x" * 100)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(DataError, match=r"a\.mp4: a video, which PyAV reads: install .*dlstudio\[video\]"):
        ClipEncoder.of_settings("clip", {}).encode_value(tmp_path / "a.mp4")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("gone.gif,left", "no such file"),
        (",left", "no file is named"),
        ("../secret.gif,left", "outside the folder"),
        ("notes.txt,left", "no clip, by the ending"),
        ("x" * 1100 + ",left", "not the name of a file"),
    ],
)
def test_that_a_bad_name_in_a_table_is_told_with_its_line(tmp_path: Path, line: str, why: str) -> None:
    home = tmp_path / "s"
    write_gif(tmp_path / "secret.gif", frames(3))
    for number in range(10):
        write_gif(home / f"c{number}.gif", frames(20 * number)[:: 1 if number % 2 else -1])
    (home / "notes.txt").write_text("hello")
    rows = [f"c{number}.gif,{'right' if number % 2 else 'left'}" for number in range(10)]
    (home / "labels.csv").write_text("\n".join(["file,label", *rows, line]) + "\n")
    data = opened(home)
    (issue,) = [each for each in data.issues if each.kind == "unreadable"]
    assert "line 12" in issue.message and why in issue.message, issue.message


def test_that_folders_without_labels_or_clips_are_a_sentence(tmp_path: Path) -> None:
    for number in range(3):
        write_gif(tmp_path / "s" / f"{number}.gif", frames(9 * number))
    with pytest.raises(DataError, match=r"nothing says what they show\. Put them into one sub-folder a class"):
        guess_settings(tmp_path / "s")
