"""What an audit of very many exchanges takes: measured on a sample here, then reckoned for as many as are asked for.

    python suites/benchmarks/scale.py                     10^9 and 10^12 exchanges on 64 and 1,024 cores
    python suites/benchmarks/scale.py --core-hour 0.05    with another price

docs/scale.md explains the columns.
"""

import argparse
import gzip
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import traffic

from bookproof import __version__, apis
from bookproof.captures import ndjson
from bookproof.captures.blocks import Block
from bookproof.distributing import Asked, judge_block, judge_pieces, split
from bookproof.routing import Audit
from bookproof.rules import BUCKETS

SAMPLE = 20_000
ROUNDS = 3


@dataclass(frozen=True)
class Cost:
    """What one exchange takes. read, judge: microseconds of a core, of the tasks that read and of those that judge what
    was moved; size: bytes of it, unpacked; packed: how many times smaller this made-up one is when it is packed."""

    name: str
    read: float
    judge: float
    size: float
    packed: float
    moves: bool


def measured(name: str, api: str, folder: Path, *, history: bool) -> Cost:
    """The cost of one exchange, the best of some rounds."""
    exchanges = traffic.lives(SAMPLE) if history else traffic.exchanges(api, SAMPLE)
    lines = b"".join(map(ndjson.encode, exchanges))
    path = folder / f"{name}.ndjson.gz"
    path.write_bytes(gzip.compress(lines, 1))
    block = Block(str(path), path.name, path.stat().st_size)
    asked = Asked(Audit(api), __version__, apis.load(api).contract.sha256)
    read, judge = [], [0.0]
    for _ in range(ROUNDS):
        clock = time.process_time()
        if not history:
            judge_block(asked, block)
            read.append(time.process_time() - clock)
            continue
        found = split(asked, block, BUCKETS)
        read.append(time.process_time() - clock)
        clock = time.process_time()
        for piece in found.pieces.values():
            judge_pieces(asked, [block.place], [found.latest], [piece])
        judge = [time.process_time() - clock, *filter(None, judge)]
    each = 1e6 / SAMPLE
    return Cost(name, min(read) * each, min(judge) * each, len(lines) / SAMPLE, len(lines) / block.size, history)


@dataclass(frozen=True)
class Prices:
    """What is not measured here.

    core_hour, gigabyte: what an hour of a core and a gigabyte between workers cost; bandwidth: bytes a second of a
    machine of eight cores; task: seconds of the scheduler for one task; block: exchanges of one file; packing: how many
    times smaller traffic is when it is packed, where made-up traffic packs better than any other.
    """

    core_hour: float
    gigabyte: float
    bandwidth: float
    task: float
    block: int

    packing: float


def reckon(cost: Cost, count: float, cores: int, prices: Prices) -> str:
    """One row: what so many exchanges take on so many cores."""
    core_hours = count * (cost.read + cost.judge) / 3.6e9
    judging = count * (cost.read / cores + cost.judge / min(cores, BUCKETS)) / 3.6e9
    machines = max(2, cores // 8)
    stored = count * cost.size / prices.packing
    moved = stored * (1 - 1 / machines) if cost.moves else 0.0
    moving = moved / (machines * prices.bandwidth) / 3600
    tasks = count / prices.block * (BUCKETS + 3 if cost.moves else 2)
    price = core_hours * prices.core_hour + moved / 1e9 * prices.gigabyte
    scheduling = tasks * prices.task / 3600
    return (
        f"  {count:9.0e} {cores:6,} {core_hours:11,.0f} {judging:10,.1f} {moving:9,.2f} {scheduling:10,.2f}"
        f" {stored / 1e12:8,.2f} {moved / 1e12:9,.2f} {moved / machines / 1e9:13,.1f} {price:8,.0f}"
    )


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--core-hour", type=float, default=0.04, help="price of a core for an hour")
    parser.add_argument("--gigabyte", type=float, default=0.01, help="price of a gigabyte from worker to worker")
    parser.add_argument("--bandwidth", type=float, default=500e6, help="bytes a second of a machine of eight cores")
    parser.add_argument("--task", type=float, default=0.0005, help="seconds that the scheduler needs for a task")
    parser.add_argument("--block", type=int, default=1_000_000, help="exchanges in a file")
    parser.add_argument("--packing", type=float, default=8, help="how many times smaller traffic is when packed")
    prices = Prices(**vars(parser.parse_args()))
    with tempfile.TemporaryDirectory(prefix="bookproof-") as scratch:
        costs = [
            measured("nothing to remember (highlevel)", "highlevel", Path(scratch), history=False),
            measured("history by record (nexudus)", "nexudus", Path(scratch), history=True),
        ]
    for cost in costs:
        hourly = 3.6e9 / (cost.read + cost.judge)
        say(f"{cost.name}: {hourly / 1e6:.1f} million exchanges in a core-hour")
        say(f"  of one exchange: {cost.read:.0f} µs where it is read, {cost.judge:.0f} µs where it was moved to")
        say(f"  {cost.size:.0f} bytes, packed {prices.packing:g} times by assumption, {cost.packed:.0f} times here")
        say("  exchanges  cores  core-hours  h judging  h moving  h schedul.  TB read  TB moved  GB a machine   price")
        for count in (1e9, 1e12):
            for cores in (64, 1024):
                say(reckon(cost, count, cores, prices))


def say(line: str) -> None:
    """Prints a line."""
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
