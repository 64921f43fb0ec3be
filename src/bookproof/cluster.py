"""A Dask cluster for one audit: somebody's own, or one that is started on this machine; what goes wrong, in words."""

import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import dask
import distributed
from distributed.comm.core import CommClosedError

from bookproof.errors import CannotJudge, Unreachable, UsageError

LOCAL: Final = "local"
"""The address that stands for a cluster on this machine, started for one audit."""

_SECONDS: Final = 10
"""How long a scheduler may take to answer, and to find a worker."""


@contextmanager
def connected(scheduler: str, workers: int) -> Iterator[Any]:
    """A client of a scheduler that has workers."""
    for name in ("distributed", "tornado"):  # what they say is for whoever runs the cluster; bookproof says the rest
        logging.getLogger(name).setLevel(logging.CRITICAL)
    if scheduler == LOCAL:
        count = workers if workers > 1 else os.cpu_count() or 1
        with (
            dask.config.set({"distributed.admin.low-level-log-length": 0}),
            distributed.LocalCluster(
                n_workers=count, threads_per_worker=1, dashboard_address="127.0.0.1:0", silence_logs=logging.CRITICAL
            ) as cluster,
            distributed.Client(cluster) as client,
        ):
            yield client
        return
    if not re.fullmatch(r"(\w+://)?[^/\s]+:\d+", scheduler):
        raise UsageError(
            f"{scheduler!r} is no scheduler's address.",
            hint="For example --dask tcp://scheduler:8786, or --dask local.",
        )
    try:
        client = distributed.Client(scheduler, timeout=_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise Unreachable(f"No scheduler answers at {scheduler}: {_first_line(error)}.") from None
    with client:
        try:
            client.wait_for_workers(1, timeout=_SECONDS)
        except TimeoutError:
            raise CannotJudge(f"The scheduler at {scheduler} has no workers.") from None
        yield client


def result(client: Any, whole: Any) -> Any:
    """What a graph comes to; CannotJudge where the cluster does not get there."""
    try:
        return client.compute(whole).result()
    except distributed.KilledWorker as error:
        raise CannotJudge(
            f"Workers died again and again over the same work: {_first_line(error)}.",
            hint="Most often one file is more than a worker's memory holds: give workers more, or write smaller files.",
        ) from None
    except ModuleNotFoundError as error:
        raise CannotJudge(f"The cluster lacks a package: {error}.", hint="Install bookproof on every worker.") from None
    except (distributed.CancelledError, CommClosedError, TimeoutError) as error:
        raise CannotJudge(f"The cluster has gone away: {_first_line(error)}.") from None


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
