"""Text that a language model writes, some tokens at a time.

Options: ``prompt`` to begin with, or ``ids`` and ``drawn`` of the answer before to go on; ``count`` tokens,
``temperature``, ``top_k``, ``top_p``, ``seed``.
"""

from __future__ import annotations

from typing import Any

from dlstudio.graph.columns import ColumnSpec
from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.generating import Sampling, continued, language_target, prompt_ids, whole_text
from dlstudio.inspection.inspector import InspectionContext
from dlstudio.inspection.token_results import Continuation, Token
from dlstudio.tasks.informed import generates
from dlstudio.tasks.task import Task

NAME = "generation"
TITLE = "Write a text"
RANK = 1
_MOST = 256  # tokens an answer; the next ones are asked for


def fits(task: Task, column: ColumnSpec) -> bool:
    """Language models."""
    return column.kind == "tokens" and generates(task)


def inspect(context: InspectionContext) -> Continuation:
    """The next tokens.

    Raises:
        InspectionError: The prompt is empty, or an option makes no sense.
    """
    options = context.options
    _, encoder = language_target(context.model, context.target.output)
    size, length = len(encoder.tokenizer.pieces), encoder.spec.shape[0]
    sampling = Sampling(
        _number(options, "temperature", 0.8),
        int(_number(options, "top_k", 0)),
        _number(options, "top_p", 1.0),
        int(_number(options, "seed", 1)),
    )
    if options.get("ids"):
        ids = [int(each) for each in options["ids"]]
        if not all(0 <= each < size for each in ids):
            raise InspectionError("The text so far was written by another network. Begin anew.")
    else:
        ids = prompt_ids(encoder, str(options.get("prompt") or ""))
    drawn, count = int(_number(options, "drawn", 0)), min(max(int(_number(options, "count", 8)), 1), _MOST)
    steps = continued(context.model, context.target.output, ids, range(drawn, drawn + count), sampling)
    new = [step.token for step in steps]
    pieces = encoder.tokenizer.pieces
    tokens = [
        Token(pieces[step.token], step.probability, [(pieces[each], share) for each, share in step.alternatives])
        for step in steps
    ]
    # Only what the network can still read is kept to go on from.
    kept = [*ids, *new][-max(length, 1) * 2 :]
    return Continuation(TITLE, kept, drawn + len(new), whole_text(encoder, ids, new), tokens)


def _number(options: Any, name: str, usual: float) -> float:
    value = options.get(name, usual)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InspectionError(f"'{name}' has to be a number, not {value!r}.")
    return value
