"""The small functions that a script brings along, each only where it is needed."""

from __future__ import annotations

import ast
from functools import cache

NAMED = '''\
_named = set()


def named(name, result):
    """Names what an operation added to the model, as ``name=`` names a layer, and hands its result on."""
    waiting, number = list(keras.tree.flatten(result)), 0
    while waiting:
        tensor = waiting.pop(0)
        operation = tensor._keras_history.operation if isinstance(tensor, keras.KerasTensor) else None
        if operation is None or isinstance(operation, keras.Layer) or operation in _named:
            continue
        operation.name = f"{name}.{number}" if number else name
        _named.add(operation)
        number += 1
        waiting.extend(keras.tree.flatten(operation.input))
    return result
'''

REPEATED = '''\
def repeated(block, times, *tensors, name, **settings):
    """A model of a block several times in a row, each with weights of its own; outputs feed inputs by their place."""
    if times == 1:
        return block(*tensors, **settings, name=name)
    inputs, results = [], tensors
    for number in range(1, times + 1):
        made = block(*results, **settings, name=f"repeat_{number}")
        if not inputs:
            inputs = results = [keras.Input(each.shape[1:], dtype=each.dtype, name=each.name) for each in made.inputs]
        results = keras.tree.flatten(made(results if len(results) > 1 else results[0]))
    return keras.Model(inputs if len(inputs) > 1 else inputs[0], results if len(results) > 1 else results[0], name=name)
'''

RATIO = '''\
def ratio(dividend, divisor):
    """The quotient, a whole number where it divides without remainder."""
    return dividend // divisor if dividend % divisor == 0 else dividend / divisor
'''

PER_SAMPLE = '''\
def per_sample(value, tensor):
    """A constant for every sample of the batch that an input brings."""
    first = ops.get_item(tensor, (slice(None), *[0] * (len(tensor.shape) - 1)))
    zeros = ops.reshape(ops.zeros_like(first, dtype=value.dtype), (-1, *[1] * len(value.shape)))
    return ops.logical_or(zeros, value) if value.dtype == "bool" else ops.add(zeros, value)
'''

HELPERS = {"ratio": RATIO, "named": NAMED, "per_sample": PER_SAMPLE, "repeated": REPEATED}
"""By name, in the order in which a script defines them."""


@cache
def _trees() -> dict[str, str]:
    return {name: ast.dump(_function(ast.parse(text))) for name, text in HELPERS.items()}


def _function(module: ast.Module) -> ast.AST:
    return next(node for node in module.body if isinstance(node, ast.FunctionDef))


def is_helper(function: ast.FunctionDef) -> bool:
    """Whether a function of a script is one of these, unchanged."""
    return function.name in HELPERS and ast.dump(function) == _trees()[function.name]
