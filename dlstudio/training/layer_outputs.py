"""Shows what leaves each layer while a batch goes through a network, those inside of blocks included, by path."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import keras

Visit = Callable[[str, Any, Any], None]
"""Gets the path of a layer or operation, itself, and what left it; in the order in which the network computes."""


def visit_outputs(model: keras.Model, inputs: Any, visit: Visit, *, training: bool = False) -> None:
    """Sends a batch through a network, one layer after the other, and shows what leaves each.

    Args:
        model: The network.
        inputs: One array, or a list of them in the order of the Inputs, (samples, ...) each.
        visit: Called for every layer and operation; one that is used twice is shown twice.
        training: Whether the layers behave as in training: dropout on, batch statistics used.
    """
    given = [keras.ops.convert_to_tensor(each) for each in inputs] if isinstance(inputs, list | tuple) else inputs
    with ExitStack() as stack:
        for path, operation in operations_by_path(model):
            stack.enter_context(_shown(path, operation, visit))
        model(given, training=training)


def operations_by_path(model: Any, within: str = "") -> Iterator[tuple[str, Any]]:
    """Every layer and operation of a network, with the uses that it is in as its path: ``use/repeat_2/conv``."""
    for operation in getattr(model, "operations", model.layers):
        if isinstance(operation, keras.Model):
            yield from operations_by_path(operation, f"{within}{operation.name}/")
        elif not isinstance(operation, keras.layers.InputLayer):
            yield f"{within}{operation.name}", operation


@contextmanager
def _shown(path: str, operation: Any, visit: Visit) -> Iterator[None]:
    plain: Callable[..., Any] = operation.call

    def showing(*args: Any, **kwargs: Any) -> Any:
        given = plain(*args, **kwargs)
        visit(path, operation, given)
        return given

    operation.call = showing
    try:
        yield
    finally:
        del operation.call
