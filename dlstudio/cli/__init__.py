"""The dlstudio command, a module a command."""
