"""What one of Ray's workers does: it joins the others and trains. Its module is imported on the cluster's machines."""

from __future__ import annotations

import os
import platform
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dlstudio.training.printing import print_into
from dlstudio.training.runs.run_folder import RunFolder
from dlstudio.training.sites.site import SiteError


class RunFailedError(RuntimeError):
    """The run has said why it failed; the other workers are to end as well."""


def work(order: Mapping[str, Any]) -> None:
    """Trains a run as one of the workers that Ray Train has started.

    Args:
        order: ``run``: path of its folder, the same on each machine; ``resume``: whether it goes on; ``gpu``: whether
            each worker has one.

    Raises:
        SiteError: This machine does not have the run's folder.
        RunFailedError: It has failed; the events say why.
    """
    from ray.train import get_context
    from ray.train.collective import broadcast_from_rank_zero
    from ray.util import get_node_ip_address

    run = RunFolder(Path(str(order["run"])))
    if not (run.path / "run.json").is_file():
        raise SiteError(
            f"The machine {platform.node()} of the cluster has no {run.path}. Put the project on storage that all "
            "machines of the cluster see under the same path."
        )
    print_into(run.log_file)
    if not order.get("gpu"):
        os.environ["JAX_PLATFORMS"] = "cpu"  # else each worker would take hold of the GPUs of its machine
    context = get_context()
    rank = context.get_world_rank()
    host = str(get_node_ip_address())
    address = broadcast_from_rank_zero(_free_address(host) if rank == 0 else None)

    from dlstudio.compiler.custom_layers import permitted
    from dlstudio.training.computing.team import WorkerTeam
    from dlstudio.training.fitting import DONE, train
    from dlstudio.training.runs.run_code import run_permission

    team = WorkerTeam(rank, context.get_world_size(), str(address), host)
    with permitted(run_permission(run)):
        status = train(run, bool(order["resume"]), team)
    if status != DONE:
        raise RunFailedError(f"Run {run.name} has failed.")


def _free_address(host: str) -> str:
    """An address of this machine, which is ``host``, at which nobody listens."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as free:
        free.bind(("", 0))
        port = free.getsockname()[1]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
