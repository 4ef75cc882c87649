"""Graphs as Python: :func:`write_code` makes a Keras script of a graph, :func:`read_code` a graph of a script.

Standard library only, and scripts are parsed, never run: the window's own process does both.
"""

from dlstudio.compiler.code.reading import CodeError, Reading, read_code, read_script
from dlstudio.compiler.code.sameness import same_network
from dlstudio.compiler.code.writing import Script, write_code

__all__ = ["CodeError", "Reading", "Script", "read_code", "read_script", "same_network", "write_code"]
