"""Seeded defects in what a server keeps: records that are lost, cut, swapped, stale, or another's."""

import copy
import re
from collections.abc import Callable
from typing import Any, Final

from bookproof.apis.nexudus.fields import FLAGS
from bookproof.apis.nexudus.hooks import body_of, on_record, on_success, reading, sets
from bookproof.exchange import ABSENT
from bookproof.faults import Asked, Defect, Hooks, refuses, simply, together


def changes(**changes: Callable[[Any], Any]) -> Hooks:
    """Members of a record have other values, null left alone."""

    def edit(asked: Asked, record: dict[str, Any]) -> None:
        for name, change in changes.items():
            if record.get(name) is not None:
                record[name] = change(record[name])

    return on_record(edit)


def swaps(left: str, right: str) -> Hooks:
    """Two members of a record have each other's value."""

    def edit(asked: Asked, record: dict[str, Any]) -> None:
        record[left], record[right] = record[right], record[left]

    return on_record(edit)


def each_slot(change: Callable[[dict[str, Any]], None]) -> Hooks:
    """Changes each time slot of a record."""

    def edit(asked: Asked, record: dict[str, Any]) -> None:
        for slot in record["TimeSlots"] or ():
            change(slot)

    return on_record(edit)


def _shift(slot: dict[str, Any]) -> None:
    if slot["DayOfWeek"] is not None:
        slot["DayOfWeek"] = (slot["DayOfWeek"] + 1) % 7


def _reverse(slot: dict[str, Any]) -> None:
    slot["FromTime"], slot["ToTime"] = slot["ToTime"], slot["FromTime"]


def _dates_as_sent(reference: Any) -> Hooks:
    sent: list[Any] = []

    def edit(asked: Asked, record: dict[str, Any]) -> None:
        slots = next((slots for number, slots in sent if number == record["Id"]), None)
        if slots is not None:
            record["TimeSlots"] = copy.deepcopy(slots)

    return together(
        on_success(lambda asked, body: sent.append((body["Value"]["Id"], body_of(asked).get("TimeSlots")))),
        on_record(edit),
    )


def _latest(reference: Any) -> Hooks:
    """Whatever record is asked for, the one that was created last is shown."""

    def edit(asked: Asked, record: dict[str, Any]) -> None:
        record.clear()
        record.update(list(reference.records.values())[-1].model_dump())

    return on_record(edit)


def _leaks(reference: Any) -> Hooks:
    """A record takes over what the latest creation sent."""

    def edit(asked: Asked, record: dict[str, Any]) -> None:
        record["MinBookingLength"] = list(reference.records.values())[-1].MinBookingLength

    return on_record(edit)


def _upserts(reference: Any) -> Hooks:
    """A creation with a Name that is there already changes that record."""
    known: dict[str, int] = {}

    def edit(asked: Asked, body: dict[str, Any]) -> None:
        body["Value"]["Id"] = known.setdefault(body_of(asked)["Name"], body["Value"]["Id"])

    return on_success(edit)


def _view_written(reference: Any) -> Hooks:
    sent: dict[int, Any] = {}

    def edit(asked: Asked, record: dict[str, Any]) -> None:
        record["LinkedResourceIds"] = sent.get(record["Id"])

    return together(
        on_success(lambda asked, body: sent.update({body["Value"]["Id"]: body_of(asked).get("LinkedResourceIds")})),
        on_record(edit),
    )


def _links_written(asked: Asked) -> None:
    ids = body_of(asked).get("LinkedResourceIds")
    if isinstance(ids, str) and ids.replace(",", "").isdigit():
        asked.json["LinkedResources"] = [int(number) for number in ids.split(",")]


DEFECTS: Final = (
    Defect(
        "nx-record-lost",
        "A record cannot be read after its creation.",
        ("NX-018",),
        simply(refuses(lambda asked: reading(asked) and asked.path[-1:].isdigit(), 404, "Not found")),
    ),
    Defect("nx-record-latest", "Reading gives the record that was created last.", ("NX-018",), _latest),
    Defect("nx-record-leak", "A record changes with the creation of another.", ("NX-018",), _leaks),
    Defect("nx-record-null", "GroupName is not kept.", ("NX-018",), simply(on_record(sets(GroupName=None)))),
    Defect(
        "nx-record-cut",
        "Description is cut to 20 characters.",
        ("NX-018",),
        simply(changes(Description=lambda v: v[:20])),
    ),
    Defect(
        "nx-record-rounded", "Amounts lose their fraction.", ("NX-018",), simply(changes(CancellationFeeAmount=int))
    ),
    Defect(
        "nx-record-swapped", "Longitude and Latitude are swapped.", ("NX-018",), simply(swaps("Longitude", "Latitude"))
    ),
    Defect("nx-record-text", "Allocation comes back as text.", ("NX-018",), simply(changes(Allocation=str))),
    Defect(
        "nx-record-default",
        "OnlyForMembers is false in every record.",
        ("NX-018",),
        simply(on_record(sets(OnlyForMembers=False))),
    ),
    Defect(
        "nx-record-late",
        "LastCleanedAt is an hour later.",
        ("NX-018",),
        simply(changes(LastCleanedAt=lambda v: v.replace("T10:", "T11:"))),
    ),
    Defect(
        "nx-record-long-cut",
        "Description is cut to 255 characters.",
        ("NX-018",),
        simply(changes(Description=lambda v: v[:255])),
    ),
    Defect(
        "nx-record-stripped",
        "Markup is taken out of EmailConfirmationContent.",
        ("NX-018",),
        simply(changes(EmailConfirmationContent=lambda v: re.sub("<[^>]*>", "", v))),
    ),
    Defect(
        "nx-record-zero",
        "A DisplayOrder of 0 counts as none and becomes 999.",
        ("NX-018",),
        simply(changes(DisplayOrder=lambda v: v or 999)),
    ),
    Defect(
        "nx-record-small",
        "Lengths are kept in 16 bits.",
        ("NX-018",),
        simply(changes(MaxBookingLength=lambda v: min(v, 32_767))),
    ),
    Defect(
        "nx-record-whole-days",
        "BookInAdvanceLimit loses its fraction.",
        ("NX-018",),
        simply(changes(BookInAdvanceLimit=int)),
    ),
    Defect("nx-record-upsert", "A Name that is there already gives the Id of its record.", ("NX-150",), _upserts),
    Defect(
        "nx-record-name-255",
        "Name is cut to 255 characters.",
        ("NX-040",),
        simply(changes(Name=lambda v: v[:255])),
    ),
    Defect("nx-record-name-cut", "Name is cut to 50 characters.", ("NX-040",), simply(changes(Name=lambda v: v[:50]))),
    Defect(
        "nx-record-name-ascii",
        "Letters of other alphabets in Name become question marks.",
        ("NX-040",),
        simply(changes(Name=lambda v: v.encode("ascii", "replace").decode())),
    ),
    Defect(
        "nx-record-name-escaped",
        "Name comes back escaped for HTML.",
        ("NX-040",),
        simply(changes(Name=lambda v: v.replace("&", "&amp;").replace("<", "&lt;"))),
    ),
    Defect("nx-record-no-name", "Name is missing.", ("NX-040",), simply(on_record(sets(Name=ABSENT)))),
    Defect(
        "nx-record-kind",
        "SystemResourceType is that of the resource type, whatever was sent.",
        ("NX-041",),
        simply(on_record(sets(SystemResourceType=1))),
    ),
    Defect("nx-record-kind-text", "SystemResourceType is text.", ("NX-041",), simply(changes(SystemResourceType=str))),
    Defect(
        "nx-record-type",
        "ResourceTypeId is the SystemResourceType.",
        ("NX-042",),
        simply(on_record(lambda asked, record: record.update(ResourceTypeId=record["SystemResourceType"]))),
    ),
    Defect("nx-record-flag-absent", "FlipChart is missing.", ("NX-046",), simply(on_record(sets(FlipChart=ABSENT)))),
    Defect(
        "nx-record-flags-swapped", "Drinks and Catering are swapped.", ("NX-046",), simply(swaps("Drinks", "Catering"))
    ),
    Defect(
        "nx-record-flags-true",
        "Every flag that was sent is true.",
        ("NX-046",),
        simply(changes(**dict.fromkeys(FLAGS, lambda value: True))),
    ),
    Defect("nx-record-view", "LinkedResourceIds comes back as it was sent.", ("NX-121",), _view_written),
    Defect(
        "nx-record-linked",
        "Ids sent in LinkedResourceIds are linked.",
        ("NX-121",),
        simply(Hooks(request=_links_written)),
    ),
    Defect(
        "nx-record-slots-lost",
        "Of several time slots the last is lost.",
        ("NX-137",),
        simply(changes(TimeSlots=lambda slots: slots[:-1] if len(slots) > 1 else slots)),
    ),
    Defect("nx-record-slots-day", "Time slots come back a day later.", ("NX-137",), simply(each_slot(_shift))),
    Defect(
        "nx-record-slots-sunday",
        "Sunday comes back as day 7.",
        ("NX-137",),
        simply(each_slot(lambda slot: slot.update(DayOfWeek=7 if slot["DayOfWeek"] == 0 else slot["DayOfWeek"]))),
    ),
    Defect("nx-record-slots-reversed", "FromTime and ToTime are swapped.", ("NX-137",), simply(each_slot(_reverse))),
    Defect("nx-record-dates", "Time slots keep the date that was sent.", ("NX-139",), _dates_as_sent),
)
