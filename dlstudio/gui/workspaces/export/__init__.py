"""The Export workspace: what a finished run leaves behind, and how to take it along.

Entry: :class:`dlstudio.gui.workspaces.export.workspace.ExportWorkspace`.
"""
