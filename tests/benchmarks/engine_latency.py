"""How long the window waits for shapes: a graph of 200 layers, one setting changed 50 times, through the real client.

    python -m tests.benchmarks.engine_latency

prints one JSON object: milliseconds from the question to the facts, and to the first answer after a ``kill -9``.
"""

from __future__ import annotations

import json
import os
import signal
import statistics
import time

from dlstudio.compiler.facts import InferenceResult
from dlstudio.engine.client import EngineClient
from dlstudio.graph.edits import set_settings
from tests.engine.listener import Listener
from tests.engine.test_keras_child import chain, question

LAYERS = 200
CHANGES = 50


def main() -> None:
    listener = Listener()
    begin = time.perf_counter()
    client = EngineClient(listener)
    try:
        client.warm_up()
        listener.wait_for(lambda: "ready" in listener.states("shapes"), 180)
        ready = time.perf_counter() - begin
        graph = chain(LAYERS)
        first = _ask(client, listener, graph)
        each = []
        for number in range(CHANGES):
            graph = set_settings(graph, f"conv_{number * 37 % LAYERS}", {"filters": 9 + number})
            each.append(_ask(client, listener, graph))
        os.kill(client.process_ids()["shapes"], signal.SIGKILL)
        after_kill = _ask(client, listener, graph)
    finally:
        client.close()
    each.sort()
    result = {
        "layers": LAYERS,
        "ready_s": round(ready, 2),
        "first_ms": round(first, 1),
        "median_ms": round(statistics.median(each), 1),
        "p99_ms": round(each[int(0.99 * len(each))], 1),
        "after_kill_s": round(after_kill / 1000, 2),
    }
    print(json.dumps(result))


def _ask(client: EngineClient, listener: Listener, graph: object) -> float:
    start = time.perf_counter()
    reply = listener.reply_to(client.ask("infer", question(graph)), 180)  # type: ignore[arg-type]
    InferenceResult.from_json(reply.value)
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    main()
