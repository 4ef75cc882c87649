"""The two plots of the Train workspace and the row of switches above them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QSizePolicy, QSlider, QSplitter, QVBoxLayout, QWidget

from dlstudio.graph.project import Project
from dlstudio.gui import theme
from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.curves import Curve, CurvePlot
from dlstudio.gui.plots.points import AXES, Axis
from dlstudio.gui.turns import Turns
from dlstudio.gui.workspaces.panels import label
from dlstudio.gui.workspaces.train.record import COURSE, COURSE_UNITS, RunRecord
from dlstudio.gui.workspaces.train.units import training_unit

_NARROW = 640
_LEAST_CHOICE, _WIDEST_CHOICE = 104, 152  # pixels; what a narrow window has room for


@dataclass(frozen=True)
class Compared:
    """Another run behind the one shown: its record, its name for people and its colour.

    Attributes:
        record: Its curves.
        title: What people call it.
        color: Its colour.
        begun: How it began, such as ``from scratch``, where it is one of two that differ in that.
        band: What lies around it where it stands for several runs: the records of the lower and of the upper edge.
        spread: What the band is, such as ``± std. dev.``.
    """

    record: RunRecord
    title: str
    color: QColor
    begun: str = ""
    band: tuple[RunRecord, RunRecord] | None = None
    spread: str = ""


class Charts(QWidget):
    """Loss above, another metric below, of one run and of those compared with it."""

    def __init__(self, turns: Turns, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._turns = turns
        self._record: RunRecord | None = None
        self._compared: tuple[Compared, ...] = ()
        self._project: Project | None = None
        self._begun = ""
        self._shown: tuple[object, ...] = ()
        self.loss = CurvePlot("Loss", turns=turns)
        self.below = CurvePlot("Accuracy", turns=turns)
        self.choice = QComboBox()
        self.choice.setAccessibleName("metric of the lower plot")
        self.choice.setToolTip("What stands below the loss")
        # As wide as its longest entry it would keep the window from being narrow.
        self.choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.choice.setMinimumWidth(_LEAST_CHOICE)
        self.choice.setMaximumWidth(_WIDEST_CHOICE)
        self.choice.currentIndexChanged.connect(lambda _: self.update_curves(force=True))
        self.axis = QComboBox()
        self.axis.setAccessibleName("what runs along the bottom")
        for name, title in zip(AXES, ("by step", "by epoch", "by time", "by samples"), strict=True):
            self.axis.addItem(title, name)
        self.axis.currentIndexChanged.connect(self._axis_chosen)
        self.log_x = QCheckBox("Log x")
        self.log_x.setToolTip("The positions along the bottom by their logarithm: the first steps get more room")
        self.log = QCheckBox("Log y")
        self.log.setToolTip("The values by their logarithm; shares such as the accuracy stay as they are")
        for plot in (self.loss, self.below):
            self.log_x.toggled.connect(plot.set_log_x)
        self.log.toggled.connect(self.loss.set_log)
        self.log.toggled.connect(self._log_metric)
        self.smoothing = QSlider(Qt.Orientation.Horizontal)
        self.smoothing.setRange(0, 99)
        self.smoothing.setFixedWidth(84)
        self.smoothing.setAccessibleName("smoothing of the batch curves")
        self.smoothing.setToolTip(
            "How much the curves of single batches are smoothed; the area behind reaches from the least to the "
            "greatest of the values that a point is made from"
        )
        self.smoothing.valueChanged.connect(self._smooth)
        self._smoothing_text = label("", "mono")
        self._build()
        self.smoothing.setValue(80)
        theme.signals.changed.connect(self._restyle)

    def _build(self) -> None:
        switches = QHBoxLayout()
        switches.setSpacing(theme.SPACE_3)
        switches.addWidget(self.axis)
        switches.addWidget(self.log_x)
        switches.addWidget(self.log)
        switches.addSpacing(theme.SPACE_2)
        self._smoothing_caption = label("Smoothing", "dim")
        switches.addWidget(self._smoothing_caption, 100)
        switches.addWidget(self.smoothing)
        switches.addWidget(self._smoothing_text, 100)
        self._widths = {self._smoothing_caption: self._smoothing_caption.sizeHint().width(), self._smoothing_text: 36}
        for each in self._widths:
            each.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)  # they keep no window wide
        switches.addStretch(1)
        switches.addWidget(self.choice)
        plots = self._plots = QSplitter(Qt.Orientation.Vertical)
        plots.setHandleWidth(theme.SPACE_3)
        plots.setChildrenCollapsible(False)
        plots.addWidget(self.loss)
        plots.addWidget(self.below)
        plots.setStretchFactor(0, 4)
        plots.setStretchFactor(1, 3)
        plots.setStyleSheet("QSplitter::handle { background: transparent; }")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.SPACE_3)
        layout.addLayout(switches)
        layout.addWidget(plots, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # Where it is narrow the slider's tooltip has to do: squeezed words would lie over each other.
        for each, width in self._widths.items():
            each.setMaximumWidth(width if self.width() >= _NARROW else 0)

    def show_record(
        self,
        record: RunRecord | None,
        compared: tuple[Compared, ...] = (),
        project: Project | None = None,
        begun: str = "",
    ) -> None:
        """Shows a run, and others behind it.

        Args:
            record: The run; None for no curves.
            compared: The others.
            project: The run's, for the units of what is measured.
            begun: How it began, such as ``from scratch``, where it is one of two that differ in that.
        """
        self._record, self._compared, self._project, self._begun = record, compared, project, begun
        self.update_curves()

    def update_curves(self, force: bool = False) -> None:
        """Draws what the records have gained; cheap enough to call with every batch of events."""
        record = self._record
        self._list_metrics(record)
        chosen = self.choice.currentData() or ""
        shown = (record, self._compared, self._project, self._begun, chosen, self._keys())
        if force or shown != self._shown:
            self._shown = shown
            self.loss.set_curves(self._curves("loss"))
            self.below.set_curves(self._curves(chosen) if chosen else {})
            title = COURSE.get(chosen) or numbers.metric_title(chosen)
            scaled = self._project is not None and training_unit(chosen, self._project)
            # In full it would be longer than the axis.
            unit = COURSE_UNITS.get(chosen, "") or ("std. dev." if scaled else "")
            rises = numbers.is_share(chosen) or chosen == "r2"
            self.below.set_title(numbers.sentence_case(title), unit, rises=rises)
            if not chosen:
                self.below.hide()
            elif self.below.isHidden():  # in a turn of its own: both plots are painted anew for it
                self._turns.ask(self._show_below)
        marked = record is not None and not record.keeps_last and (record.best_epoch < record.epoch or not record.live)
        best = record.best_place if record and marked else None
        for plot in (self.loss, self.below):
            plot.set_best(best)
            plot.set_live(record is not None and record.live)
            plot.refresh()

    def _show_below(self) -> None:
        if self.choice.currentData() and self.below.isHidden():
            self.below.show()
            self._plots.setSizes([400, 300])  # a splitter gives what was hidden no more than its least height

    def _restyle(self) -> None:
        self.update_curves(force=True)

    def _keys(self) -> tuple[object, ...]:
        records = [self._record, *(each.record for each in self._compared)]
        return tuple((tuple(r.batches), tuple(r.epochs), tuple(r.course)) for r in records if r)

    def _list_metrics(self, record: RunRecord | None) -> None:
        names = [name for name in record.metrics if name != "loss"] if record else []
        names += [name for name in COURSE if record and name in record.course]
        self.choice.setVisible(len(names) > 1)
        if names == [self.choice.itemData(i) for i in range(self.choice.count())]:
            return
        kept = self.choice.currentData()
        self.choice.blockSignals(True)
        self.choice.clear()
        for name in names:
            self.choice.addItem(COURSE.get(name) or numbers.metric_title(name), name)
        self.choice.setCurrentIndex(max(self.choice.findData(kept), 0) if names else -1)
        self.choice.blockSignals(False)

    def _curves(self, metric: str) -> Mapping[str, Curve]:
        curves: dict[str, Curve] = {}
        record = self._record
        begun = f", {self._begun}" if self._begun else ""
        blue, orange = theme.color("training"), theme.color("validation")
        if record is not None and metric in record.batches:
            points = record.batches[metric]
            curves["batch"] = Curve(points, "training, by batch", blue, faint=True, smooth=True)
        if record is not None and metric in record.epochs:
            curves["training"] = Curve(record.epochs[metric], "training, by epoch", blue)
        if record is not None and f"val_{metric}" in record.epochs:
            curves["validation"] = Curve(record.epochs[f"val_{metric}"], f"validation{begun}", orange)
        if record is not None and metric in record.course:
            curves["training"] = Curve(record.course[metric], COURSE[metric], blue)
            return curves
        for each in self._compared:
            # One curve of each compared run: validation where there is one, so that like stands beside like.
            key = f"val_{metric}" if f"val_{metric}" in each.record.epochs else metric
            if key in each.record.epochs:
                curves[f"{each.record.name} {key}"] = _compared_curve(each, key)
        return curves

    def _axis_chosen(self) -> None:
        axis: Axis = self.axis.currentData()
        self.loss.set_axis(axis)
        self.below.set_axis(axis)

    def _log_metric(self, on: bool) -> None:
        # A share of 1 on a log scale says nothing; errors such as the mean absolute error do.
        self.below.set_log(on and not numbers.is_share(self.choice.currentData() or ""))

    def _smooth(self, value: int) -> None:
        weight = value / 100
        self._smoothing_text.setText(f"{weight:.2f}" if value else "off")
        self.loss.set_smoothing(weight)
        self.below.set_smoothing(weight)


def _compared_curve(each: Compared, key: str) -> Curve:
    points = each.record.epochs[key]
    if each.band is not None:
        low, high = (edge.epochs[key] for edge in each.band)
        return Curve(points, f"{each.title} {_side(key)}{each.spread}", each.color, band=(low, high))
    words = f"{_side(key)}, {each.begun}" if each.begun else f"{each.title} {_side(key)}"
    return Curve(points, words, each.color, dashed=True)


def _side(key: str) -> str:
    return "validation" if key.startswith("val_") else "training"
