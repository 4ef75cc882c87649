"""The Data workspace: where the data comes from, what its columns mean, what is in it and what is wrong with it.

Entry: :class:`dlstudio.gui.workspaces.data.workspace.DataWorkspace`.
"""
