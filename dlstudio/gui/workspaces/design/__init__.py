"""The Design workspace: the palette of layers, the canvas, the inspector and the list of problems.

Entry: :class:`dlstudio.gui.workspaces.design.workspace.DesignWorkspace`.
"""
