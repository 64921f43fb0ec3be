"""Audits captures, on several processes where asked: what rules remember decides how the work may be divided.

Rules without history let any line go to any process. Rules that keep their history by a key get every exchange of one
key in one process, in the order of the capture. A rule that looks at the whole run leaves the work to one process.
"""

import tempfile
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

from bookproof import apis
from bookproof.apis import Api
from bookproof.auditing import Auditor, Part
from bookproof.captures import ndjson, reading
from bookproof.captures.entries import Entry, Malformed, Unreadable
from bookproof.contract import body_value
from bookproof.exchange import ABSENT
from bookproof.judge import Reading
from bookproof.rules import RUN, Call

LINES: Final = 500
"""Exchanges that a process is handed at once."""

Told = Callable[[int], None]
"""Told how many exchanges were read so far."""

Line = tuple[str, bytes]
"""An exchange as NDJSON, and its place for messages."""

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Audit:
    """What is audited, and how: the settings that every process needs."""

    api: str
    bases: tuple[str, ...] = ()
    reading: Reading = "strict"
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """What must stand in nothing that is kept, wherever the traffic shows it."""

    def auditor(self) -> Auditor:
        """An auditor with no history yet."""
        return Auditor(apis.load(self.api), bases=self.bases, reading=self.reading, secrets=self.secrets)


def audit(settings: Audit, paths: Sequence[str], *, jobs: int = 1, told: Told | None = None) -> Part:
    """What the exchanges of captures come to."""
    api = apis.load(settings.api)
    if jobs == 1 or whole_run(api):
        return _alone(settings, reading.read(paths), told)
    with ProcessPoolExecutor(max_workers=jobs, initializer=_begin, initargs=(settings,)) as pool:
        if any(rule.partition for rule in api.rules().values()):
            return _by_key(pool, paths, jobs, told)
        return _anyhow(pool, paths, jobs, told)


def whole_run(api: Api) -> list[str]:
    """The rules whose history is that of the whole run, so that one process has to judge all of it."""
    return [rule.name for rule in api.rules().values() if rule.partition == RUN]


def shard(auditor: Auditor, line: bytes, shards: int) -> int:
    """Which of several processes an exchange belongs to: the same one for every exchange of one key."""
    key = None
    try:
        exchange = ndjson.decode(line)
    except Malformed:
        return zlib.crc32(line) % shards
    path = auditor.judge.path_of(exchange.request.url)
    matched = auditor.judge.contract.match(exchange.request.method, path) if path is not None else None
    if matched is not None and exchange.response is not None:
        call = Call(exchange, *matched, ABSENT, body_value(exchange.response))
        keys = {rule.key(call) for rule in auditor.stateful}
        key = next((found for found in keys if found is not None), None)
    return zlib.crc32(line if key is None else repr(key).encode()) % shards


# -- one process -------------------------------------------------------------------------------------------------------


def _alone(settings: Audit, entries: Iterable[Entry], told: Told | None) -> Part:
    auditor = settings.auditor()
    for number, entry in enumerate(entries, 1):
        auditor.take(entry)
        if told and number % LINES == 0:
            told(number)
    return auditor.finish()


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
        auditor.take(_entry(place, line))
    return auditor.finish()


def _by_key(pool: ProcessPoolExecutor, paths: Sequence[str], jobs: int, told: Told | None) -> Part:
    """Sorts the lines into a file for each process first, then has each judged from its beginning to its end."""
    whole = Part()
    with tempfile.TemporaryDirectory(prefix="bookproof-") as folder:
        names = [Path(folder) / f"{number}" for number in range(jobs)]
        files: list[BinaryIO] = [name.open("wb") for name in names]
        try:
            chunks = _told(_chunks(_lines(paths, whole)), told)
            for lines, shards in _in_order(pool, partial(_shards, jobs), chunks, 2 * jobs):
                for (place, line), number in zip(lines, shards, strict=True):
                    files[number].write(place.encode() + b"\n" + line.rstrip(b"\n") + b"\n")
        finally:
            for file in files:
                file.close()
        for part in pool.map(_judge_file, names):
            whole.merge(part)
    return whole


def _shards(count: int, lines: list[Line]) -> list[int]:
    return [shard(_Worker.auditor, line, count) for _, line in lines]


def _judge_file(name: Path) -> Part:
    auditor = _Worker.settings.auditor()
    with name.open("rb") as file:
        while place := file.readline():
            auditor.take(_entry(place[:-1].decode(), file.readline()))
    return auditor.finish()


def _entry(place: str, line: bytes) -> Entry:
    try:
        return ndjson.decode(line)
    except Malformed as reason:
        return Unreadable(place, str(reason))


def _lines(paths: Iterable[str], whole: Part) -> Iterator[Line]:
    """Every exchange as a line; what cannot be read goes to the part at once."""
    for path in paths:
        stream, name, reader = reading.open_capture(path)
        with stream:
            if reader is ndjson.read:
                for found in ndjson.lines(stream, name):
                    if isinstance(found, Unreadable):
                        whole.unread(found)
                    else:
                        yield f"{name}, line {found[0]}", found[1]
                continue
            for entry in reader(stream, name):
                if isinstance(entry, Unreadable):
                    whole.unread(entry)
                else:
                    yield name, ndjson.encode(entry)


def _chunks(lines: Iterator[Line]) -> Iterator[list[Line]]:
    while chunk := list(islice(lines, LINES)):
        yield chunk


def _told(chunks: Iterator[list[Line]], told: Told | None) -> Iterator[list[Line]]:
    count = 0
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
