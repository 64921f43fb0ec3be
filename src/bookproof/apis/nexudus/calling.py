"""Seeded defects in what a server takes in as a whole: calls, bodies, tables, flags, lists and slots."""

import json
from collections.abc import Callable
from typing import Final
from urllib.parse import parse_qsl

from bookproof.apis.nexudus.fields import FEE_KINDS, FLAGS, ID_LISTS, KINDS, REQUIRED
from bookproof.apis.nexudus.hooks import (
    body_of,
    creating,
    has,
    lacks,
    minimum,
    puts_up_with,
    turns_away,
)
from bookproof.apis.nexudus.reference import FIXTURES
from bookproof.apis.nexudus.values import (
    Values,
    is_list,
    is_number,
    is_numeral,
    is_object,
    is_text,
    is_truth_word,
)
from bookproof.exchange import ABSENT
from bookproof.faults import Answered, Asked, Defect, Hooks, When, crashes, simply, status

_MINIMUM: Final = minimum(FIXTURES)


def _item(field: str, holds: Values) -> When:
    """Creations whose list has an item of which something holds."""
    return has(field, lambda value: isinstance(value, list) and any(map(holds, value)))


def _slot(member: str, holds: Values) -> When:
    """Creations with a time slot that has a member of which something holds."""
    return _item("TimeSlots", lambda slot: isinstance(slot, dict) and member in slot and holds(slot[member]))


def _unordered(asked: Asked, answered: Answered) -> bool:
    return lacks("DisplayOrder")(asked) and answered.status == 400


def _gone(status: int) -> Hooks:
    return Hooks(respond=lambda asked: Answered(status, {}, "Not found") if creating(asked) else None)


def _reads_forms(asked: Asked) -> None:
    if "form" in asked.headers.get("content-type", ""):
        asked.json = dict(_MINIMUM, Name=dict(parse_qsl(asked.body.decode())).get("Name", "Board Room A"))
        asked.headers["content-type"] = "application/json"


def _reads_anything(when: Callable[[bytes], bool]) -> Hooks:
    """Bodies that are no JSON object count as the plainest resource."""

    def request(asked: Asked) -> None:
        if creating(asked) and not isinstance(asked.json, dict) and when(asked.body):
            asked.json = dict(_MINIMUM)
            asked.headers["content-type"] = "application/json"

    return Hooks(request=request)


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return False
    return True


_CALLS: Final = (
    Defect("nx-gone", "Creations are answered 404.", ("NX-001",), simply(_gone(404))),
    Defect("nx-method-not-allowed", "POST is answered 405.", ("NX-001",), simply(_gone(405))),
    Defect("nx-forms", "Bodies in form encoding are accepted.", ("NX-010",), simply(Hooks(request=_reads_forms))),
    Defect(
        "nx-no-body",
        "A creation without a body makes a resource of defaults.",
        ("NX-011",),
        simply(_reads_anything(lambda body: not body)),
    ),
    Defect(
        "nx-broken-body",
        "A body that ends too early is read as far as it goes.",
        ("NX-011",),
        simply(_reads_anything(lambda body: body.startswith(b"{") and not _is_json(body))),
    ),
    Defect(
        "nx-text-body",
        "A body that is text in quotes ends in a server error.",
        ("NX-011",),
        simply(crashes(lambda asked: creating(asked) and isinstance(asked.json, str))),
    ),
    Defect(
        "nx-list-body",
        "Of a list of resources the first is created.",
        ("NX-011",),
        simply(_reads_anything(lambda body: body.startswith(b"["))),
    ),
)

_TABLES: Final = (
    Defect(
        "nx-kind-8",
        "SystemResourceType 8, which the table leaves out, is accepted.",
        ("NX-021",),
        simply(puts_up_with(has("SystemResourceType", lambda value: value == 8), SystemResourceType=7)),
    ),
    Defect(
        "nx-kind-range",
        "SystemResourceType is any number from 0 to 99.",
        ("NX-021",),
        simply(
            puts_up_with(
                has("SystemResourceType", lambda v: is_number(v) and v == int(v) and 0 <= v <= 99 and v not in KINDS),
                SystemResourceType=99,
            )
        ),
    ),
    Defect(
        "nx-kind-name",
        "SystemResourceType takes the names of its values.",
        ("NX-024",),
        simply(puts_up_with(has("SystemResourceType", lambda v: v in KINDS.values()), SystemResourceType=1)),
    ),
    Defect(
        "nx-fee-3",
        "CancellationFeeType 3 is accepted.",
        ("NX-023",),
        simply(puts_up_with(has("CancellationFeeType", lambda value: value == 3), CancellationFeeType=2)),
    ),
    Defect(
        "nx-fee-name",
        "CancellationFeeType takes the names of its values.",
        ("NX-024",),
        simply(puts_up_with(has("CancellationFeeType", lambda v: v in FEE_KINDS.values()), CancellationFeeType=1)),
    ),
)

_FLAGS: Final = (
    Defect(
        "nx-flag-text",
        "The flag Soundproof takes the words true and false.",
        ("NX-045",),
        simply(puts_up_with(has("Soundproof", is_truth_word), Soundproof=True)),
    ),
    Defect(
        "nx-flag-number",
        "Flags take 0 and 1.",
        ("NX-045",),
        simply(
            puts_up_with(
                lambda asked: any(is_number(body_of(asked).get(flag)) for flag in FLAGS),
                **dict.fromkeys(FLAGS, ABSENT),
            )
        ),
    ),
    Defect(
        "nx-flags-all-false",
        "A resource with no amenity at all ends in a server error.",
        ("NX-045",),
        simply(crashes(lambda asked: all(body_of(asked).get(flag) is False for flag in FLAGS))),
    ),
)

_LISTS: Final = (
    Defect(
        "nx-items-numeral",
        "Ids in Tariffs may be text.",
        ("NX-119",),
        simply(puts_up_with(_item("Tariffs", is_numeral), Tariffs=[1])),
    ),
    Defect(
        "nx-items-nothing",
        "What counts as none in Teams is left out before the ids are looked at.",
        ("NX-119",),
        simply(puts_up_with(_item("Teams", lambda item: item == "" or item is False), Teams=[1])),
    ),
    Defect(
        "nx-items-unchecked",
        "What lists of ids hold is not looked at.",
        ("NX-119",),
        simply(
            puts_up_with(
                lambda asked: any(
                    isinstance(value := body_of(asked).get(name), list)
                    and not all(is_number(item) and item == int(item) for item in value)
                    for name in ID_LISTS
                ),
                **dict.fromkeys(ID_LISTS, ABSENT),
            )
        ),
    ),
    Defect(
        "nx-slot-text",
        "A time slot may be text.",
        ("NX-136",),
        simply(puts_up_with(_item("TimeSlots", is_text), TimeSlots=[])),
    ),
    Defect(
        "nx-slot-day-numeral",
        "DayOfWeek takes a number written as text.",
        ("NX-138",),
        simply(puts_up_with(_slot("DayOfWeek", is_numeral), TimeSlots=[])),
    ),
    Defect(
        "nx-slot-time-number",
        "FromTime takes a number.",
        ("NX-138",),
        simply(puts_up_with(_slot("FromTime", is_number), TimeSlots=[])),
    ),
    Defect(
        "nx-slot-end-unchecked",
        "ToTime takes anything.",
        ("NX-138",),
        simply(puts_up_with(_slot("ToTime", lambda value: not is_text(value)), TimeSlots=[])),
    ),
    Defect(
        "nx-slot-sunday",
        "Day 0 is refused, since the days begin at 1.",
        ("NX-138",),
        simply(turns_away(_slot("DayOfWeek", lambda day: day == 0 and is_number(day)), "TimeSlots")),
    ),
    Defect(
        "nx-slot-date",
        "A time slot with another date than 1976-01-01 is refused.",
        ("NX-140",),
        simply(turns_away(_slot("FromTime", lambda time: is_text(time) and not time.startswith("1976")), "TimeSlots")),
    ),
    Defect(
        "nx-slot-day-7",
        "Day 7 is accepted.",
        ("NX-141",),
        simply(puts_up_with(_slot("DayOfWeek", lambda day: day == 7 and is_number(day)), TimeSlots=[])),
    ),
    Defect(
        "nx-slot-saturday",
        "Day 6 ends in a server error.",
        ("NX-141",),
        simply(
            crashes(
                has(
                    "TimeSlots", lambda v: is_list(v) and len(v) == 1 and is_object(v[0]) and v[0].get("DayOfWeek") == 6
                )
            )
        ),
    ),
)

_TOGETHER: Final = (
    Defect("nx-409", "A creation without DisplayOrder is answered 409.", ("NX-159",), simply(status(_unordered, 409))),
    Defect(
        "nx-visible-required",
        "A creation without Visible is refused.",
        ("NX-095",),
        simply(turns_away(lacks("Visible"), "Visible")),
    ),
    Defect(
        "nx-nulls",
        "Null in place of the optional fields ends in a server error.",
        ("NX-096",),
        simply(crashes(lambda asked: "Teams" in body_of(asked) and body_of(asked)["Teams"] is None)),
    ),
    Defect(
        "nx-wide-body",
        "A body of more than 75 fields ends in a server error.",
        ("NX-096",),
        simply(crashes(lambda asked: sum(value is not None for value in body_of(asked).values()) > 75)),
    ),
    Defect(
        "nx-kind-object-crash",
        "A SystemResourceType that is an object ends in a server error.",
        ("NX-029",),
        simply(crashes(has("SystemResourceType", is_object))),
    ),
    Defect(
        "nx-missing-name-crash",
        "A missing Name ends in a server error.",
        ("NX-028",),
        simply(crashes(lambda asked: lacks("Name")(asked) and len(body_of(asked)) == len(REQUIRED) - 1)),
    ),
)

DEFECTS: Final = (*_CALLS, *_TABLES, *_FLAGS, *_LISTS, *_TOGETHER)
