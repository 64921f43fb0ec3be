"""What an audit on Dask costs beside one in a single process, and whether it says the same when a worker is killed.

A scheduler and two workers, each a process of its own on loopback, judge made-up traffic that lies in 40 compressed
files; one worker is killed half-way. BENCHMARK_EXCHANGES changes the number of exchanges (2,000,000), BENCHMARK_FILES
that of files, BENCHMARK_TRAFFIC what is in them: `lives` (nexudus: records created and read back, each with a history)
or `highlevel` (creations alone, nothing to remember).
"""

import gzip
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import traffic
from distributed import Client

from bookproof.captures import ndjson

EXCHANGES = int(os.environ.get("BENCHMARK_EXCHANGES", "2000000"))
FILES = int(os.environ.get("BENCHMARK_FILES", "40"))
TRAFFIC = os.environ.get("BENCHMARK_TRAFFIC", "lives")
WORKERS = 2
HALF_WAY = 0.5
UNDER_WAY = ("waiting", "queued", "processing", "no-worker")
FIRST = ("split", "bag-from-delayed-judge_block")
"""The tasks that read captures."""


def generate(folder: Path) -> tuple[int, int]:
    """Writes the captures; bytes of them, and as they are unpacked. Exchanges of one record lie in two files."""
    exchanges = traffic.lives(EXCHANGES) if TRAFFIC == "lives" else traffic.exchanges(TRAFFIC, EXCHANGES)
    unpacked = 0
    with ExitStack() as opened:
        paths = [folder / f"{number:03}.ndjson.gz" for number in range(FILES)]
        files = [opened.enter_context(gzip.open(path, "wb", 1)) for path in paths]
        for number, exchange in enumerate(exchanges):
            line = ndjson.encode(exchange)
            unpacked += len(line)
            files[number % FILES].write(line)
    return sum(path.stat().st_size for path in paths), unpacked


@dataclass(frozen=True)
class Measured:
    """One audit. seconds: until it ended, and those of a core that it used itself; peak: MiB of its process."""

    seconds: float
    core: float
    peak: float
    verdict: dict[str, Any]


def audit(pattern: str, report: Path, *options: str) -> Measured:
    """Runs one audit in a process of its own."""
    api = "nexudus" if TRAFFIC == "lives" else TRAFFIC
    command = [sys.executable, "-m", "bookproof", "audit", api, pattern, "--report", str(report), "--quiet", *options]
    clock = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in (0, 1), f"the audit ended with {process.returncode}"
    document = json.loads((report / api / "verdict.json").read_text())
    core = used.ru_utime + used.ru_stime
    return Measured(time.perf_counter() - clock, core, used.ru_maxrss / 1024, document)


def told(document: dict[str, Any]) -> dict[str, Any]:
    """A verdict apart from the times of its own run."""
    return {name: value for name, value in document.items() if name not in ("started", "seconds")}


@contextmanager
def processes(folder: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and its workers, each a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    dask = [sys.executable, "-m", "dask"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    options = ["--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
    started = [subprocess.Popen([*dask, "scheduler", *options], **quiet)]
    try:
        options = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--memory-limit", "4GiB"]
        started += [subprocess.Popen([*dask, "worker", address, *options], **quiet) for _ in range(WORKERS)]
        yield address, started[1:]
    finally:
        for process in started:
            process.kill()
            process.wait()


def peak(process: subprocess.Popen[bytes]) -> float:
    """The most memory that a running process has had, in MiB; 0 where it has ended."""
    try:
        lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def core(process: subprocess.Popen[bytes]) -> float:
    """Seconds of a core that a running process has used; 0 where it has ended."""
    try:
        fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def read_so_far(dask_scheduler: Any) -> float:
    """Which part of the captures has been read, from 0 to 1."""
    states = [group.states for name, group in dask_scheduler.task_groups.items() if name.startswith(FIRST)]
    total = sum(sum(count.values()) - count["forgotten"] for count in states)
    left = sum(count[state] for count in states for state in UNDER_WAY)
    return 1 - left / total if total else 0.0


class Watch:
    """Measures workers while they live, and kills the first one half-way where asked."""

    def __init__(self, address: str, workers: list[subprocess.Popen[bytes]], *, kill: bool) -> None:
        self.peaks = [0.0] * len(workers)
        self.cores = [0.0] * len(workers)
        self.killed = 0.0
        self._address, self._workers, self._kill = address, workers, kill
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        with Client(self._address, set_as_default=False) as client:
            while not self._ended.wait(0.25):
                self._measure()
                if self._kill and not self.killed and (part := client.run_on_scheduler(read_so_far)) >= HALF_WAY:
                    self._workers[0].send_signal(signal.SIGKILL)
                    self.killed = part
            self._measure()

    def _measure(self) -> None:
        self.peaks = list(map(max, self.peaks, map(peak, self._workers)))
        self.cores = list(map(max, self.cores, map(core, self._workers)))


def on_dask(folder: Path, pattern: str, *, kill: bool) -> Measured:
    """Audits on a cluster of its own and says what it took."""
    with processes(folder) as (address, workers):
        with Watch(address, workers, kill=kill) as watch:
            found = audit(pattern, folder / f"dask-{kill}", "--dask", address)
        assert bool(watch.killed) is kill, "the worker was to be killed half-way"
    what = f"Dask, one of {WORKERS} killed at {watch.killed:.0%}" if kill else f"Dask, {WORKERS} workers"
    say(line(what, found, sum(watch.cores), ", ".join(f"{one:.0f}" for one in watch.peaks)))
    return found


def line(what: str, found: Measured, cores: float, peaks: str) -> str:
    """What one audit took: seconds of the clock and of cores, and memory of each process."""
    return (
        f"  {what:30} {found.seconds:7.1f} s {EXCHANGES / found.seconds:9,.0f} a second"
        f"   {EXCHANGES / cores:9,.0f} a second of a core   peak {peaks} MiB"
    )


def main() -> None:
    """Prints the figures; ends with an error where the verdicts differ."""
    with tempfile.TemporaryDirectory(prefix="bookproof-") as scratch:
        folder = Path(scratch)
        packed, unpacked = generate(folder)
        size = f"{packed / 2**20:,.0f} MiB packed, {unpacked / 2**20:,.0f} MiB unpacked"
        say(f"{EXCHANGES:,} exchanges ({TRAFFIC}) in {FILES} files, {size}")
        pattern = str(folder / "*.ndjson.gz")
        alone = audit(pattern, folder / "alone")
        say(line("one process", alone, alone.core, f"{alone.peak:.0f}"))
        others = [on_dask(folder, pattern, kill=kill) for kill in (False, True)]
        found = sum(finding["seen"] for row in alone.verdict["requirements"] for finding in row["findings"])
        same = all(told(other.verdict) == told(alone.verdict) for other in others)
        say(f"  {alone.verdict['verdict']}, {found:,} findings; the verdicts are {'the same' if same else 'DIFFERENT'}")
        sys.exit(0 if same else 1)


def say(line: str) -> None:
    """Prints a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
