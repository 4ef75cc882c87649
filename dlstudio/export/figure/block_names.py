"""What a block that was found by its form is called in the literature."""

from __future__ import annotations

from collections.abc import Sequence

from dlstudio.export.figure.sketch import Sketch


def block_name(inner: Sketch, entries: Sequence[str], sources: int) -> tuple[str, str]:
    """Name and category of a block.

    Args:
        inner: Its steps.
        entries: The steps that what comes in goes into.
        sources: How many steps outside feed it.
    """
    steps = list(inner.steps.values())
    titles = [step.title for step in steps]
    signs = {step.sign for step in steps if step.sign}
    convolutions = [title for title in titles if "onv " in title]
    skips = any(step.sign and step.id in entries for step in steps)
    attention = sum(step.category == "attention" for step in steps)
    if attention:
        dense = any(title.startswith(("Dense", "Conv")) for title in titles)
        if attention > 1 and sources > 1:
            return "Transformer decoder", "attention"
        return ("Transformer encoder" if dense else "Attention block"), "attention"
    if "c" in signs:
        if skips and "+" not in signs:
            return "Dense layer", "convolution"
        branches = max((len(inner.before(step.id)) for step in steps if step.sign == "c"), default=0)
        return ("Inception block" if branches > 2 else "Branched block"), "convolution"
    embeddings = sum(title.startswith("Embedding") for title in titles)
    if embeddings:
        return ("Token and position embedding" if embeddings > 1 else "Embedding block"), "core"
    if "+" in signs and skips and all(title.startswith("Dense") for title in titles if title not in ("Add",)):
        return "Feed-forward block", "core"
    if "+" in signs:
        return _residual(convolutions, "×" in signs), "convolution" if convolutions else steps[0].category
    if "×" in signs:
        return "Squeeze-excitation" if any("Global" in title for title in titles) else "Gated block", steps[0].category
    return "Block", steps[0].category


def _residual(convolutions: Sequence[str], scaled: bool) -> str:
    if any(title.startswith("DW conv") for title in convolutions):
        return "MBConv block" if scaled else "Inverted residual"
    if sum("1×1" in title for title in convolutions) >= 2 and len(convolutions) >= 3:
        return "Bottleneck block"
    return "Residual block" if not scaled else "SE residual block"
