"""Shapes, layers and Keras' own messages in words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dlstudio.compiler.facts import Shape
from dlstudio.compiler.tracing import PLACEHOLDER

_AXES = {2: "time × features", 3: "height × width × channels", 4: "depth × height × width × channels"}
_NEEDS = {
    0: "one number a sample",
    1: "a vector (values)",
    2: "a sequence (time × features)",
    3: "an image (height × width × channels)",
    4: "a clip or a volume (time or depth × height × width × channels)",
}


def shape_words(shape: Shape) -> str:
    """``28 × 28 × 1``, ``10 values``, ``one number``."""
    if not shape:
        return "one number"
    if len(shape) == 1:
        return f"{_length(shape[0])} value{'' if shape[0] == 1 else 's'}"
    return " × ".join(_length(length) for length in shape)


def shape_with_axes(shape: Shape, axes: Sequence[str] | None = None) -> str:
    """The same and what its axes mean, ``28 × 28 × 1 (height × width × channels)``: their own names, or the usual."""
    if axes and len(axes) == len(shape) > 1 and all(axes):
        return f"{shape_words(shape)} ({' × '.join(axes)})"
    return f"{shape_words(shape)} ({_AXES[len(shape)]})" if len(shape) in _AXES else shape_words(shape)


def axes_words(fewest: int, most: int) -> str:
    """What a layer needs: ``an image (height × width × channels)``."""
    if fewest == most and fewest in _NEEDS:
        return _NEEDS[fewest]
    if fewest == 2 and most < 9:
        return f"{_NEEDS[2]} or more axes"
    return f"{_NEEDS.get(fewest, f'{fewest} axes')} at least" if most > 9 else f"{fewest} to {most} axes a sample"


def joined(names: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def keras_sentence(text: str) -> str:
    """What Keras said, without its preamble, colours, argument dump and the placeholder name."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", text)
    text = re.sub(r"Exception encountered when calling [\w.]+\(\)\.\s*", "", text)
    text = re.split(r"\n\s*Arguments received by|\n\s*Call arguments received", text)[0]
    text = re.sub(r"(?:Full object|Received input) [^\n]*$", "", text)
    text = text.replace(f'"{PLACEHOLDER}"', "this layer").replace(f"'{PLACEHOLDER}'", "this layer")
    text = re.sub(rf"\b{PLACEHOLDER}\b", "this layer", text)
    text = re.sub(r"<KerasTensor shape=(\([^)]*\))[^>]*>", r"\1", text)
    text = re.sub(r"\bNone, ", "batch, ", text)
    text = re.sub(r"\s+", " ", text).strip()
    parts = re.split(r"(?<=[.!?])\s+(?=[A-Z])", text)
    sentence = ""
    for part in parts:
        if sentence and len(sentence) + len(part) > 220:
            break
        sentence = f"{sentence} {part}".strip()
    if len(sentence) > 300:
        sentence = sentence[:297].rstrip() + "..."
    return sentence if sentence.endswith((".", "!", "?")) else sentence + "."


def _length(length: int | None) -> str:
    return "?" if length is None else str(length)
