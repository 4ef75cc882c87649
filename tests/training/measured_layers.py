"""Measures the layers of a small network by the backend in use; prints that and what calculus says of it, as JSON."""

from __future__ import annotations

import json

import keras
import numpy as np

from dlstudio.training import layer_watch
from dlstudio.training.batches import Bundle, Feed
from dlstudio.training.stepping import Stepper

RATE = 0.1


def main() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(16, 4)).astype(np.float32), rng.normal(size=(16, 3)).astype(np.float32)
    inputs = keras.Input((4,))
    hidden = keras.layers.Dense(8, activation="relu", name="first")(inputs)
    model = keras.Model(inputs, keras.layers.Dense(3, name="last")(hidden))
    model.compile(keras.optimizers.SGD(RATE, clipnorm=0.01), loss="mse")
    model.optimizer.build(model.trainable_variables)
    feed = Feed(np.arange(len(x)), {"x": "x"}, {}, lambda _column, rows: x[rows])
    feed.load()
    layer_watch.COMPILED_AFTER = 0.0
    watch = layer_watch.LayerWatch(model, feed)
    stepper = Stepper(model, watch.norms)
    told = []
    stacked = Bundle(1, 2, (np.stack([x, x]), np.stack([y, y]), None), stacked=True)
    for bundle in (None, stacked) if keras.config.backend() != "torch" else (None,):
        stepper.train((x, y, None))  # not asked for
        stepper.settle()
        before = [np.array(keras.ops.convert_to_numpy(each)) for each in model.trainable_variables]
        watch.before()
        if bundle is None:
            stepper.train((x, y, None))
        else:
            stepper.train_in(bundle, 1, 2)
        stepper.settle()
        layers = watch.after(1, 2).layers
        now = [np.array(keras.ops.convert_to_numpy(each)) for each in model.trainable_variables]
        told.append({"layers": layers, "expected": expected(before, now, x, y)})
    print(json.dumps(told))


def expected(
    before: list[np.ndarray], now: list[np.ndarray], x: np.ndarray, y: np.ndarray
) -> dict[str, dict[str, float]]:
    """By backpropagation as one writes it down for two layers and a mean squared error."""
    kernel, bias, last, last_bias = before
    rectified = np.maximum(x @ kernel + bias, 0)
    back = 2 * (rectified @ last + last_bias - y) / y.size
    through = (back @ last.T) * (rectified > 0)
    gradients = [x.T @ through, through.sum(0), rectified.T @ back, back.sum(0)]
    found = {}
    for name, places in (("first", (0, 1)), ("last", (2, 3))):
        weights = norm([now[place] for place in places])
        found[name] = {
            "gradient": norm([gradients[place] for place in places]),
            "weights": weights,
            "update": norm([now[place] - before[place] for place in places]) / weights,
        }
    return found


def norm(arrays: list[np.ndarray]) -> float:
    return float(np.sqrt(sum(np.square(each.astype(np.float64)).sum() for each in arrays)))


if __name__ == "__main__":
    main()
