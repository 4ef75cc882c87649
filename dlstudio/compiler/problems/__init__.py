"""What is wrong with a graph's shapes, settings and outputs: one sentence each, and a fix that is known to work."""
