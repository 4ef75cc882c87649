from __future__ import annotations

import pytest

from dlstudio.engine.client import EngineClient
from dlstudio.gui.patient_engine import PatientEngine
from tests.gui.fake_engine import FakeEngine


@pytest.fixture
def engines():
    client = FakeEngine()
    client.answers["infer"] = {"answer": 1}
    replies = []
    return client, PatientEngine(replies.append, client), replies


def test_that_nothing_is_asked_before_the_window_is_there(engines):
    client, patient, _ = engines
    patient.ask("infer", {})
    patient.warm_up()
    assert client.asked == []
    assert not client.warm


def test_that_numbers_given_before_are_those_of_the_replies(engines):
    client, patient, replies = engines
    numbers = [patient.ask("infer", {"n": n}) for n in range(3)]
    patient.begin()
    assert [reply.id for reply in replies] == numbers
    assert patient.ask("infer", {}) == numbers[-1] + 1
    assert client.asked[-1].id == numbers[-1] + 1


def test_that_beginning_twice_asks_once(engines):
    client, patient, _ = engines
    patient.ask("infer", {})
    patient.begin()
    patient.begin()
    assert len(client.asked) == 1


def test_that_a_request_cancelled_early_stays_cancelled(engines):
    client, patient, replies = engines
    client.hold("infer")
    number = patient.ask("infer", {})
    patient.cancel(number)
    patient.begin()
    client.release("infer")
    assert replies == []


def test_that_closing_early_starts_nothing(engines):
    client, patient, _ = engines
    patient.ask("infer", {})
    patient.close()
    patient.begin()
    assert client.asked == []
    assert client.closed


def test_that_the_real_client_numbers_as_is_relied_on():
    client = EngineClient(lambda _: None, command=["/bin/false"])
    client.close()  # a closed client starts no process but counts on
    assert [client.ask("infer", {}), client.ask("infer", {})] == [1, 2]
