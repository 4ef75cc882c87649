"""Why a run failed, beside its curves, and what can be done about it with a click: undoable, or harmless."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from dlstudio.graph.project import TrainingSettings
from dlstudio.gui import theme
from dlstudio.gui.workspaces.panels import button, label
from dlstudio.training.remedies import clip_gradients, clips, lower_rate, rate_of, smaller_batches
from dlstudio.training.runs.run_info import RunInfo

if TYPE_CHECKING:
    from dlstudio.gui.studio import Studio


class FailureCard(QFrame):
    """The sentence of a failed run; where its training broke also the ways to go on."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        theme.mark(self, "card")
        self._studio = studio
        self._info: RunInfo | None = None
        self.sentence = label("", "error", wrap=True)
        self.log = button("Open log", self._open_log, "quiet", "What Keras and its backend printed")
        self.slow = button("", self._lower, tip="Changes the recipe of the project; train again afterwards")
        self.clip = button(
            "Clip gradients", self._clip, tip="Sets clipnorm of the optimizer to 1, so that no step is too large"
        )
        self.halve = button("", self._halve, tip="Less memory at once, the same samples a step; train again afterwards")
        self.go_on = button(
            "", self._go_on, tip="This run goes on from its last good checkpoint with a tenth of its rate, clipped"
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.SPACE_3, theme.SPACE_2, theme.SPACE_3, theme.SPACE_2)
        layout.setSpacing(theme.SPACE_2)
        said = QHBoxLayout()
        said.addWidget(self.sentence, 1)
        said.addWidget(self.log)
        layout.addLayout(said)
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE_2)
        for each in (self.go_on, self.slow, self.clip, self.halve):
            row.addWidget(each)
        row.addStretch(1)
        layout.addLayout(row)
        self.hide()

    def show_failure(self, info: RunInfo, sentence: str) -> None:
        """Says the sentence, or hides where there is none."""
        self._info = info
        self.sentence.setText(f"✕ {sentence}")
        self.setVisible(bool(sentence))
        curable = info.diverged and info.cause not in ("input", "target")
        training = self._training()
        # A rate that was lowered since then needs no lowering for what another rate did.
        lowered = lower_rate(info.project.training)
        self.slow.setText(f"Lower the rate to {rate_of(lowered):.3g}")
        self.slow.setVisible(curable and rate_of(training) > rate_of(lowered))
        self.clip.setVisible(curable and not clips(training))
        smaller = smaller_batches(training)
        times = smaller.optimizer.settings.get("gradient_accumulation_steps")
        self.halve.setText(f"{smaller.batch_size} samples a batch, {times} batches a step")
        too_large = info.failure == "out-of-memory" and training.batch_size >= info.project.training.batch_size
        self.halve.setVisible(too_large and smaller != training)
        self.go_on.setText(f"Continue from epoch {info.last_epoch}, calmer")
        self.go_on.setVisible(curable and info.can_go_on_calmer and not self._studio.live_run)

    def _training(self) -> TrainingSettings:
        return self._studio.project.training

    def _lower(self) -> None:
        assert self._info is not None
        wanted = rate_of(lower_rate(self._info.project.training))
        self._set("Lower the learning rate", lower_rate(self._training(), wanted / rate_of(self._training())))

    def _clip(self) -> None:
        self._set("Clip the gradients", clip_gradients(self._training()))

    def _halve(self) -> None:
        self._set("Train with smaller batches", smaller_batches(self._training()))

    def _set(self, words: str, training: TrainingSettings) -> None:
        self._studio.change(words, replace(self._studio.project, training=training))
        if self._info is not None:
            self.show_failure(self._info, self.sentence.text().removeprefix("✕ "))

    def _go_on(self) -> None:
        if self._info is not None:
            self._studio.continue_calmer(self._info.name)

    def _open_log(self) -> None:
        if self._info is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._info.folder / "log.txt")))
