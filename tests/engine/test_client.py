"""The client and the thread that owns each child, with a child that does as it is told and has no Keras."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from dlstudio.engine.client import EngineClient
from dlstudio.engine.lanes import REQUESTS, UNWANTED_SECONDS, RequestKind
from tests.engine.listener import Listener

COMMAND = [sys.executable, str(Path(__file__).with_name("scripted_child.py"))]


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def client(listener: Listener) -> Iterator[EngineClient]:
    client = EngineClient(listener, command=COMMAND)
    yield client
    client.close()


def test_that_a_reply_carries_values_and_arrays(client: EngineClient, listener: Listener) -> None:
    request = client.ask("infer", {"echo": "x", "arrays": {"image": np.eye(3)}})
    reply = listener.reply_to(request)
    assert (reply.kind, reply.error, reply.value["echo"]) == ("infer", "", "x")
    assert np.array_equal(reply.value["arrays"]["image"], np.eye(3))


def test_that_each_lane_has_its_own_process(client: EngineClient, listener: Listener) -> None:
    pids = {listener.reply_to(client.ask(kind, {})).value["pid"] for kind in ("infer", "guess_data", "inspect")}
    assert len(pids) == 3
    assert pids == set(client.process_ids().values())


def test_that_a_long_inspection_does_not_hold_up_shapes(
    client: EngineClient, listener: Listener, tmp_path: Path
) -> None:
    slow = client.ask("evaluate", {"wait_for": str(tmp_path / "go")})
    listener.reply_to(client.ask("infer", {}))
    assert not any(reply.id == slow for reply in listener.replies)
    (tmp_path / "go").touch()
    listener.reply_to(slow)


def test_that_a_request_is_asked_again_when_its_child_was_killed(
    client: EngineClient, listener: Listener, tmp_path: Path
) -> None:
    request = client.ask("infer", {"die_once": str(tmp_path / "died"), "echo": 5})
    reply = listener.reply_to(request)
    assert (tmp_path / "died").exists()
    assert (reply.value["echo"], reply.error) == (5, "")
    assert "restarting" in listener.states("shapes")


def test_that_requests_behind_the_killed_one_are_answered_too(
    client: EngineClient, listener: Listener, tmp_path: Path
) -> None:
    first = client.ask("infer", {"die_once": str(tmp_path / "died"), "echo": 1})
    second = client.ask("infer", {"echo": 2})
    assert listener.reply_to(first).value["echo"] == 1
    assert listener.reply_to(second).value["echo"] == 2


@pytest.mark.parametrize(
    ("number", "words"), [(signal.SIGKILL, "killed"), (signal.SIGSEGV, "segmentation fault"), (signal.SIGTERM, "15")]
)
def test_that_a_request_that_kills_its_child_twice_is_reported(
    client: EngineClient, listener: Listener, number: int, words: str
) -> None:
    reply = listener.reply_to(client.ask("infer", {"die": int(number)}))
    assert words in reply.error
    assert reply.error.startswith("Computing the shapes failed twice")
    assert listener.reply_to(client.ask("infer", {"echo": "alive"})).value["echo"] == "alive"


def test_that_an_idle_child_that_was_killed_comes_back_unasked(client: EngineClient, listener: Listener) -> None:
    client.warm_up()
    listener.wait_for(lambda: "ready" in listener.states("shapes") and "shapes" in client.process_ids())
    pid = client.process_ids()["shapes"]
    os.kill(pid, signal.SIGKILL)
    listener.wait_for(lambda: listener.states("shapes").count("ready") == 2)
    assert client.process_ids()["shapes"] != pid


def test_that_garbage_on_the_stream_costs_the_child_not_the_client(client: EngineClient, listener: Listener) -> None:
    assert listener.reply_to(client.ask("infer", {"garbage": True})).error
    assert listener.reply_to(client.ask("infer", {"echo": 1})).value["echo"] == 1


def test_that_a_child_that_never_starts_is_reported(
    client: EngineClient, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCRIPTED_CHILD_NEVER_STARTS", "1")
    reply = listener.reply_to(client.ask("infer", {}))
    assert "exit status 3" in reply.error
    listener.wait_for(lambda: len(listener.states("shapes")) > 0)
    monkeypatch.delenv("SCRIPTED_CHILD_NEVER_STARTS")
    assert listener.reply_to(client.ask("infer", {"echo": 1})).value["echo"] == 1


def test_that_a_newer_request_supersedes_one_with_the_same_key(
    client: EngineClient, listener: Listener, tmp_path: Path
) -> None:
    busy = client.ask("infer", {"wait_for": str(tmp_path / "go")})
    older = client.ask("infer", {"echo": "older"}, replaces="shapes")
    other = client.ask("infer", {"echo": "other"}, replaces="else")
    newer = client.ask("infer", {"echo": "newer"}, replaces="shapes")
    (tmp_path / "go").touch()
    assert listener.reply_to(newer).value["echo"] == "newer"
    assert {reply.id for reply in listener.replies} == {busy, other, newer}
    assert older not in {reply.id for reply in listener.replies}


def test_that_a_cancelled_request_is_never_answered(client: EngineClient, listener: Listener, tmp_path: Path) -> None:
    asked = client.ask("infer", {"wait_for": str(tmp_path / "go")})
    waiting = client.ask("infer", {"echo": "waiting"})
    client.cancel(asked)
    client.cancel(waiting)
    last = client.ask("infer", {"echo": "last"})
    (tmp_path / "go").touch()
    listener.reply_to(last)
    assert [reply.id for reply in listener.replies] == [last]


def test_that_a_request_over_its_time_is_ended_and_reported(
    client: EngineClient, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener.reply_to(client.ask("guess_data", {}))
    monkeypatch.setitem(REQUESTS, "guess_data", RequestKind("data", 0.2, "Looking at the data"))
    reply = listener.reply_to(client.ask("guess_data", {"wait_for": "/nowhere"}))
    assert "took longer than" in reply.error
    monkeypatch.undo()
    assert listener.reply_to(client.ask("guess_data", {"echo": 1})).value["echo"] == 1


def test_that_long_work_on_what_nobody_wants_any_more_is_ended(
    client: EngineClient, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(UNWANTED_SECONDS, "data", 0.1)
    listener.reply_to(client.ask("describe_data", {}))
    client.ask("describe_data", {"wait_for": "/nowhere"}, replaces="describe")
    newer = client.ask("describe_data", {"echo": "newer"}, replaces="describe")
    assert listener.reply_to(newer).value["echo"] == "newer"
    assert len(listener.replies) == 2


def test_that_what_cannot_be_sent_is_reported(client: EngineClient, listener: Listener) -> None:
    assert "JSON" in listener.reply_to(client.ask("infer", {"echo": object()})).error
    assert listener.reply_to(client.ask("infer", {"echo": 1})).value["echo"] == 1


def test_that_closing_ends_all_processes_in_the_middle_of_work(listener: Listener, tmp_path: Path) -> None:
    client = EngineClient(listener, command=COMMAND)
    for kind in ("infer", "guess_data", "evaluate"):
        client.ask(kind, {"wait_for": str(tmp_path / "never")})
    listener.wait_for(lambda: len(client.process_ids()) == 3)
    client.close()
    assert client.process_ids() == {}
    assert client.ask("infer", {}) > 0
    assert not listener.replies


def test_that_asking_never_blocks(client: EngineClient, listener: Listener, tmp_path: Path) -> None:
    calls: list[Callable[[], int]] = [lambda: client.ask("infer", {"echo": "x" * 10_000}) for _ in range(200)]
    client.ask("infer", {"wait_for": str(tmp_path / "go")})
    last = [call() for call in calls][-1]
    assert not listener.replies
    (tmp_path / "go").touch()
    listener.reply_to(last)
