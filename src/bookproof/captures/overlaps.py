"""Tells each exchange what was under way when it was answered and is shown only later.

A capture holds exchanges one after the other, in the order of their ends or of their beginnings, though many were
under way at once. Which of two came first at the service is not known then, and rules that remember conclude nothing
of them: those that are shown earlier they remember, those that are shown later they are told here.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from bookproof.captures.entries import Entry
from bookproof.exchange import SAFE, SLACK, Exchange, Request

HELD: Final = 5_000
"""Exchanges that are held back to see what began before they were over."""

HEAVIEST: Final = 32 * 2**20
"""Bytes that the bodies of those may have together."""


@dataclass(slots=True)
class _Held:
    """An exchange that waits. latest: when it and all that were shown before it were over."""

    exchange: Exchange
    end: float
    latest: float
    weight: int
    meanwhile: list[Request] = field(default_factory=list)

    def release(self) -> Exchange:
        if not self.meanwhile:
            return self.exchange
        return replace(self.exchange, meanwhile=(*self.exchange.meanwhile, *self.meanwhile))


def marked(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries in their order, exchanges with what was under way meanwhile.

    Exchanges without a time are left as they are: then their order says what came first.
    """
    held: deque[_Held] = deque()
    weight, latest = 0, 0.0
    for entry in entries:
        if not isinstance(entry, Exchange):
            yield entry
            continue
        started = entry.started
        if started and latest > started + SLACK and entry.request.method not in SAFE:
            for one in reversed(held):
                if one.latest <= started + SLACK:
                    break
                if one.end > started + SLACK:
                    one.meanwhile.append(entry.request)
        end = started + entry.elapsed if started else 0.0
        latest = max(latest, end)
        own = len(entry.request.body) + (len(entry.response.body) if entry.response else 0)
        weight += own
        held.append(_Held(entry, end, latest, own))
        while len(held) > HELD or weight > HEAVIEST:
            weight -= held[0].weight
            yield held.popleft().release()
    while held:
        yield held.popleft().release()
