"""A studio whose questions are answered at once, in this process, by what answers them in the engine's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from dlstudio.engine.handlers import HANDLERS
from dlstudio.gui.workspaces.inspect.workspace import InspectWorkspace
from dlstudio.inspection.failures import InspectionError
from dlstudio.training.runs.run_folder import RunFolder
from tests.gui.workspaces.fake_studio import FakeStudio


class AnsweredStudio(FakeStudio):
    """Looks at one run.

    Attributes:
        faults: What could not be answered, by inspector or by kind of question.
    """

    def __init__(self, run: RunFolder) -> None:
        super().__init__(run.project())
        self.folder = run.project_folder
        self.runs = [run.info()]
        self.faults: dict[str, str] = {}

    def ask(self, kind: str, payload: Mapping[str, Any], then: Any = None, failed: Any = None, **_: Any) -> int:
        try:
            header, arrays = HANDLERS[kind](payload)
        except InspectionError as error:  # as of a view that is asked before it is known which of them fit
            self.faults[str(payload.get("inspector", kind))] = str(error)
            failed(str(error))
            return 1
        json.dumps(header, allow_nan=False)  # or it could not be sent
        then({**header, "arrays": dict(arrays)})
        return 1


def opened(run: RunFolder) -> tuple[AnsweredStudio, InspectWorkspace]:
    """The Inspect workspace, shown with a run."""
    studio = AnsweredStudio(run)
    workspace = InspectWorkspace(studio)
    workspace.resize(1360, 800)
    workspace.show()
    return studio, workspace
