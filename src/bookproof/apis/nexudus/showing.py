"""Conforming variations in how records are shown, which only the vendor's other public pages describe."""

from typing import Any, Final

from bookproof.apis.nexudus.fields import ID_LISTS
from bookproof.apis.nexudus.hooks import on_record, on_success, reading
from bookproof.faults import Answered, Asked, Hooks, Variation, simply, together


def _sparse(asked: Asked, record: dict[str, Any]) -> None:
    for name in [name for name, value in record.items() if not value]:
        del record[name]


def _normalised(asked: Asked, record: dict[str, Any]) -> None:
    record["CreatedOn"] = record["CreatedOn"].replace("Z", ".000Z")
    if record["LastCleanedAt"]:
        record["LastCleanedAt"] = record["LastCleanedAt"].replace("Z", ".0000000+00:00")
    for slot in record["TimeSlots"] or ():
        for name in ("FromTime", "ToTime"):
            slot[name] = slot[name].replace("Z", "") if slot[name] else slot[name]
    record["TimeSlots"] = list(reversed(record["TimeSlots"] or ()))


def _more(asked: Asked, record: dict[str, Any]) -> None:
    record.update(UniqueId="3f2b", BusinessName="Riverside", ResourceTypeName="Room", IsNew=False, SystemId=None)
    record.update(ZoomAccessToken="********", ZoomRefreshToken="********")


def _without_lists(asked: Asked, record: dict[str, Any]) -> None:
    for name in (*ID_LISTS, "TimeSlots"):
        record.pop(name, None)


def _late(reference: Any) -> Hooks:
    asked_before: set[str] = set()

    def respond(asked: Asked) -> Answered | None:
        if not reading(asked) or asked.path in asked_before:
            return None
        asked_before.add(asked.path)
        return Answered(404, {}, "Not found")

    return Hooks(respond=respond)


def _out_of_sight(reference: Any) -> Hooks:
    def respond(asked: Asked) -> Answered | None:
        record = reference.records.get(asked.path.rpartition("/")[2]) if reading(asked) else None
        hidden = record is not None and (record.Archived or record.Visible is False)
        return Answered(404, {}, "Not found") if hidden else None

    return Hooks(respond=respond)


def _elsewhere(asked: Asked, record: dict[str, Any]) -> None:
    if record["LastCleanedAt"] and record["LastCleanedAt"].endswith("10:30:00Z"):
        record["LastCleanedAt"] = record["LastCleanedAt"].replace("10:30:00Z", "12:30:00+02:00")
    for slot in record["TimeSlots"] or ():
        if slot["FromTime"] == "1976-01-01T09:00:00Z":
            slot["FromTime"] = "1976-01-01T11:00:00+02:00"


def _edited_since(asked: Asked, record: dict[str, Any]) -> None:
    record.update(Name="Renamed by a colleague", UpdatedOn="2999-01-01T00:00:00Z", Projector=None)


def _descending(reference: Any) -> Hooks:
    def request(asked: Asked) -> None:
        if reading(asked) and asked.path.rpartition("/")[2].isdigit():
            asked.path = f"{asked.path.rpartition('/')[0]}/{2**40 - int(asked.path.rpartition('/')[2])}"

    def edit(asked: Asked, body: dict[str, Any]) -> None:
        body["Value"]["Id"] = 2**40 - body["Value"]["Id"]

    return together(
        Hooks(request=request),
        on_success(edit),
        on_record(lambda asked, record: record.update(Id=2**40 - record["Id"])),
    )


VARIATIONS: Final = (
    Variation("nx-ok-descending", "Ids are large and descend.", _descending),
    Variation("nx-ok-sparse", "A record leaves out what is null, false, empty or 0.", simply(on_record(_sparse))),
    Variation("nx-ok-normalised", "A record has its times and slots in another form.", simply(on_record(_normalised))),
    Variation("nx-ok-more-fields", "A record has more fields, and its secrets are masked.", simply(on_record(_more))),
    Variation("nx-ok-without-lists", "A record leaves out its lists.", simply(on_record(_without_lists))),
    Variation("nx-ok-late", "A record can be read a moment after its creation.", _late),
    Variation(
        "nx-ok-point",
        "The Id in an answer is written with a point.",
        simply(on_success(lambda asked, body: body["Value"].update(Id=float(body["Value"]["Id"])))),
    ),
    Variation("nx-ok-out-of-sight", "Archived and hidden records cannot be read.", _out_of_sight),
    Variation("nx-ok-elsewhere", "A record has its times in another zone.", simply(on_record(_elsewhere))),
    Variation("nx-ok-edited", "A record was changed by somebody else since.", simply(on_record(_edited_since))),
)
