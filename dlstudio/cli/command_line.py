"""Reads the command line, runs the sub-command, and turns what goes wrong into a sentence and an exit status."""

from __future__ import annotations

import argparse
import difflib
import errno
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from dlstudio.cli.command import DONE, INTERRUPTED, PROBLEMS, WRONG_USAGE, Command, CommandError, OpenWindow
from dlstudio.cli.display import NO_DISPLAY, has_display
from dlstudio.cli.native_output import hidden_native_output
from dlstudio.cli.spelling import named, print_json
from dlstudio.places import version

# Only the command that is asked for is imported: what the others need costs time.
COMMANDS = {
    "demo": "train a shipped sample and show its predictions",
    "new": "make a project from a template, fitted to data",
    "templates": "list the networks to begin with",
    "layers": "list every layer and operation that can be drawn",
    "import": "make a project from a Keras model, its weights kept",
    "check": "show shapes, parameters, cost and problems",
    "examine": "look for what is doubtful in the data",
    "train": "train a project's network",
    "search": "search over settings: ranges, trials, the best of them",
    "find-rate": "look for a good learning rate",
    "devices": "list what a network can be trained on",
    "evaluate": "measure a trained run on a split",
    "predict": "predict for files, text or numbers",
    "export": "write a network as a Keras script or a figure",
    "compare": "show what differs between two networks",
    "host": "take a run that another machine sends; used by 'train --on'",
}

_MODULES = {"import": "import_model", "find-rate": "find_rate"}
"""Commands whose name no module can have."""

_DESCRIPTION = """\
DL Studio: draw a network, train it, see what it learned.

  dlstudio                    opens the window
  dlstudio PROJECT            opens a project in it
  dlstudio COMMAND ...        the same work without the window
"""

_EPILOG = """\
a first project in the terminal:
  dlstudio new my-digits --template cnn --data digits
  dlstudio train my-digits
  dlstudio evaluate my-digits

'dlstudio COMMAND --help' explains a command. Every command prints JSON with --json.
Exit status: 0 done, 1 the project or its data has problems, 2 wrong usage, 130 stopped with Ctrl+C.
"""


def run(arguments: Sequence[str] | None, open_window: OpenWindow) -> int:
    """Does what the command line asks for.

    Args:
        arguments: Without the program's name; None reads ``sys.argv``.
        open_window: Opens the window on a project, or on none.

    Returns:
        The exit status.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or (words[0] not in COMMANDS and not words[0].startswith("-")):
        return _window(words, open_window)
    try:
        if words[0] not in COMMANDS:
            _parser().parse_args(words)
            return WRONG_USAGE
        command = _load(words[0])
        parser = _command_parser(command)
        parser.as_json = "--json" in words
        parsed = parser.parse_args(words[1:])
    except SystemExit as end:  # argparse has printed its help or its complaint
        return end.code if isinstance(end.code, int) else WRONG_USAGE
    parsed.open_window = open_window
    return _guarded(command, parsed)


def _window(words: Sequence[str], open_window: OpenWindow) -> int:
    if len(words) > 1 or (words and not Path(words[0]).exists()):
        # A slip in a command's name would otherwise be taken for a project that is not there.
        close = difflib.get_close_matches(words[0], COMMANDS, 1)
        meant = f" Did you mean 'dlstudio {close[0]}'?" if close else " 'dlstudio --help' lists the commands."
        print_error(f"'{words[0]}' is neither a command nor a project here.{meant}", as_json=False)
        return WRONG_USAGE if len(words) > 1 or close else PROBLEMS
    if not has_display():
        print_error(NO_DISPLAY, as_json=False)
        return PROBLEMS
    return open_window(Path(words[0]) if words else None)


def print_error(sentence: str, as_json: bool) -> None:
    """See :func:`dlstudio.cli.printing.print_error`; loaded late, since the window needs none of it."""
    from dlstudio.cli import printing

    printing.print_error(sentence, as_json)


def _load(name: str) -> Command:
    command = import_module(f"dlstudio.cli.{_MODULES.get(name, name)}").COMMAND
    assert isinstance(command, Command)
    return command


def _parser() -> argparse.ArgumentParser:
    width = max(map(len, COMMANDS))
    listed = "\n".join(f"  {name:<{width}}  {summary}" for name, summary in COMMANDS.items())
    parser = _Parser(
        "dlstudio",
        usage="dlstudio [-h] [--version] [PROJECT | COMMAND ...]",
        description=_DESCRIPTION,
        epilog=f"commands:\n{listed}\n\n{_EPILOG}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"DL Studio {version()}")
    return parser


class _Parser(argparse.ArgumentParser):
    """Tells wrong usage to programs too, and names commands as they can be typed."""

    as_json = False

    def _print_message(self, message: str, file: Any = None) -> None:
        super()._print_message(named(message) if message else message, file)

    def error(self, message: str) -> NoReturn:
        if self.as_json:
            print_json({"error": f"Wrong usage: {message}. See: {self.prog} --help"})
        super().error(message)


def _command_parser(command: Command) -> _Parser:
    parser = _Parser(
        f"dlstudio {command.name}",
        description=command.summary,
        epilog=command.details,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print for programs: JSON on standard output")
    command.add_arguments(parser)
    return parser


def _guarded(command: Command, parsed: argparse.Namespace) -> int:
    try:
        if command.keras:
            with hidden_native_output():
                return command.run(parsed)
        return command.run(parsed)
    except KeyboardInterrupt:
        print_error("Stopped.", as_json=False)
        return INTERRUPTED
    except BrokenPipeError:  # the reader (head, less) has seen enough
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - flushed once more at exit
        return DONE
    except Exception as error:
        sentence = _sentence(error)
        if sentence is None:
            raise
        print_error(sentence, parsed.json)
        return PROBLEMS


def _sentence(error: Exception) -> str | None:
    """What to tell the user, or None for a fault of the program, whose traceback has to be seen."""
    if isinstance(error, CommandError) or type(error).__module__.startswith("dlstudio."):
        problems = getattr(error, "problems", None)
        if problems:
            return " ".join(problem.message for problem in problems)
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        if error.errno == errno.ENOSPC:
            return f"The disk is full{f' ({error.filename})' if error.filename else ''}. Free some space and try again."
        return f"{error.filename or 'A file'}: {error.strerror}."
    if isinstance(error, MemoryError):
        return "There is not enough memory for this. Try smaller inputs, fewer units or a smaller batch size."
    return None
