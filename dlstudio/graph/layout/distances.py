"""The distances of a laid out graph in scene units, which are pixels at 100 % zoom."""

from __future__ import annotations

PORT_Y = 44.0
"""Height of the first port below a node's top: the same for all nodes, so that wires along a row are straight."""
COLUMN_GAP = 48.0
ROW_GAP = 62.0
STACK_GAP = 34.0
"""Free height between two nodes of one column."""
FRAME_GAP = 44.0
"""How much more it is where a frame ends between them."""
TRACK = 12.0
"""Height that a wire takes which passes over or below the nodes of a column."""
TRACK_GAP = 10.0
"""Free height between such a wire and a node."""
USUAL_SIZE = (164.0, 87.0)
"""Width and height of most nodes."""
