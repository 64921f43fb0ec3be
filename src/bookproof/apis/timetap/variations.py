"""Conforming variations: the liberties that the document leaves a server. The other readings stand in `readings`."""

import itertools
import time
from collections.abc import Callable
from dataclasses import replace
from email.utils import formatdate
from typing import Any, Final
from unicodedata import normalize

from bookproof.apis.timetap.account import Account, Stored
from bookproof.apis.timetap.models import Resource
from bookproof.apis.timetap.readings import READINGS
from bookproof.apis.timetap.reference import TOKEN
from bookproof.apis.timetap.wire import (
    call,
    denies,
    having,
    hides,
    lacking,
    named,
    overlooks,
    replaces,
    shows,
    variation,
    window,
)
from bookproof.exchange import ABSENT
from bookproof.faults import Answered, Asked, Hooks, Variation, refuses, status, together

NOTHING: Final = Hooks()
KNOWN: Final = frozenset({*Resource.model_fields, "isBundledResource"})


SERVERS_OWN: Final = ("createdDate", "createdUser", "modifiedDate", "modifiedUser", "professionalIdList", "reasonSet")


LATER_IN_SAMPLE: Final = (
    "bundleResourceIdList",
    "bundleResourceSet",
    "bundledResources",
    "professionalIdList",
    "professionalIdListText",
    "reasonSet",
)


Build = Callable[[Any], Hooks]


def _with_more(resource: dict[str, Any]) -> None:
    resource.update(isBundledResource=False, colour=None, reasonSet=[{"reasonId": i} for i in resource["reasonIdList"]])


def _sorted(resource: dict[str, Any]) -> None:
    both = sorted(zip(resource["reasonIdList"], resource["reasons"], strict=True))
    resource["reasonIdList"] = [number for number, _ in both]
    resource["reasons"] = [name for _, name in both]
    resource["reasonIdListText"] = ",".join(str(number) for number, _ in both)


def _as_floats(resource: dict[str, Any]) -> None:
    for prop in ("businessId", "createdDate", "locationId", "modifiedDate", "resourceId"):
        resource[prop] = float(resource[prop])
    resource["reasonIdList"] = [float(number) for number in resource["reasonIdList"]]


def _refusing(code: int, body: Any, media: str = "application/json") -> Hooks:
    """Every refusal of a resource that is not there has another status and body."""

    def answer(asked: Asked, answered: Answered) -> None:
        if answered.status == 400:
            answered.status = code
            answered.headers = {"content-type": media}
            answered.json, answered.body = (ABSENT, body) if isinstance(body, bytes) else (body, b"")

    return Hooks(answer=answer)


def _strict(asked: Asked) -> bool:
    return call(asked) in ("create", "update") and isinstance(asked.json, dict) and bool(asked.json.keys() - KNOWN)


def _claims(reference: Any) -> Hooks:
    """What is not writable is refused unless it is sent as it was read."""

    def respond(asked: Asked) -> Answered | None:
        if call(asked) not in ("create", "update") or not isinstance(asked.json, dict):
            return None
        number = asked.json.get("resourceId")
        stored = reference.account._resources.get(number) if isinstance(number, int) else None
        shown = reference.account.view(stored).model_dump() if stored else {}
        names = SERVERS_OWN if call(asked) == "update" else (*SERVERS_OWN, "resourceId")
        wrong = [name for name in names if name in asked.json and asked.json[name] != shown.get(name)]
        return Answered(422, {}, {"errors": wrong}) if wrong else None

    return Hooks(respond=respond)


def _known_ids_only(reference: Any) -> Hooks:
    reference.account._known_ids_only = True
    return NOTHING


def _ids(numbers: Callable[[], Any]) -> Build:
    """Ids of another kind than a short count."""

    def build(reference: Any) -> Hooks:
        reference.account._ids = numbers()
        return NOTHING

    return build


def _clock(change: Callable[[int], int]) -> Build:
    """Dates come from another clock."""

    def build(reference: Any) -> Hooks:
        now = reference.account.now
        reference.account.now = lambda: change(now())
        return NOTHING

    return build


def _date_elsewhere(asked: Asked, answered: Answered) -> None:
    answered.headers["date"] = formatdate(time.time() + 7200, usegmt=True)


def _order(key: Callable[[Any], Any], *, reverse: bool = False) -> Hooks:
    return replaces(lambda asked, shown: sorted(shown, key=key, reverse=reverse), "list")


def _throttling(reference: Any) -> Hooks:
    """Every fiftieth request is asked to come again."""
    numbers = itertools.count(1)

    def respond(asked: Asked) -> Answered | None:
        return Answered(429, {"retry-after": "0"}, "Too many requests") if next(numbers) % 50 == 0 else None

    return Hooks(respond=respond)


def _slow(reference: Any) -> Hooks:
    """Every answer takes its time."""

    def answer(asked: Asked, answered: Answered) -> None:
        time.sleep(0.001)

    return Hooks(answer=answer)


def _others_work_too(reference: Any) -> Hooks:
    """Other clients create, rename and delete resources of their own between any two requests."""
    account: Account = reference.account
    theirs: list[int] = []
    numbers = itertools.count()

    def request(asked: Asked) -> None:
        with account._lock:
            turn, now = next(numbers), account.now()
            if turn % 3 == 0:
                number = next(account._ids)
                first = next(iter(account._resources.values()))
                account._resources[number] = replace(first, resource_id=number, name="Ball", created=now, modified=now)
                theirs.append(number)
            elif theirs and turn % 3 == 1:
                stored = account._resources[theirs[-1]]
                account._resources[theirs[-1]] = replace(stored, name=f"Ball {turn}", modified=now)
            elif len(theirs) > 2:
                gone = theirs.pop(0)
                account._resources[gone] = replace(account._resources[gone], active=False, modified=now)

    return Hooks(request=request)


def _tidy(value: Any) -> Any:
    return normalize("NFC", value).strip() if isinstance(value, str) else value


def _keeps_names_tidy(asked: Asked) -> None:
    if isinstance(asked.json, dict) and "name" in asked.json:
        asked.json["name"] = _tidy(asked.json["name"])


def _lets_everybody_in(asked: Asked) -> None:
    asked.headers["authorization"] = f"Bearer {TOKEN}"


def _leaves_out(*names: str) -> Hooks:
    """PUT shows the thirteen properties of its sample, GET no set of the bundle."""
    return together(*(hides(name, "update") for name in names), hides("bundleResourceSet", "list", "read"))


def _long_names(asked: Asked) -> bool:
    name = asked.json.get("name") if isinstance(asked.json, dict) else None
    return isinstance(name, str) and (len(name) > 120 or not name.strip())


def _unique_names(counts: Callable[[Stored], bool]) -> Build:
    """A name that another resource has is refused. counts: whether a resource, which may be deleted, keeps its name."""

    def build(reference: Any) -> Hooks:
        account: Account = reference.account

        def respond(asked: Asked) -> Answered | None:
            name = asked.json.get("name") if isinstance(asked.json, dict) else None
            others = [one for number, one in account._resources.items() if number != named(asked) and counts(one)]
            refused = call(asked) in ("create", "update") and name in [one.name for one in others]
            return Answered(409, {}, "The name is taken") if refused else None

        return Hooks(respond=respond)

    return build


def _active(stored: Stored) -> bool:
    return stored.active


def _odd_windows(asked: Asked) -> bool:
    date, start, end = window(asked)
    return call(asked) == "busy" and (start >= end or not "2026" < date < "2031")


def _lenient_update() -> Hooks:
    """An update needs no more than the id."""
    wanted = ("active", "businessId", "locationId", "locationName")
    values: tuple[Any, ...] = (True, 1, 81181, None)
    return together(
        *(overlooks(lacking(name, "update"), **{name: value}) for name, value in zip(wanted, values, strict=True))
    )


def _spread(numbers: int) -> Any:
    """Ids that are as good as random, each given once."""
    return ((number * 2_654_435_761 + 97) % 2**31 for number in itertools.count(numbers))


REFUSALS = (
    variation(
        "unknown-404",
        "An unknown resource is answered 404 with a page",
        _refusing(404, b"<h1>Not found</h1>", "text/html"),
    ),
    variation("unknown-410", "An unknown resource is answered 410 without a body", _refusing(410, b"")),
    variation("refused-422", "Refusals are 422 with an object", _refusing(422, {"errors": [{"code": 7}]})),
    variation("refused-403", "Refused credentials are answered 403", status(lambda a, r: r.status == 401, 403)),
    variation("unknown-properties-refused", "A property that the document does not name is refused", denies(_strict)),
    Variation("tt-ok-claims-refused", "What only the server writes is refused when it is sent otherwise", _claims),
    Variation(
        "tt-ok-known-ids-only", "Locations and services that the account does not have are refused", _known_ids_only
    ),
    variation("short-names", "Names of more than 120 letters are refused", denies(_long_names)),
    Variation(
        "tt-ok-unique-names", "A name that another resource has, or had, is refused", _unique_names(lambda one: True)
    ),
    Variation(
        "tt-ok-unique-active-names", "A name that another active resource has is refused", _unique_names(_active)
    ),
    variation(
        "null-bundle-refused",
        "A bundle that is null is refused",
        denies(having("bundleResourceIdList", "create", lambda v: v is None)),
    ),
    variation(
        "odd-windows-refused",
        "Windows in the past, far ahead or without length are refused",
        refuses(_odd_windows, 400, "No such window"),
    ),
    variation("open", "No credentials are needed", Hooks(request=_lets_everybody_in)),
    variation("lenient-update", "An update needs no more than the id", _lenient_update()),
    Variation("tt-ok-throttling", "Every fiftieth request is asked to come again", _throttling),
)


LIBERTIES = (
    variation("minimal-answers", "What the samples leave out is left out", _leaves_out(*LATER_IN_SAMPLE)),
    variation("more-properties", "Answers show properties that the document does not name", shows(_with_more)),
    variation("services-sorted", "Services come back in the order of their ids", shows(_sorted)),
    variation("floats", "Whole numbers are written with a point", shows(_as_floats)),
    variation(
        "tidy-names",
        "Names are kept in Unicode's normal form, without blanks around them",
        Hooks(request=_keeps_names_tidy),
    ),
    variation(
        "newest-first", "The list begins with the latest resource", _order(lambda r: r["createdDate"], reverse=True)
    ),
    variation("by-name", "The list is ordered by name", _order(lambda r: r["name"].casefold())),
    Variation("tt-ok-large-ids", "Ids need more than 32 bits", _ids(lambda: itertools.count(7_000_000_000_123, 97))),
    Variation("tt-ok-vast-ids", "Ids need more than 53 bits", _ids(lambda: itertools.count(2**60 + 1, 4097))),
    Variation("tt-ok-scattered-ids", "Ids are scattered", _ids(lambda: _spread(1))),
    Variation("tt-ok-whole-seconds", "Dates are milliseconds of whole seconds", _clock(lambda now: now // 1000 * 1000)),
    Variation("tt-ok-clock-ahead", "The server's clock is an hour ahead", _clock(lambda now: now + 3_600_000)),
    variation(
        "date-elsewhere",
        "The header Date is that of a machine whose clock is hours ahead",
        Hooks(answer=_date_elsewhere),
    ),
    Variation("tt-ok-slow", "Every answer takes its time", _slow),
    Variation("tt-ok-shared-account", "Other clients work on the account, too", _others_work_too),
)


VARIATIONS = (*READINGS, *REFUSALS, *LIBERTIES)
