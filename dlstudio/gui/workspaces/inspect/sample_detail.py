"""The panel at the right: one sample large, its truth, what was predicted, and how sure the network was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from dlstudio.gui import theme
from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.bars import Bar, BarRows
from dlstudio.gui.plots.sparkline import SeriesView
from dlstudio.gui.workspaces.inspect.samples import PredictedSample, spoken
from dlstudio.gui.workspaces.panels import Section, SidePanel, label


class PictureView(QWidget):
    """An image as large as the width allows; small ones keep their pixels visible."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = QImage()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def sizeHint(self) -> QSize:
        return QSize(220, self.heightForWidth(220))

    def heightForWidth(self, width: int) -> int:
        """Frames of a clip side by side need less height than a picture."""
        wide = self._picture.width() > 2 * self._picture.height()
        return min(220, round(width * self._picture.height() / self._picture.width())) if wide else 220

    def set_picture(self, picture: QImage) -> None:
        """Shows an image."""
        self._picture = picture
        self.setAccessibleName(f"image of {picture.width()} × {picture.height()} pixels")
        self.updateGeometry()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._picture.isNull():
            return
        painter = QPainter(self)
        size = self._picture.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        smooth = self._picture.width() * 2 > size.width()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.drawImage(QRectF(0, (self.height() - size.height()) / 2, size.width(), size.height()), self._picture)
        painter.end()


def score_bars(scores: Mapping[str, float], right: Any = None, wrong: Any = None, most: int = 8) -> list[Bar]:
    """The highest scores as bars, the best first: the true class green, a wrong prediction red, others blue."""
    highest = sorted(scores.items(), key=lambda item: -item[1])[:most]
    tokens = {str(wrong): "error", str(right): "ok"}
    return [
        Bar(name, ((score, tokens.get(name, "training")),), numbers.percent(score, 0 if score > 0.995 else 1))
        for name, score in highest
    ]


class SampleDetail(SidePanel):
    """Shows one predicted sample."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(260, parent)
        self.title = label("Sample", "title")
        self.where = label("", "small", wrap=True)
        self.where.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.picture = PictureView()
        self.series = SeriesView()
        self.text = label("", "", wrap=True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.verdict = label("", "heading", wrap=True)
        self.prediction = Section("Prediction")
        self.bars = BarRows()
        self.prediction.body.addWidget(self.bars)
        self.facts = Section("Sample")
        self.hint = label("Click a sample to see it here, with its scores.", "dim", wrap=True)
        for widget in (
            self.title,
            self.where,
            self.hint,
            self.picture,
            self.series,
            self.text,
            self.verdict,
            self.prediction,
            self.facts,
        ):
            self.body.addWidget(widget)
        self.body.addStretch(1)
        self.clear()

    def clear(self) -> None:
        """Shows no sample."""
        for widget in (self.where, self.picture, self.series, self.text, self.verdict, self.prediction, self.facts):
            widget.hide()
        self.title.setText("Sample")
        self.hint.show()

    def show_sample(self, sample: PredictedSample, split: str) -> None:
        """Shows a sample of a split."""
        self.hint.hide()
        self.title.setText(f"Sample {numbers.count(sample.row + 1)}")
        self.where.setText(" · ".join(filter(None, (f"{split} split", sample.file))))
        self.where.show()
        self.picture.setVisible(sample.picture is not None)
        if sample.picture is not None:
            self.picture.set_picture(sample.picture)
        self.series.setVisible(sample.series is not None)
        if sample.series is not None:
            self.series.set_series(sample.series)
        self.text.setText(sample.text)
        self.text.setVisible(bool(sample.text) and sample.picture is None)
        self._show_verdict(sample)
        wrong = sample.prediction if sample.correct is False else None
        self.bars.set_bars(score_bars(sample.scores, sample.truth, wrong))
        self.prediction.setVisible(bool(sample.scores))
        self.facts.empty()
        self.facts.add_fact("Loss", numbers.number(sample.loss))
        if sample.confidence is not None:
            self.facts.add_fact("Confidence", numbers.percent(sample.confidence))
        if isinstance(sample.truth, float) and isinstance(sample.prediction, float):
            self.facts.add_fact("Error", numbers.number(sample.prediction - sample.truth))
        self.facts.show()

    def _show_verdict(self, sample: PredictedSample) -> None:
        truth, given = spoken(sample.truth), spoken(sample.prediction)
        if sample.correct is False:
            theme.mark(self.verdict, "error")
            self.verdict.setText(f"✕ {given}, but it is {truth}")
        elif sample.correct:
            theme.mark(self.verdict, "ok")
            self.verdict.setText(f"✓ {given}, which is right")
        else:
            theme.mark(self.verdict, "heading")
            self.verdict.setText(f"truth {truth} · predicted {given}")
        self.verdict.show()
