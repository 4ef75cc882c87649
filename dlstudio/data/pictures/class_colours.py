"""The colours of the classes of a mask, readable on light and dark grounds and over a picture. Standard library only.

The first ones are those of Okabe and Ito (2008, Color Universal Design), which people with any kind of colour vision
tell apart; further ones go round the hues.
"""

from __future__ import annotations

import colorsys

Colour = tuple[int, int, int]

BACKGROUND: Colour = (96, 103, 115)
UNLABELLED: Colour = (0, 0, 0)
WRONG: Colour = (229, 72, 77)

_FIRST: tuple[Colour, ...] = (
    (230, 159, 0),
    (86, 180, 233),
    (0, 158, 115),
    (240, 228, 66),
    (0, 114, 178),
    (213, 94, 0),
    (204, 121, 167),
)
_GROUNDS = ("background", "other", "outside", "none")


def class_colours(classes: tuple[str, ...]) -> tuple[Colour, ...]:
    """One colour a class, in their order; what is named as background is grey, so that objects stand out."""
    found: list[Colour] = []
    used = 0
    for name in classes:
        if name.strip().lower() in _GROUNDS:
            found.append(BACKGROUND)
            continue
        found.append(_FIRST[used] if used < len(_FIRST) else _further(used - len(_FIRST)))
        used += 1
    return tuple(found)


def _further(index: int) -> Colour:
    """Hues a golden angle apart, in three strengths."""
    red, green, blue = colorsys.hls_to_rgb((index * 0.381966) % 1.0, (0.55, 0.7, 0.4)[index % 3], 0.6)
    return round(red * 255), round(green * 255), round(blue * 255)
