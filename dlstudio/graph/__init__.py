"""The project as frozen values: graph, edits, problems, saving and migrations. Standard library only."""
