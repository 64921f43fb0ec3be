"""Audits captures, on several processes where asked: what rules remember decides how the work may be divided.

Every process reads the capture itself and judges its share of the lines, so that no line travels between processes.
Rules without history let any line go to any process. Rules that keep their history by a key get every exchange of one
key in one process, in the order of the capture; which line goes where is found out first, by all of them together. A
rule that looks at the whole run leaves the work to one process, and so does a capture that is not NDJSON: to read it
takes longer than to judge it.
"""

import gc
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import compress, cycle, repeat
from typing import Final

from bookproof import apis
from bookproof.apis import Api
from bookproof.auditing import Auditor, Part
from bookproof.captures import ndjson, reading
from bookproof.captures.entries import Entry, Malformed, Unreadable
from bookproof.captures.overlaps import marked
from bookproof.contract import body_value
from bookproof.exchange import ABSENT
from bookproof.judge import Reading
from bookproof.rules import RUN, Call

LINES: Final = 500
"""Lines that go to one process together."""

ALL: Final = 255
"""Stands for every process: a line that cannot be read may have been about anything."""

Told = Callable[[int], None]
"""Told how many exchanges were read so far."""


@dataclass(frozen=True, slots=True)
class Audit:
    """What is audited, and how: the settings that every process needs."""

    api: str
    bases: tuple[str, ...] = ()
    reading: Reading = "strict"

    def auditor(self) -> Auditor:
        """An auditor with no history yet."""
        return Auditor(apis.load(self.api), bases=self.bases, reading=self.reading)


def audit(settings: Audit, paths: Sequence[str], *, jobs: int = 1, told: Told | None = None) -> Part:
    """What the exchanges of captures come to."""
    if jobs == 1 or undivided(apis.load(settings.api), paths):
        return _alone(settings, reading.read(paths), told)
    whole = Part()
    with ProcessPoolExecutor(jobs, initializer=_begin, initargs=(settings, paths, jobs)) as pool:
        remembering = bool(settings.auditor().stateful)
        routes = _joined(list(pool.map(_route, range(jobs)))) if remembering else b""
        for part in pool.map(_judge, range(jobs), repeat(routes)):
            whole.merge(part)
    return whole


def undivided(api: Api, paths: Iterable[str]) -> str:
    """Why one process has to do all of the work; empty where several can."""
    if rules := [rule.name for rule in api.rules().values() if rule.partition == RUN]:
        return f"{rules[0]} looks at the whole run"
    for path in paths:
        if path == reading.STANDARD_INPUT:
            return "standard input can be read once only"
        stream, name, reader = reading.open_capture(path)
        stream.close()
        if reader is not ndjson.read:
            return f"{name} is not NDJSON"
    return ""


class Router:
    """Says which of several processes a line belongs to: the same one for every exchange of one key."""

    def __init__(self, auditor: Auditor, processes: int) -> None:
        self._judge = auditor.judge
        self._rules = list({rule.partition: rule for rule in auditor.stateful}.values())  # those of one agree on keys
        self._processes = processes

    def process(self, line: bytes) -> int:
        """The number of the process; ALL for a line that cannot be read."""
        try:
            exchange = ndjson.glance(line) or ndjson.decode(line)
        except Malformed:
            return ALL
        path = self._judge.path_of(exchange.request.url)
        matched = self._judge.contract.match(exchange.request.method, path) if path is not None else None
        if matched is not None:
            call = Call(exchange, *matched, ABSENT, body_value(exchange.response) if exchange.response else ABSENT)
            for rule in self._rules:
                if (key := rule.key(call)) is not None:
                    return zlib.crc32(repr(key).encode()) % self._processes
        return zlib.crc32(line[-64:]) % self._processes


# -- one process -------------------------------------------------------------------------------------------------------


def _alone(settings: Audit, entries: Iterable[Entry], told: Told | None) -> Part:
    auditor = settings.auditor()
    with seldom_collected():
        for number, entry in enumerate(marked(entries) if auditor.stateful else entries, 1):
            auditor.take(entry)
            if told and number % LINES == 0:
                told(number)
    return auditor.finish()


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Has the collector look for cycles less often: judging makes many objects, and hardly a cycle."""
    before = gc.get_threshold()
    gc.set_threshold(100 * before[0], *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


# -- several processes -------------------------------------------------------------------------------------------------


class _Process:
    """What a process keeps between two pieces of work."""

    settings: Audit
    paths: Sequence[str]
    jobs: int


def _begin(settings: Audit, paths: Sequence[str], jobs: int) -> None:
    _Process.settings, _Process.paths, _Process.jobs = settings, paths, jobs


def _lines() -> Iterator[tuple[str, int, bytes] | Unreadable]:
    """Every line of the captures with its file and number."""
    for path in _Process.paths:
        stream, name, _ = reading.open_capture(path)
        with stream:
            for found in ndjson.lines(stream, name):
                yield found if isinstance(found, Unreadable) else (name, *found)


def _dealt(process: int) -> Iterator[int]:
    """1 for the lines of every n-th block and 0 for the others."""
    before, after = process * LINES, (_Process.jobs - process - 1) * LINES
    return cycle(b"\0" * before + b"\1" * LINES + b"\0" * after)


def _route(process: int) -> bytes:
    """Where the lines of every n-th block go, a byte each."""
    router = Router(_Process.settings.auditor(), _Process.jobs)
    return bytes(
        ALL if isinstance(found, Unreadable) else router.process(found[2])
        for found in compress(_lines(), _dealt(process))
    )


def _joined(parts: list[bytes]) -> bytes:
    """The blocks of all processes in the order of the capture."""
    longest = max(map(len, parts))
    return b"".join(part[at : at + LINES] for at in range(0, longest, LINES) for part in parts)


def _judge(process: int, routes: bytes) -> Part:
    """Judges the lines that go to this process, or every n-th block of lines where it makes no difference."""
    auditor = _Process.settings.auditor()
    mine = bytes(target in (process, ALL) for target in range(256))
    chosen = routes.translate(mine) if routes else _dealt(process)
    entries = (_entry(found) for found in compress(_lines(), chosen))
    with seldom_collected():
        for entry in marked(entries) if routes else entries:
            if process and routes and isinstance(entry, Unreadable):
                auditor.overlook(entry)  # the first process counts it
            else:
                auditor.take(entry)
    return auditor.finish()


def _entry(found: tuple[str, int, bytes] | Unreadable) -> Entry:
    if isinstance(found, Unreadable):
        return found
    name, number, line = found
    return ndjson.entry(f"{name}, line {number}", line)
