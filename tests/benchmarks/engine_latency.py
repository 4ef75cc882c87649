"""How long the window waits for shapes: graphs of 200 and 1,000 layers, one setting changed 50 times, real client.

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

LAYERS = (200, 1000)
CHANGES = 50


def main() -> None:
    listener = Listener()
    begin = time.perf_counter()
    client = EngineClient(listener)
    results = []
    try:
        client.warm_up()
        listener.wait_for(lambda: "ready" in listener.states("shapes"), 180)
        ready = time.perf_counter() - begin
        for layers in LAYERS:
            results.append(_measured(client, listener, layers))
        os.kill(client.process_ids()["shapes"], signal.SIGKILL)
        after_kill = _ask(client, listener, chain(LAYERS[0]))
    finally:
        client.close()
    print(json.dumps({"ready_s": round(ready, 2), "after_kill_s": round(after_kill / 1000, 2), "graphs": results}))


def _measured(client: EngineClient, listener: Listener, layers: int) -> dict[str, float]:
    graph = chain(layers)
    first = _ask(client, listener, graph)
    each = []
    for number in range(CHANGES):
        graph = set_settings(graph, f"conv_{number * 37 % layers}", {"filters": 9 + number})
        each.append(_ask(client, listener, graph))
    each.sort()
    return {
        "layers": layers,
        "first_ms": round(first, 1),
        "median_ms": round(statistics.median(each), 1),
        "p99_ms": round(each[int(0.99 * len(each))], 1),
    }


def _ask(client: EngineClient, listener: Listener, graph: object) -> float:
    start = time.perf_counter()
    reply = listener.reply_to(client.ask("infer", question(graph)), 180)  # type: ignore[arg-type]
    InferenceResult.from_json(reply.value)
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    main()
