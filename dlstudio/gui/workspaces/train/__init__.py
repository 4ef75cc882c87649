"""The Train workspace: the recipe, the runs and their live curves.

Entry: :class:`dlstudio.gui.workspaces.train.workspace.TrainWorkspace`.
"""
