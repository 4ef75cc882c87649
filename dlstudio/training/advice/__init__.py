"""Plain advice from what a run has recorded: each with its evidence in the curves and something to do about it."""
