"""Plots and pictures that the workspaces show: curves, bars, grids, scatter. They know nothing of projects or runs."""
