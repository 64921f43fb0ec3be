"""Audits captures, on several processes where asked: what rules remember decides how the work may be divided.

Rules without history let any line go to any process. Rules that keep their history by a key get every exchange of one
key in one process, in the order of the capture. A rule that looks at the whole run leaves the work to one process.
"""

import tempfile
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from functools import partial
from itertools import islice, pairwise
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

from bookproof import apis
from bookproof.auditing import Auditor, Part
from bookproof.captures import ndjson, places, reading
from bookproof.captures.entries import Entry, Malformed, Unreadable
from bookproof.captures.ordering import Stamped, end_of, merged
from bookproof.captures.reading import Line
from bookproof.exchange import Exchange
from bookproof.routing import Audit, judged, key_of, place_of, remembers, whole_run

LINES: Final = 500
"""Exchanges that a process is handed at once."""

ALL: Final = -1
"""Stands for every process: a line that cannot be read may have been about anything."""

Told = Callable[[int], None]
"""Told how many exchanges were read so far."""

Result = TypeVar("Result")


def audit(settings: Audit, paths: Sequence[str], *, jobs: int = 1, told: Told | None = None) -> Part:
    """What the exchanges of captures come to."""
    api = apis.load(settings.api)
    if jobs == 1 or whole_run(api):
        entries = reading.read(paths, in_time=remembers(api))
        return judged(settings.auditor(), _counted(entries, told) if told else entries)
    with ProcessPoolExecutor(max_workers=jobs, initializer=_begin, initargs=(settings,)) as pool:
        if remembers(api):
            return _by_key(pool, paths, jobs, told)
        return _anyhow(pool, paths, jobs, told)


def shard(auditor: Auditor, line: bytes, shards: int) -> tuple[int, float]:
    """Which of several processes an exchange belongs to, and when it was over.

    It is the same process for every exchange of one key.
    """
    try:
        exchange = ndjson.decode(line)
    except Malformed:
        return ALL, 0.0
    key = key_of(auditor, exchange)
    return zlib.crc32(line) % shards if key is None else place_of(key, shards), end_of(exchange)


def _counted(entries: Iterator[Entry], told: Told) -> Iterator[Entry]:
    for number, found in enumerate(entries, 1):
        yield found
        if number % LINES == 0:
            told(number)


# -- several processes -------------------------------------------------------------------------------------------------


class _Worker:
    """What a process keeps between two pieces of work."""

    settings: Audit
    auditor: Auditor


def _begin(settings: Audit) -> None:
    _Worker.settings = settings
    _Worker.auditor = settings.auditor()


def _anyhow(pool: ProcessPoolExecutor, paths: Sequence[str], jobs: int, told: Told | None) -> Part:
    """Divides by chunks of lines: no rule remembers anything."""
    whole = Part()
    chunks = _told(_chunks(_lines(paths, whole)), told)
    for _, part in _in_order(pool, _judge_chunk, chunks, 2 * jobs):
        whole.merge(part)
    return whole


def _judge_chunk(lines: list[Line]) -> Part:
    auditor = _Worker.auditor
    auditor.part = Part()
    for place, line in lines:
        if line:
            auditor.take(ndjson.entry(place, line))
    return auditor.finish()


def _by_key(pool: ProcessPoolExecutor, paths: Sequence[str], jobs: int, told: Told | None) -> Part:
    """Sorts the lines into a file for each process first, then has each judged from its beginning to its end."""
    whole, read = Part(), 0
    with tempfile.TemporaryDirectory(prefix="bookproof-") as folder:
        names = [Path(folder) / f"{number}" for number in range(jobs)]
        files: list[BinaryIO] = [name.open("wb") for name in names]
        bounds: list[list[int]] = [[0] for _ in files]
        try:
            for path in paths:
                latest = 0.0
                lines = _told(_chunks(_lines([path], whole, paths)), told, read)
                for chunk, found in _in_order(pool, partial(_shards, jobs), lines, 2 * jobs):
                    read += len(chunk)
                    for (place, line), (number, end) in zip(chunk, found, strict=True):
                        latest = max(latest, end)
                        for file in [files[number]] if number != ALL else files if _matters(place, line, whole) else ():
                            file.write(f"{latest!r} {place}\n".encode() + line.rstrip(b"\n") + b"\n")
                for file, ends in zip(files, bounds, strict=True):
                    ends.append(file.tell())
        finally:
            for file in files:
                file.close()
        for part in pool.map(_judge_file, names, bounds):
            whole.merge(part)
    return whole


def _matters(place: str, line: bytes, whole: Part) -> bool:
    """Counts a line that cannot be read; whether it may have changed what rules remember. An empty one was counted."""
    found = ndjson.entry(place, line)
    if line and isinstance(found, Unreadable):
        whole.unread(found)
    return not (isinstance(found, Unreadable) and found.harmless)


def _shards(count: int, lines: list[Line]) -> list[tuple[int, float]]:
    return [shard(_Worker.auditor, line, count) for _, line in lines]


def _judge_file(name: Path, bounds: list[int]) -> Part:
    """Judges what a process was given, of each capture a stretch of its file."""
    stretches = [partial(_stretch, name, begin, end) for begin, end in pairwise(bounds) if end > begin]
    part = judged(_Worker.settings.auditor(), merged(stretches))
    part.unreadable, part.places = 0, []  # they were counted where they were sorted
    return part


def _stretch(name: Path, begin: int, end: int) -> Stamped[Entry]:
    with name.open("rb") as file:
        file.seek(begin)
        while file.tell() < end:
            time, _, place = file.readline()[:-1].decode().partition(" ")
            yield float(time), ndjson.entry(place, file.readline())


def _lines(paths: Iterable[str], whole: Part, among: Iterable[str] = ()) -> Iterator[Line]:
    """Every exchange as a line; what cannot be read goes to the part at once. among: the captures to be told apart."""
    names = places.named([*paths, *among])
    for path in paths:
        for found in reading.lines(path, names[path]):
            if isinstance(found, Unreadable):
                whole.unread(found)
                if not found.harmless:
                    yield found.place, b""
            elif isinstance(found, Exchange):
                yield names[path], ndjson.encode(found)
            else:
                yield found


def _chunks(lines: Iterator[Line]) -> Iterator[list[Line]]:
    while chunk := list(islice(lines, LINES)):
        yield chunk


def _told(chunks: Iterator[list[Line]], told: Told | None, count: int = 0) -> Iterator[list[Line]]:
    for chunk in chunks:
        yield chunk
        count += len(chunk)
        if told:
            told(count)


def _in_order(
    pool: ProcessPoolExecutor, work: Callable[[list[Line]], Result], chunks: Iterator[list[Line]], ahead: int
) -> Iterator[tuple[list[Line], Result]]:
    """Results in the order of the chunks; few are under way at once, so that memory does not grow with the capture."""
    waiting: deque[tuple[list[Line], Future[Result]]] = deque()
    for chunk in chunks:
        waiting.append((chunk, pool.submit(work, chunk)))
        if len(waiting) >= ahead:
            done, future = waiting.popleft()
            yield done, future.result()
    while waiting:
        done, future = waiting.popleft()
        yield done, future.result()
