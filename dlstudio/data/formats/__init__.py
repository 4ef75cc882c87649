"""One module a data format: files in, table out."""
