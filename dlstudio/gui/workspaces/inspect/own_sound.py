"""Where a user gives a sound of one's own: dropped, chosen from a file, or recorded where there is a microphone."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from dlstudio.gui import sound_playback, theme
from dlstudio.gui.plots.sound import SoundPlot
from dlstudio.gui.workspaces.inspect.asking import Asker
from dlstudio.gui.workspaces.inspect.own_inputs import OwnFile
from dlstudio.gui.workspaces.panels import button, label


class OwnSound(OwnFile):
    """A sound file, read by the engine at the rate that the network hears, or a recording at that rate."""

    def __init__(self, asker: Asker, rate: float, seconds: float) -> None:
        super().__init__()
        self._asker = asker
        self._rate = max(round(rate), 1000)
        self._seconds = seconds
        self._wave: Any = None
        self._recording: Any = None
        words = (
            f"Drop a WAV, FLAC, OGG or MP3 file. The network hears its first {seconds:.3g} s at {rate / 1000:g} kHz."
        )
        self.record = button("● Record", self._record, tip=f"Records {seconds:.3g} s from the microphone")
        self.record.setVisible(sound_playback.can_record())
        self.play = button("▶  Play", self._play)
        self.play.setEnabled(False)
        self.said = label("", "faint", wrap=True)
        self.plot = SoundPlot()
        self.plot.hide()
        self._done = QTimer(self, singleShot=True)
        self._done.timeout.connect(self._recorded)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.SPACE_2)
        buttons.addWidget(button("Choose a file …", self._choose))
        buttons.addWidget(self.record)
        buttons.addWidget(self.play)
        buttons.addWidget(self.said, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(label(words, "dim", wrap=True))
        layout.addLayout(buttons)
        layout.addWidget(self.plot)

    def value(self) -> Any:
        return self._wave

    def open(self, path: str) -> None:
        """Has a file read; says so where it is no sound."""
        self.said.setText("reading …")
        self._asker.ask("sound_file", {"path": path, "rate": self._rate}, self._read, self._failed, newest=True)

    def _read(self, value: dict[str, Any]) -> None:
        self.set_wave(value["arrays"]["wave"], value["arrays"]["picture"])

    def set_wave(self, wave: Any, picture: Any = None) -> None:
        """Judges (samples,) floats at the network's rate."""
        self._wave = np.asarray(wave, np.float32)
        self.said.setText(f"{len(self._wave) / self._rate:.2f} s")
        self.play.setEnabled(True)
        if picture is not None:
            self.plot.set_sound(self._wave, self._rate, picture)
            self.plot.show()
        self.changed.emit()

    def _failed(self, sentence: str) -> None:
        self.said.setText("")
        self.problem.emit(sentence)

    def _choose(self) -> None:
        kinds = "Sounds (*.wav *.flac *.ogg *.oga *.opus *.mp3 *.aif *.aiff *.au);;All files (*)"
        self.choose_file("Choose a sound", kinds)

    def _play(self) -> None:
        if self._wave is not None:
            self.said.setText(sound_playback.play(self._wave, self._rate))

    def _record(self) -> None:
        self._recording = sound_playback.record(self._seconds, self._rate)
        if self._recording is None:
            self.problem.emit("Nothing can be recorded: the microphone does not answer. Choose a file instead.")
            return
        self.said.setText("recording …")
        self.record.setEnabled(False)
        self._done.start(round(1000 * self._seconds) + 200)

    def _recorded(self) -> None:
        self.record.setEnabled(True)
        if self._recording is not None:
            # Through a file, so that it is drawn by the same way as one that was dropped.
            self.open(str(sound_playback.write_wav(self._recording, self._rate)))
