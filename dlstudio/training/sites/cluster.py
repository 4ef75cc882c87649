"""Has a run trained by the workers of a Ray cluster, and starts them again where one of them was lost.

This process only conducts: the first of the workers writes events and checkpoints into the run's folder, which lies on
storage that all machines share. Ray Train places the workers (``DataParallelTrainer``), JAX joins them.
"""

from __future__ import annotations

import contextlib
import os
import socket
import tempfile
import threading
import traceback
from collections.abc import Iterator, Sequence
from typing import Any

from dlstudio.training.controls import Controls
from dlstudio.training.failures import TrainingError, explained
from dlstudio.training.runs import events as ev
from dlstudio.training.runs.event_log import EventLog
from dlstudio.training.runs.run_folder import RunFolder
from dlstudio.training.sites.queueing import Queue
from dlstudio.training.sites.site import LOCAL, Cluster, SiteError

LOOK_SECONDS = 0.2
REACH_SECONDS = 10.0
TRIES = 3
"""Times that the workers may end without a new checkpoint, before the run is given up."""

_END_SECONDS = 20.0  # that workers have to end by themselves once the run has said its last word
_TELLING = (SiteError, TrainingError)


def train_on_cluster(run: RunFolder, site: Cluster, controls: Controls, *, resume: bool) -> int:
    """Trains a run and returns when it is over, with 0 where it finished or was stopped and 1 where it failed.

    Args:
        run: Its folder, claimed by this process.
        site: The cluster.
        controls: Hears of the end of this process; what is asked by file the first worker reads itself.
        resume: Go on from the last checkpoint.

    Raises:
        SiteError: The cluster cannot be used.
    """
    with tempfile.TemporaryDirectory(prefix="dlstudio-ray-", ignore_cleanup_errors=True) as notes:
        return _until_over(run, site, controls, notes, resume=resume)


def _until_over(run: RunFolder, site: Cluster, controls: Controls, notes: str, *, resume: bool) -> int:
    """Tries again and again, as long as there is progress."""
    reader = ev.EventReader(run.events_file, batches=False)
    reader.read_new()  # what earlier parts of the run wrote
    fruitless = 0
    while True:
        before = _stamp(run)
        with _connected(site, notes) as ray:
            trainer = _trainer(run, _scaling(ray, site, run), notes, resume)
            end, error = _attempt(run, reader, controls, trainer, Queue(ray, site.workers))
        if end is not None:
            return 0 if isinstance(end, ev.Finished) else 1
        fruitless = 0 if _stamp(run) != before else fruitless + 1
        sentence, final = _why(error)
        if final or fruitless >= TRIES or controls.stopping:
            _write(run, _failure(run, error, sentence, fruitless))
            return 1
        _write(run, ev.Warning_(message=f"{sentence} The run goes on from its last checkpoint."))
        resume = True


@contextlib.contextmanager
def _connected(site: Cluster, notes: str) -> Iterator[Any]:
    """Ray, connected anew for each try: with the connection goes what a try that was lost has reserved.

    Raises:
        SiteError: Nobody answers.
    """
    ray = _connect(site, notes)
    try:
        yield ray
    finally:
        with contextlib.suppress(Exception):
            ray.shutdown()


def _connect(site: Cluster, notes: str) -> Any:
    """Ray, connected; one that is started here keeps its own files in the folder ``notes``.

    Raises:
        SiteError: Nobody answers.
    """
    os.environ.setdefault("RAY_TRAIN_HEALTH_CHECK_INTERVAL_S", "1")
    os.environ.setdefault("RAY_CHDIR_TO_TRIAL_DIR", "0")
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ["RAY_TRAIN_V2_ENABLED"] = "1"
    _reach(site)
    import ray

    variables = {
        "KERAS_BACKEND": "jax",
        "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
        "TF_CPP_MIN_LOG_LEVEL": os.environ.get("TF_CPP_MIN_LOG_LEVEL", "2"),
    }
    options: dict[str, Any] = {"runtime_env": {"env_vars": variables}, "log_to_driver": False}
    if site.address == LOCAL:
        # The package of this process is found by the workers of this machine, wherever it lies.
        variables["PYTHONPATH"] = os.environ.get("PYTHONPATH", "")
        options |= {"num_cpus": max(os.cpu_count() or 1, site.workers), "include_dashboard": False, "_temp_dir": notes}
    try:
        ray.init(address=site.address, **options)
    except Exception as error:  # Ray raises whatever its layers do: connection, version, value, runtime
        raise SiteError(
            f"The Ray cluster at {site.address} cannot be used: {_first_line(error)} Look whether it runs there ('ray "
            "status') with the same versions of Python and Ray and the same ~/.ray/auth_token as here."
        ) from None
    return ray


def _reach(site: Cluster) -> None:
    """Looks whether somebody listens at the address, and wants a token; Ray itself tries for minutes.

    Raises:
        SiteError: Nobody does.
    """
    host, found, port = site.address.removeprefix("ray://").rpartition(":")
    if not found:
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), REACH_SECONDS).close()
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise SiteError(
            f"The Ray cluster at {site.address} cannot be used: nobody answers there ({why.lower()}). Look whether it "
            "runs, with 'ray status' on its first machine, and whether the address is right."
        ) from None
    if _wants_token(f"{host}:{port}"):
        os.environ.setdefault("RAY_AUTH_MODE", "token")


def _wants_token(address: str) -> bool:
    """Whether a cluster refuses whoever brings no token (https://docs.ray.io/en/latest/ray-security/token-auth.html).

    Ray brings the one of this computer along only where it is told to, and fails with it where none is wanted.
    """
    try:
        import grpc
    except ImportError:
        return False
    with grpc.insecure_channel(address) as channel:
        try:
            channel.unary_unary("/ray.rpc.NodeInfoGcsService/GetClusterId")(b"", timeout=REACH_SECONDS)
        except grpc.RpcError as error:
            return bool(error.code() == grpc.StatusCode.UNAUTHENTICATED)
    return False


def _scaling(ray: Any, site: Cluster, run: RunFolder) -> Any:
    """How many workers, each with a processor, and with a GPU where there are enough.

    Raises:
        SiteError: The cluster has too little; Ray would wait for ever.
    """
    from ray.train import ScalingConfig

    there = ray.cluster_resources()
    processors, gpus = int(there.get("CPU", 0)), int(there.get("GPU", 0))
    if processors < site.workers:
        raise SiteError(f"The cluster has {processors} processors, too few for {site.workers} workers. Ask for fewer.")
    with_gpu = gpus > 0 and run.project().training.device != "cpu"
    if with_gpu and gpus < site.workers:
        raise SiteError(
            f"The cluster has {gpus} {'GPU' if gpus == 1 else 'GPUs'}, too few for {site.workers} workers. Ask for "
            "fewer, or choose the device cpu."
        )
    return ScalingConfig(num_workers=site.workers, use_gpu=with_gpu, placement_strategy="SPREAD")


def _trainer(run: RunFolder, scaling: Any, notes: str, resume: bool) -> Any:
    from ray.train import FailureConfig, RunConfig
    from ray.train.v2.api.data_parallel_trainer import DataParallelTrainer

    from dlstudio.training.sites.worker import work

    # Checkpoints are the business of the run's folder; what Ray keeps of a run is needed by nobody.
    return DataParallelTrainer(
        work,
        train_loop_config={"run": str(run.path.resolve()), "resume": resume, "gpu": scaling.use_gpu},
        scaling_config=scaling,
        run_config=RunConfig(name=f"run-{run.name}", storage_path=notes, failure_config=FailureConfig(0)),
    )


def _attempt(
    run: RunFolder, reader: ev.EventReader, controls: Controls, trainer: Any, queue: Queue
) -> tuple[ev.Event | None, BaseException | None]:
    """Lets the workers train until the run has ended, or one of them has; the run's last word, or the error."""
    failed: list[BaseException] = []

    def fit() -> None:
        try:
            trainer.fit()
        except BaseException as error:  # handed to the thread that waits, whatever it is
            failed.append(error)

    fitting = threading.Thread(target=fit, name="ray", daemon=True)
    fitting.start()
    told = begun = False
    end: ev.Event | None = None
    while fitting.is_alive() and end is None:
        fitting.join(LOOK_SECONDS)
        new = reader.read_new()
        begun, end = begun or bool(new), _last_word(new)
        if not begun and queue.waits():
            controls.look()  # no worker does
            if controls.stopping:
                return None, SiteError(
                    "The run was stopped while it waited for the cluster. Continue it to wait again."
                )
            if not queue.told:
                queue.told = True
                _write(run, ev.Warning_(message=queue.sentence()))
                reader.read_new()
        elif controls.stopping and not told:
            told = True
            run.send("stop")
    end = end or _last_word(reader.read_new())
    if end is not None:  # of a run that has failed, the other workers wait for the first one: they are let go
        fitting.join(0.0 if isinstance(end, ev.Failed) else _END_SECONDS)
    return end, failed[0] if failed else None


def _last_word(events: Sequence[ev.Event]) -> ev.Event | None:
    return next((each for each in events if isinstance(each, ev.Finished | ev.Failed)), None)


def _stamp(run: RunFolder) -> tuple[int, int]:
    """Tells one checkpoint from the next."""
    try:
        status = run.last_checkpoint.stat()
    except OSError:
        return (0, 0)
    return (status.st_mtime_ns, status.st_ino)


def _why(error: BaseException | None) -> tuple[str, bool]:
    """What to say of workers that have ended, and whether to try again would be in vain."""
    for each in _causes(error):
        if isinstance(each, _TELLING):
            return str(each), True
        if isinstance(each, ModuleNotFoundError):
            return (
                f"On a machine of the cluster the package {each.name} is missing. DL Studio has to be installed on "
                "each of them, as here, with JAX.",
                True,
            )
    if any(type(each).__name__ == "OutOfMemoryError" for each in _causes(error)):
        return "A worker was ended because the memory of its machine was full.", False
    if any(type(each).__module__.startswith("ray.exceptions") for each in _causes(error)):
        return "A worker was lost.", False
    causes = _causes(error)
    return (f"The workers ended: {_first_line(causes[-1])}" if causes else "The workers ended without a word."), False


def _causes(error: BaseException | None) -> list[BaseException]:
    """The errors within Ray's own, those of single workers included."""
    found: list[BaseException] = []
    waiting = [error]
    while waiting and len(found) < 64:
        each = waiting.pop(0)
        if each is None or each in found:
            continue
        found.append(each)
        failures = getattr(each, "worker_failures", None)
        inner = [*failures.values()] if isinstance(failures, dict) else []
        waiting += [*inner, getattr(each, "cause", None), getattr(each, "_base_exc", None), each.__cause__]
        waiting = [entry for entry in waiting if isinstance(entry, BaseException)]
    return found


def _failure(run: RunFolder, error: BaseException | None, sentence: str, fruitless: int) -> ev.Failed:
    telling = next((each for each in _causes(error) if isinstance(each, TrainingError)), None)
    if telling is not None:
        return explained(telling, run.project().training.batch_size, "")
    if error is not None:
        traceback.print_exception(error)  # into the run's log
    times = f" That happened {fruitless} times without a new checkpoint." if fruitless >= TRIES else ""
    go_on = " See log.txt; continue the run to try again." if times else ""
    return ev.Failed(kind="site", message=f"{sentence}{times}{go_on}")


def _write(run: RunFolder, event: ev.Event) -> None:
    """Writes an event while no worker lives."""
    log = EventLog(run.events_file)
    log.write(event)
    log.close()


def _first_line(error: BaseException) -> str:
    line = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
    return line if line.endswith((".", "!", "?")) else f"{line}."
