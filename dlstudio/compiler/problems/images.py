"""Layers on images and sequences that look past their input: channels first, windows on one pixel, gaps, padding."""

from __future__ import annotations

from collections.abc import Iterator

from dlstudio.compiler.problems.context import Candidate, Edit, set_edit
from dlstudio.compiler.problems.reading import Check, Reading, kind
from dlstudio.compiler.problems.trying import harmless_fixes
from dlstudio.compiler.problems.wording import shape_with_axes, shape_words
from dlstudio.graph.model import INPUT, Node
from dlstudio.graph.problems import Problem

_CONVOLUTIONS = tuple(f"{name}{n}D" for name in ("Conv", "SeparableConv", "DepthwiseConv") for n in (1, 2))
_POOLINGS = ("MaxPooling1D", "MaxPooling2D", "AveragePooling1D", "AveragePooling2D")
_ON_CLIPS = ("Conv3D", "MaxPooling3D", "AveragePooling3D")
_RANGED = (
    *("AugMix", "AutoContrast", "ContrastLimitedAdaptiveHistogramEqualization", "Equalization", "RandAugment"),
    *("RandomBrightness", "RandomColorDegeneration", "RandomColorJitter", "RandomContrast", "RandomElasticTransform"),
    *("RandomErasing", "RandomGaussianBlur", "RandomHue", "RandomInvert", "RandomPosterization", "RandomSaturation"),
    *("RandomSharpness", "Solarization"),
)
_AUGMENTING = (
    *("RandomFlip", "RandomRotation", "RandomZoom", "RandomTranslation", "RandomShear", "RandomPerspective"),
    *("RandomCrop", "CenterCrop", "Resizing", "RandomGrayscale", "CutMix", "MixUp", *_RANGED),
)
_PIXELS = ("image", "video")  # kinds of columns that come as numbers between 0 and 1, with the channels last
_PADDINGS = ("ZeroPadding1D", "ZeroPadding2D")


def scaled_twice(reading: Reading, node: Node) -> Iterator[Problem]:
    """Pixels divided by 255 that are between 0 and 1 already."""
    source = reading.source(node)
    spec = reading.column(source) if source and source.type == INPUT else None
    scale = node.settings.get("scale")
    if spec is None or spec.kind not in _PIXELS or not isinstance(scale, int | float) or scale > 0.02:
        return
    scaled = round(255 * float(scale), 6)
    tries: list[Candidate] = [(f"Set {node.id} scale to {scaled:g}", (set_edit(node.id, "scale", scaled),))]
    if not node.settings.get("offset"):
        tries.insert(0, (f"Remove {node.id}", ({"edit": "remove", "node": node.id},)))
    yield Problem(
        f"'{node.id}' (Rescaling) multiplies the pixels of '{spec.name}' by {scale:.3g}, but they come as numbers "
        f"between 0 and 1 already: then all of them are next to 0, and the network sees only black.",
        node.id,
        severity="warning",
        fixes=harmless_fixes(reading.context, tries),
    )


def range_of_bytes(reading: Reading, node: Node) -> Iterator[Problem]:
    """Augmentation for pixels up to 255 on pixels between 0 and 1: it whitens, blackens, or does nothing."""
    value = node.settings.get("value_range", [0, 255])
    source = reading.before(node, _AUGMENTING)
    spec = reading.column(source) if source and source.type == INPUT else None
    if spec is None or spec.kind not in _PIXELS or not isinstance(value, list | tuple) or len(value) != 2:
        return
    if not all(isinstance(each, int | float) for each in value) or value[1] < 2:
        return
    range_of_one = set_edit(node.id, "value_range", [0, 1])
    yield Problem(
        f"'{node.id}' ({kind(node)}) takes pixels for numbers from {value[0]:g} to {value[1]:g}, but those of "
        f"'{spec.name}' come as numbers between 0 and 1: it would make them all white or black, or change nothing.",
        node.id,
        severity="warning",
        fixes=harmless_fixes(reading.context, [(f"Set {node.id} value_range to 0, 1", (range_of_one,))]),
    )


def channels_first(reading: Reading, node: Node) -> Iterator[Problem]:
    """A layer that takes the height of an image, or the time of a clip, for its channels."""
    if node.settings.get("data_format") != "channels_first":
        return
    source = reading.before(node, (*_POOLINGS, *_ON_CLIPS[1:], "Dropout", "BatchNormalization", "Activation"))
    shape = reading.arriving(node)
    spec = reading.column(source) if source and source.type == INPUT else None
    if spec is None or spec.kind not in _PIXELS or shape is None:
        return
    taken, come = ("height", "Images") if spec.kind == "image" else ("time", "Clips")
    last = set_edit(node.id, "data_format", "channels_last")
    yield Problem(
        f"'{node.id}' ({kind(node)}) has data_format channels_first, but gets {shape_with_axes(shape)}: it takes the "
        f"{taken}, {shape[0]}, for the channels. {come} come with the channels last.",
        node.id,
        severity="warning",
        fixes=harmless_fixes(reading.context, [(f"Set {node.id} data_format to channels_last", (last,))]),
    )


def window_on_one_pixel(reading: Reading, node: Node) -> Iterator[Problem]:
    """A convolution or pooling over what is one pixel already: it sees its own padding."""
    shape, settings = reading.arriving(node), node.settings
    if shape is None or len(shape) not in (2, 3) or any(n != 1 for n in shape[:-1]):
        return
    if settings.get("data_format") == "channels_first":
        return
    pooling = kind(node) in _POOLINGS
    window = _lengths(reading.setting(node, "pool_size" if pooling else "kernel_size"), len(shape) - 1)
    if max(window, default=1) < 2:
        return
    pools = list(_shrinking(reading, node))
    tries: list[Candidate] = []
    if pooling:
        tries.append((f"Remove {node.id}", ({"edit": "remove", "node": node.id},)))
    else:
        tries.extend((f"Remove {each.id}", (edit,)) for each, edit in pools if kind(each) in _POOLINGS)
        tries.append((f"Set {node.id} kernel_size to 1", (set_edit(node.id, "kernel_size", 1),)))
        tries.append((f"Remove {node.id}", ({"edit": "remove", "node": node.id},)))
    size = " × ".join(map(str, window))
    before = f"{len(pools)} layers before it have shrunk the input; fewer would do." if pools else "It comes so small."
    effect = "changes nothing" if pooling else "all but the middle of its kernel sees padding only"
    yield Problem(
        f"'{node.id}' ({kind(node)}) lays a window of {size} over {shape_words(shape)}, which is a single place: "
        f"{effect}. {before}",
        node.id,
        severity="warning",
        fixes=harmless_fixes(reading.context, tries),
    )


def gaps(reading: Reading, node: Node) -> Iterator[Problem]:
    """Strides larger than the window: some pixels are never looked at."""
    shape = reading.arriving(node)
    if shape is None or len(shape) not in (2, 3):
        return
    pooling = kind(node) in _POOLINGS
    name = "pool_size" if pooling else "kernel_size"
    window = _lengths(reading.setting(node, name), len(shape) - 1)
    strides = _lengths(reading.setting(node, "strides"), len(shape) - 1)
    if not strides or not window or max(window) < 2:
        return  # a kernel of 1 with strides is the usual shortcut past a layer with strides
    if all(step <= size for step, size in zip(strides, window, strict=True)):
        return
    here = shape_words(shape)
    size, step = " × ".join(map(str, window)), " × ".join(map(str, strides))
    tries: list[Candidate] = [
        (f"Set {node.id} strides to {size}", (set_edit(node.id, "strides", list(window)),)),
        (f"Set {node.id} {name} to {step}", (set_edit(node.id, name, list(strides)),)),
    ]
    yield Problem(
        f"'{node.id}' ({kind(node)}) moves a window of {size} over {here} in strides of {step}: what lies between two "
        f"windows is never looked at.",
        node.id,
        severity="warning",
        fixes=harmless_fixes(reading.context, tries),
    )


def more_padding_than_input(reading: Reading, node: Node) -> Iterator[Problem]:
    """Zero padding that makes an axis twice as long or longer."""
    before, after = reading.arriving(node), reading.shape(node)
    if before is None or after is None or None in before or None in after:
        return
    pairs = list(zip(before[:-1], after[:-1], strict=True))
    if not any((new or 0) >= 2 * (old or 1) and (new or 0) - (old or 0) > 2 for old, new in pairs):
        return
    yield Problem(
        f"'{node.id}' ({kind(node)}) makes {shape_words(after)} of {shape_words(before)}: there is more padding than "
        f"input then, and every layer after it works mostly on zeros.",
        node.id,
        severity="warning",
        fixes=harmless_fixes(
            reading.context,
            [
                (f"Set {node.id} padding to 1", (set_edit(node.id, "padding", 1),)),
                (f"Remove {node.id}", ({"edit": "remove", "node": node.id},)),
            ],
        ),
    )


def _shrinking(reading: Reading, node: Node) -> Iterator[tuple[Node, Edit]]:
    """The layers before a node, also before the block it is in, that make an image smaller, and the edits that go."""
    here: Reading | None = reading
    while here is not None:
        home = here.context.home
        place = {"block": home.block if home else ""} if here is not reading else {}
        for each in here.upstream(node):
            if _shrinks(here, each):
                yield each, {"edit": "remove", "node": each.id, **place}
        here = here.around
        if home is not None and here is not None:
            node = here.graph[home.use]


def _shrinks(reading: Reading, node: Node) -> bool:
    before, after = reading.arriving(node), reading.shape(node)
    if before is None or after is None or len(before) != len(after) or kind(node) not in (*_CONVOLUTIONS, *_POOLINGS):
        return False
    return any((new or 0) < (old or 0) for old, new in zip(before[:-1], after[:-1], strict=True))


def _lengths(value: object, axes: int) -> list[int]:
    if isinstance(value, int):
        return [value] * axes
    if isinstance(value, list | tuple) and all(isinstance(n, int) for n in value):
        return list(value) if len(value) == axes else [value[0]] * axes
    return []


NODE_CHECKS: dict[str, tuple[Check, ...]] = {
    "Rescaling": (scaled_twice,),
    **dict.fromkeys(_RANGED, (range_of_bytes,)),
    **dict.fromkeys((*_CONVOLUTIONS, *_POOLINGS), (channels_first, window_on_one_pixel, gaps)),
    **dict.fromkeys(_ON_CLIPS, (channels_first,)),
    **dict.fromkeys(_PADDINGS, (more_padding_than_input,)),
}
