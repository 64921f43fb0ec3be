"""Processes that share work. They end with the one that started them, however that one ends."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any


@contextmanager
def processes(jobs: int, begin: Callable[..., None], *arguments: Any) -> Iterator[ProcessPoolExecutor]:
    """So many processes, each of which first calls `begin`; work that waits is dropped where the block fails."""
    pool = ProcessPoolExecutor(max_workers=jobs, initializer=_begin, initargs=(begin, arguments))
    try:
        yield pool
    except BaseException:
        pool.shutdown(cancel_futures=True)
        raise
    pool.shutdown()


def _begin(begin: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches them all; the one that started them ends the others
    threading.Thread(target=_end_with, args=(multiprocessing.parent_process(),), daemon=True).start()
    begin(*arguments)


def _end_with(parent: Any) -> None:
    """Waits for the end of the process that started this one: who was killed can tell nobody to stop."""
    parent.join()
    os._exit(1)
