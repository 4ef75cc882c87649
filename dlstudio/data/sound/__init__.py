"""Recordings: opened within bounds, kept as waveforms, shown as pictures."""
