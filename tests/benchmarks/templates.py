"""Trains every template on shipped real data with three seeds and prints what it reaches, as a Markdown table.

    python -m tests.benchmarks.templates [TEMPLATE ...] [--seeds 1 2 3]

The same as ``dlstudio templates --measure``. The bars in ``resources/templates/*.json`` stand slightly below the worst
seed of such a run.
"""

from __future__ import annotations

import argparse
import time

from dlstudio.cli.measuring import measured_rows
from dlstudio.templates.library import list_templates

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("templates", nargs="*", default=[template.name for template in list_templates()])
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    given = parser.parse_args()
    begin = time.monotonic()
    for line in measured_rows(given.templates, given.seeds):
        print(line, flush=True)
    print(f"\nAll of it took {time.monotonic() - begin:.0f} s.")
