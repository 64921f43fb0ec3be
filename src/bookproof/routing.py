"""Which exchanges of some traffic have to be judged together, and in which order: what rules remember decides.

Rules without history let any exchange be judged anywhere. Rules that keep their history by a key want every exchange
of one key in one place, in the order of time. A rule that looks at the whole run wants all of them.
"""

import gc
from collections.abc import Hashable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from bookproof import apis
from bookproof.apis import Api
from bookproof.auditing import Auditor, Part
from bookproof.captures.entries import Entry
from bookproof.captures.ordering import APART
from bookproof.captures.overlaps import marked
from bookproof.contract import body_value
from bookproof.exchange import ABSENT, Exchange
from bookproof.findings import Reading
from bookproof.rules import BUCKETS, RUN, Call, bucket


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


def whole_run(api: Api) -> list[str]:
    """The rules whose history is that of the whole run, so that one process has to judge all of it."""
    return [rule.name for rule in api.rules().values() if rule.partition == RUN]


def remembers(api: Api) -> bool:
    """Whether any rule has a history, so that the order of exchanges matters."""
    return any(rule.partition for rule in api.rules().values())


def key_of(auditor: Auditor, exchange: Exchange) -> Hashable:
    """The key of the history that an exchange belongs to; None where it touches none."""
    path = auditor.judge.path_of(exchange.request.url)
    matched = auditor.judge.contract.match(exchange.request.method, path) if path is not None else None
    if matched is None:
        return None
    call = Call(exchange, *matched, ABSENT, body_value(exchange.response) if exchange.response else ABSENT)
    # Rules of different partitions speak of different calls: a call has one key at most.
    for rule in auditor.stateful:
        if (key := rule.key(call)) is not None:
            return key
    return None


def place_of(key: Hashable, places: int) -> int:
    """Which of several places, BUCKETS at most, judges the exchanges of a key."""
    return bucket(key) * min(places, BUCKETS) // BUCKETS


def judged(auditor: Auditor, entries: Iterable[Entry]) -> Part:
    """What entries come to that are judged one after the other."""
    with seldom_collected():
        for found in marked(entries) if auditor.stateful else entries:
            if found is APART:
                auditor.lose_track()
            else:
                auditor.take(found)
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
