"""The bar at the top: menu, project and whether it is saved, the five workspaces, the device, and the Train button."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from dlstudio.gui import theme
from dlstudio.gui.icons import icon
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.panels import ElidedLabel, label

WORKSPACES = ("data", "design", "train", "inspect", "export")


class TopBar(QFrame):
    """Shows the state of the studio that concerns every workspace.

    Signals:
        workspaceWanted(str): One of :data:`WORKSPACES`.
        trainWanted(), stopWanted(): The primary button.
    """

    workspaceWanted = Signal(str)
    trainWanted = Signal()
    stopWanted = Signal()

    def __init__(self, studio: Studio, menu: QMenu, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._studio = studio
        self._starting = False
        self._stopping = ""
        theme.mark(self, "bar")
        self.setFixedHeight(theme.BAR_HEIGHT)
        self.menu = _menu_button(menu)
        self.name = ElidedLabel()
        theme.mark(self.name, "heading")
        self.chip = label("", "chip")
        self.device = QToolButton()
        self.tabs = {name: self._tab(name, index) for index, name in enumerate(WORKSPACES)}
        self.train = QPushButton("Train")
        self._build()
        for signal in (studio.projectChanged, studio.savedChanged, studio.documentOpened):
            signal.connect(self.refresh)
        studio.runsChanged.connect(self._runs_changed)
        studio.message.connect(self._told)
        studio.devicesChanged.connect(self._write_device)
        theme.signals.changed.connect(self.refresh)
        self.refresh()

    def _build(self) -> None:
        left = QHBoxLayout()
        left.setSpacing(theme.SPACE_2)
        left.addWidget(self.menu)
        left.addWidget(self.name)
        left.addWidget(self.chip, 0, Qt.AlignmentFlag.AlignVCenter)
        left.addStretch(1)
        well = QFrame()
        theme.mark(well, "well")
        middle = QHBoxLayout(well)
        middle.setContentsMargins(3, 3, 3, 3)
        middle.setSpacing(2)
        group = QButtonGroup(self)
        for tab in self.tabs.values():
            group.addButton(tab)
            middle.addWidget(tab)
        right = QHBoxLayout()
        right.setSpacing(theme.SPACE_3)
        right.addStretch(1)
        self._build_device()
        right.addWidget(self.device)
        theme.mark(self.train, "primary")
        self.train.setIconSize(QSize(12, 12))
        self.train.setMinimumWidth(96)
        self.train.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.train.clicked.connect(self._pressed)
        right.addWidget(self.train)
        sides = []
        for inner in (left, right):
            side = QWidget()
            side.setLayout(inner)
            inner.setContentsMargins(0, 0, 0, 0)
            side.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            sides.append(side)
        grid = QGridLayout(self)
        grid.setContentsMargins(theme.SPACE_2, 0, theme.SPACE_3, 0)
        grid.setHorizontalSpacing(theme.SPACE_3)
        grid.addWidget(sides[0], 0, 0)
        grid.addWidget(well, 0, 1, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(sides[1], 0, 2)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(2, 1)

    def _build_device(self) -> None:
        theme.mark(self.device, "chip")
        self.device.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.device.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.device.setToolTip("What the network is trained on")
        self.device.setAccessibleName("Device")
        self.devices = QMenu(self.device)
        self.devices.aboutToShow.connect(self._fill_devices)
        self.device.setMenu(self.devices)

    def show_workspace(self, name: str) -> None:
        """Marks the tab of the workspace in sight; none for an empty name."""
        for key, tab in self.tabs.items():
            tab.setAutoExclusive(False)
            tab.setChecked(key == name)
            tab.setAutoExclusive(True)

    def set_enabled(self, enabled: bool) -> None:
        """Whether there is a project to work on."""
        for each in (*self.tabs.values(), self.device, self.train):
            each.setEnabled(enabled)
        shown: tuple[QWidget, ...] = (self.name, self.chip, self.device, self.train)
        for widget in shown:
            widget.setVisible(enabled)

    def mark_starting(self) -> None:
        """Says that a run is on its way, until it is there or a message tells that it is not."""
        self._starting = True
        self._write_train()

    def refresh(self) -> None:
        """Writes everything again."""
        document = self._studio.document
        self.name.setText(self._studio.project.name)
        self.name.setToolTip(str(self._studio.folder or "Not saved to a folder yet"))
        self.name.updateGeometry()
        if document.read_only:
            self.chip.setText("read-only")
        elif self._studio.folder is None:
            self.chip.setText("not saved yet")
        else:
            self.chip.setText("saved" if self._studio.saved else "unsaved")
        self._write_device()
        self._write_train()

    def _tab(self, name: str, index: int) -> QPushButton:
        tab = QPushButton(name.capitalize())
        tab.setCheckable(True)
        tab.setToolTip(f"Ctrl+{index + 1}")
        tab.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        theme.mark(tab, "tab")
        tab.clicked.connect(lambda: self.workspaceWanted.emit(name))
        return tab

    def _pressed(self) -> None:
        run = self._studio.live_run
        if run is not None:
            self._stopping = run.name
            self._write_train()
            self.stopWanted.emit()
        else:
            self.trainWanted.emit()

    def _runs_changed(self) -> None:
        self._starting = self._starting and self._studio.live_run is None
        self._write_train()

    def _told(self, _text: str, severity: str) -> None:
        if severity == "error" and self._starting:
            self._starting = False
            self._write_train()

    def _write_train(self) -> None:
        run = self._studio.live_run
        stopping = run is not None and run.name == self._stopping
        words, sign = ("Stop", "stop") if run else ("Starting …", "") if self._starting else ("Train", "play")
        if stopping:
            words = "Stopping …"
        self.train.setText(f" {words}")
        self.train.setIcon(icon(sign, "on-primary") if sign and not stopping else icon("clock", "disabled"))
        self.train.setEnabled(not stopping and not (self._starting and run is None))
        shortcut = "" if run else " (Ctrl+Return)"
        tip = "Stop after saving a checkpoint" if run else f"Save the project and train the network{shortcut}"
        self.train.setToolTip(tip)

    def _device_name(self, identity: str) -> str:
        for device in self._studio.devices:
            if device.get("id") == identity:
                return str(device.get("name", identity))
        return "Automatic" if identity == "auto" else identity

    def _write_device(self) -> None:
        chosen = self._studio.project.training.device
        text = self._device_name(chosen)
        if chosen == "auto" and self._studio.devices:
            devices = self._studio.devices
            best = next((device for device in devices if device.get("id") == "gpu:0"), devices[0])
            text = f"Auto · {best.get('name', '')}"
        shown = self.device.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, 190)
        self.device.setText(f"{shown}  ▾")

    def _fill_devices(self) -> None:
        self.devices.clear()
        chosen = self._studio.project.training.device
        group = QActionGroup(self.devices)
        known = [(str(d.get("id", "")), str(d.get("title") or d.get("name", ""))) for d in self._studio.devices]
        for identity, name in [("auto", "Automatic: the fastest that is there"), *known]:
            action = QAction(name, self.devices)
            action.setCheckable(True)
            action.setChecked(identity == chosen)
            action.triggered.connect(lambda _=False, i=identity: self._choose_device(i))
            group.addAction(action)
            self.devices.addAction(action)
        if not known:
            waiting = self.devices.addAction("Looking for devices …")
            waiting.setEnabled(False)
            self._studio.ask_devices()

    def _choose_device(self, identity: str) -> None:
        project = self._studio.project
        training = replace(project.training, device=identity)
        self._studio.change(f"Train on {self._device_name(identity)}", replace(project, training=training))


def _menu_button(menu: QMenu) -> QToolButton:
    made = QToolButton()
    theme.mark(made, "quiet")
    made.setIcon(icon("menu", "text"))
    made.setIconSize(QSize(18, 18))
    made.setToolTip("Menu")
    made.setAccessibleName("Menu")
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    made.setMenu(menu)
    return made
