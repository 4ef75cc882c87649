"""Valid, free names for nodes and blocks, made from the names in a file."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

LONGEST = 64


def valid_name(wanted: str, taken: Collection[str], usual: str = "layer") -> str:
    """``wanted`` with what names may not hold replaced, and a number where it is taken.

    Args:
        wanted: Any text.
        taken: Names that are used already.
        usual: What stands before names that do not begin with a letter.
    """
    name = re.sub(r"[^A-Za-z0-9_]+", "_", wanted)[: 4 * LONGEST].strip("_")
    if not re.match(r"[A-Za-z]", name):
        name = f"{usual}_{name}" if name else usual
    name = name[:LONGEST]
    if name not in taken:
        return name
    number = 2
    while True:
        ending = f"_{number}"
        candidate = re.sub(r"_\d+$", "", name)[: LONGEST - len(ending)] + ending
        if candidate not in taken:
            return candidate
        number += 1


def block_name(wanted: str, taken: Collection[str]) -> str:
    """A name for a block in capitals: ``downsampling_block_2`` becomes ``DownsamplingBlock``."""
    stem = re.sub(r"(_\d+)+$", "", wanted)
    parts = [part for part in re.split(r"[^A-Za-z0-9]+", stem) if part]
    return valid_name("".join(part[:1].upper() + part[1:] for part in parts) or "Block", taken, "Block")


def common_name(names: Sequence[str]) -> str:
    """What the names of the same thing in several places have in common: ``a_0_conv, a_1_conv`` give ``a_conv``."""
    split = [name.split("_") for name in dict.fromkeys(names)]
    if len(split) == 1:
        return names[0]
    shortest = min(map(len, split))
    begin = 0
    while begin < shortest and len({parts[begin] for parts in split}) == 1:
        begin += 1
    end = 0
    while end < shortest - begin and len({parts[-1 - end] for parts in split}) == 1:
        end += 1
    first = split[0]
    return "_".join([*first[:begin], *first[len(first) - end :]])
