"""An engine client that waits with its processes until the window is there.

A project asks for shapes and data as soon as it is opened, and the processes that answer import Keras. They begin after
the first paint, so that they do not compete with the window for the processor while it is being put together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dlstudio.engine.client import EngineClient
from dlstudio.engine.messages import Event
from dlstudio.gui.engine_bridge import Engine, EngineMaker


class PatientEngine:
    """Keeps requests until :meth:`begin`, then hands them on in order.

    Numbers given before stay valid because a fresh client counts its requests from 1, in the order they are asked.

    Args:
        on_event: Gets replies and states, in a background thread.
        make: Makes the client; the real one by default.
    """

    def __init__(self, on_event: Callable[[Event], None], make: EngineMaker = EngineClient) -> None:
        self._client: Engine = make(on_event)
        self._begun = False
        self._warm = False
        self._kept: list[tuple[str, Mapping[str, Any], str | None]] = []
        self._cancelled: list[int] = []

    def begin(self) -> None:
        """Lets everything through from now on. A second call does nothing."""
        if self._begun:
            return
        self._begun = True
        for expected, (kind, payload, replaces) in enumerate(self._kept, start=1):
            number = self._client.ask(kind, payload, replaces=replaces)
            if number != expected:
                raise RuntimeError(f"The engine numbered a kept request {number}, but {expected} was given out.")
        for number in self._cancelled:
            self._client.cancel(number)
        self._kept.clear()
        if self._warm:
            self._client.warm_up()

    def ask(self, kind: str, payload: Mapping[str, Any], *, replaces: str | None = None) -> int:
        """See :meth:`EngineClient.ask`."""
        if self._begun:
            return self._client.ask(kind, payload, replaces=replaces)
        self._kept.append((kind, payload, replaces))
        return len(self._kept)

    def cancel(self, request: int) -> None:
        """See :meth:`EngineClient.cancel`."""
        if self._begun:
            self._client.cancel(request)
        else:
            self._cancelled.append(request)

    def warm_up(self) -> None:
        """See :meth:`EngineClient.warm_up`."""
        if self._begun:
            self._client.warm_up()
        else:
            self._warm = True

    def close(self) -> None:
        """Ends the client; what is kept is dropped."""
        self._begun = True
        self._client.close()
