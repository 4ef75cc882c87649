"""The recipe: epochs, batch size, optimizer, schedule, early stopping, device. Every edit is an undoable change."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from dlstudio.catalogue.node_types import ObjectType, Setting
from dlstudio.graph.project import ObjectSettings, TrainingSettings
from dlstudio.gui import theme
from dlstudio.gui.editors.editor import CalmComboBox
from dlstudio.gui.editors.form import SettingForm
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.panels import button, label
from dlstudio.gui.workspaces.train.named_row import named_row
from dlstudio.gui.workspaces.train.rate_finder import RateFinder
from dlstudio.gui.workspaces.train.run_on import RunOnChoice
from dlstudio.gui.workspaces.train.schedule import RatePlan, RatePreview
from dlstudio.gui.workspaces.train.start_from import StartFrom
from dlstudio.gui.workspaces.train.stopping import StoppingRows
from dlstudio.training.computing.backends import AUTO, FASTEST, TITLES, installed, usual
from dlstudio.training.remedies import rate_of
from dlstudio.workbench.readiness import obstacle

BASIC = (
    Setting("epochs", "integer", 20, minimum=1, help="Passes over the training split."),
    Setting(
        "batch_size", "integer", 64, minimum=1, help="Samples a step. Larger is faster, and may need a higher rate."
    ),
    Setting("seed", "integer", 7, minimum=0, help="Seed of the initial weights, the order of the samples and dropout."),
    Setting(
        "checkpoint_minutes",
        "number",
        5.0,
        minimum=0,
        help="At most so many minutes pass without a checkpoint, also within an epoch; 0: only after each epoch.",
    ),
    Setting(
        "memory_gigabytes",
        "number",
        1.0,
        minimum=0,
        advanced=True,
        help="Main memory in GB for samples as the network reads them; those that fit are not made anew each epoch.",
    ),
    Setting(
        "tensorboard",
        "flag",
        True,
        advanced=True,
        help="Writes the curves as TensorBoard event files into the run's folder as well, for other tools.",
    ),
)
PRECISION_WORDS = (
    ("float32", "float32", "Everything is computed in 32 bits"),
    (
        "mixed_bfloat16",
        "mixed bfloat16",
        "Layers compute in 16 bits with the range of 32; for newer GPUs. Weights and the last layer stay in 32 bits",
    ),
    (
        "mixed_float16",
        "mixed float16",
        "Layers compute in 16 bits, and the loss is scaled; for GPUs. Weights and the last layer stay in 32 bits",
    ),
)
WARMUP = Setting(
    "warmup_steps",
    "integer",
    0,
    minimum=0,
    help="Batches over which the learning rate climbs to where it begins; steadies the first steps of large networks "
    "and batches.",
)
SMOOTHING = Setting(
    "label_smoothing",
    "number",
    0.0,
    minimum=0.0,
    maximum=0.9,
    help="Share of the truth that is spread over all classes alike, such as 0.1: less certain, often better on new "
    "samples. The loss then also counts it, so compare it with runs of the same smoothing.",
)
_OWN_WARM_UP = ("warmup_steps", "warmup_target")  # of one schedule alone; the recipe has a warm-up for all
_WHOLE_RUN = ("decay_steps", "first_decay_steps")
RARE_CLASSES = (
    ("as they are", "Every training sample counts once", {"class_weights": False, "resample": False}),
    (
        "weigh more",
        "Weighs each class by the inverse of how often it occurs in the training split",
        {"class_weights": True, "resample": False},
    ),
    (
        "show more often",
        "Each class comes alike often in an epoch: samples of rare ones several times, of frequent ones not all",
        {"class_weights": False, "resample": True},
    ),
)


class TrainingForm(QWidget):
    """Shows and edits ``project.training``."""

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._studio = studio
        self._forms: dict[str, tuple[str, SettingForm]] = {}
        self._offered: dict[str, frozenset[str]] = {}  # names of the settings that a form can show
        self.basic = SettingForm(BASIC, {}, self, catalogue=studio.catalogue)
        self.basic.changed.connect(self._basic_changed)
        self.optimizer = self._object_combo("optimizer")
        self.schedule = self._object_combo("schedule", "constant")
        self.warmup = SettingForm((WARMUP,), {}, self, catalogue=studio.catalogue)
        self.smoothing = SettingForm((SMOOTHING,), {}, self, catalogue=studio.catalogue)
        for form in (self.warmup, self.smoothing):
            form.changed.connect(self._basic_changed)
        self.preview = RatePreview()
        self.stopping = StoppingRows(studio)
        self.rare = CalmComboBox()
        for words, help_text, settings in RARE_CLASSES:
            self.rare.addItem(words, settings)
            self.rare.setItemData(self.rare.count() - 1, help_text, Qt.ItemDataRole.ToolTipRole)
        self.rare.activated.connect(lambda i: self._set("Treat rare classes", **self.rare.itemData(i)))
        self.device = CalmComboBox()
        self.device.activated.connect(lambda i: self._set("Choose the device", device=self.device.itemData(i)))
        self.backend = CalmComboBox()
        self.backend.setToolTip("What Keras computes with; which is quickest depends on the network")
        self.backend.activated.connect(lambda i: self._set("Choose the backend", backend=self.backend.itemData(i)))
        self.precision = CalmComboBox()
        for name, words, help_text in PRECISION_WORDS:
            self.precision.addItem(words, name)
            self.precision.setItemData(self.precision.count() - 1, help_text, Qt.ItemDataRole.ToolTipRole)
        self.precision.activated.connect(
            lambda i: self._set("Choose the precision", precision=self.precision.itemData(i))
        )
        self.start = StartFrom(studio)
        self.run_on = RunOnChoice(studio)
        tip = "Trains a copy of the network on some batches while the rate rises, and suggests one"
        self.find_rate = button("Find a learning rate …", self.look_for_rate, "quiet", tip)
        self.note = label("", "small", wrap=True)
        self._places = {"optimizer": QVBoxLayout(), "schedule": QVBoxLayout()}
        self._build()
        studio.projectChanged.connect(self.refresh)
        studio.summaryChanged.connect(self.refresh)
        studio.devicesChanged.connect(self.refresh)
        studio.runsChanged.connect(self.start.refresh)
        studio.documentOpened.connect(self.run_on.refresh)
        self.refresh()

    def _object_combo(self, role: str, none: str = "") -> CalmComboBox:
        combo = CalmComboBox()
        if none:
            combo.addItem(none, None)
        for each in sorted(self._studio.catalogue.with_role(role), key=lambda o: o.name):
            combo.addItem(short_name(each), each.id)
            combo.setItemData(combo.count() - 1, f"{each.id}: {each.summary}", Qt.ItemDataRole.StatusTipRole)
        combo.setAccessibleName(role)
        combo.activated.connect(lambda index: self._object_chosen(role, combo.itemData(index)))
        return combo

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.SPACE_1)
        layout.addWidget(self.basic)
        layout.addWidget(named_row("Start from", self.start.source))
        layout.addWidget(self.start)
        layout.addWidget(named_row("Optimizer", self.optimizer))
        layout.addLayout(self._places["optimizer"])
        layout.addWidget(self.find_rate)
        layout.addWidget(named_row("Schedule", self.schedule))
        layout.addLayout(self._places["schedule"])
        layout.addWidget(self.warmup)
        layout.addWidget(self.preview)
        layout.addWidget(self.stopping)
        layout.addWidget(named_row("Run on", self.run_on.kind))
        layout.addWidget(self.run_on)
        layout.addWidget(named_row("Device", self.device))
        layout.addWidget(named_row("Backend", self.backend))
        layout.addWidget(named_row("Precision", self.precision))
        self._rare_row = named_row("Rare classes", self.rare)
        layout.addWidget(self._rare_row)
        layout.addWidget(self.smoothing)
        layout.addSpacing(theme.SPACE_1)
        layout.addWidget(self.note)

    # Showing

    def refresh(self) -> None:
        """Shows the project's training settings."""
        training = self._studio.project.training
        self.basic.set_values({name: getattr(training, name) for name in (each.name for each in BASIC)})
        for form, setting in ((self.warmup, WARMUP), (self.smoothing, SMOOTHING)):
            form.set_values({setting.name: getattr(training, setting.name)})
        self._show_object("optimizer", training.optimizer)
        self._show_object("schedule", training.schedule)
        self._show_preview(training)
        self.stopping.refresh()
        told = {"class_weights": training.class_weights and not training.resample, "resample": training.resample}
        self.rare.setCurrentIndex([settings for _, _, settings in RARE_CLASSES].index(told))
        self.rare.setToolTip(self.rare.currentData(Qt.ItemDataRole.ToolTipRole))
        kinds = {spec.kind for spec in self._studio.specs.values()}
        self._rare_row.setVisible("category" in kinds or any(told.values()))
        self.smoothing.setVisible("category" in kinds or training.label_smoothing > 0)
        self._show_devices(training.device)
        self._show_backends(training.backend)
        self.precision.setCurrentIndex(self.precision.findData(training.precision))
        self.precision.setToolTip(self.precision.currentData(Qt.ItemDataRole.ToolTipRole))
        self.start.refresh()
        self.run_on.refresh()
        self.note.setText(training.note)
        self.note.setVisible(bool(training.note))

    def _show_object(self, role: str, chosen: ObjectSettings | None) -> None:
        combo = self.optimizer if role == "optimizer" else self.schedule
        index = combo.findData(chosen.type if chosen else None)
        if index < 0 and chosen:
            combo.addItem(chosen.type.rpartition(".")[2], chosen.type)
            index = combo.count() - 1
        combo.setCurrentIndex(index)
        shown, form = self._forms.get(role, ("", None))
        wanted = chosen.type if chosen else ""
        known = self._studio.catalogue.objects.get(wanted)
        needed = settings_of(known, chosen.settings) if known and chosen else ()
        lacking = not {setting.name for setting in needed} <= self._offered.get(role, frozenset())
        if shown != wanted or lacking:
            if form is not None:
                form.hide()
                form.deleteLater()
                del self._forms[role]
            if known and chosen:
                form = SettingForm(
                    needed,
                    chosen.settings,
                    self,
                    catalogue=self._studio.catalogue,
                    none_words=dict.fromkeys(_WHOLE_RUN, "whole run"),
                )
                form.changed.connect(lambda name, value: self._object_changed(role, name, value))
                self._forms[role] = (wanted, form)
                self._offered[role] = frozenset(setting.name for setting in needed)
                self._places[role].addWidget(form)
        elif form is not None and chosen:
            form.set_values(chosen.settings)

    def form(self, role: str) -> SettingForm | None:
        """The form of the chosen ``optimizer`` or ``schedule``, if it has settings."""
        return self._forms.get(role, ("", None))[1]

    def _show_preview(self, training: TrainingSettings) -> None:
        if training.schedule is None and not training.warmup_steps:
            self.preview.hide()
            return
        kind, settings = "", dict[str, Any]()
        if training.schedule is not None:
            kind, settings = training.schedule.type.rpartition(".")[2], dict(training.schedule.settings)
        plan = RatePlan(kind, settings, rate_of(training), self.planned_steps(), training.warmup_steps, training.epochs)
        self.preview.show_plan(plan)

    def planned_steps(self) -> int | None:
        """Steps of the whole run, or None while the size of the training split is not known."""
        summary: Mapping[str, Any] = self._studio.summary or {}
        rows = (summary.get("splits") or {}).get("train")
        if not isinstance(rows, int):
            return None
        training = self._studio.project.training
        return math.ceil(rows / training.batch_size) * training.epochs

    def _show_devices(self, chosen: str) -> None:
        self.device.clear()
        self.device.addItem("best there is", "auto")
        for each in self._studio.devices:
            self.device.addItem(str(each.get("title") or each.get("name", each.get("id"))), each.get("id"))
        if self.device.findData(chosen) < 0:
            self.device.addItem(chosen, chosen)
        self.device.setCurrentIndex(self.device.findData(chosen))

    def _show_backends(self, chosen: str) -> None:
        here = installed()
        self.backend.clear()
        self.backend.addItem("usual", AUTO)
        self.backend.setItemData(0, f"Here that is {TITLES[usual()]}", Qt.ItemDataRole.ToolTipRole)
        self.backend.addItem("fastest", FASTEST)
        words = "Tries each backend, XLA and one thread for some seconds on your data before the run; remembered"
        self.backend.setItemData(1, words, Qt.ItemDataRole.ToolTipRole)
        for name, title in TITLES.items():
            self.backend.addItem(title if name in here else f"{title}, not installed", name)
            if name not in here:
                words = f"Install it with: pip install 'dlstudio[{name}]'"
                self.backend.setItemData(self.backend.count() - 1, words, Qt.ItemDataRole.ToolTipRole)
        if self.backend.findData(chosen) < 0:
            self.backend.addItem(chosen, chosen)
        self.backend.setCurrentIndex(self.backend.findData(chosen))

    # Changing

    def _set(self, words: str, merge_key: str | None = None, **values: Any) -> None:
        project = self._studio.project
        self._studio.change(words, replace(project, training=replace(project.training, **values)), merge_key)

    def _basic_changed(self, name: str, value: Any) -> None:
        self._set(f"Set {name.replace('_', ' ')}", f"training.{name}", **{name: value})

    def _object_chosen(self, role: str, type_id: str | None) -> None:
        training = self._studio.project.training
        now = training.optimizer if role == "optimizer" else training.schedule
        if (now.type if now else None) == type_id:
            return
        known = self._studio.catalogue.objects.get(type_id) if type_id else None
        fresh = (
            {s.name: s.suggested for s in settings_of(known) if s.required and s.suggested is not None} if known else {}
        )
        value = ObjectSettings(type_id, fresh) if type_id else None
        if role == "optimizer" and value is None:
            return
        name = known.name if known else "a constant rate"
        changed: dict[str, Any] = {role: value}
        self._set(f"Use {name}", **changed)

    def _object_changed(self, role: str, name: str, value: Any) -> None:
        training = self._studio.project.training
        now = training.optimizer if role == "optimizer" else training.schedule
        known = self._studio.catalogue.objects.get(now.type) if now else None
        if now is None or known is None:
            return
        setting = next(s for s in settings_of(known) if s.name == name)
        settings = {**now.settings, name: value}
        if not setting.required and value == setting.default:
            del settings[name]
        words = f"Set {name.replace('_', ' ')} of {known.name}"
        self._set(words, f"training.{role}.{name}", **{role: replace(now, settings=settings)})

    def look_for_rate(self) -> None:
        """Opens the range test, where there is something to train."""
        sentence = obstacle(self._studio.project, self._studio.problems)
        if sentence:
            self._studio.message.emit(sentence, "error")
            return
        finder = RateFinder(self._studio, self)
        finder.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        finder.open()


def short_name(known: ObjectType) -> str:
    """What the list calls an optimizer or schedule: ``SGD``; ``cosine restarts`` for ``CosineDecayRestarts``."""
    if known.role != "schedule":
        return known.name
    words = re.findall(r"[A-Z][a-z]*", known.name)
    return " ".join(word.lower() for word in words if word != "Decay") or known.name


def settings_of(known: ObjectType, given: Mapping[str, Any] = MappingProxyType({})) -> tuple[Setting, ...]:
    """The settings shown for an optimizer or schedule that has these settings already.

    A schedule begins with the optimizer's rate and lasts the whole run unless told otherwise, so the settings that say
    so may stay empty; a name serves nobody.
    """
    shown = []
    for setting in known.settings:
        if setting.name == "name" or (known.role == "schedule" and setting.name == "initial_learning_rate"):
            continue
        if known.role == "schedule" and setting.name in _OWN_WARM_UP and not any(given.get(n) for n in _OWN_WARM_UP):
            continue
        if known.role == "schedule" and setting.name in _WHOLE_RUN:
            text = "Steps that the schedule takes. Empty: the whole run."
            setting = replace(setting, required=False, optional=True, default=None, suggested=None, help=text)  # noqa: PLW2901
        shown.append(setting)
    return tuple(shown)
