"""Sounds to hear and to see: the samples at the left, the waveform and spectrogram of the chosen one at the right."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import Qt

from dlstudio.gui import sound_playback, theme
from dlstudio.gui.plots.sound import SoundPlot
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.inspect.chosen_sample import ChosenSample, SamplePane
from dlstudio.gui.workspaces.inspect.samples import spoken
from dlstudio.gui.workspaces.panels import button, label


class _Sound(SamplePane):
    """The sound of one row of the split."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio, "listen", "Sound")
        self._rate = 1
        self.wave: Any = np.zeros(0, np.float32)
        self.play = button("▶  Play", self._play, tip="Space")
        self.play.setShortcut(Qt.Key.Key_Space)
        self.verdict = label("", "heading", wrap=True)
        self.said = label("", "faint")
        self.header.addWidget(self.play)
        self.header.addWidget(self.verdict, 1)
        self.header.addWidget(self.said)
        self.plot = SoundPlot()
        self.inner.addWidget(self.plot, 1)

    def show_answer(self, value: dict[str, Any]) -> None:
        arrays = value["arrays"]
        self._row, self._rate, self.wave = int(value["row"]), int(value["rate"]), arrays["wave"]
        self.plot.set_sound(self.wave, self._rate, arrays["picture"])
        if "alignment" in arrays:
            self.plot.set_alignment(value["names"], arrays["alignment"], value["parts"], float(value["heard"]))
        seconds = f"{len(self.wave) / self._rate:.2f} s"
        rate = f"{self._rate / 1000:g} kHz"
        self.set_subtitle(" · ".join(filter(None, (value.get("file") or f"row {self._row + 1}", seconds, rate))))
        truth, given = quoted(value.get("truth")), quoted(value.get("prediction"))
        correct = value.get("correct")
        theme.mark(
            self.verdict, {True: "ok", False: "error"}.get(correct, "heading") if correct is not None else "heading"
        )
        mark = "" if correct is None else "✓ " if correct else "✕ "
        self.verdict.setText(f"{mark}truth {truth} · predicted {given}")
        self.said.setText("")
        self.show_content()

    def _play(self) -> None:
        if len(self.wave):
            self.said.setText(sound_playback.play(self.wave, self._rate))


class SoundView(ChosenSample):
    """Samples at the left, the sound of the chosen one at the right."""

    def __init__(self, studio: Studio) -> None:
        pane = _Sound(studio)
        super().__init__(studio, "sounds", pane, (380, 640))
        self.sound = pane


def quoted(value: Any) -> str:
    """What is said stands in quotes; nothing said is said so."""
    if isinstance(value, str):
        return f"“{value}”" if value else "nothing"
    return spoken(value)
