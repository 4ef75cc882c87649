"""Tables of text cells and of Arrow, whatever file they come from."""
