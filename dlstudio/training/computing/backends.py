"""The backends of Keras: which are installed, and which one a training process is to use. Standard library only.

Nothing is imported to find out: a backend counts as installed where Python finds its package.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib.util import find_spec

AUTO = "auto"
FASTEST = "fastest"
TITLES = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}
BACKENDS = tuple(TITLES)
VARIABLE = "KERAS_BACKEND"


class BackendError(RuntimeError):
    """A backend that is unknown or not installed; the message says which ones there are."""


def installed() -> tuple[str, ...]:
    """The backends that are here, TensorFlow first."""
    return tuple(name for name in BACKENDS if find_spec(name) is not None)


def usual(environment: Mapping[str, str] = os.environ) -> str:
    """The backend that nobody chose: that of ``KERAS_BACKEND`` where it is here, else the first that is."""
    here = installed()
    named = environment.get(VARIABLE, "")
    return named if named in here else next(iter(here), BACKENDS[0])


def chosen(wanted: str) -> str:
    """The backend for a setting.

    Args:
        wanted: ``auto``, ``fastest`` (as ``auto`` until that is known) or one of :data:`BACKENDS`.

    Raises:
        BackendError: It is none, or is not installed.
    """
    if wanted in (AUTO, FASTEST):
        return usual()
    here = installed()
    if wanted in here:
        return wanted
    there = ", ".join((AUTO, FASTEST, *here))
    if wanted not in TITLES:
        raise BackendError(f"There is no backend '{wanted[:40]}'. Choose one of: {there}.")
    raise BackendError(
        f"{TITLES[wanted]} is not installed here. Install it with: pip install 'dlstudio[{wanted}]', or choose another "
        f"backend: {there}."
    )


def use_usual() -> None:
    """Has Keras, in this process and those it starts, take a backend that is here."""
    os.environ[VARIABLE] = usual()
