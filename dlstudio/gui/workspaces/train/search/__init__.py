"""The page of searches in the Train workspace: ranges, trials, and pictures of what was found.

Entry: :class:`dlstudio.gui.workspaces.train.search.page.SearchPage`.
"""
