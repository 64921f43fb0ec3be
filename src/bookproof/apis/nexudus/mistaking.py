"""Seeded defects in what a server makes of what it keeps: another field's value, a reading of a text, a shifted time.

They show only with values that tell fields apart, with unusual texts, and with times that lie at the edge of a day.
"""

import html
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import unquote_plus

from bookproof.apis.nexudus.hooks import body_of, on_record, on_success, reading, sets
from bookproof.apis.nexudus.keeping import changes, each_slot, swaps
from bookproof.faults import Asked, Defect, Hooks, refuses, simply, together


def _comes_along(field: str, other: str) -> Hooks:
    """Another flag is true wherever a flag is."""

    def edit(asked: Asked, record: dict[str, Any]) -> None:
        if record[field] and record[other] is not None:
            record[other] = True

    return on_record(edit)


def _takes(field: str, other: str) -> Hooks:
    """A field has the value of another one, where both have any."""

    def edit(asked: Asked, record: dict[str, Any]) -> None:
        if record[field] is not None and record[other] is not None:
            record[field] = record[other]

    return on_record(edit)


def _loses(when: Callable[[dict[str, Any]], bool]) -> Hooks:
    """Certain records are answered as if they were kept, and are not."""
    lost: set[str] = set()

    def note(asked: Asked, body: dict[str, Any]) -> None:
        if when(body_of(asked)):
            lost.add(str(body["Value"]["Id"]))

    unknown = refuses(lambda asked: reading(asked) and asked.path.rpartition("/")[2] in lost, 404, "Not found")
    return together(on_success(note), unknown)


def _ends_at_midnight(slot: dict[str, Any]) -> None:
    if slot["ToTime"] and "T00:00" in slot["ToTime"]:
        slot["ToTime"] = slot["ToTime"].replace("1976-01-01", "1976-01-02")


def _in_utc(slot: dict[str, Any]) -> None:
    for name in ("FromTime", "ToTime"):
        if slot[name] and slot[name][19:] not in ("", "Z"):
            slot[name] = f"{datetime.fromisoformat(slot[name]).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _opens_at_no_time(slot: dict[str, Any]) -> None:
    if slot["FromTime"] and "T00:00" in slot["FromTime"]:
        slot["FromTime"] = None


DEFECTS: Final = (
    Defect(
        "nx-record-some-lost",
        "Records of phone booths are not kept.",
        ("NX-018",),
        lambda reference: _loses(lambda sent: sent.get("SystemResourceType") == 12),
    ),
    Defect(
        "nx-record-policy",
        "NoReturnPolicy is the LateCancellationLimit.",
        ("NX-018",),
        simply(_takes("NoReturnPolicy", "LateCancellationLimit")),
    ),
    Defect(
        "nx-record-switches",
        "HideInCalendar and RequiresConfirmation are swapped.",
        ("NX-018",),
        simply(swaps("HideInCalendar", "RequiresConfirmation")),
    ),
    Defect("nx-record-teams", "Teams and Tariffs are swapped.", ("NX-018",), simply(swaps("Teams", "Tariffs"))),
    Defect(
        "nx-record-links-lost",
        "LinkedResources is not kept.",
        ("NX-018",),
        simply(on_record(sets(LinkedResources=[], LinkedResourceIds=None))),
    ),
    Defect(
        "nx-record-no-limit",
        "A BookInAdvanceLimit of null becomes 90.",
        ("NX-018",),
        simply(on_record(lambda asked, record: record.update(BookInAdvanceLimit=record["BookInAdvanceLimit"] or 90))),
    ),
    Defect(
        "nx-record-word",
        "GroupName null counts as none.",
        ("NX-018",),
        simply(changes(GroupName=lambda v: None if v == "null" else v)),
    ),
    Defect(
        "nx-record-json",
        "A Description that is JSON is read.",
        ("NX-018",),
        simply(changes(Description=lambda v: json.loads(v) if v.startswith("{") else v)),
    ),
    Defect(
        "nx-record-name-decoded",
        "Name is decoded like a form.",
        ("NX-040",),
        simply(changes(Name=unquote_plus)),
    ),
    Defect(
        "nx-record-name-unescaped",
        "Name is decoded like HTML.",
        ("NX-040",),
        simply(changes(Name=html.unescape)),
    ),
    Defect(
        "nx-record-flag-along",
        "Drinks comes along with TeaAndCoffee.",
        ("NX-046",),
        simply(_comes_along("TeaAndCoffee", "Drinks")),
    ),
    Defect(
        "nx-record-view-signs",
        "LinkedResourceIds has other signs than commas between its ids.",
        ("NX-121",),
        simply(changes(LinkedResourceIds=lambda v: v.replace(",", ";"))),
    ),
    Defect(
        "nx-record-slots-midnight",
        "A time slot that ends at midnight ends on the next day.",
        ("NX-139",),
        simply(each_slot(_ends_at_midnight)),
    ),
    Defect(
        "nx-record-slots-utc",
        "A time with an offset is shown in UTC, whatever day that is.",
        ("NX-139",),
        simply(each_slot(_in_utc)),
    ),
    Defect(
        "nx-record-slots-cut",
        "A record keeps the first 100 of its time slots.",
        ("NX-137",),
        simply(changes(TimeSlots=lambda slots: slots[:100])),
    ),
    Defect(
        "nx-record-slots-opening",
        "A time slot that begins at midnight shows no beginning.",
        ("NX-137",),
        simply(each_slot(_opens_at_no_time)),
    ),
)
