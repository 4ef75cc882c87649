"""One worker of several that train the same run: ``python -m tests.training.team_member RUN RANK WORKERS ADDRESS``."""

from __future__ import annotations

import sys
from pathlib import Path

from dlstudio.training.computing.team import WorkerTeam
from dlstudio.training.fitting import train
from dlstudio.training.runs.run_folder import RunFolder

if __name__ == "__main__":
    run, rank, workers, address, resume = sys.argv[1:]
    sys.exit(train(RunFolder(Path(run)), resume == "resume", WorkerTeam(int(rank), int(workers), address, "127.0.0.1")))
