"""The panel at the right: what became of the run that is shown, in numbers."""

from __future__ import annotations

import time
from collections.abc import Mapping

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from dlstudio.gui import theme
from dlstudio.gui.plots import numbers
from dlstudio.gui.workspaces.panels import Section, SidePanel, clear, label, line
from dlstudio.gui.workspaces.train.record import RunRecord
from dlstudio.gui.workspaces.train.run_columns import title_of
from dlstudio.gui.workspaces.train.units import training_unit
from dlstudio.training.computing.backends import TITLES
from dlstudio.training.runs.run_info import RunInfo


class RunCard(SidePanel):
    """Best values, test metrics, warnings and facts of one run."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(260, parent)
        self.title = label("", "title")
        self.state = label("", "small", wrap=True)
        self.values = QVBoxLayout()
        self.values.setSpacing(0)
        self.test = Section("Test split")
        self.warnings = Section("Warnings")
        self.notes = Section("Notes")
        self.facts = Section("Run")
        self.body.setSpacing(theme.SPACE_3)
        head = QVBoxLayout()
        head.setSpacing(2)
        head.addWidget(self.title)
        head.addWidget(self.state)
        self.body.addLayout(head)
        self.body.addLayout(self.values)
        for section in (self.test, self.warnings, self.notes, self.facts):
            self.body.addWidget(section)
        self.body.addStretch(1)
        self._shown: object = None
        self._why = ""
        self._written: dict[str, object] = {}
        self._numbers: dict[str, QLabel] = {}

    def show_run(self, info: RunInfo, record: RunRecord) -> None:
        """Writes what is known; does nothing where that is what stands there already."""
        best = {n: v for n, v in (record.best or record.last or info.values).items() if v is not None}
        shown = (
            info.name,
            info.status,
            info.epoch,
            best,
            dict(record.final),
            len(record.warnings),
            len(record.notes),
            record.saved_epoch,
        )
        if shown == self._shown:
            return
        self._shown = shown
        self._why = info.way
        self.title.setText(title_of(info.name).capitalize())
        self.state.setText(_state(info, record))
        units = {name: training_unit(name, info.project) for name in _large(best)}
        self._show_values({name: best[name] for name in units}, units)
        metrics, warnings, facts = record.final or info.metrics, record.warnings or list(info.warnings), _facts(info)
        if self._is_new("test", dict(metrics)):
            self._show_test(metrics)
        if self._is_new("warnings", list(warnings)):
            self._show_warnings(warnings)
        if self._is_new("notes", list(record.notes)):
            self._show_notes(record.notes)
        if self._is_new("facts", facts):
            self._show_facts(facts)

    def _is_new(self, part: str, value: object) -> bool:
        """Whether a part has to be written again: making its labels takes longer than a turn of the event loop has."""
        new = self._written.get(part) != value
        self._written[part] = value
        return new

    def _show_values(self, values: Mapping[str, float], units: Mapping[str, str]) -> None:
        if tuple(values) != tuple(self._numbers):
            clear(self.values)
            self._numbers = {name: label("", "headline") for name in values}
            for name, number in self._numbers.items():
                self.values.addWidget(number)
                unit = f", in {units[name]}" if units[name] else ""
                self.values.addWidget(label(numbers.metric_title(name) + unit, "small", wrap=True))
                self.values.addSpacing(theme.SPACE_2)
        for name, value in values.items():
            self._numbers[name].setText(numbers.metric(name, value))

    def _show_test(self, metrics: Mapping[str, float | None]) -> None:
        self.test.empty()
        shown = {name: value for name, value in metrics.items() if not name.startswith("val_")}
        for name, value in shown.items():
            self.test.add_fact(numbers.sentence_case(numbers.metric_title(name)), numbers.metric(name, value))
        self.test.setVisible(bool(shown))

    def _show_warnings(self, warnings: list[str]) -> None:
        self.warnings.empty()
        for sentence in warnings:
            self.warnings.body.addWidget(label(f"⚠ {sentence}", "warning", wrap=True))
        self.warnings.setVisible(bool(warnings))

    def _show_notes(self, notes: list[str]) -> None:
        self.notes.empty()
        for sentence in notes:
            self.notes.body.addWidget(label(sentence, "small", wrap=True))
        self.notes.setVisible(bool(notes))

    def _show_facts(self, facts: Mapping[str, str]) -> None:
        self.facts.empty()
        for name, value in facts.items():
            if value:
                self.facts.add_fact(name, value)
        self.facts.body.insertWidget(0, line())
        if self._why:
            self.facts.body.addWidget(label(self._why, "small", wrap=True))


def _facts(info: RunInfo) -> dict[str, str]:
    training = info.project.training
    rate = training.optimizer.settings.get("learning_rate")
    return {
        "Run on": info.site,
        "Device": info.device,
        "Backend": TITLES.get(info.backend, info.backend),
        "Parameters": numbers.count(info.parameters) if info.parameters else "",
        "Training samples": numbers.count(info.samples) if info.samples else "",
        "Batch size": str(info.batch_size),
        "Optimizer": training.optimizer.type.rpartition(".")[2],
        "Learning rate": f"{rate:.3g}" if isinstance(rate, int | float) else "",
        "Schedule": training.schedule.type.rpartition(".")[2] if training.schedule else "",
        "Seed": str(training.seed),
        "Begun": time.strftime("%d %b, %H:%M", time.localtime(info.created)) if info.created else "",
        "Folder": f"runs/{info.name}",
    }


def _state(info: RunInfo, record: RunRecord) -> str:
    parts = []
    if record.best_epoch:
        parts.append(f"{'epoch' if record.keeps_last else 'best epoch'} {record.best_epoch}")
    if record.saved_epoch and record.saved_epoch == record.best_epoch:
        parts.append("checkpoint saved")
    if info.reason == "early-stopping":
        parts.append("stopped early")
    if not parts:
        parts.append({"failed": "failed", "interrupted": "interrupted"}.get(info.status, "no epoch finished yet"))
    return " · ".join(parts)


def _large(values: Mapping[str, float | None]) -> list[str]:
    """The two values written large: the loss and the main metric, on validation where there is one."""
    side = "val_" if any(name.startswith("val_") for name in values) else ""
    names = [name for name in values if name.startswith("val_") == bool(side) and name != "learning_rate"]
    loss = [name for name in names if name == f"{side}loss"]
    return loss + [name for name in names if name not in loss][:1]
