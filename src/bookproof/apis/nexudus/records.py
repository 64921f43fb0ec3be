"""What a record that is read back says of its creation: the rules that remember creations.

Each rule keeps what the last creations sent, by the address of the server and the Id of the record, and forgets a
record that is deleted. A record that was changed after its creation is not held against it.
"""

import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final, Generic, TypeVar

from bookproof.apis.nexudus.client import CREATE, DELETE, READ
from bookproof.apis.nexudus.fields import FLAGS, ID_LISTS
from bookproof.exchange import ABSENT, brief
from bookproof.rules import BUCKETS, Call, Rule, Ruling, bucket, same

Record = tuple[str, int]
"""Where a record is: the server's address and the record's Id."""

KEPT: Final = 10_000
"""How many creations a rule remembers."""

_SLACK: Final = 5.0
"""Seconds between CreatedOn and UpdatedOn that a creation itself may take."""
_DATE: Final = "1976-01-01"
_PATH: Final = "/api/spaces/resources"

_NOT_COMPARED: Final = frozenset(
    {
        "Name",
        "SystemResourceType",
        "ResourceTypeId",
        *FLAGS,
        "TimeSlots",
        "LinkedResourceIds",
        "NewPictureUrl",
        "ClearPictureFile",
        "ZoomAccessToken",
        "ZoomRefreshToken",
    }
)
"""Fields with a rule of their own, commands (lines 123-128), and secrets that a server may mask."""

Kept = TypeVar("Kept")


class Recent(Generic[Kept]):
    """The last KEPT values by record, an equal share of them in each bucket; older ones are dropped."""

    def __init__(self) -> None:
        self.forgotten = 0
        self._buckets: list[OrderedDict[Record, Kept]] = [OrderedDict() for _ in range(BUCKETS)]

    def get(self, record: Record) -> Kept | None:
        """The value of a record."""
        return self._buckets[bucket(record)].get(record)

    def keep(self, record: Record, value: Kept) -> None:
        """Remembers a value."""
        values = self._buckets[bucket(record)]
        values[record] = value
        values.move_to_end(record)
        if len(values) > KEPT // BUCKETS:
            values.popitem(last=False)
            self.forgotten += 1

    def forget(self, record: Record) -> None:
        """Drops a record."""
        self._buckets[bucket(record)].pop(record, None)


def record_of(call: Call) -> Record | None:
    """The record that a call is about; None where its Id is not known. Many rules ask for it."""
    if Record not in call.memo:
        call.memo[Record] = _record(call)
    record: Record | None = call.memo[Record]
    return record


def _record(call: Call) -> Record | None:
    if call.operation.id == CREATE:
        value = call.answered["Value"] if call.accepted and call.sound("Value") else None
        number = value.get("Id") if isinstance(value, dict) else None
    else:
        number = call.path.get("Id", "")
        number = int(number) if re.fullmatch(r"\d{1,19}", number) else None
    if isinstance(number, bool) or not isinstance(number, int | float) or number != number // 1:
        return None
    return call.exchange.request.url.partition(_PATH)[0], int(number)


class StoredRule(Rule):
    """Hands what a creation sent to `compare` when its record is read.

    An Id that two creations were given says nothing of either: an empty body stands for them.
    """

    partition = "record"
    speaks_of = "accepted"

    def __init__(self) -> None:
        self._sent: Recent[Mapping[str, Any]] = Recent()

    @staticmethod
    def share(rules: Iterable[Rule]) -> None:
        """Lets the rules of one run remember creations in one place."""
        sent: Recent[Mapping[str, Any]] = Recent()
        for rule in rules:
            if isinstance(rule, StoredRule):
                rule._sent = sent

    def key(self, call: Call) -> Record | None:
        """The record."""
        return record_of(call)

    @property
    def forgotten(self) -> int:
        """Creations that were dropped."""
        return self._sent.forgotten

    def answer(self, call: Call) -> Iterator[Ruling]:
        """Remembers creations, forgets deletions, judges readings."""
        if self._sent in call.memo:
            return  # another rule took it in
        record = record_of(call)
        if record is None or not call.accepted:
            return
        if call.operation.id == CREATE:
            earlier = self._sent.get(record)
            call.memo[self._sent] = True
            self._sent.keep(record, call.body if call.conforming and earlier in (None, call.body) else {})
        elif call.operation.id == DELETE:
            call.memo[self._sent] = True
            self._sent.forget(record)
        elif call.operation.id == READ and _shows_record(call) and not _changed(call.answered):
            sent = self._sent.get(record)
            if sent is not None:
                yield from self.compare(call, sent)

    def compare(self, call: Call, sent: Mapping[str, Any]) -> Iterator[Ruling]:
        """What the record says of the creation that sent this body; each rule compares what it is about."""
        return iter(())

    def kept(self, call: Call, sent: Mapping[str, Any], field: str) -> Iterator[Ruling]:
        """A field of the record has the value that was sent; null and empty count as nothing sent."""
        expected, actual = sent[field], call.answered.get(field, ABSENT)
        if expected in (None, "") or (actual is not ABSENT and not call.sound(field)):
            return
        yield from self.verdict(
            _equal(field, expected, actual), f"response.body/{field}", brief(expected), brief(actual)
        )


class StoredField(StoredRule):
    """One field of the record is what was sent; a record that does not show it has lost it."""

    def __init__(self, name: str, field: str) -> None:
        super().__init__()
        self.name = name
        self._field = field

    def compare(self, call: Call, sent: Mapping[str, Any]) -> Iterator[Ruling]:
        """Compares the field; one that was sent as 0 may be left out of the record."""
        if _is_own(call) and self._field in sent and (sent[self._field] or self._field in call.answered):
            yield from self.kept(call, sent, self._field)


class StoredAmenityFlags(StoredRule):
    """Line 62: the flags describe the resource, so each comes back with the value that was sent."""

    name = "stored-amenity-flags"

    def compare(self, call: Call, sent: Mapping[str, Any]) -> Iterator[Ruling]:
        """Compares every flag that was sent; one that was sent as false may be left out of the record."""
        for flag in FLAGS:
            if flag in sent and _is_own(call) and (sent[flag] or flag in call.answered):
                yield from self.kept(call, sent, flag)


class StoredFields(StoredRule):
    """Line 43: what a resource was given is its own. The record has its Id, and what it shows is what was sent."""

    name = "stored-fields"

    def compare(self, call: Call, sent: Mapping[str, Any]) -> Iterator[Ruling]:
        """Compares the Id, then every field that no other rule compares and that the record shows."""
        yield from self.verdict(_is_own(call), "response.body/Id", call.path["Id"], brief(call.answered.get("Id")))
        apart = _NOT_COMPARED | ({"LinkedResources"} if "LinkedResourceIds" in sent else frozenset())
        for field in sent:
            if _is_own(call) and field in call.answered and field not in apart:
                yield from self.kept(call, sent, field)


class LinkedResourceIdsReadOnly(StoredRule):
    """Line 314: LinkedResourceIds is a read-only view of LinkedResources, so sending it links nothing."""

    name = "linked-resource-ids-read-only"

    def compare(self, call: Call, sent: Mapping[str, Any]) -> Iterator[Ruling]:
        """No id that was sent in LinkedResourceIds alone is in either field of the record."""
        linked = {str(number) for number in sent.get("LinkedResources") or ()}
        stray = _ids(sent.get("LinkedResourceIds")) - linked
        if not stray or not _is_own(call):
            return
        for field in ("LinkedResourceIds", "LinkedResources"):
            found = sorted(stray & _ids(call.answered.get(field)))
            yield from self.verdict(not found, f"response.body/{field}", "no id that was sent there", brief(found))


class StoredTimeSlots(StoredRule):
    """Line 350: the slots are the days and times at which the resource can be booked."""

    name = "stored-time-slots"

    def compare(self, call: Call, sent: Mapping[str, Any]) -> Iterator[Ruling]:
        """Every slot that was sent is in the record, its day and its times of day alike; order does not matter."""
        slots = sent.get("TimeSlots")
        if not isinstance(slots, list) or not slots or not _is_own(call) or not call.sound("TimeSlots"):
            return
        shown = [_span(slot) for slot in call.answered["TimeSlots"] or ()]
        lost = [slot for slot in slots if not any(_fits(_span(slot), other) for other in shown)]
        yield from self.verdict(not lost, "response.body/TimeSlots", brief(lost), brief(call.answered["TimeSlots"]))


class TimeSlotDates(Rule):
    """Line 350: the date of FromTime and ToTime is always 1976-01-01."""

    name = "time-slot-dates"

    def answer(self, call: Call) -> Iterator[Ruling]:
        """Judges every record that is read, whoever created it."""
        if call.operation.id != READ or not _shows_record(call) or not call.sound("TimeSlots"):
            return
        for index, slot in enumerate(call.answered["TimeSlots"] or ()):
            for field in ("FromTime", "ToTime"):
                dated = re.match(r"\d{4}-\d{2}-\d{2}", slot.get(field) or "")
                if dated:
                    where = f"response.body/TimeSlots/{index}/{field}"
                    yield from self.verdict(dated[0] == _DATE, where, _DATE, dated[0])


def _shows_record(call: Call) -> bool:
    """Whether a reading was answered with a record; answers to wrong requests were not held against the schema."""
    return call.accepted and call.conforming and isinstance(call.answered, dict)


def _is_own(call: Call) -> bool:
    """Whether a record that was read has the Id that was asked for, or shows none."""
    return str(call.answered.get("Id", call.path["Id"])) in (call.path["Id"], f"{call.path['Id']}.0")


def _changed(record: Mapping[str, Any]) -> bool:
    """Whether a record says that it was changed after its creation."""
    created, updated = _time(record.get("CreatedOn")), _time(record.get("UpdatedOn"))
    if created is None or updated is None or (created.tzinfo is None) != (updated.tzinfo is None):
        return False
    return (updated - created).total_seconds() > _SLACK


def _equal(field: str, sent: Any, shown: Any) -> bool:
    if same(sent, shown, unordered=field in ID_LISTS):
        return True
    if sent == [] and shown is None:
        return True
    left, right = _time(sent), _time(shown)
    return left is not None and right is not None and left.replace(tzinfo=None) == right.replace(tzinfo=None)


def _time(value: Any) -> datetime | None:
    """A date and time in ISO form; None for everything else."""
    if not isinstance(value, str) or not re.match(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}", value):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def _ids(value: Any) -> set[str]:
    """The ids in a list, or in text that separates them by commas."""
    parts = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else ()
    return {str(part).strip() for part in parts} - {""}


Span = tuple[Any, str | None, str | None]
"""Day, start and end of a slot; None where the slot does not say."""


def _span(slot: Any) -> Span:
    if not isinstance(slot, dict):
        return None, None, None
    return slot.get("DayOfWeek"), _clock(slot.get("FromTime")), _clock(slot.get("ToTime"))


def _clock(value: Any) -> str | None:
    """The hour and minute of a time: as they are written, or in UTC where an offset from it is given."""
    moment = _time(value)
    if moment is not None:
        return (moment.astimezone(UTC) if moment.tzinfo else moment).strftime("%H:%M")
    found = re.match(r"\d{2}:\d{2}", value) if isinstance(value, str) else None
    return found[0] if found else None


def _fits(sent: Span, shown: Span) -> bool:
    """Whether a slot of the record is the one that was sent, in all that both of them say."""
    return all(left is None or right is None or same(left, right) for left, right in zip(sent, shown, strict=True))


__all__ = [
    "LinkedResourceIdsReadOnly",
    "Recent",
    "Record",
    "StoredAmenityFlags",
    "StoredField",
    "StoredFields",
    "StoredRule",
    "StoredTimeSlots",
    "TimeSlotDates",
    "record_of",
]
