"""Keras models of others as drawings: a ``.keras`` file becomes an editable graph with its weights.

The file is a stranger's. :mod:`.archive` opens it under bounds, :mod:`.drawing` makes the graph from its configuration
(Keras is never asked to make anything of it), :mod:`.weights` reads the numbers into the network that is rebuilt from
the graph. All of that runs in a process of its own with a limit of memory and time (:mod:`.process`).
"""
