"""Pictures of every view of the Inspect page, for each template with a model that its own recipe trained.

    python -m tests.benchmarks.inspect_pictures FOLDER [TEMPLATE ...]

Projects are made and trained in FOLDER/projects where they are not there yet; the pictures, ``TEMPLATE-VIEW.png``, go
into FOLDER. They are for people to look at.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from dlstudio.cli.measuring import train
from dlstudio.gui.application import dress
from dlstudio.templates.library import find_template, list_templates
from dlstudio.training.runs.run_folder import RunFolder, list_runs
from tests.gui.workspaces.answered_studio import opened


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("templates", nargs="*")
    given = parser.parse_args(arguments)
    application = QApplication([])
    dress(application, "dark")
    for name in given.templates or [template.name for template in list_templates()]:
        picture(name, given.folder)
    return 0


def picture(template: str, folder: Path) -> None:
    """Looks at one template with each view that fits."""
    project = folder / "projects" / template
    if not project.exists():
        train(template, find_template(template).bars[0], 1, project)
    run: RunFolder = list_runs(project)[-1]
    studio, workspace = opened(run)
    for row in range(workspace.list.count()):
        workspace.list.setCurrentRow(row)
        QApplication.processEvents()
        view = workspace.list.item(row).data(Qt.ItemDataRole.UserRole)
        workspace.grab().save(str(folder / f"{template}-{view}.png"))
        print(f"{template}-{view}.png", studio.faults.get(view, ""), flush=True)
    workspace.close()
    workspace.deleteLater()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
