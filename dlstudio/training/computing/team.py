"""The workers that train one run together, each in a process of its own; usually there is one.

Each of them runs the same training. The first writes events, checkpoints and the run's record; the others write
nothing. Steps are made with JAX's collectives through ``keras.distribution``: the only backend that can.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from dlstudio.training.computing.agreed_controls import AgreedControls
from dlstudio.training.computing.devices import Device, DeviceError, choose_device, share_out, use_own
from dlstudio.training.computing.shares import ALL_OF_IT, Share
from dlstudio.training.controls import Controls
from dlstudio.training.runs.run_folder import RunFolder

_WORD_MS = 10_000  # after which a worker that waits for a word looks whether the others still live


class Team:
    """One process alone.

    Attributes:
        share: What of each batch this one computes.
        alone: Whether the run's folder is its own. The workers of a team leave it to who conducts them to claim the
            folder, and to tell a crash that may have been another's.
    """

    share: Share = ALL_OF_IT
    alone = True

    @property
    def first(self) -> bool:
        """Whether this is the worker that writes."""
        return self.share.rank == 0

    def device(self, wanted: str) -> Device:
        """Makes the backend compute where it is to; see :func:`dlstudio.training.computing.devices.choose_device`."""
        return choose_device(wanted)

    def controls(self, run: RunFolder) -> Controls:
        """What is asked of the run."""
        return Controls(run)

    def events_file(self, run: RunFolder) -> Path:
        """Where this one's events go."""
        return run.events_file

    def agreed(self, name: str, find: Callable[[], Any]) -> Any:
        """A JSON value that the first worker finds and all have; each name is used once."""
        return find()

    def part(self) -> None:
        """The steps that need the others are over; this one computes by itself from now on."""

    def leave(self) -> None:
        """Waits until the first one has done what it does alone."""


class WorkerTeam(Team):
    """Several processes that JAX has joined.

    Args:
        rank: Of this one.
        workers: How many there are.
        address: ``host:port`` at which the first one is found; it is the one that listens there.
        host: Address of the machine of this one, at which the others find it.
    """

    alone = False

    def __init__(self, rank: int, workers: int, address: str, host: str) -> None:
        import jax
        import keras

        _be_found_at(host)
        keras.distribution.initialize(address, workers, rank)
        self.share = Share(rank, workers, len(jax.devices()))
        self._board = _JaxBoard()

    def device(self, wanted: str) -> Device:
        if self.share.devices % self.share.workers:
            raise DeviceError("The workers have different numbers of devices, so they cannot share each batch evenly.")
        return share_out(self.share.workers)

    def controls(self, run: RunFolder) -> Controls:
        return AgreedControls(run, self._board, self.first)

    def events_file(self, run: RunFolder) -> Path:
        return run.events_file if self.first else Path(os.devnull)

    def agreed(self, name: str, find: Callable[[], Any]) -> Any:
        if self.first:
            word = json.dumps(find())
            self._board.put(f"dlstudio/agreed/{name}", word)
        return json.loads(self._board.get(f"dlstudio/agreed/{name}"))

    def part(self) -> None:
        use_own()

    def leave(self) -> None:
        self.agreed("over", lambda: True)


def _be_found_at(host: str) -> None:
    """Has the other workers look for this one at an address.

    On processors JAX tells them that of the machine's name, which on many systems means the machine itself.
    """
    from jax._src.lib import _jax  # nothing public takes the address

    _jax.make_gloo_tcp_collectives = partial(_jax.make_gloo_tcp_collectives, hostname=host)


class _JaxBoard:
    """The table of words that JAX's own coordinator keeps, in the process of the first worker."""

    def __init__(self) -> None:
        from jax._src import distributed  # the table has no public name

        self._client: Any = distributed.global_state.client

    def put(self, name: str, word: str) -> None:
        self._client.key_value_set(name, word)

    def get(self, name: str) -> str:
        while True:
            try:
                return str(self._client.blocking_key_value_get(name, _WORD_MS))
            except Exception as error:
                # JAX has no type for it. Whoever has lost the coordinator gets another error, and ends.
                if "DEADLINE_EXCEEDED" not in str(error):
                    raise

    def remove(self, name: str) -> None:
        self._client.key_value_delete(name)
