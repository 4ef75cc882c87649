"""Ways to compute one and the same training, and which of them was the fastest for a network on this machine.

A way is stored in the run that uses it, so that the run goes on the same way. What was measured is kept in the user's
cache, by network, batch size, machine and versions. Standard library only: whoever launches a run reads it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from dlstudio.atomic import write_atomically
from dlstudio.graph.saving import parse_json
from dlstudio.places import cache_folder
from dlstudio.training.computing.backends import AUTO, BACKENDS, FASTEST, TITLES, VARIABLE, chosen, installed
from dlstudio.training.computing.processor import cpu_name
from dlstudio.training.runs.run_folder import RunFolder
from dlstudio.training.runs.run_info import WAY

MOST_KEPT = 500
MOST_AT_ONCE = 64
_ONE_THREAD = "--xla_cpu_multi_thread_eigen=false"


@dataclass(frozen=True)
class Way:
    """How a training computes.

    Attributes:
        backend: ``tensorflow``, ``jax`` or ``torch``.
        xla: Whether TensorFlow compiles steps by XLA; False leaves it to Keras, which does so on GPUs.
        one_thread: Whether an operation keeps to one thread; small networks lose more by sharing than they gain.
        steps_at_once: Steps made in one call of the compiled program; several where calling costs more than computing.
    """

    backend: str
    xla: bool = False
    one_thread: bool = False
    steps_at_once: int = 1

    def __str__(self) -> str:
        parts = [TITLES.get(self.backend, self.backend)]
        parts += ["with XLA"] if self.xla else []
        parts += ["on one thread"] if self.one_thread else []
        told = " ".join(parts)
        return f"{told}, {self.steps_at_once} steps at once" if self.steps_at_once > 1 else told

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def environment(self) -> dict[str, str]:
        """The variables that a process needs from its begin on, to compute this way."""
        found = {VARIABLE: self.backend}
        if self.one_thread and self.backend == "tensorflow":
            found |= {"TF_NUM_INTRAOP_THREADS": "1"}
        elif self.one_thread and self.backend == "jax":
            flags = os.environ.get("XLA_FLAGS", "").replace(_ONE_THREAD, "")
            found |= {"XLA_FLAGS": f"{flags.strip()} {_ONE_THREAD}".strip(), "NPROC": "1"}
        elif self.one_thread:
            found |= {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        return found


def candidates() -> tuple[Way, ...]:
    """The ways to try, the likeliest first: each backend that is here, on one thread, and TensorFlow with XLA."""
    here = installed()
    compiled = [Way("tensorflow", xla=True)] if "tensorflow" in here else []
    return (*(Way(each) for each in here), *(Way(each, one_thread=True) for each in here), *compiled)


def way_of(run: RunFolder) -> Way | None:
    """The way that a run computes: the one it has, or the one found earlier for the same network; None: not found yet.

    Raises:
        RunError: The run cannot be read.
        BackendError: Its backend is not installed.
    """
    record = run.record()
    known = read_way(record.get(WAY))
    if known is not None:
        return replace(known, backend=chosen(known.backend))
    wanted = str(record.get("backend") or record["project"].get("training", {}).get("backend", AUTO))
    return known_way(run) if wanted == FASTEST else Way(chosen(wanted))


def known_way(run: RunFolder) -> Way | None:
    """What was found for the network of a run, if its backend is still here."""
    found = read_way(_kept().get(_key(run)))
    return found if found is not None and found.backend in installed() else None


def keep_way(run: RunFolder, way: Way) -> None:
    """Remembers the fastest way for the network of a run; that it cannot be written is no reason to stop."""
    kept = {**_kept(), _key(run): way.as_json()}
    newest = dict(list(kept.items())[-MOST_KEPT:])
    with contextlib.suppress(OSError):
        cache_folder().mkdir(parents=True, exist_ok=True)
        write_atomically(cache_folder() / "ways.json", json.dumps(newest, indent=1).encode())


def _kept() -> dict[str, Any]:
    try:
        value = parse_json((cache_folder() / "ways.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def read_way(value: Any) -> Way | None:
    """A way as :meth:`Way.as_json` wrote it; None where it is none."""
    if not isinstance(value, Mapping) or value.get("backend") not in BACKENDS:
        return None
    several = value.get("steps_at_once")
    several = several if isinstance(several, int) and 1 <= several <= MOST_AT_ONCE else 1
    return Way(str(value["backend"]), value.get("xla") is True, value.get("one_thread") is True, several)


def _key(run: RunFolder) -> str:
    """A digest of all that decides which way is the fastest: network, columns, batch size, machine, versions."""
    record = run.record()
    project, training = record["project"], record["project"].get("training", {})
    nodes = {
        name: {key: value for key, value in node.items() if key != "at"}
        for name, node in project.get("graph", {}).get("nodes", {}).items()
    }
    told = [
        nodes,
        project.get("graph", {}).get("wires"),
        project.get("blocks"),
        project.get("data", {}).get("columns"),
        [training.get(name) for name in ("batch_size", "optimizer", "device", "lora", "precision")],
        [cpu_name(), installed(), record.get("versions")],
    ]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:32]
