"""Layers of the user's own: classes in a Python file of the project, made only where its content was allowed.

Runs in children only: the shapes lane, the training process, the inspection lane. What is allowed comes with the
request or lies in the run's folder; without it nothing is imported.
"""

from __future__ import annotations

import inspect
import traceback
import types
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Any

import keras

from dlstudio.compiler.objects import SettingError
from dlstudio.compiler.own_steps import Step, hang_sentence, running
from dlstudio.graph.custom_code import (
    CodeFileError,
    Permission,
    code_files,
    code_names,
    code_path,
    read_code,
    registered_package,
)
from dlstudio.graph.model import Graph

_PERMISSION: ContextVar[Permission | None] = ContextVar("permission", default=None)


class CodeError(SettingError):
    """A Custom node's layer that cannot be made; the message is a sentence for the user."""


@contextmanager
def permitted(permission: Permission | None) -> Iterator[None]:
    """Inside, files of these contents may be run, and no others."""
    token = _PERMISSION.set(permission)
    try:
        yield
    finally:
        _PERMISSION.reset(token)


def code_stamp(graph: Graph) -> tuple[Any, ...]:
    """What the Custom nodes of a graph depend on besides their settings: contents and permissions."""
    names = code_names(graph)
    if not names:
        return ()
    permission = _PERMISSION.get()
    if permission is None:
        return (names, None)
    files = code_files(permission.folder, names)
    return tuple((file.name, file.digest, file.digest in permission.digests) for file in files)


def make_custom_layer(settings: Mapping[str, Any], name: str) -> Any:
    """A fresh layer of a Custom node.

    Args:
        settings: The node's: ``file``, ``class`` and ``arguments``.
        name: The layer's name.

    Raises:
        CodeError: Not allowed, no such file or class, the file cannot be imported, or the class refuses its arguments.
    """
    permission = _PERMISSION.get()
    file, class_name = str(settings.get("file")), str(settings.get("class"))
    if permission is None:
        raise CodeError(f"It runs code from {file}, which is not known here: save the project, then allow it.")
    try:
        content, digest = read_code(permission.folder, file)
    except CodeFileError as error:
        raise CodeError(str(error)) from None
    if digest not in permission.digests:
        raise CodeError(
            f"It runs code from {file}, which you have not allowed for this project yet, or which has changed since. "
            f"What it gives is not known until you allow it."
        )
    if said := hang_sentence(Step(file, digest)):
        raise CodeError(said)
    made = _class_of(_module(code_path(permission.folder, file), content, digest, file), file, class_name)
    _register(made, file)
    arguments = settings.get("arguments") or {}
    if not isinstance(arguments, Mapping):
        raise CodeError('Its arguments have to be a JSON object, such as {"units": 8}.')
    return _made(made, arguments, name, file)


def _register(made: type, file: str) -> None:
    """Names the class in ``.keras`` files after its file, where it has not registered itself."""
    if keras.saving.get_registered_name(made) == made.__name__:
        keras.saving.register_keras_serializable(registered_package(file))(made)


def _made(made: type, arguments: Mapping[str, Any], name: str, file: str) -> Any:
    parameters = inspect.signature(made).parameters.values()
    named = any(p.kind is p.VAR_KEYWORD or p.name == "name" for p in parameters)
    try:
        layer = made(**{**arguments, **({"name": name} if named else {})})
    except Exception as error:
        raise CodeError(f"{made.__name__} in {file} refuses its arguments: {_said(error)}.") from None
    if not named:
        layer.name = name
    return layer


def _class_of(module: types.ModuleType, file: str, class_name: str) -> type:
    found = vars(module).get(class_name)
    if inspect.isclass(found) and issubclass(found, keras.layers.Layer):
        return found
    own = [
        key
        for key, value in vars(module).items()
        if inspect.isclass(value) and issubclass(value, keras.layers.Layer) and value.__module__ == module.__name__
    ]
    there = f" It has {', '.join(own)}." if own else ""
    if found is not None:
        raise CodeError(f"'{class_name[:60]}' in {file} is no subclass of keras.layers.Layer.{there}")
    raise CodeError(f"There is no class '{class_name[:60]}' in {file}.{there}")


@lru_cache(maxsize=64)
def _module(path: Path, content: bytes, digest: str, file: str) -> types.ModuleType:
    """Runs a file, once for each content.

    Raises:
        CodeError: It fails; with the line.
    """
    module = types.ModuleType(f"custom_{digest[:16]}")
    module.__file__ = str(path)
    try:
        with running(Step(file, digest)):
            exec(compile(content, str(path), "exec", dont_inherit=True), vars(module))
    except SyntaxError as error:
        raise CodeError(f"{path.name} is not valid Python, line {error.lineno}: {error.msg}.") from None
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # also SystemExit: a file's wish to exit is not ours
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
        where = f" in line {lines[-1]}" if lines else ""
        raise CodeError(f"{path.name} cannot be imported: {_said(error)}{where}.") from None
    return module


def _said(error: BaseException) -> str:
    text = str(error).strip().partition("\n")[0][:200].rstrip(".")
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
