"""The distances of the canvas in scene units, which are pixels at 100 % zoom."""

from __future__ import annotations

from dlstudio.graph.layout import distances

GRID = 22.0
COLUMN_GAP, ROW_GAP, PORT_Y = distances.COLUMN_GAP, distances.ROW_GAP, distances.PORT_Y
NODE_WIDTHS = (164.0, 186.0)
BAR = 3.0
RADIUS = 6.0
MARGIN = 11.0
TITLE_TOP = 9.0
TITLE_HEIGHT = 19.0
LINE = 17.0
BOTTOM = 8.0
PORT_ROW = 18.0
PORT_RADIUS = 4.0
PORT_HIT = 12.0
WIRE_SPREAD = 6.0
BADGE = 8.0
LINK = 12.0
OUTSET = 12.0
"""How far ports, badge and selection glow reach over the node's body."""

CARD_STEP = 4.0
"""How far each of the cards behind a block's use shows below the one before it."""
CARD_INSET = 5.0

COARSE_BELOW = 0.5
"""Zoom below which the small print of a node is left out: it could not be read."""
SIMPLE_BELOW = 0.35
"""Zoom below which nodes are painted without text and ports."""
NOTES_BELOW = 0.3
"""Zoom below which notes are painted without text."""
BATCHED_BELOW, MANY_BATCHED_BELOW = 0.55, 0.8
"""Zoom below which the entire graph is one batched draw; of a graph with many nodes already nearer by."""
MANY_NODES = 100
MINIMUM_ZOOM, MAXIMUM_ZOOM = 0.04, 3.0
