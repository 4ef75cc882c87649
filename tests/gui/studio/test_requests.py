"""Questions to the engine are answered once, unless they are cancelled or superseded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.engine.messages import EngineState
from dlstudio.gui.studio import Studio
from tests.gui.fake_engine import FakeEngine, Refusal
from tests.gui.studio.opened import settle


def test_that_a_request_is_answered_or_refused_exactly_once(qtbot: QtBot, studio: Studio, engine: FakeEngine) -> None:
    heard: list[Any] = []
    settle(qtbot, studio, engine)
    engine.answers.update(predict={"label": "7"}, inspect=Refusal("There is no run."))
    with qtbot.waitSignal(studio.replyArrived) as signal:
        number = studio.ask("predict", {}, heard.append, heard.append)
    assert signal.args == [number, {"label": "7"}]
    studio.ask("inspect", {}, heard.append, heard.append)
    qtbot.waitUntil(lambda: len(heard) == 2)
    assert heard == [{"label": "7"}, "There is no run."]


def test_that_a_refusal_nobody_takes_becomes_a_message(qtbot: QtBot, studio: Studio, engine: FakeEngine) -> None:
    engine.answers["predict"] = Refusal("There is no run.")
    with qtbot.waitSignal(studio.message) as signal:
        studio.ask("predict", {})
    assert signal.args == ["There is no run.", "error"]


def test_that_cancelled_and_superseded_requests_stay_silent(qtbot: QtBot, studio: Studio, engine: FakeEngine) -> None:
    heard: list[str] = []
    engine.hold("thumbnails")
    engine.answers["thumbnails"] = lambda payload: {"name": payload["name"]}
    cancelled = studio.ask("thumbnails", {"name": "cancelled"}, lambda value: heard.append(value["name"]))
    studio.cancel(cancelled)
    for name in ("older", "newer"):
        studio.ask("thumbnails", {"name": name}, lambda value: heard.append(value["name"]), replaces="gallery")
    engine.release("thumbnails")
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == ["newer"]


def test_that_the_engine_state_is_told(qtbot: QtBot, studio: Studio, engine: FakeEngine) -> None:
    with qtbot.waitSignal(studio.engineChanged) as signal:
        engine.tell(EngineState("shapes", "ready"))
    assert (signal.args, studio.engine_state) == (["ready"], "ready")
    with qtbot.waitSignal(studio.message):
        engine.tell(EngineState("shapes", "failed", "The engine keeps ending."))


def test_that_the_engine_warms_up_by_itself(qtbot: QtBot, studio: Studio, engine: FakeEngine) -> None:
    qtbot.waitUntil(lambda: engine.warm)


def test_that_closing_ends_the_engine_and_tells_nobody_any_more(
    qtbot: QtBot, engine: FakeEngine, tmp_path: Path
) -> None:
    studio = Studio(engine=engine, catalogue=load_catalogue())
    heard: list[Any] = []
    engine.answers["predict"] = {}
    studio.ask("predict", {}, heard.append)
    studio.close()
    studio.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.MetaCall.value)
    assert engine.closed
    assert heard == []


def test_that_the_bridge_needs_neither_keras_nor_numpy() -> None:
    program = "import sys, dlstudio.gui.studio; print({'keras', 'tensorflow', 'PIL', 'numpy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    assert done.stdout.strip() == "set()"
