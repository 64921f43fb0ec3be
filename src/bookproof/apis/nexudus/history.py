"""What the traffic so far says of each record: the creation that gave its Id, or its deletion.

An Id may be given again once its record is deleted. So exchanges that overlap are not put in an order: a creation that
was under way during another one of the same Id, or during a deletion, says nothing of what came later. History is kept
by the server's address and the record's Id, for the KEPT records named last.
"""

import re
from collections import OrderedDict
from typing import Final, NamedTuple

from bookproof.apis.nexudus.client import CREATE, DELETE
from bookproof.rules import BUCKETS, Call, bucket

Record = tuple[str, int]
"""Where a record is: the server's address and the record's Id."""

Origin = tuple[float, bytes]
"""When a creation began, and its body."""

KEPT: Final = 10_000
"""How many records are remembered."""

_PATH: Final = "/api/spaces/resources"
_ID: Final = re.compile(r"\d{1,19}")


class Life(NamedTuple):
    """The latest that is known of a record.

    end: when the exchange was over that says so, 0.0 where it has no time. created: the exchange that gave the Id, None
    for a deletion, and for a creation that was not to be accepted. sent: what the creation sent, as JSON; "{}" where
    two creations got one Id, None where the record may be gone again, or was deleted.
    """

    end: float
    created: Origin | None = None
    sent: bytes | None = None


Lives = OrderedDict[Record, Life]
"""What is remembered of some records, those first that were named least recently."""


class History:
    """The history of one run. Every rule asks `before(call)` first: it then holds what happened before that call."""

    def __init__(self) -> None:
        self._forgotten = 0
        self._buckets: list[Lives] = [OrderedDict() for _ in range(BUCKETS)]
        self._current: Call | None = None
        self._lives: Lives = OrderedDict()
        """Those of the bucket of the current call's record."""

    def before(self, call: Call) -> Life | None:
        """What is known of the call's record; None where that is nothing."""
        record = record_of(call)
        if call is not self._current:
            if self._current is not None:
                self._absorb(self._current)
            self._current = call
            if record is not None:
                self._lives = self._buckets[bucket(record)]
        return self._lives.get(record) if record is not None else None

    @property
    def forgotten(self) -> int:
        """How many records were dropped, by the last call as well."""
        if self._current is not None:
            self._absorb(self._current)
            self._current = None
        return self._forgotten

    def _absorb(self, call: Call) -> None:
        record = record_of(call)
        if record is None:
            return
        lives = self._lives
        earlier = lives.get(record)
        end = max(call.end, earlier.end) if earlier else call.end
        if call.operation.id == DELETE:
            lives.pop(record, None)
            if end:
                self._keep(record, Life(end))
        elif call.operation.id == CREATE and call.accepted:
            sent: bytes | None = call.exchange.request.body if call.conforming else b"{}"
            if earlier is not None and not call.began_after(earlier.end):
                sent = None
            elif earlier is not None and earlier.sent not in (None, sent):
                sent = b"{}"
            self._keep(record, Life(end, origin(call) if call.conforming else None, sent))

    def _keep(self, record: Record, life: Life) -> None:
        lives = self._lives
        lives[record] = life
        lives.move_to_end(record)
        if len(lives) > KEPT // BUCKETS:
            self._forgotten += lives.popitem(last=False)[1].sent is not None


def record_of(call: Call) -> Record | None:
    """The record that a call is about; None where its Id is not known. Many rules ask for it."""
    if Record not in call.memo:
        call.memo[Record] = _record(call)
    record: Record | None = call.memo[Record]
    return record


def origin(call: Call) -> Origin:
    """What tells the exchange of a creation from another; a capture may hold one twice."""
    return call.exchange.started, call.exchange.request.body


def being_deleted(call: Call) -> bool:
    """Whether a deletion of the record was under way when the call was answered."""
    deleted = (r.url.partition("?")[0].partition(f"{_PATH}/") for r in call.exchange.meanwhile if r.method == "DELETE")
    return any((base, int(number)) == record_of(call) for base, _, number in deleted if _ID.fullmatch(number))


def _record(call: Call) -> Record | None:
    if call.operation.id == CREATE:
        value = call.answered["Value"] if call.accepted and call.sound("Value") else None
        number = value.get("Id") if isinstance(value, dict) else None
    else:
        number = call.path.get("Id", "")
        number = int(number) if _ID.fullmatch(number) else None
    if isinstance(number, bool) or not isinstance(number, int | float) or number != number // 1:
        return None
    return call.exchange.request.url.partition(_PATH)[0], int(number)
