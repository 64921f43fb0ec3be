"""What Nexudus' page says and no schema keyword can: names of enumerated values, a null name, success and Ids.

The rules about a refusal's envelope are in refusals.py; what a record that is read back says is in records.py.
"""

from collections.abc import Iterator
from typing import Final

from bookproof.apis.nexudus.client import CREATE, DELETE
from bookproof.apis.nexudus.fields import FEE_KINDS, KINDS
from bookproof.apis.nexudus.history import History, Record, being_deleted, origin, record_of
from bookproof.apis.nexudus.records import (
    LinkedResourceIdsReadOnly,
    StoredAmenityFlags,
    StoredField,
    StoredFields,
    StoredTimeSlots,
    TimeSlotDates,
)
from bookproof.apis.nexudus.refusals import (
    AttemptedValue,
    MessageFormat,
    PropertyName,
    RefusalStatus,
    SeveralErrors,
    ValidationIs400,
)
from bookproof.exchange import brief
from bookproof.rules import Call, Rule, RuleSet, Ruling, Taken, rule_set
from bookproof.schema import Breach

_NAMES: Final = {"SystemResourceType": KINDS, "CancellationFeeType": FEE_KINDS}
_MORE: Final = Taken("NX-R14", "Value holds more than the Id")
_ALONE: Final = Taken("NX-R14", "Value holds the Id alone")


class EnumNameForValue(Rule):
    """Lines 101-102 and 113-114: the enumerated fields are integers, so a value's name does not stand in for it."""

    name = "enum-name-for-value"

    def request(self, call: Call) -> Iterator[Breach]:
        """A documented name, in any case, where its number belongs."""
        for field, names in _NAMES.items():
            sent = call.body.get(field)
            if isinstance(sent, str) and sent.casefold() in {name.casefold() for name in names.values()}:
                yield self.breach(f"request.body/{field}", "the number of the value", f"its name, {brief(sent)}")


class NullName(Rule):
    """Lines 425-436: the documented refusal shows a Name that was null."""

    name = "null-name"
    operations = frozenset({CREATE})

    def request(self, call: Call) -> Iterator[Breach]:
        """Name is null in a creation."""
        if call.operation.id == CREATE and "Name" in call.body and call.body["Name"] is None:
            yield self.breach("request.body/Name", "a Name that is text", "null")

    def answer(self, call: Call) -> Iterator[Ruling]:
        """Notes what becomes of an empty Name, which the document leaves open."""
        if call.conforming and call.body.get("Name") == "":
            if call.accepted:
                yield Taken("NX-R07", "an empty Name is accepted")
            elif call.status == 400:
                yield Taken("NX-R07", "an empty Name is refused")


class WasSuccessfulAgrees(Rule):
    """Lines 389 and 423: WasSuccessful is true with 200 and false with 400."""

    name = "was-successful-agrees"
    speaks_of = "refused"

    def refuses(self, call: Call) -> bool:
        """A creation's answer that says it failed, and names no record."""
        return (
            call.operation.id == CREATE
            and isinstance(call.answered, dict)
            and call.answered.get("WasSuccessful") is False
            and not call.answered.get("Value")
        )

    def answer(self, call: Call) -> Iterator[Ruling]:
        """A failure has the status of a failure."""
        if call.denied and self.refuses(call):
            yield self.shown()
            yield self.breach(
                "response.body/WasSuccessful", "false with status 400", f"false with status {call.status}"
            )


class UniqueIds(Rule):
    """Line 386: the Id is that of the newly created record. An Id may be given again once its record is deleted."""

    name = "unique-ids"
    speaks_of = "accepted"
    operations = frozenset({CREATE, DELETE})
    partition = "record"

    def __init__(self, history: History) -> None:
        self._history = history

    def key(self, call: Call) -> Record | None:
        """The record."""
        return record_of(call)

    @property
    def forgotten(self) -> int:
        """Records that were dropped."""
        return self._history.forgotten

    def unclear(self, call: Call) -> None:
        """A deletion that may have happened counts as one."""
        self._history.before(call)

    def answer(self, call: Call) -> Iterator[Ruling]:
        """Compares a new Id with earlier ones. An exchange that a capture holds twice is not a second creation."""
        earlier = self._history.before(call)
        if call.operation.id != CREATE or not call.conforming or (record := record_of(call)) is None:
            return
        once_more = (
            earlier is not None
            and earlier.created not in (None, origin(call))
            and earlier.sent is not None
            and call.began_after(earlier.end)
            and not being_deleted(call)
        )
        yield from self.verdict(
            not once_more, "response.body/Value/Id", "an Id that no other record has", f"{record[1]} once more"
        )
        yield _MORE if len(call.answered["Value"]) > 1 else _ALONE


def rules() -> RuleSet:
    """The rules of one run."""
    history = History()
    return rule_set(
        EnumNameForValue(),
        NullName(),
        ValidationIs400(),
        WasSuccessfulAgrees(),
        UniqueIds(history),
        MessageFormat(),
        PropertyName(),
        AttemptedValue(),
        SeveralErrors(),
        RefusalStatus(),
        StoredField(history, "stored-name", "Name"),
        StoredField(history, "stored-system-type", "SystemResourceType"),
        StoredField(history, "stored-resource-type", "ResourceTypeId"),
        StoredAmenityFlags(history),
        StoredFields(history),
        LinkedResourceIdsReadOnly(history),
        StoredTimeSlots(history),
        TimeSlotDates(),
    )
