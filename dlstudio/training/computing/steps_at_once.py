"""Several training steps in one call: a loop inside of the compiled program, for networks whose steps are so short that
calling each costs more than computing it.

The loop runs over the batches ``first`` to ``stop - 1`` of a stacked bundle, both given when it is called. So one
program makes one step or many, and where a bundle begins and ends changes no bit of what comes out. The values of each
step are told as if it had been made alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import keras

Logs = Mapping[str, Any]


def on_tensorflow(model: keras.Model) -> Callable[[Any, int, int], Logs]:
    """Steps of a compiled model by TensorFlow.

    Returns:
        ``(bundle, first, stop) -> values``: running means by name as float32 (places,), those of the steps made set.
    """
    import tensorflow as tf

    step = tf.function(model.train_step, jit_compile=model.jit_compile, reduce_retracing=True)

    def place(bundle: Any, index: Any) -> Any:
        return tf.nest.map_structure(lambda array: array[index], bundle)

    def several(bundle: Any, first: Any, stop: Any) -> Logs:
        places = tf.nest.flatten(bundle)[0].shape[0]
        names = sorted(step.get_concrete_function(place(bundle, 0)).structured_outputs)

        def body(index: Any, told: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
            found = step(place(bundle, index))
            where = tf.reshape(index, (1, 1))
            return index + 1, {
                name: tf.tensor_scatter_nd_update(told[name], where, [tf.cast(found[name], tf.float32)])
                for name in names
            }

        begun = (first, {name: tf.zeros(places) for name in names})
        _, told = tf.while_loop(lambda index, _: index < stop, body, begun, parallel_iterations=1)
        return dict(told)

    loop = tf.function(several, reduce_retracing=True, autograph=False)

    def called(bundle: Any, first: int, stop: int) -> Logs:
        logs: Logs = loop(tf.nest.map_structure(tf.convert_to_tensor, bundle), tf.constant(first), tf.constant(stop))
        return logs

    return called


def on_jax(
    model: keras.Model, *, flagged: bool = False
) -> Callable[[Any, Any, int, int], tuple[dict[str, Any], tuple[Any, ...]]]:
    """Steps of a compiled and built model by JAX.

    Args:
        model: Its ``train_step`` is called.
        flagged: Whether that takes ``(batch, flag)``; the flag is one for the whole bundle, then.

    Returns:
        ``(state, bundle, first, stop) -> (values, state)``: running means by name as (places,), those of the steps made
        set. The memory of the given state is used again.
    """
    import jax
    from jax import lax

    def several(state: Any, given: Any, first: Any, stop: Any) -> tuple[dict[str, Any], Any]:
        bundle = given[0] if flagged else given

        def place(index: Any) -> Any:
            batch = jax.tree.map(lambda array: lax.dynamic_index_in_dim(array, index, keepdims=False), bundle)
            return (batch, given[1]) if flagged else batch

        def step(index: Any, carried: Any) -> Any:
            now, told = carried
            logs, after = model.train_step(now, place(index))
            return after, {name: told[name].at[index].set(value) for name, value in logs.items()}

        places = len(jax.tree.leaves(bundle)[0])
        names, _ = jax.eval_shape(model.train_step, state, place(0))
        begun = {name: jax.numpy.zeros((places, *each.shape), each.dtype) for name, each in names.items()}
        after, told = lax.fori_loop(first, stop, step, (state, begun))
        return told, after

    return jax.jit(several, donate_argnums=0) if model.jit_compile else several
