"""The main window: bars, the five workspaces or the start page, menus, commands, and how it closes.

What each workspace shows is its own business; they are made when they are first looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import QByteArray, QSize
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu, QVBoxLayout, QWidget

from dlstudio.gui import theme
from dlstudio.gui.actions import WindowActions
from dlstudio.gui.command_palette import CommandPalette
from dlstudio.gui.file_commands import FileCommands, dropped_path
from dlstudio.gui.model_import import ModelImport
from dlstudio.gui.pages import Pages, scrolling
from dlstudio.gui.questions import Questions
from dlstudio.gui.start_page import StartPage
from dlstudio.gui.status_bar import StatusBar
from dlstudio.gui.studio import Studio
from dlstudio.gui.theme import ThemeChoice
from dlstudio.gui.toast import Banner, Toast
from dlstudio.gui.top_bar import WORKSPACES, TopBar
from dlstudio.gui.workspaces.panels import line
from dlstudio.workbench.commands import COMMANDS

if TYPE_CHECKING:
    from dlstudio.gui.compare.page import ComparePage

TITLE_BAR = 32  # what a window manager puts above a window, about, in pixels
_CLASSES = {name: f"{name.capitalize()}Workspace" for name in WORKSPACES}


class Frame(QMainWindow):
    """The window of one studio.

    Args:
        studio: What it shows; the frame closes it.
        questions: Who answers the modal questions; the person at the window by default.
    """

    def __init__(self, studio: Studio, questions: Questions | None = None) -> None:
        super().__init__()
        self.studio = studio
        self.questions = questions or Questions(self)
        self.workspaces: dict[str, QWidget] = {}
        self.workspace = ""
        self._closing = False
        self.setWindowTitle("DL Studio")
        self.setAcceptDrops(True)
        room = self.screen().availableSize() - QSize(0, TITLE_BAR)
        self.resize(QSize(1280, 800).boundedTo(room))
        self.setMinimumSize(QSize(820, 520).boundedTo(room))
        self.files = FileCommands(self)
        self.actions_ = WindowActions(self, self._handlers())
        self.menu = QMenu(self)
        self.top = TopBar(studio, self.menu)
        self.banner = Banner()
        self.models = ModelImport(studio, self.questions, self.banner, self.files.may_leave)
        self.pages = Pages()
        self.status = StatusBar(studio)
        self.start = StartPage(studio, self.questions)
        self.compare: ComparePage | None = None
        self.pages.addWidget(self.start)
        middle = QWidget()
        layout = QVBoxLayout(middle)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for widget in (self.top, line(), self.banner):
            layout.addWidget(widget)
        layout.addWidget(scrolling(self.pages), 1)
        for widget in (line(), self.status):
            layout.addWidget(widget)
        self.setCentralWidget(middle)
        self.toast = Toast(middle)
        self.menu.aboutToShow.connect(self._fill_menu)
        self._connect()
        self._restore()
        self._opened()

    def _connect(self) -> None:
        studio = self.studio
        studio.message.connect(self.toast.tell)
        studio.documentOpened.connect(self._opened)
        studio.savedChanged.connect(self._write_title)
        studio.projectChanged.connect(self._write_title)
        studio.folderWanted.connect(self.files.save_as)
        studio.comparisonWanted.connect(self.show_compare)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._focus_changed)
        studio.engineChanged.connect(self._engine_changed)
        self.top.workspaceWanted.connect(self.show_workspace)
        self.top.trainWanted.connect(self.train)
        self.top.stopWanted.connect(studio.stop_run)
        self.status.problemsWanted.connect(lambda: self.in_design("show_problems"))
        self.start.openWanted.connect(self.files.open)
        self.start.modelWanted.connect(lambda: self.files.import_model(None))
        self.start.made.connect(lambda: self.show_workspace("design"))
        self.start.backWanted.connect(lambda: self.show_workspace("design"))

    # Commands

    def _handlers(self) -> Mapping[str, Callable[[], object]]:
        return {
            "file.new": self.show_start,
            "file.open": lambda: self.files.open(None),
            "file.import": lambda: self.files.import_model(None),
            "file.save": self.studio.save,
            "file.save_as": self.files.save_as,
            "file.close": self.close,
            "edit.undo": self.studio.undo,
            "edit.redo": self.studio.redo,
            "view.palette": self.open_palette,
            **{f"view.{name}": partial(self.show_workspace, name) for name in WORKSPACES},
            "view.theme": lambda: self.set_theme("light" if theme.theme_name() == "dark" else "dark"),
            "view.theme_dark": lambda: self.set_theme("dark"),
            "view.theme_light": lambda: self.set_theme("light"),
            "view.theme_system": lambda: self.set_theme("system"),
            "view.problems": lambda: self.in_design("toggle_problems"),
            "view.code": lambda: self.in_design("toggle_code"),
            "view.left_panel": lambda: self._fold("left"),
            "view.right_panel": lambda: self._fold("right"),
            "data.choose": self.files.choose_data,
            **{command: partial(self._on_canvas, command) for command in _ON_CANVAS},
            "design.compare": self.show_compare,
            "design.group_repeated": self.group_repeated,
            "design.figure": lambda: self.show_picture("figure"),
            "design.picture": lambda: self.show_picture("drawing"),
            "code.copy": lambda: self.in_design("copy_code"),
            "code.paste": lambda: self.in_design("paste_code"),
            "code.save": self.files.save_code,
            "code.open": self.files.open_code,
            "train.start": self.train,
            "train.pause": self._pause_or_resume,
            "train.stop": self.studio.stop_run,
            "train.search": lambda: self.in_workspace("train", "show_search"),
            "help.shortcuts": self.show_shortcuts,
            "help.about": self.show_about,
        }

    def give(self, command: str) -> None:
        """Gives a command by its id (see :mod:`dlstudio.workbench.commands`)."""
        self.actions_.give(command)

    def show_workspace(self, name: str) -> None:
        """Brings a workspace into sight; its modules are loaded the first time."""
        if name not in WORKSPACES or not self.has_project():
            return
        if name not in self.workspaces:
            module = import_module(f"dlstudio.gui.workspaces.{name}.workspace")
            made: QWidget = getattr(module, _CLASSES[name])(self.studio)
            wanted = getattr(made, "wanted", None)
            if wanted is not None:
                wanted.connect(self.give)
            hinted = getattr(made, "hinted", None)
            if hinted is not None:
                hinted.connect(self.status.show_hint)
            self.workspaces[name] = made
            self.pages.addWidget(made)
        self.workspace = name
        self.pages.setCurrentWidget(self.workspaces[name])
        self.top.set_enabled(True)
        self.top.show_workspace(name)
        self.status.set_project_open(True)
        (getattr(self.workspaces[name], "canvas", None) or self.workspaces[name]).setFocus()

    def show_start(self) -> None:
        """Shows the start page; the open project stays open."""
        self.start.refresh()
        self.workspace = ""
        self.pages.setCurrentWidget(self.start)
        self.top.set_enabled(self.has_project())
        self.top.show_workspace("")
        self.start.focus_first()
        self.status.set_project_open(self.has_project())

    def show_compare(self, first: str = "", second: str = "") -> None:
        """Shows two networks side by side: those of two runs by name, else the drawing now and what it grew from."""
        from dlstudio.gui.compare.page import ComparePage

        if not self.has_project():
            return
        if self.compare is None:
            self.compare = ComparePage(self.studio, self.questions)
            self.compare.closed.connect(lambda: self.show_workspace("design"))
            self.pages.addWidget(self.compare)
        self.pages.setCurrentWidget(self.compare)
        self.compare.open((f"run/{first}", f"run/{second}") if first and second else None)

    def group_repeated(self) -> None:
        """Makes blocks of the network's repeated structure."""
        if self.has_project():
            self.models.group()

    def show_picture(self, kind: Literal["drawing", "figure"]) -> None:
        """Shows the drawing or the architecture figure as a picture that can be saved."""
        from dlstudio.gui.workspaces.design.picture_dialog import PictureDialog

        dialog = PictureDialog(self.studio, kind, self.files.near(), self)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def train(self) -> None:
        """Starts a run and shows it; problems are shown where they are."""
        if self.studio.train():
            self.top.mark_starting()
            self.show_workspace("train")
        elif any(problem.severity == "error" for problem in self.studio.problems) and self.has_project():
            self.in_design("show_problems")

    def open_palette(self) -> None:
        """Opens the palette of all commands, layers and recent projects."""
        from dlstudio.gui.palette_entries import entries_of

        CommandPalette(entries_of(self), self).open_over(self)

    def show_shortcuts(self) -> None:
        """Shows which keys do what."""
        from dlstudio.gui.about import ShortcutSheet

        ShortcutSheet(self.actions_.commands, self).open_over(self)

    def show_about(self) -> None:
        """Shows versions and licence."""
        from dlstudio.gui.about import AboutSheet

        AboutSheet(self.studio.catalogue.keras_version, self).open_over(self)

    def set_theme(self, choice: ThemeChoice) -> None:
        """Puts a theme in force and remembers it."""
        theme.set_theme(choice)
        self.studio.preferences.set("theme", choice)

    @property
    def on_start_page(self) -> bool:
        """Whether the start page is in sight."""
        return self.pages.currentWidget() is self.start

    def has_project(self) -> bool:
        """Whether there is anything to work on: a folder, a network or data."""
        project = self.studio.project
        return self.studio.folder is not None or bool(len(project.graph)) or bool(project.data.source)

    def in_design(self, method: str, *arguments: Any) -> None:
        """Shows the Design workspace and calls one of its methods."""
        self.in_workspace("design", method, *arguments)

    def in_workspace(self, name: str, method: str, *arguments: Any) -> None:
        """Shows a workspace and calls one of its methods."""
        self.show_workspace(name)
        workspace = self.workspaces.get(name)
        if workspace is not None:
            getattr(workspace, method)(*arguments)

    # Inside

    def _opened(self) -> None:
        for workspace in self.workspaces.values():
            self.pages.removeWidget(workspace)
            workspace.deleteLater()
        self.workspaces.clear()
        self.banner.hide()
        self._write_title()
        if not self.has_project():
            self.show_start()
            return
        self.show_workspace("design")
        document = self.studio.document
        if document.recovered is not None:
            self.banner.offer(
                "This project has unsaved edits from a session that ended unexpectedly.",
                [("Restore them", document.recover), ("Forget them", document.forget_recovered)],
            )
        elif document.read_only:
            self.banner.offer(
                "Another window has this project open, so this one cannot save it.",
                [("Save to another folder …", self.files.save_as), ("Look only", lambda: None)],
            )

    def _write_title(self) -> None:
        name = self.studio.project.name if self.has_project() else ""
        star = "" if self.studio.saved else " •"
        self.setWindowTitle(f"{name}{star} – DL Studio" if name else "DL Studio")

    def _engine_changed(self, state: str) -> None:
        if state == "failed":
            self.toast.tell("The engine has stopped and does not come back. Save, and start DL Studio again.", "error")

    def _focus_changed(self, old: QWidget | None, new: QWidget | None) -> None:
        """Leaving a field ends its undo step: what is typed into the next one is another."""
        if old is not None and old is not new and self.isAncestorOf(old):
            self.studio.document.end_merge()

    def _fill_menu(self) -> None:
        from dlstudio.gui.window_menu import fill_menu

        fill_menu(self)

    def _on_canvas(self, command: str) -> None:
        self.in_design("do", command)

    def _fold(self, side: str) -> None:
        panels = getattr(self.workspaces.get(self.workspace), "panels", None)
        if panels is not None:
            panels.fold(side)

    def _pause_or_resume(self) -> None:
        run = self.studio.live_run
        if run is not None:
            (self.studio.resume_run if run.status == "paused" else self.studio.pause_run)()

    # Closing

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._closing:
            event.accept()
            return
        run = self.studio.live_run
        answer = self.questions.about_training(run.name) if run is not None else "keep"
        if answer == "cancel" or not self.files.may_leave():
            event.ignore()
            return
        self._closing = True
        self.studio.preferences.set("geometry", bytes(self.saveGeometry().toBase64().data()).decode())
        self.studio.close(stop_training=answer == "stop")
        event.accept()

    def _restore(self) -> None:
        kept = self.studio.preferences.get("geometry", "")
        if kept:
            self.restoreGeometry(QByteArray.fromBase64(QByteArray(kept.encode())))

    # Dropping

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_path(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = dropped_path(event)
        if path is None:
            return
        event.acceptProposedAction()
        self.files.take_dropped(path)


_ON_CANVAS = tuple(command.id for command in COMMANDS if command.category == "Design")
