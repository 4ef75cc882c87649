"""Reads the installed Keras and writes the catalogue from it: ``python -m dlstudio.compiler.introspection``."""
