"""What a record that is read back says of its creation.

A record that was changed after its creation is not held against it.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from bookproof.apis.nexudus.client import READ
from bookproof.apis.nexudus.fields import FLAGS, ID_LISTS
from bookproof.apis.nexudus.history import History, Record, being_deleted, record_of
from bookproof.exchange import ABSENT, brief, parse_json
from bookproof.rules import Call, Rule, Ruling, same

_SLACK: Final = 5.0
"""Seconds between CreatedOn and UpdatedOn that a creation itself may take."""
_DATE: Final = "1976-01-01"
_NO_LIMIT: Final = 3_650
"""Days in advance that are as good as no limit; some services keep a number in place of null."""

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


class StoredRule(Rule):
    """Hands what a creation sent to `compare` when its record is read. The rules of one run share one history."""

    partition = "record"
    speaks_of = "success"
    operations = frozenset({READ})

    def __init__(self, history: History) -> None:
        self._history = history

    def key(self, call: Call) -> Record | None:
        """The record."""
        return record_of(call)

    @property
    def forgotten(self) -> int:
        """Records that were dropped."""
        return self._history.forgotten

    def answer(self, call: Call) -> Iterator[Ruling]:
        """Judges readings."""
        life = self._history.before(call)
        if life is None or life.sent is None or not _shows_record(call) or _changed(call.answered):
            return
        if call.began_after(life.end) and not being_deleted(call):
            yield from self.compare(call, self._sent(call, life.sent))

    def _sent(self, call: Call, body: bytes) -> Mapping[str, Any]:
        """A body as the object that it holds; read once for all rules."""
        if self._history not in call.memo:
            call.memo[self._history] = parse_json(body)
        sent: Mapping[str, Any] = call.memo[self._history]
        return sent

    def compare(self, call: Call, sent: Mapping[str, Any]) -> Iterator[Ruling]:
        """What the record says of the creation that sent this body; each rule compares what it is about."""
        return iter(())

    def kept(self, call: Call, sent: Mapping[str, Any], field: str) -> Iterator[Ruling]:
        """A field of the record has the value that was sent; null and empty count as nothing sent."""
        expected, actual = sent[field], call.answered.get(field, ABSENT)
        if expected in (None, "") or (actual is not ABSENT and not call.sound(field)):
            return
        yield from self.agrees(_equal(field, expected, actual), f"response.body/{field}", expected, actual)


class StoredField(StoredRule):
    """One field of the record is what was sent; a record that does not show it has lost it."""

    def __init__(self, history: History, name: str, field: str) -> None:
        super().__init__(history)
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
        if not _is_own(call):
            return
        apart = _NOT_COMPARED | ({"LinkedResources"} if _strays(sent, call.answered) else frozenset())
        for field in sent:
            if field in call.answered and field not in apart:
                yield from self.kept(call, sent, field)
        if "BookInAdvanceLimit" in sent and sent["BookInAdvanceLimit"] is None and call.sound("BookInAdvanceLimit"):
            limit = call.answered.get("BookInAdvanceLimit")
            holds = limit is None or not 0 < limit < _NO_LIMIT
            yield from self.agrees(holds, "response.body/BookInAdvanceLimit", None, limit)


class LinkedResourceIdsReadOnly(StoredRule):
    """Line 314: LinkedResourceIds is a read-only view of LinkedResources, so sending it links nothing."""

    name = "linked-resource-ids-read-only"

    def compare(self, call: Call, sent: Mapping[str, Any]) -> Iterator[Ruling]:
        """No id that was sent in LinkedResourceIds alone is in the record, whose view shows its LinkedResources."""
        if not _is_own(call):
            return
        linked = _ids(sent.get("LinkedResources"))
        if _ids(sent.get("LinkedResourceIds")) - linked:
            strays = _strays(sent, call.answered)
            for field in ("LinkedResourceIds", "LinkedResources"):
                found = strays.get(field, [])
                yield from self.verdict(not found, f"response.body/{field}", "no id that was sent there", brief(found))
        view = call.answered.get("LinkedResourceIds")
        if linked and isinstance(view, str) and view and linked == _ids(call.answered.get("LinkedResources")):
            holds = _ids(view) == linked or bool(_strays(sent, call.answered))
            yield from self.verdict(holds, "response.body/LinkedResourceIds", ",".join(sorted(linked)), brief(view))


class StoredTimeSlots(StoredRule):
    """Line 350: the slots are the days and times at which the resource can be booked."""

    name = "stored-time-slots"

    def compare(self, call: Call, sent: Mapping[str, Any]) -> Iterator[Ruling]:
        """Every slot that was sent is in the record, its day and its times of day alike; order does not matter."""
        slots = sent.get("TimeSlots")
        if not isinstance(slots, list) or not slots or not _is_own(call) or not call.sound("TimeSlots"):
            return
        shown = [_span(slot) for slot in call.answered["TimeSlots"] or ()]
        spans = [(slot, _span(slot)) for slot in slots]
        lost = [slot for slot, span in spans if span not in shown and not any(_fits(span, one) for one in shown)]
        yield from self.verdict(not lost, "response.body/TimeSlots", brief(lost), brief(call.answered["TimeSlots"]))


class TimeSlotDates(Rule):
    """Line 350: the date of FromTime and ToTime is always 1976-01-01."""

    name = "time-slot-dates"
    speaks_of = "success"
    operations = frozenset({READ})

    def answer(self, call: Call) -> Iterator[Ruling]:
        """Judges every record that is read, whoever created it."""
        if not _shows_record(call) or not call.sound("TimeSlots"):
            return
        for index, slot in enumerate(call.answered["TimeSlots"] or ()):
            for field in ("FromTime", "ToTime"):
                dated = re.match(r"\d{4}-\d{2}-\d{2}", slot.get(field) or "")
                if dated:
                    where = f"response.body/TimeSlots/{index}/{field}"
                    yield from self.verdict(dated[0] == _DATE, where, _DATE, dated[0])


def _shows_record(call: Call) -> bool:
    """Whether a reading was answered with a record."""
    return isinstance(call.answered, dict)


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
    if left is None or right is None:
        return False
    moment = left.tzinfo is not None and right.tzinfo is not None and left == right
    return moment or left.replace(tzinfo=None) == right.replace(tzinfo=None)


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


def _strays(sent: Mapping[str, Any], shown: Mapping[str, Any]) -> dict[str, list[str]]:
    """Ids that were sent in LinkedResourceIds alone, by the field of the record that has them."""
    stray = _ids(sent.get("LinkedResourceIds")) - _ids(sent.get("LinkedResources"))
    found = {field: sorted(stray & _ids(shown.get(field))) for field in ("LinkedResourceIds", "LinkedResources")}
    return {field: ids for field, ids in found.items() if ids}


Span = tuple[Any, frozenset[str] | None, frozenset[str] | None]
"""Day, start and end of a slot; None where the slot does not say, no time at all where it says that there is none."""


def _span(slot: Any) -> Span:
    if not isinstance(slot, dict):
        return None, None, None
    return slot.get("DayOfWeek"), _clock(slot, "FromTime"), _clock(slot, "ToTime")


def _clock(slot: Mapping[str, Any], field: str) -> frozenset[str] | None:
    """The hour and minute of a time: as they are written, and in UTC where an offset from it is given (NX-R12)."""
    value = slot.get(field)
    moment = _time(value)
    if moment is not None:
        return frozenset(
            each.strftime("%H:%M") for each in (moment, moment.astimezone(UTC) if moment.tzinfo else moment)
        )
    found = re.match(r"\d{2}:\d{2}", value) if isinstance(value, str) else None
    if found:
        return frozenset({found[0]})
    return frozenset() if field in slot and value is None else None


def _fits(sent: Span, shown: Span) -> bool:
    """Whether a slot of the record is the one that was sent, in all that both of them say."""
    days = sent[0] is None or shown[0] is None or same(sent[0], shown[0])
    return days and all(_meet(left, right) for left, right in zip(sent[1:], shown[1:], strict=True))


def _meet(sent: frozenset[str] | None, shown: frozenset[str] | None) -> bool:
    """Whether a time that was sent is the one that is shown; a record may show a time where none was sent."""
    return not sent or shown is None or bool(sent & shown)
