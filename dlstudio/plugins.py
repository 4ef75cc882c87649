"""Finds the modules of an extensible room: the built-in ones by folder, third-party ones by entry point."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import ModuleType


@cache
def modules(package: str, group: str) -> dict[str, ModuleType]:
    """Modules by the ``NAME`` each defines: those inside ``package``, then the entry points of ``group``.

    Args:
        package: Full name of the built-in package, such as ``dlstudio.tasks``. Modules without a ``NAME`` are
            passed over.
        group: Entry-point group, such as ``dlstudio.tasks``; an entry point names a module.
    """
    found: dict[str, ModuleType] = {}
    home = importlib.import_module(package)
    for info in pkgutil.iter_modules(home.__path__):
        module = importlib.import_module(f"{package}.{info.name}")
        if hasattr(module, "NAME"):
            found[module.NAME] = module
    from importlib.metadata import entry_points  # slow to load; only who looks for extensions needs it

    for entry in entry_points(group=group):
        module = entry.load()
        found.setdefault(module.NAME, module)
    return found
