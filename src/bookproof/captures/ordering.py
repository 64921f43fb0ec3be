"""Puts what several captures hold into one order of time, so that it does not matter how they were divided into files.

A capture's own order stands: whoever wrote it saw which exchange ended first, and one without a time lies where it was
written. Between captures the ends of exchanges decide, each at least as late as what its capture holds before it. Where
a capture has not said any time yet, nobody knows what of the others came before: no rule may hold one against another.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from math import inf
from typing import Final, TypeVar

from bookproof.captures.entries import Entry, Unreadable
from bookproof.exchange import Exchange

Item = TypeVar("Item")

Stamped = Iterator[tuple[float, Item]]
"""Items with their times, which never fall; 0.0 before the first one that is known."""

APART: Final = Unreadable("", "what came before did not say when")
"""Stands between exchanges of which nobody knows which came first; it is no entry of any capture."""


def end_of(exchange: Exchange) -> float:
    """When an exchange was over, in seconds since the epoch; 0.0 where that is not known."""
    return exchange.started + exchange.elapsed if exchange.started else 0.0


def stamped(entries: Iterable[Entry]) -> Stamped[Entry]:
    """A capture's entries with the times that they have among those of other captures."""
    latest = 0.0
    for entry in entries:
        if isinstance(entry, Exchange):
            latest = max(latest, end_of(entry))
        yield latest, entry


def merged(captures: Sequence[Callable[[], Stamped[Item]]]) -> Iterator[Item | Unreadable]:
    """The items of several captures in the order of their times, then of the captures; APART where that is no order.

    captures: every capture of the audit, also where nothing of it is asked for here. Each begins to read one from its
    start, and may be called twice: only those are kept open whose times have come, however many there are.
    """
    waiting: list[tuple[float, int, Item, Stamped[Item] | None]] = []
    for number, begin in enumerate(captures):
        items = begin()
        first = next(items, None)
        if first is not None:
            waiting.append((first[0], number, first[1], items if len(captures) == 1 else None))
        del items  # or the last one would stay open, whenever its time comes
    heapq.heapify(waiting)
    timeless: int | None = None
    while waiting:
        time, number, item, opened = heapq.heappop(waiting)
        if opened is None:
            opened = captures[number]()
            next(opened)
        if timeless is not None and (time or number != timeless):
            yield APART
        timeless = None if time or len(captures) == 1 else number
        others = waiting[0][:2] if waiting else (inf, number)
        yield item
        for time, item in opened:
            if (time, number) > others:
                heapq.heappush(waiting, (time, number, item, opened))
                break
            if timeless is not None and time:  # what another capture holds may lie before this one's beginning
                yield APART
                timeless = None
            yield item
