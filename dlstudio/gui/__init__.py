"""The window: frame, canvas, workspaces. The only room that knows Qt."""
