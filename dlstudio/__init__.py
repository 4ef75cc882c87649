"""DL Studio: draw a network, train it, see what it learned. The map of the rooms is in CONTRIBUTING.md."""
