"""Defects of what is refused: calls that are missing, valid input turned away, strangers let in."""

import re
from collections.abc import Callable
from typing import Any

from bookproof.apis.timetap.reference import TOKEN
from bookproof.apis.timetap.wire import (
    call,
    defect,
    denies,
    having,
    lacking,
    named,
    on,
    says,
    window,
)
from bookproof.exchange import ABSENT
from bookproof.faults import Answered, Asked, Defect, Hooks, When, crashes


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _reads_id(pattern: str, make: Callable[[str], str]) -> Hooks:
    """Makes an id of what is none in a path."""

    def request(asked: Asked) -> None:
        text = str(named(asked) or "")
        if "/resource/" in asked.path and re.fullmatch(pattern, text):
            asked.path = asked.path.replace(f"/resource/{text}", f"/resource/{make(text)}")

    return Hooks(request=request)


def _unauthorized(when: When) -> Hooks:
    """Lets requests in that show no credentials, or somebody else's."""

    def request(asked: Asked) -> None:
        if when(asked):
            asked.headers["authorization"] = f"Bearer {TOKEN}"

    return Hooks(request=request)


def _without_credentials(asked: Asked) -> bool:
    return "authorization" not in asked.headers


def _any_token(asked: Asked) -> bool:
    return asked.headers.get("authorization", "").startswith("Bearer ")


def _any_token_for(name: str) -> When:
    return lambda asked: call(asked) == name and _any_token(asked)


def _echoes_unknown(reference: Any) -> Hooks:
    """An update of nobody is answered as if it had been made."""

    def respond(asked: Asked) -> Answered | None:
        number = named(asked)
        if call(asked) == "update" and isinstance(number, int) and not reference.account.is_in_view(number):
            return Answered(200, {}, asked.json)
        return None

    return Hooks(respond=respond)


def _unknown(reference: Any, name: str, status: int, value: Any) -> Hooks:
    """A call for a resource that never was is answered with success."""

    def respond(asked: Asked) -> Answered | None:
        text = str(named(asked))
        if call(asked) != name or not text.isdecimal() or int(text) in reference.account._resources:
            return None
        return Answered(status, {}, value)

    return Hooks(respond=respond)


def _windows(wrong: Callable[[str, str, str], bool], mend: tuple[str, str, str]) -> Hooks:
    """Takes a window that is none."""

    def request(asked: Asked) -> None:
        if call(asked) == "busy" and wrong(*window(asked)):
            asked.path = asked.path.rpartition("/isBusy/")[0] + "/isBusy/" + "/".join(mend)

    return Hooks(request=request)


def _collides_with_itself(reference: Any) -> Hooks:
    """An update that sends the name which the resource has is refused: the name is taken."""

    def respond(asked: Asked) -> Answered | None:
        number = named(asked)
        stored = reference.account._resources.get(number) if isinstance(number, int) else None
        taken = call(asked) == "update" and stored is not None and asked.json.get("name") == stored.name
        return Answered(409, {}, "The name is taken") if taken else None

    return Hooks(respond=respond)


PLAIN = ("2030-01-10", "1000", "1100")


MISSING_CALLS = (
    defect("list-missing", "GET /resource is not there", says(on("list"), 404, "Not found"), "TT-004"),
    defect("read-missing", "A resource cannot be read by its id", says(on("read"), 404, "Not found"), "TT-008"),
    defect("read-unimplemented", "Reading by id is not implemented", says(on("read"), 501, "Not yet"), "TT-008"),
    defect("busy-missing", "The isBusy call is not there", says(on("busy"), 404, "Not found"), "TT-011"),
    defect(
        "update-missing",
        "PUT /resource without an id in the path is answered 405",
        says(on("update"), 405, ""),
        "TT-027",
    ),
    defect("delete-missing", "DELETE is answered 405", says(on("delete"), 405, "Method not allowed"), "TT-034"),
)


VALID_REFUSED = (
    defect(
        "busy-day-month", "Dates are read as year, day, month", denies(lambda a: window(a)[0][8:10] > "12"), "TT-012"
    ),
    defect("busy-day-one", "No day is the first of a month", denies(lambda a: window(a)[0].endswith("-01")), "TT-012"),
    defect(
        "busy-start-padded",
        "A start before ten o'clock is taken for no time",
        denies(lambda a: window(a)[1].startswith("0") and window(a)[1] > "0400"),
        "TT-013",
    ),
    defect(
        "busy-end-twelve",
        "An end after noon is refused, as if the clock had twelve hours",
        denies(lambda a: window(a)[2] > "1259"),
        "TT-014",
    ),
    defect(
        "create-further-refused",
        "A creation may carry nothing besides the minimum",
        denies(having("reasonIdListText", "create")),
        "TT-024",
    ),
    defect(
        "create-reasons-crash",
        "Names of services in a creation end in a server error",
        crashes(having("reasons", "create")),
        "TT-024",
    ),
    defect(
        "create-minimum-refused",
        "A creation must name its location",
        denies(lacking("locationName", "create")),
        "TT-025",
    ),
    defect(
        "update-flag-refused",
        "isBundledResource is refused in an update",
        denies(having("isBundledResource", "update")),
        "TT-032",
    ),
    defect(
        "update-dates-refused",
        "An update may not carry the dates that were read",
        denies(having("createdDate", "update", lambda v: v > 1.6e12)),
        "TT-032",
    ),
    Defect("tt-update-own-name", "A resource may not keep its name in an update", ("TT-032",), _collides_with_itself),
    defect(
        "create-alphabet-crash",
        "A name beyond ASCII ends in a server error",
        crashes(having("name", "create", lambda v: _text(v) and not v.isascii())),
        "TT-061",
    ),
    defect(
        "create-long-crash",
        "A name of more than 255 letters ends in a server error",
        crashes(having("name", "create", lambda v: _text(v) and len(v) > 255)),
        "TT-061",
    ),
    defect(
        "create-no-services-crash",
        "A creation without services ends in a server error",
        crashes(having("reasonIdList", "create", lambda v: v == [])),
        "TT-026",
    ),
    defect(
        "update-no-services-crash",
        "An update that takes all services away ends in a server error",
        crashes(having("reasonIdList", "update", lambda v: v == [])),
        "TT-030",
    ),
    defect(
        "busy-midnight-crash",
        "A window that begins at midnight ends in a server error",
        crashes(lambda a: window(a)[1] == "0000"),
        "TT-015",
    ),
    defect(
        "busy-leap-day-crash",
        "The 29th of February ends in a server error",
        crashes(lambda a: window(a)[0].endswith("02-29")),
        "TT-015",
    ),
    defect(
        "create-null-bundle-crash",
        "A bundle that is null ends in a server error",
        crashes(having("bundleResourceIdList", "create", lambda v: v is None)),
        "TT-043",
    ),
)


STRANGERS = (
    defect(
        "read-id-prefix",
        "Only the first digits of an id in a path are read",
        _reads_id(r"[0-9]+[^0-9].*", lambda t: re.split("[^0-9]", t)[0]),
        "TT-085",
    ),
    defect(
        "read-id-crash",
        "An id that is no number ends in a server error",
        crashes(lambda a: "/resource/" in a.path and not str(named(a)).isdecimal()),
        "TT-085",
    ),
    defect(
        "read-id-overflow",
        "An id of more than 32 bits ends in a server error",
        crashes(lambda a: "/resource/" in a.path and str(named(a)).isdecimal() and int(str(named(a))) >= 2**31),
        "TT-085",
    ),
    Defect(
        "tt-read-unknown",
        "Whoever reads an unknown resource gets null",
        ("TT-085",),
        lambda r: _unknown(r, "read", 200, None),
    ),
    Defect(
        "tt-busy-unknown", "An unknown resource is not busy", ("TT-085",), lambda r: _unknown(r, "busy", 200, False)
    ),
    Defect(
        "tt-delete-unknown",
        "Deleting an unknown resource succeeds",
        ("TT-085",),
        lambda r: _unknown(r, "delete", 204, ABSENT),
    ),
    Defect(
        "tt-update-unknown", "Updating an unknown resource is answered with what was sent", ("TT-085",), _echoes_unknown
    ),
    defect(
        "busy-date-any",
        "A date may be anything",
        _windows(lambda d, s, e: not re.fullmatch(r"[0-9]{4}(-[0-9]{2}){2}", d), PLAIN),
        "TT-086",
    ),
    defect("busy-start-colon", "A start may have a colon", _windows(lambda d, s, e: ":" in s, PLAIN), "TT-086"),
    defect("busy-end-colon", "An end may have a colon", _windows(lambda d, s, e: ":" in e, PLAIN), "TT-086"),
    defect("open", "Nobody asks for credentials", _unauthorized(_without_credentials), "TT-087"),
    defect(
        "any-token",
        "Any token will do",
        _unauthorized(_any_token),
        "TT-087",
    ),
    *(
        defect(
            f"any-token-{name}",
            f"Any token will do for one of the calls, {name}",
            _unauthorized(_any_token_for(name)),
            "TT-087",
        )
        for name in ("read", "busy", "update", "delete")
    ),
)


DEFECTS = (*MISSING_CALLS, *VALID_REFUSED, *STRANGERS)
