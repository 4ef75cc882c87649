"""The Inspect workspace: what a finished run predicts, where it errs, and a place to try inputs of one's own.

Entry: :class:`dlstudio.gui.workspaces.inspect.workspace.InspectWorkspace`.
"""
