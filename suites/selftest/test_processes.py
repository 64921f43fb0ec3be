"""Processes that share work leave nobody behind."""

import os
import signal
import subprocess
import sys

import pytest

from bookproof.processes import processes

_SHARES = """
import os, signal
from bookproof.processes import processes

def begin():
    os.write(1, b"begun\\n")

def wait():
    signal.pause()

with processes(2, begin) as pool:
    for _ in range(2):
        pool.submit(wait)
    wait()
"""


@pytest.mark.parametrize("ended_by", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "terminated"])
def test_processes_end_with_the_one_that_started_them(ended_by):
    reading, writing = os.pipe()
    shared = subprocess.Popen([sys.executable, "-c", _SHARES], stdout=writing)
    os.close(writing)
    with open(reading, "rb") as said:
        assert [said.readline(), said.readline()] == [b"begun\n"] * 2
        shared.send_signal(ended_by)

        assert said.read() == b"", "the pipe is closed once nobody holds it"
    shared.wait()


def test_an_interruption_drops_the_work_that_waits():
    waiting = []

    def share():
        with processes(1, int) as pool:
            waiting.extend(pool.submit(int) for _ in range(10_000))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        share()
    assert waiting[-1].cancelled()
