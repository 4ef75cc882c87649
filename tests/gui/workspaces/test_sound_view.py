"""Listening in the Inspect workspace: invented sounds, played without a sound device, and sounds of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent

from dlstudio.data.sound.spectrograms import log_mel, picture
from dlstudio.gui import sound_playback
from dlstudio.gui.workspaces.inspect.asking import Asker, Subject
from dlstudio.gui.workspaces.inspect.own_sound import OwnSound
from dlstudio.gui.workspaces.inspect.sound_view import SoundView, quoted

RATE = 8000
WAVE = (0.5 * np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE)).astype(np.float32)


def answer(studio, correct: bool = False) -> None:
    def item(place: int) -> dict[str, Any]:
        return {
            "row": place + 10,
            "place": place,
            "truth": "zero",
            "prediction": "zero" if correct else "zo",
            "correct": correct,
            "confidence": 0.9,
            "loss": 1.0,
            "array": f"sample-{place}",
            "file": f"{place}.wav",
        }

    def inspect(payload: Mapping[str, Any]) -> dict[str, Any]:
        if payload["inspector"] == "gallery":
            shown = {f"sample-{n}": picture(WAVE, RATE, (80, 120)) for n in range(3)}
            items = [item(n) for n in range(3)]
            return {"sample_kind": "audio", "items": items, "total": 3, "of": 3, "classes": [], "arrays": shown}
        row = payload["options"].get("row", 10)
        shares = np.zeros((3, 50), np.float32)
        shares[0, 5:9], shares[1, 20:24], shares[2] = 1.0, 1.0, 0.4
        return {
            "row": row,
            "file": f"{row}.wav",
            "rate": RATE,
            "heard": 1.0,
            "truth": "zero",
            "prediction": "zero" if correct else "zo",
            "correct": correct,
            "names": ["z", "o", "blank"],
            "parts": [{"text": "z", "begin": 0.1, "end": 0.18}, {"text": "o", "begin": 0.4, "end": 0.48}],
            "arrays": {"wave": WAVE, "picture": picture(WAVE, RATE), "alignment": shares},
        }

    studio.answers["inspect"] = inspect


@pytest.fixture
def view(qtbot, studio) -> SoundView:
    answer(studio)
    made = SoundView(studio)
    qtbot.addWidget(made)
    made.resize(1100, 640)
    made.show()
    made.turn_to(Subject("/run", "test"))
    qtbot.waitUntil(lambda: made.sound.wave.size > 0)
    return made


def test_that_a_sound_is_shown_with_truth_prediction_and_alignment(view):
    assert view.sound.verdict.text() == "✕ truth “zero” · predicted “zo”"
    assert "1.00 s · 8 kHz" in view.sound.subtitle.text()
    assert view.sound.plot.accessibleDescription() == "decoded: zo"
    drawn = view.sound.plot.grab().toImage()
    colours = {drawn.pixel(x, y) for x in range(60, drawn.width(), 7) for y in range(0, drawn.height(), 5)}
    assert len(colours) > 20, "waveform, spectrogram and shades are painted"


def test_that_choosing_a_sample_turns_the_sound(view, qtbot):
    grid = view.samples.grid
    qtbot.waitUntil(lambda: len(grid.loaded) == 3)
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=grid._box(2).center().toPoint())
    qtbot.waitUntil(lambda: "12.wav" in view.sound.subtitle.text())


def test_that_playing_without_a_device_opens_the_systems_player(view, qtbot, monkeypatch):
    opened: list[str] = []
    monkeypatch.setattr(sound_playback, "_device", lambda way: None)
    monkeypatch.setattr(
        sound_playback.QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()) or True
    )
    qtbot.mouseClick(view.sound.play, Qt.MouseButton.LeftButton)
    assert opened and opened[0].endswith(".wav")
    assert view.sound.said.text() == "opened in the system's player"


def test_that_a_machine_that_can_play_nothing_says_where_the_sound_is(monkeypatch):
    monkeypatch.setattr(sound_playback, "_device", lambda way: None)
    monkeypatch.setattr(sound_playback.QDesktopServices, "openUrl", lambda url: False)
    assert sound_playback.play(WAVE, RATE).startswith("No sound device and no player was found. The sound is in ")


def test_that_a_failing_sound_system_is_no_failure(monkeypatch):
    class Broken:
        def stop(self) -> None:
            raise OSError("PortAudio is gone")

        def rec(self, *_: object, **__: object) -> None:
            raise OSError("no microphone")

    monkeypatch.setattr(sound_playback, "_device", lambda way: Broken())
    monkeypatch.setattr(sound_playback.QDesktopServices, "openUrl", lambda url: True)
    assert sound_playback.play(WAVE, RATE) == "opened in the system's player"
    assert sound_playback.record(1.0, RATE) is None


def test_that_a_dropped_file_is_read_by_the_engine_and_judged(qtbot, studio):
    asked: list[Mapping[str, Any]] = []

    def read(payload: Mapping[str, Any]) -> dict[str, Any]:
        asked.append(payload)
        return {"rate": RATE, "seconds": 1.0, "arrays": {"wave": WAVE, "picture": picture(WAVE, RATE)}}

    studio.answers["sound_file"] = read
    own = OwnSound(Asker(studio, "test", studio), 8000.0, 1.3)
    qtbot.addWidget(own)
    assert own.value() is None
    content = QMimeData()
    content.setUrls([QUrl.fromLocalFile("/somewhere/own.wav")])
    with qtbot.waitSignal(own.changed):
        own.dropEvent(
            QDropEvent(
                QPointF(5, 5),
                Qt.DropAction.CopyAction,
                content,
                Qt.MouseButton.LeftButton,
                Qt.KeyboardModifier.NoModifier,
            )
        )
    assert asked == [{"path": "/somewhere/own.wav", "rate": 8000}]
    assert own.value().shape == (RATE,)
    assert own.play.isEnabled()


def test_that_nothing_said_is_said_so():
    assert quoted("") == "nothing"
    assert quoted("uno") == "“uno”"


def test_that_the_spectrogram_of_a_tone_is_brightest_at_its_height():
    loud = log_mel(WAVE, RATE, 64).mean(axis=1).argmax()
    edges = 700 * (10 ** (np.linspace(0, 2595 * np.log10(1 + 4000 / 700), 66) / 2595) - 1)
    assert edges[loud] <= 1000 <= edges[loud + 2]
