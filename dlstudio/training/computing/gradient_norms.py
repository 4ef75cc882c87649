"""The norm of each variable's gradient, taken inside of the training step where it is asked for.

Each backend has one program for a step, which is the same whether norms are asked for or not: so asking changes no bit
of what is learnt. Norms are those before clipping, and without the factor by which a loss may be scaled.
"""

from __future__ import annotations

from typing import Any, Protocol

import keras
import numpy as np

from dlstudio.training.computing.mirrored_steps import is_mirrored
from dlstudio.training.computing.precision import inner


class GradientNorms(Protocol):
    """What measures one compiled model; made before the first of its steps."""

    def ask(self, wanted: bool) -> None:
        """Says whether the next steps are measured."""

    def read(self) -> np.ndarray:
        """Norms of the last step that was measured, float32 (variables that are learnt,); waits for it."""


def gradient_norms(model: keras.Model) -> GradientNorms:
    """The measuring of the backend in use, built into the steps of a compiled model."""
    kinds: dict[str, type[_TensorFlow | JaxNorms | _Torch]] = {"tensorflow": _TensorFlow, "jax": JaxNorms}
    return kinds.get(keras.config.backend(), _Torch)(model)


class _TensorFlow:
    """A variable switches the measuring on, another takes the norms; on several devices each has its own."""

    def __init__(self, model: keras.Model) -> None:
        import tensorflow as tf

        # Each device writes the norms of the gradients of all, which it sees; those of the first are read.
        several = {
            "synchronization": tf.VariableSynchronization.ON_READ,
            "aggregation": tf.VariableAggregation.ONLY_FIRST_REPLICA,
        }
        shared = several if is_mirrored(model) else {}
        self._wanted = tf.Variable(False, trainable=False)
        self._norms = tf.Variable(tf.zeros(len(model.trainable_variables)), trainable=False, **shared)
        optimizer = inner(model.optimizer)
        plain = optimizer.apply

        def norm(gradient: Any) -> Any:
            if gradient is None:
                return tf.zeros(())
            return tf.norm(tf.cast(tf.convert_to_tensor(gradient), tf.float32))

        def apply(grads: Any, trainable_variables: Any = None) -> Any:
            def measured() -> Any:
                self._norms.assign(tf.stack([norm(each) for each in grads]))
                return True

            tf.cond(self._wanted, measured, lambda: False)
            return plain(grads, trainable_variables)

        optimizer.apply = apply

    def ask(self, wanted: bool) -> None:
        self._wanted.assign(wanted)

    def read(self) -> np.ndarray:
        return np.asarray(self._norms.numpy())


class _Torch:
    """Its steps are ordinary Python: the gradients are looked at as they pass."""

    def __init__(self, model: keras.Model) -> None:
        self._wanted = False
        self._norms: Any = np.zeros(len(model.trainable_variables), np.float32)
        optimizer = inner(model.optimizer)
        plain = optimizer.apply

        def apply(grads: Any, trainable_variables: Any = None) -> Any:
            if self._wanted:
                self._norms = [None if each is None else each.detach().float().norm() for each in grads]
            return plain(grads, trainable_variables)

        optimizer.apply = apply

    def ask(self, wanted: bool) -> None:
        self._wanted = wanted

    def read(self) -> np.ndarray:
        return np.asarray([0.0 if each is None else float(each) for each in self._norms], np.float32)


class JaxNorms:
    """A step gets a flag beside its batch, and gives the norms among its values, where who calls it takes them out.

    The steps are those of the model from here on: each takes ``(batch, flag)`` for a batch.
    """

    NAME = "gradient norms"  # no metric has a name with a blank

    def __init__(self, model: keras.Model) -> None:
        from jax import numpy as jnp

        self._flags = jnp.asarray(False), jnp.asarray(True)  # once: to hand over a flag costs as much as a small step
        self._asked = False
        self._traced: Any = None  # the flag, while a step is traced
        self._norms: Any = np.zeros(len(model.trainable_variables), np.float32)
        plain, optimizer = model.train_step, model.optimizer
        found: list[Any] = []
        apply = optimizer.stateless_apply

        def noticed(values: Any, grads: Any, variables: Any) -> Any:
            found.append(_norms_in_jax(optimizer, values, grads, self._traced))
            return apply(values, grads, variables)

        def train_step(state: Any, data: Any) -> Any:
            batch, self._traced = data
            found.clear()
            logs, state = plain(state, batch)
            return {**logs, self.NAME: found.pop()}, state

        optimizer.stateless_apply, model.train_step = noticed, train_step

    @property
    def flag(self) -> Any:
        """What the next step takes beside its batch."""
        return self._flags[self._asked]

    def ask(self, wanted: bool) -> None:
        self._asked = wanted

    def take(self, logs: Any, place: int | None = None) -> None:
        """Takes the norms out of the values of a step, or of several of which one counts."""
        norms = logs.pop(self.NAME)
        if self._asked:
            self._norms = norms if place is None else norms[place]

    def read(self) -> np.ndarray:
        return np.asarray(self._norms)


def _norms_in_jax(optimizer: Any, values: Any, grads: Any, wanted: Any) -> Any:
    import jax
    from jax import numpy as jnp

    with keras.StatelessScope(state_mapping=list(zip(optimizer.variables, values, strict=True))):
        factor = optimizer.scale_loss(jnp.ones(()))

    def norms() -> Any:
        return jnp.stack([jnp.linalg.norm(each.astype(jnp.float32).ravel()) for each in grads]) / factor

    return jax.lax.cond(wanted, norms, lambda: jnp.zeros(len(grads)))
