"""Two networks side by side: the drawing now, a version saved before, the network of a run, or another project's."""
