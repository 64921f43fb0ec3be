"""Tells each exchange what was under way when it was answered and is shown only later.

A capture holds exchanges one after the other, in the order of their ends or of their beginnings, though many were
under way at once. Which of two came first at the service is not known then, and rules that remember conclude nothing
of them: those that are shown earlier they remember, those that are shown later they are told here.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from bookproof.captures.entries import Entry
from bookproof.exchange import SAFE, SLACK, Exchange, Request

HELD: Final = 5_000
"""Exchanges that are held back to see what began before they were over."""

HEAVIEST: Final = 32 * 2**20
"""Bytes that the bodies of those may have together."""


_Held = tuple[Entry, float, float, int, list[Request]]
"""An entry that waits; when it was over, and when all were that came before it; its weight; what it overlaps."""


def marked(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries in their order, exchanges with what was under way meanwhile.

    Exchanges without a time are left as they are: then their order says what came first.
    """
    held: deque[_Held] = deque()
    weight, latest = 0, 0.0
    for entry in entries:
        end, own = 0.0, 0
        if isinstance(entry, Exchange):
            request, started = entry.request, entry.started
            if started and latest > started + SLACK and request.method not in SAFE:
                _tell(held, request, started + SLACK)
            end = started + entry.elapsed if started else 0.0
            latest = max(latest, end)
            own = len(request.body) + (len(entry.response.body) if entry.response else 0)
        weight += own
        held.append((entry, end, latest, own, []))
        while len(held) > HELD or weight > HEAVIEST:
            weight -= held[0][3]
            yield _released(held.popleft())
    while held:
        yield _released(held.popleft())


def _tell(held: deque[_Held], request: Request, begun: float) -> None:
    """Adds a request to what the exchanges overlap that were not over when it began."""
    for _, end, all_over, _, meanwhile in reversed(held):
        if all_over <= begun:
            break
        if end > begun:
            meanwhile.append(request)


def _released(one: _Held) -> Entry:
    entry, _, _, _, meanwhile = one
    if not meanwhile or not isinstance(entry, Exchange):
        return entry
    return replace(entry, meanwhile=(*entry.meanwhile, *meanwhile))
