"""Starts the window: theme and fonts, one studio, one frame; and what happens to an error nobody caught.

Everything that is slow comes after the window is there: the engine begins after the first paint, pyqtgraph is loaded
with the Train workspace, Keras never.
"""

from __future__ import annotations

import contextlib
import gc
import json
import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from importlib import import_module
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication

from dlstudio.engine.messages import Event
from dlstudio.graph.saving import ProjectError
from dlstudio.gui import theme
from dlstudio.gui.frame import Frame
from dlstudio.gui.patient_engine import PatientEngine
from dlstudio.gui.studio import Studio
from dlstudio.workbench.document import Document
from dlstudio.workbench.preferences import Preferences, config_folder

REPORT_VARIABLE = "DLSTUDIO_STARTUP_REPORT"
LATEST_START_MILLISECONDS = 1500
QUIT_VARIABLE = "DLSTUDIO_STARTUP_QUIT"

Hook = Callable[[type[BaseException], BaseException, TracebackType | None], object]

log = logging.getLogger("dlstudio.window")


SWITCH_SECONDS = 0.0005
"""How long a thread that reads files may keep the window waiting; by default ten times as long, at each call of Qt."""


def run_window(project: Path | None, train: bool = False) -> int:
    """Opens the window and returns when it is closed.

    Args:
        project: A project folder to open, or None for the start page.
        train: Start training at once.

    Returns:
        The exit status: 0, or 1 where the project could not be opened (the window says why and shows the start page).
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setApplicationName("DL Studio")
    application.setDesktopFileName("dlstudio")
    preferences = Preferences()
    dress(application, preferences.get("theme", "dark"))
    document, problem = _open(project)
    engines: list[PatientEngine] = []

    def patient(on_event: Callable[[Event], None]) -> PatientEngine:
        engines.append(PatientEngine(on_event))
        return engines[-1]

    studio = Studio(document, engine=patient, preferences=preferences)
    if document is not None and document.folder is not None:
        preferences.add_recent(document.folder)
    frame = Frame(studio)
    first_paint = _FirstPaint(frame)
    hook = _catch_errors(studio)
    frame.show()
    if problem:
        frame.toast.tell(problem, "error")
    if train and document is not None:
        QTimer.singleShot(0, frame, lambda: _train_when_known(frame))
    if os.environ.get(REPORT_VARIABLE):
        first_paint.then(lambda: _report(Path(os.environ[REPORT_VARIABLE]), frame))
    first_paint.then(_collect_garbage_from_now, *(engine.begin for engine in engines))
    status = application.exec()
    sys.excepthook = hook
    studio.close()
    return 1 if problem else status


def _collect_garbage_from_now() -> None:
    """Ends the truce of the start; what is there by now is never looked through again, which keeps rounds short."""
    gc.freeze()
    gc.enable()


def dress(application: QApplication, choice: str) -> None:
    """Gives an application its fonts and theme, and keeps them when the theme changes."""
    theme.load_fonts()
    application.setStyle("Fusion")  # the one style that follows style sheets alike on every desktop
    application.setFont(theme.ui_font(13))
    theme.set_theme(choice if choice in ("dark", "light", "system") else "dark")  # type: ignore[arg-type]
    _paint(application)
    if not application.property("dressed"):  # each further connection would style the entire window once more
        application.setProperty("dressed", True)
        theme.signals.changed.connect(lambda: _paint(application))


def _paint(application: QApplication) -> None:
    palette = QPalette()
    role = QPalette.ColorRole
    for target, token in (
        (role.Window, "background"),
        (role.Base, "field"),
        (role.AlternateBase, "raised"),
        (role.Button, "raised"),
        (role.ToolTipBase, "raised"),
        (role.Highlight, "selection"),
        (role.Text, "text"),
        (role.WindowText, "text"),
        (role.ButtonText, "text"),
        (role.ToolTipText, "text"),
        (role.HighlightedText, "text"),
        (role.PlaceholderText, "faint"),
        (role.Link, "accent-text"),
    ):
        palette.setColor(target, theme.color(token))
    application.setPalette(palette)
    application.setStyleSheet(theme.stylesheet())


def _open(project: Path | None) -> tuple[Document | None, str]:
    if project is None:
        return None, ""
    try:
        return Document.open(project), ""
    except ProjectError as error:
        return None, str(error)


def _train_when_known(frame: Frame) -> None:
    """Starts training as soon as the network has been checked, so that problems are seen before the run."""
    studio = frame.studio
    if studio.facts_are_current:
        frame.train()
        return

    def checked() -> None:
        if studio.facts_are_current:
            studio.factsChanged.disconnect(checked)
            frame.train()

    studio.factsChanged.connect(checked)


def _catch_errors(studio: Studio) -> Hook:
    """Errors that nobody caught go to a log file and to a message; the window goes on."""
    file = config_folder() / "window.log"
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(file, maxBytes=1_000_000, backupCount=1, encoding="utf-8", delay=True)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        log.addHandler(handler)
    before = sys.excepthook

    def caught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        log.error("Uncaught error", exc_info=(kind, error, trace))
        before(kind, error, trace)
        if threading.current_thread() is threading.main_thread():
            what = str(error) or kind.__name__
            studio.message.emit(f"Something went wrong inside the window: {what}. It is written to {file}.", "error")

    sys.excepthook = caught
    return before


class _FirstPaint(QObject):
    """Calls at the first idle moment after the window has really been painted, not merely been asked to show."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        self._waiting: list[Callable[[], object]] = []
        self._seen = False
        frame.installEventFilter(self)
        QTimer.singleShot(LATEST_START_MILLISECONDS, self, self._call)  # a window that starts minimized is not painted

    def then(self, *acts: Callable[[], object]) -> None:
        """Adds what is called, in this order."""
        self._waiting.extend(acts)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and not self._seen:
            self._seen = True
            QTimer.singleShot(0, self, self._call)
        return False

    def _call(self) -> None:
        waiting, self._waiting = self._waiting, []
        for act in waiting:
            act()


def _report(path: Path, frame: Frame) -> None:
    """Writes when the window was there (Unix time, seconds), for the benchmark and the test of the start."""
    ready = time.time()
    report = {
        "ready_at": ready,
        "rss_mb": import_module("psutil").Process().memory_info().rss / 1e6,
        "modules": sorted({name.partition(".")[0] for name in sys.modules}),
    }
    path.write_text(json.dumps(report), encoding="utf-8")
    if os.environ.get(QUIT_VARIABLE):
        frame.close()
