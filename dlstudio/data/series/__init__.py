"""Series over time: their grid, their windows."""
