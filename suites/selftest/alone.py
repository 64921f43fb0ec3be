"""Runs `bookproof verify` in a process of its own and measures it: exit code, sentence, seconds and peak memory.

The peak is the kernel's high-water mark of the process (VmHWM), set back before each run. `ru_maxrss` would not do: it
counts what a process inherits from the one that started it.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_CHILD = """
import contextlib, io, json, sys, time
from bookproof.cli import run

def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))

for name, arguments in json.load(sys.stdin):
    with open("/proc/self/clear_refs", "w") as marks:
        marks.write("5")
    out, err, clock = io.StringIO(), io.StringIO(), time.perf_counter()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run(arguments)
    seconds = time.perf_counter() - clock
    print(json.dumps([name, code, out.getvalue(), err.getvalue(), seconds, peak() / 1024]), flush=True)
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """A run of `bookproof verify --json`: what it printed, the seconds it took, and the MiB of memory at its peak."""

    name: str
    code: int
    out: str
    err: str
    seconds: float
    peak: float

    @property
    def sentence(self) -> str:
        """What a person reads: the error, or the verdict with the first thing that was found."""
        if not self.out:
            return self.err.removeprefix("bookproof: ").splitlines()[0]
        verdict = json.loads(self.out)
        found = [*verdict["unowned"], *(f for row in verdict["requirements"] for f in row["findings"])]
        said = found[0]["message"] if verdict["verdict"] == "violates" else verdict["reason"]
        return f"{verdict['verdict']}: {said}"


def measured(
    runs: Mapping[str, list[str]], folder: Path, settings: Mapping[str, str] | None = None
) -> Iterator[Measured]:
    """Each run of the command (arguments by name), one after the other in one process that works in a folder."""
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD],
        cwd=folder,
        env={**os.environ, "CI": "1", **(settings or {})},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    with child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(json.dumps(list(runs.items())))
        child.stdin.close()
        for line in child.stdout:
            yield Measured(*json.loads(line))
