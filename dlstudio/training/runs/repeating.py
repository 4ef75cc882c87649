"""*Run again*: the same frozen project once more, and what is different around it.

Needs no Keras: the window and the command line do it. Whether it came out the same is told by
:mod:`dlstudio.training.runs.repeat_outcome`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlstudio.training.runs.run_code import keep_code, run_permission
from dlstudio.training.runs.run_folder import RunFolder, create_run
from dlstudio.training.runs.run_info import WAY
from dlstudio.training.sites.site import SITE

_PACKAGES = {
    "dlstudio": "DL Studio",
    "keras": "Keras",
    "tensorflow": "TensorFlow",
    "numpy": "NumPy",
    "python": "Python",
}


def run_again(first: RunFolder) -> RunFolder:
    """Makes a run of the same frozen project; it compares itself with the first one when it ends.

    Raises:
        RunError: The first run cannot be read, or no folder can be made.
    """
    project = first.project()
    record = first.record()
    # Another way, or another machine, would give other last bits.
    extra = {"repeats": first.name, **{name: record[name] for name in (WAY, SITE) if record.get(name)}}
    run = create_run(first.project_folder, project, extra=extra)
    keep_code(run, project.graph, run_permission(first))
    return run


def repeated(run: RunFolder) -> RunFolder | None:
    """The run that this one repeats, where it is still there."""
    name = run.record().get("repeats")
    beside = run.path.parent / str(name)
    return RunFolder(beside) if isinstance(name, str) and (beside / "run.json").is_file() else None


def differences(now: Mapping[str, Any], before: Mapping[str, Any]) -> list[str]:
    """What is not as it was, each as a part of a sentence.

    Args:
        now: What ``run.json`` holds of the run that repeats.
        before: The same of the repeated one.
    """
    found = []
    versions, earlier = now.get("versions", {}), before.get("versions", {})
    for package in sorted({*versions, *earlier}):
        one, other = versions.get(package, "missing"), earlier.get(package, "missing")
        if one != other:
            found.append(f"{_PACKAGES.get(package, package)} is {one} and was {other}")
    device, known = now.get("device", {}), before.get("device", {})
    if device.get("name") != known.get("name"):
        found.append(f"the device is {device.get('name')} and was {known.get('name')}")
    if now.get("data_fingerprint") != before.get("data_fingerprint"):
        found.append("the data has changed")
    return found
