"""What can be put on the canvas: node types, their ports, settings and help. Standard library only."""
