"""What requests of one kind were answered before, and what they are answered now."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from bookproof.drift.change import ACCEPTED, Change, Kind, Share
from bookproof.drift.evidence import tells
from bookproof.drift.fields import in_words, owner
from bookproof.ledger import Ledger
from bookproof.operations import Operation

Statuses = Mapping[tuple[int, bool], int]
"""How often each status came, and whether it meant success."""

Finding = tuple[Change, bool]
"""A difference, and whether enough was seen of it to speak of."""


def valid_requests(ledger: Ledger, operation: Operation, before: Statuses, now: Statuses) -> Iterator[Finding]:
    """Differences in what valid requests are answered.

    A server may have reasons of its own to refuse one (no record has that id), so refusals count only where nothing
    is accepted any more, or was before.
    """
    success = operation.success
    said = _Sayer(operation, ledger.served_by(operation.id) or (owner(ledger, success.place) if success else None))
    served, serves = _accepted(before), _accepted(now)
    if served and not serves:
        yield said.switch(before, now, served, serves, sure=tells(_total(served), _total(before), _total(now)))
    elif serves and not served:
        yield said.switch(before, now, served, serves, sure=tells(_total(serves), _total(now), _total(before)))
    elif served and not served.keys() & serves.keys():
        known = all(operation.answer(status) for status in serves)
        sure = not known or tells(_total(served), _total(served), _total(serves))
        yield said.switch(before, now, served, {}, sure=sure)
    else:
        for status in sorted(serves.keys() - served.keys()):
            sure = operation.answer(status) is None or tells(serves[status], _total(serves), _total(served))
            yield said.one(status, (0, _total(served)), (serves[status], _total(serves)), sure=sure)
    yield from said.faults(before, now)


def broken_requests(operation: Operation, requirement: str, before: Statuses, now: Statuses) -> Iterator[Finding]:
    """Differences in what requests that break one requirement are answered."""
    said = _Sayer(operation, requirement, "requests that break it")
    accepted, accepts = _accepted(before), _accepted(now)
    if bool(accepted) != bool(accepts):
        sure = not accepted or tells(_total(accepted), _total(before), _total(now))
        yield said.switch(before, now, accepted, accepts, sure=sure)
    elif not {status for status, _ in before} & {status for status, _ in now}:
        yield said.switch(before, now, _every(before), {}, sure=True)
    else:
        yield from said.faults(before, now)


class _Sayer:
    """Puts differences of one kind of requests into words."""

    def __init__(self, operation: Operation, requirement: str | None, of: str = "valid requests") -> None:
        self._title = f"{operation.method} {operation.path}"
        self._requirement = requirement
        self._of = of

    def switch(
        self, before: Statuses, now: Statuses, seen: Mapping[int, int], seen_now: Mapping[int, int], *, sure: bool
    ) -> Finding:
        """Other statuses than before."""
        was, is_now = _words(before), _words(now)
        share = (_total(seen), _total(before)), (_total(seen_now), _total(now))
        accepted = "" if seen == _every(before) and not seen_now else f" {ACCEPTED}"
        return self._change("changed", was, is_now, share, f"{self._of}{accepted}"), sure

    def one(self, status: int, before: Share, now: Share, *, sure: bool = True) -> Finding:
        """A status that comes beside the others."""
        return self._change("new", "", str(status), (before, now), self._of), sure

    def faults(self, before: Statuses, now: Statuses) -> Iterator[Finding]:
        """Server errors where there were none."""
        known = _every(before)
        for status, count in sorted(_every(now).items()):
            if status >= 500 and status not in known:
                yield self.one(status, (0, _total(before)), (count, _total(now)))

    def _change(self, kind: Kind, before: str, now: str, seen: tuple[Share, Share], of: str) -> Change:
        return Change(kind, self._requirement, self._title, "response.status", "status", before, now, "", seen, of)


def _accepted(statuses: Statuses) -> Counter[int]:
    found: Counter[int] = Counter()
    for (status, success), count in statuses.items():
        if success:
            found[status] += count
    return found


def _every(statuses: Statuses) -> Counter[int]:
    found: Counter[int] = Counter()
    for (status, _), count in statuses.items():
        found[status] += count
    return found


def _words(statuses: Statuses) -> str:
    """The statuses; one that means success and says failure is told apart."""
    return in_words(
        f"{status} that says failure" if 200 <= status < 300 and not success else str(status)
        for status, success in sorted(statuses)
    )


def _total(counts: Mapping[Any, int]) -> int:
    return sum(counts.values())
