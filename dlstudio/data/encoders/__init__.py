"""One module a column type: what it fits on the training split, how it encodes, and its JSON form."""
