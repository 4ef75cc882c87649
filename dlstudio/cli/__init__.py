"""The ``dlstudio`` command: one module a sub-command, printing for people or, with ``--json``, for programs."""
