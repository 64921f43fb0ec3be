"""Audits captures, on several processes where asked: what rules remember decides how the work may be divided.

Each process reads its own share of the captures: blocks of plain NDJSON, and whole files where there are many. What
cannot be read apart (standard input, a single gzip file) one process reads and hands over. Rules without history let
any of them judge any exchange. Rules that keep their history by a key get every exchange of one key in one process, in
the order of time. A rule that looks at the whole run leaves the work to one process.
"""

import os
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from bookproof import apis
from bookproof.auditing import Auditor, Part
from bookproof.captures import ndjson, places, reading
from bookproof.captures.blocks import LONGEST, Block, blocks_of, lines_of, with_lines
from bookproof.captures.entries import Entry, Unreadable
from bookproof.captures.ordering import Stamped, merged
from bookproof.captures.reading import Line
from bookproof.exchange import Exchange
from bookproof.moving import Stretch, arriving, sort_out
from bookproof.processes import processes
from bookproof.routing import Audit, judged, remembers, whole_run

TOLD: Final = 500
"""Exchanges after which one process tells how far it is."""

SHORTEST: Final = 2**20
"""Bytes of a block that are worth a process's while."""

SHARES: Final = 8
"""Blocks for each process: while one reads a slow one, the others read more."""

HANDED: Final = 2**21
"""Bytes of lines that a process is handed at once."""

_BUFFER: Final = 2**18
"""Bytes that a process keeps of each file that it writes."""

Told = Callable[[int], None]
"""Told how many exchanges were read so far."""

Work = Block | list[Line | Unreadable]
"""What a process reads itself, or is handed."""

_Moved = tuple[int, float]
"""The number of a piece of which something moved, and when all was over that its capture holds before it."""


def audit(settings: Audit, paths: Sequence[str], *, jobs: int = 1, told: Told | None = None) -> Part:
    """What the exchanges of captures come to."""
    api = apis.load(settings.api)
    if jobs == 1 or whole_run(api):
        entries = reading.read(paths, in_time=remembers(api))
        return judged(settings.auditor(), _counted(entries, told) if told else entries)
    settings.auditor()  # processes that are forked find the contract compiled
    with processes(jobs, _begin, settings) as pool:
        return _divided(pool, paths, jobs, told, history=remembers(api))


def _counted(entries: Iterator[Entry], told: Told) -> Iterator[Entry]:
    for number, found in enumerate(entries, 1):
        yield found
        if number % TOLD == 0:
            told(number)


# -- shares of the work ------------------------------------------------------------------------------------------------


def shares(paths: Sequence[str], jobs: int) -> Iterator[tuple[str, Work]]:
    """What there is to read, in the order of the captures, each piece with its capture."""
    names = places.named(paths)
    sizes = {path: places.size(path) for path in paths if places.remote(path) or os.path.isfile(path)}
    longest = min(LONGEST, max(SHORTEST, sum(sizes.values()) // (SHARES * jobs)))
    for path in paths:
        blocks = blocks_of([path], [names[path]], longest) if path in sizes else []
        if len(blocks) > 1 or (blocks and len(sizes) >= jobs):
            yield from ((path, block) for block in blocks)
        else:
            yield from ((path, lines) for lines in _handed(path, names[path]))


def _handed(path: str, name: str) -> Iterator[list[Line | Unreadable]]:
    """The lines of a capture, some at a time."""
    some: list[Line | Unreadable] = []
    size = 0
    for found in reading.lines(path, name):
        item = (name, ndjson.encode(found)) if isinstance(found, Exchange) else found
        some.append(item)
        size += len(item[1]) if isinstance(item, tuple) else len(item.reason)
        if size > HANDED:
            yield some
            some, size = [], 0
    if some:
        yield some


# -- several processes -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Done:
    """A piece of work, read: how many entries it had, what could be judged at once, and when all was over."""

    count: int
    part: Part
    latest: float


class _Worker:
    """What a process keeps between two pieces of work."""

    settings: Audit
    auditor: Auditor


def _begin(settings: Audit) -> None:
    _Worker.settings = settings
    _Worker.auditor = settings.auditor()


def _divided(pool: ProcessPoolExecutor, paths: Sequence[str], jobs: int, told: Told | None, *, history: bool) -> Part:
    """Has what touches no history judged where it is read, and then what moved by the processes that have its keys."""
    whole, read = Part(), 0
    divided: dict[str, str] = {}
    moved: dict[str, list[_Moved]] = {path: [] for path in paths}
    latest = dict.fromkeys(paths, 0.0)
    with tempfile.TemporaryDirectory(prefix="bookproof-") as folder:
        do = partial(_read, Path(folder), jobs)
        for number, (path, work, done) in enumerate(_in_order(pool, do, shares(paths, jobs), 2 * jobs)):
            if isinstance(work, Block) and work.stop:
                divided[work.name] = path
            whole.merge(done.part)
            moved[path].append((number, latest[path]))
            latest[path] = max(latest[path], done.latest)
            read += done.count
            if told:
                told(read)
        if history:
            for part in pool.map(partial(_judge_moved, Path(folder), list(moved.values())), range(jobs)):
                whole.merge(part)
    whole.places = with_lines(whole.places, divided)
    return whole


def _read(folder: Path, jobs: int, number: int, work: Work) -> _Done:
    """Judges what touches no history, and writes the rest into a file for each process."""
    auditor = _Worker.auditor
    auditor.part = Part()
    with ExitStack() as files:
        stretches = [
            Stretch(files.enter_context(_file(folder, number, place).open("wb", _BUFFER)).write)
            for place in range(jobs if auditor.stateful else 0)
        ]
        items = lines_of(work) if isinstance(work, Block) else work
        count, latest = sort_out(auditor, items, stretches)
    return _Done(count, auditor.finish(), latest)


def _judge_moved(folder: Path, captures: list[list[_Moved]], place: int) -> Part:
    """Judges what moved to one process, from all captures, in the order of time."""
    part = judged(_Worker.settings.auditor(), merged([partial(_arriving, folder, moved, place) for moved in captures]))
    part.unreadable, part.places = 0, []  # they were counted where they were read
    return part


def _arriving(folder: Path, moved: list[_Moved], place: int) -> Stamped[Entry]:
    for number, since in moved:
        with _file(folder, number, place).open("rb") as lines:
            yield from arriving(lines, since)


def _file(folder: Path, number: int, place: int) -> Path:
    return folder / f"{number}-{place}"


def _in_order(
    pool: ProcessPoolExecutor, do: Callable[[int, Work], _Done], work: Iterator[tuple[str, Work]], ahead: int
) -> Iterator[tuple[str, Work, _Done]]:
    """Results in the order of the work; little is under way at once, so that memory does not grow with the capture."""
    waiting: deque[tuple[str, Work, Future[_Done]]] = deque()
    for number, (path, one) in enumerate(work):
        waiting.append((path, one, pool.submit(do, number, one)))
        if len(waiting) >= ahead:
            done, what, future = waiting.popleft()
            yield done, what, future.result()
    while waiting:
        done, what, future = waiting.popleft()
        yield done, what, future.result()
