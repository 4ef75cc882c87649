"""Metrics of each type of entity in a table that sorts by any column."""

from __future__ import annotations

from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.inspect.metrics_table import MetricsTable


class TypesTable(MetricsTable):
    """The same table as that of classes, asked of the inspector of entities."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio, "entity-types", "Metrics per type")
