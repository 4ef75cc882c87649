"""The node canvas: scene, items, gestures."""
