"""The Inspect workspace: what a run predicts, where it errs, and a place to try inputs of one's own.

At the left run, split and the views that fit; in the middle the view; at the right the sample that was clicked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from dlstudio.gui import theme
from dlstudio.gui.plots import numbers
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.inspect.asking import Asker, Subject
from dlstudio.gui.workspaces.inspect.sample_detail import SampleDetail
from dlstudio.gui.workspaces.inspect.samples import PredictedSample
from dlstudio.gui.workspaces.inspect.try_own import InputInfo
from dlstudio.gui.workspaces.inspect.views import VIEWS
from dlstudio.gui.workspaces.panels import EmptyState, SidePanel, label, line
from dlstudio.gui.workspaces.train.run_columns import title_of
from dlstudio.training.runs.run_info import RunInfo

_SPLITS = (("test split", "test"), ("validation split", "validation"), ("training split", "train"))
_WIDE = 1200
_WANTED = (
    "bleu",
    "chrf",
    "entity_f1",
    "map_50_95",
    "map_50",
    "f1",
    "exact_match",
    "bits_per_character",
    "perplexity",
    "pr_auc",
    "roc_auc",
    "mse",
    "mean_dice",
    "mean_iou",
    "accuracy",
    "cer",
    "wer",
    "mase",
    "mae",
    "r2",
    "loss",
)


class InspectWorkspace(QWidget):
    """Follows the studio's current run where that has a model, else the latest one that has."""

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._studio = studio
        self._asker = Asker(studio, "inspect", self)
        self._subject: Subject | None = None
        self._info: RunInfo | None = None
        self._seen_epoch = 0
        self._overview: Mapping[str, Any] = {}
        self.views: dict[str, Any] = {name: VIEWS[name].make(studio) for name in ("gallery", "try")}
        self.detail = SampleDetail()
        self._build()
        self._connect()
        self._runs_changed()

    def _build(self) -> None:
        self.run, self.split, self.output = QComboBox(), QComboBox(), QComboBox()
        self.run.setAccessibleName("run")
        self.split.setAccessibleName("split")
        self.output.setAccessibleName("output")
        for words, name in _SPLITS:
            self.split.addItem(words, name)
        self.output.hide()  # until a network with several is there
        self.subtitle = label("", "small", wrap=True)
        self.list = QListWidget()
        self.list.setAccessibleName("views")
        self.list.setFrameShape(QListWidget.Shape.NoFrame)
        left = SidePanel(220)
        left.body.addWidget(label("Inspect", "title"))
        left.body.addWidget(self.subtitle)
        for box in (self.run, self.split, self.output):
            left.body.addWidget(box)
        left.body.addWidget(line())
        left.body.addWidget(self.list, 1)
        self.headline = label("", "title")
        self.baseline = label("", "dim", wrap=True)
        self.pages = QStackedWidget()
        for view in self.views.values():
            self.pages.addWidget(view)
        middle = QWidget()
        inner = QVBoxLayout(middle)
        inner.setContentsMargins(theme.SPACE_3, theme.SPACE_3, theme.SPACE_3, theme.SPACE_3)
        inner.setSpacing(theme.SPACE_3)
        self._top = QHBoxLayout()
        self._top.addWidget(self.headline)
        self._top.addWidget(self.baseline, 1)
        inner.addLayout(self._top)
        inner.addWidget(self.pages, 1)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setHandleWidth(1)
        for widget in (left, middle, self.detail):
            self.splitter.addWidget(widget)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setSizes([220, 940, 280])
        self.empty = EmptyState(
            "Nothing to inspect yet",
            "There is no trained network. Train one; its predictions show here as soon as its first epoch is done.",
            "Train",
            self._studio.train,
        )
        self.whole = QStackedWidget()
        self.whole.addWidget(self.empty)
        self.whole.addWidget(self.splitter)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.whole)

    def _connect(self) -> None:
        studio = self._studio
        studio.runsChanged.connect(self._runs_changed)
        studio.currentRunChanged.connect(self._follow)
        self.run.currentIndexChanged.connect(lambda _: self._turn())
        self.split.currentIndexChanged.connect(lambda _: self._turn())
        self.output.currentIndexChanged.connect(lambda _: self._turn())
        self.list.currentItemChanged.connect(self._show_view)
        for view in self.views.values():
            if hasattr(view, "sampleOpened"):
                view.sampleOpened.connect(self._open_sample)

    # Runs

    def _runs_changed(self) -> None:
        runs = [run for run in self._studio.runs if run.has_model]
        self.whole.setCurrentIndex(1 if runs else 0)
        live = self._studio.live_run
        self.empty.button.setVisible(live is None)
        if live is not None and not runs:
            self.empty.sentence.setText(
                "A network is being trained. Its predictions show here when its first epoch is done."
            )
        names = [run.name for run in reversed(runs)]
        if names != [self.run.itemData(i) for i in range(self.run.count())]:
            kept = self.run.currentData()
            current = self._studio.current_run
            newest = bool(names) and names[0] not in [self.run.itemData(i) for i in range(self.run.count())]
            wanted = current.name if current and (newest or not kept) else kept
            self.run.blockSignals(True)
            self.run.clear()
            for name in names:
                self.run.addItem(title_of(name), name)
            self.run.setCurrentIndex(max(self.run.findData(wanted), 0) if names else -1)
            self.run.blockSignals(False)
        self._turn()

    def _follow(self, name: str) -> None:
        index = self.run.findData(name)
        if index >= 0:
            self.run.setCurrentIndex(index)

    def showEvent(self, event: object) -> None:
        self._turn()

    def resizeEvent(self, event: object) -> None:
        """Where it is narrow, the baseline stands below the headline: beside it, it would be a column of few words."""
        narrow = self.width() < _WIDE
        self._top.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)
        self._top.setSpacing(theme.SPACE_1 if narrow else theme.SPACE_3)

    def _turn(self) -> None:
        """Looks at the chosen run and split; waits until it is seen, because looking loads the network."""
        info = next((run for run in self._studio.runs if run.name == self.run.currentData()), None)
        self._info = info
        if info is None or not self.isVisible():
            return
        # The first output is the one that is meant where none is named: a network with one needs no name.
        output = self.output.currentData() if self.output.currentIndex() > 0 else ""
        subject = Subject(str(info.folder), self.split.currentData(), output)
        best = info.best_epoch or info.last_epoch
        # A live run has a better model after some epochs: look again when it has ended, not at each of them.
        seen = best if not info.live else self._seen_epoch if self._subject == subject else best
        if subject == self._subject and seen == self._seen_epoch:
            return
        self._subject, self._seen_epoch = subject, seen
        self._asker.turn_to(subject)
        self.detail.clear()
        self.headline.setText(title_of(info.name).capitalize())
        theme.mark(self.baseline, "dim")
        self.baseline.setText("loading the trained network …")
        for view in self.views.values():
            view.turn_to(subject)
        self._asker.inspect("list", {}, self._listed, self._not_listed)
        payload = {"run": subject.run, "split": subject.split}
        self._asker.ask("evaluate", payload, self._evaluated, self._say_trouble)

    def _listed(self, value: dict[str, Any]) -> None:
        self._overview = value
        names = [each["name"] for each in value["inspectors"] if each["name"] in VIEWS]
        self._list_views([*names, "try"])
        outputs = [each["name"] for each in value.get("outputs", ())]
        self.output.blockSignals(True)
        if outputs != [self.output.itemData(i) for i in range(self.output.count())]:
            self.output.clear()
            for name in outputs:
                self.output.addItem(name, name)
        self.output.blockSignals(False)
        self.output.setVisible(len(outputs) > 1)
        split = self.split.currentData()
        count = value.get("splits", {}).get(split)
        epoch = f" · epoch {value['epoch']}" if value.get("epoch") else ""
        words = f"{self._info and title_of(self._info.name)}{epoch}"
        self.subtitle.setText(words + (f" · {numbers.counted(count, 'sample')}" if count is not None else ""))
        if self._info is not None:
            infos = tuple(InputInfo.from_json(each) for each in value.get("inputs", ()))
            told = next(iter(value.get("outputs", ())), None)
            self.views["try"].set_inputs(infos, self._info.project, told)

    def _list_views(self, names: list[str]) -> None:
        if names == [self.list.item(i).data(Qt.ItemDataRole.UserRole) for i in range(self.list.count())]:
            return
        kept = self.list.currentItem().data(Qt.ItemDataRole.UserRole) if self.list.currentItem() else "gallery"
        order = [name for name in VIEWS if name in names]
        self.list.blockSignals(True)
        self.list.clear()
        for name in order:
            item = QListWidgetItem(VIEWS[name].title)
            item.setData(Qt.ItemDataRole.UserRole, name)
            self.list.addItem(item)
        self.list.blockSignals(False)
        self.list.setCurrentRow(order.index(kept) if kept in order else 0)

    def _show_view(self, item: QListWidgetItem | None) -> None:
        if item is None:
            return
        name = item.data(Qt.ItemDataRole.UserRole)
        if name not in self.views:
            self._add_view(name)
        self.pages.setCurrentWidget(self.views[name])
        self.detail.setVisible(VIEWS[name].opens_samples)

    def _add_view(self, name: str) -> None:
        view = VIEWS[name].make(self._studio)
        if hasattr(view, "sampleOpened"):
            view.sampleOpened.connect(self._open_sample)
        self.views[name] = view
        self.pages.addWidget(view)
        view.turn_to(self._subject)

    def _not_listed(self, sentence: str) -> None:
        self._list_views(["gallery"])
        self._say_trouble(sentence)

    # Metrics

    def _evaluated(self, value: dict[str, Any]) -> None:
        metrics, baseline = value.get("metrics", {}), value.get("baseline", {})
        known = [name for name in metrics if metrics[name] is not None]
        order = _first_named(known)
        self.headline.setText(" · ".join(_figure(name, metrics[name]) for name in order[:2]))
        given = value.get("baselines") or [{"title": value.get("baseline_title"), "metrics": baseline}]
        theme.mark(self.baseline, "dim")
        self.baseline.setText(_beside(order[:2], given))

    def _say_trouble(self, sentence: str) -> None:
        theme.mark(self.baseline, "error")
        self.baseline.setText(f"✕ {sentence}")

    def _open_sample(self, sample: PredictedSample) -> None:
        words = {name: title.removesuffix(" split") for title, name in _SPLITS}
        self.detail.show_sample(sample, words.get(self.split.currentData(), ""))


def _beside(names: list[str], baselines: list[dict[str, Any]]) -> str:
    """``baseline (always the commonest class): 10.1 % accuracy; logistic regression: 94.2 % accuracy · loss 0.21``."""
    said: list[str] = []
    for baseline in baselines:
        known = {name: baseline["metrics"].get(name) for name in names}
        words = " · ".join(_figure(name, figure) for name, figure in known.items() if figure is not None)
        if words:
            what = baseline.get("title") or "the simplest answer"
            said.append(f"{what}: {words}" if said else f"baseline ({what}): {words}")
    # A line begins with no sign and with no number whose name ends the line before.
    return re.sub(r"(?<!·) (?=%|·|[−-]?\d)", "\u00a0", "; ".join(said))


def _first_named(known: list[str]) -> list[str]:
    """The metrics by which a run is judged, the most telling first; all where none of them is known."""

    def means(metric: str, wanted: str) -> bool:  # perhaps of one of several Outputs; a mean over classes is another
        return metric == wanted or (metric.endswith(f"_{wanted}") and not metric.endswith(f"macro_{wanted}"))

    order = [name for wanted in _WANTED for name in known if means(name, wanted)]
    return list(dict.fromkeys(order or known))


def _figure(name: str, value: float) -> str:
    if numbers.is_share(name):
        return f"{numbers.metric(name, value)} {numbers.metric_title(name)}"
    return f"{numbers.metric_title(name)} {numbers.metric(name, value)}"
