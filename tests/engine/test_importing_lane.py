"""The importing process: a model comes in through it, a refusal as a sentence, and it has bounds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import keras
import psutil
import pytest

from dlstudio.engine.client import EngineClient
from dlstudio.graph.project import graph_from_json
from tests.engine.listener import Listener

SECONDS = 180.0


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def client(listener: Listener) -> Iterator[EngineClient]:
    client = EngineClient(listener)
    yield client
    client.close()


def test_that_models_come_in_and_refusals_are_sentences(
    client: EngineClient, listener: Listener, tmp_path: Path
) -> None:
    (tmp_path / "old.h5").write_bytes(b"\x89HDF\r\n\x1a\n")
    folder = tmp_path / "project"
    refused = listener.reply_to(client.ask("import_model", {"path": str(tmp_path / "old.h5"), "folder": str(folder)}))
    assert "save it from Keras 3" in refused.error
    assert not folder.exists()
    process = psutil.Process(client.process_ids()["importing"])
    if hasattr(process, "rlimit"):
        assert process.rlimit(psutil.RLIMIT_DATA)[0] < psutil.virtual_memory().total
        assert process.rlimit(psutil.RLIMIT_CPU)[0] > 0
    entry = keras.Input((4,), name="values")
    keras.Model(entry, keras.layers.Dense(3, name="logits")(entry)).save(tmp_path / "net.keras")
    payload = {"path": str(tmp_path / "net.keras"), "folder": str(folder), "columns": []}
    reply = listener.reply_to(client.ask("import_model", payload), SECONDS)
    assert reply.error == ""
    assert list(graph_from_json(reply.value["graph"]).nodes) == ["values", "logits", "output"]
    assert (folder / reply.value["weights"]["file"]).is_file()
    again = listener.reply_to(client.ask("import_model", payload), SECONDS)
    assert again.value["weights"]["file"] == "weights/initial-2.npz"
