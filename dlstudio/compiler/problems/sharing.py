"""Problems of shared weights: one layer cannot have weights for two sizes of input."""

from __future__ import annotations

from collections.abc import Iterator

from dlstudio.compiler.problems.context import Context
from dlstudio.compiler.problems.wording import shape_words
from dlstudio.graph.problems import Fix, Problem
from dlstudio.graph.sharing import weights_owner


def sharing_problems(context: Context) -> Iterator[Problem]:
    """Nodes that would need weights of another size than those that they share."""
    for node in context.graph:
        owner = weights_owner(context.graph, node) if node.shares else None
        if owner is None or owner.id == node.id:
            continue
        # A bypassed node passes its input on, but its weights may still be those that others use.
        mine, theirs = ({**context.found.traced, **context.found.bypassed}.get(each.id) for each in (node, owner))
        if mine is None or theirs is None or mine.fault or theirs.fault or mine.parameters == theirs.parameters:
            continue
        gets = [shape_words(sources[0][1]) for each in (node, owner) if (sources := context.sources(each.id))]
        sizes = f": it gets {gets[0]}, '{owner.id}' gets {gets[1]}" if len(gets) == 2 else ""
        name = context.catalogue[node.type].name
        yield Problem(
            f"'{node.id}' ({name}) shares the weights of '{owner.id}' but would need others{sizes}. Feed both "
            f"alike, or give it weights of its own.",
            node.id,
            Fix(f"Give {node.id} weights of its own", ({"edit": "unshare", "node": node.id},)),
        )
