"""Clips: the samples at the left, the chosen one playing at the right, with the weight of each of its frames."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from dlstudio.gui import theme
from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.bars import BarRows
from dlstudio.gui.plots.clip_player import ClipPlayer
from dlstudio.gui.plots.frame_strip import FrameStrip
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.inspect.chosen_sample import ChosenSample, SamplePane
from dlstudio.gui.workspaces.inspect.sample_detail import score_bars
from dlstudio.gui.workspaces.inspect.samples import spoken
from dlstudio.gui.workspaces.panels import button, label


class _Clip(SamplePane):
    """The clip of one row of the split."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio, "frames", "Clip")
        self.play = button("❚❚  Pause", self._play, tip="Space")
        self.play.setShortcut(Qt.Key.Key_Space)
        self.play.setMinimumWidth(96)
        self.verdict = label("", "heading", wrap=True)
        self.header.addWidget(self.play)
        self.header.addWidget(self.verdict, 1)
        self.player = ClipPlayer()
        self.player.setMinimumSize(160, 160)
        self.bars = BarRows()
        self.strip = FrameStrip()
        self.explained = label("", "dim", wrap=True)
        self.player.frameShown.connect(self.strip.show_frame)
        self.strip.chosen.connect(self._chosen)
        beside = QVBoxLayout()
        beside.addWidget(label("scores", "dim"))
        beside.addWidget(self.bars)
        beside.addStretch(1)
        upper = QHBoxLayout()
        upper.setSpacing(theme.SPACE_4)
        upper.addWidget(self.player, 1)
        upper.addLayout(beside, 1)
        self.inner.addLayout(upper, 3)
        self.inner.addWidget(self.explained)
        self.inner.addWidget(self.strip, 2)

    def show_answer(self, value: dict[str, Any]) -> None:
        frames, weights = value["arrays"]["frames"], value["arrays"]["weights"]
        self._row = int(value["row"])
        share = bool(value["share"])
        self.strip.set_clip(frames, weights, share)
        self.player.set_clip(frames)
        size = f"{len(frames)} frames of {frames.shape[1]} × {frames.shape[2]}"
        self.set_subtitle(" · ".join((value.get("file") or f"row {self._row + 1}", size)))
        about = f"points of the probability of “{value['about']}”" if share else f"the value of {value['about']}"
        self.explained.setText(
            f"Weight of each frame: {about} that go when the frame is covered by the clip's mean. "
            "Green speaks for it, red against."
        )
        self._show_verdict(value["prediction"], value.get("truth"))
        self.show_content()

    def _show_verdict(self, given: dict[str, Any], truth: Any) -> None:
        said = given.get("label", given.get("value"))
        correct = said == truth if "label" in given else None
        theme.mark(self.verdict, {True: "ok", False: "error", None: "heading"}[correct])
        mark = {True: "✓ ", False: "✕ ", None: ""}[correct]
        sure = f", {numbers.percent(float(given['confidence']))} sure" if "confidence" in given else ""
        self.verdict.setText(f"{mark}truth {spoken(truth)} · predicted {spoken(said)}{sure}")
        self.bars.set_bars(score_bars(given.get("scores", {}), truth, said if correct is False else None))

    def _play(self) -> None:
        self._set_playing(not self.player.playing)

    def _chosen(self, place: int) -> None:
        self._set_playing(False)
        self.player.show_frame(place)

    def _set_playing(self, playing: bool) -> None:
        self.player.play(playing)
        self.play.setText("❚❚  Pause" if playing else "▶  Play")


class FramesView(ChosenSample):
    """Samples at the left, the clip of the chosen one at the right."""

    def __init__(self, studio: Studio) -> None:
        pane = _Clip(studio)
        super().__init__(studio, "frames.samples", pane, (470, 600))
        self.clip = pane
