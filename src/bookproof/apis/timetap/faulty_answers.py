"""Defects of what an answer shows: another form, another type, a property that is missing, derived wrongly or stale."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from bookproof.apis.timetap.wire import call, defect, hides, replaces, sets, shows, writes
from bookproof.faults import Asked, Defect, Hooks, status

HOUR = 3_600_000


def _iso(date: int) -> str:
    return datetime.fromtimestamp(date / 1000, UTC).isoformat()


def _seconds(date: int) -> int:
    return date // 1000


def _keyed(items: list[Any]) -> dict[str, Any]:
    return {str(number): item for number, item in enumerate(items)}


def _word(value: bool) -> str:
    return str(value).lower()


def _latin(text: str) -> str:
    return text.encode("ascii", "replace").decode()


def _digits_as_number(name: str) -> Any:
    return int(name) if name.isdecimal() else name


def _frozen(prop: str) -> Callable[[Any], Hooks]:
    """A property stays as the first answer showed it."""

    def build(reference: Any) -> Hooks:
        first: dict[Any, Any] = {}

        def edit(resource: dict[str, Any]) -> None:
            resource[prop] = first.setdefault(resource["resourceId"], resource[prop])

        return shows(edit)

    return build


def _lagging(*calls: str) -> Callable[[Any], Hooks]:
    """Some calls show a resource as it was when they showed it first."""

    def build(reference: Any) -> Hooks:
        first: dict[Any, dict[str, Any]] = {}

        def edit(resource: dict[str, Any]) -> None:
            resource.update(first.setdefault(resource["resourceId"], dict(resource)))

        return shows(edit, *calls)

    return build


def _another(reference: Any) -> Hooks:
    """Whatever is read, the latest resource is shown."""

    def change(asked: Asked, shown: Any) -> Any:
        return reference.account.listed()[-1].model_dump()

    return replaces(change, "read")


def _bundle(edit: Callable[[Any, dict[str, Any]], None]) -> Callable[[Any], Hooks]:
    """Bundles are shown wrongly; resources without a bundle are shown as they are."""

    def build(reference: Any) -> Hooks:
        def changed(resource: dict[str, Any]) -> None:
            if resource["bundleResourceIdList"]:
                edit(reference.account, resource)

        return shows(changed)

    return build


def _first_only(account: Any, resource: dict[str, Any]) -> None:
    resource["bundledResources"] = resource["bundledResources"][:1] if len(resource["bundledResources"]) > 1 else []


def _itself(account: Any, resource: dict[str, Any]) -> None:
    resource["bundleResourceSet"] = [{**resource, "bundleResourceSet": None}]


def _own_name(account: Any, resource: dict[str, Any]) -> None:
    resource["bundledResources"] = [resource["name"]] * len(resource["bundleResourceIdList"])


def _emptied(account: Any, resource: dict[str, Any]) -> None:
    resource["bundleResourceSet"] = []


def _spelled(value: Any) -> Callable[[dict[str, Any]], None]:
    """Shows the set of the bundle in its other spelling."""

    def edit(resource: dict[str, Any]) -> None:
        del resource["bundleResourceSet"]
        resource["bundledResourceSet"] = value

    return edit


def _typed(row: str, prop: str, words: str, change: Callable[[Any], Any], *calls: str) -> Defect:
    """A property of another type in every answer, or in those of some calls."""
    name = f"{prop.lower()}-{words.replace(' ', '-')}"
    return defect(name, f"{prop} is shown as {words.replace('-', ' ')}", sets(prop, change, *calls), row)


TYPES = (
    _typed("TT-040", "active", "a word", _word),
    _typed("TT-042", "bundleResourceIdList", "a text", lambda v: ",".join(map(str, v))),
    _typed("TT-042", "bundleResourceIdList", "texts", lambda v: [str(i) for i in v]),
    _typed("TT-044", "bundleResourceSet", "an object", lambda v: {}),
    _typed("TT-044", "bundleResourceSet", "ids", lambda v: v and [item["resourceId"] for item in v]),
    _typed("TT-045", "bundledResources", "a count", lambda v: len(v or [])),
    _typed("TT-047", "businessId", "a text", str),
    _typed("TT-049", "createdDate", "an ISO text", _iso),
    _typed("TT-052", "createdUser", "null", lambda v: None, "read"),
    _typed("TT-053", "locationId", "a text", str),
    _typed("TT-055", "locationName", "an object", lambda v: {"name": v}),
    _typed("TT-057", "modifiedDate", "an ISO text", _iso),
    _typed("TT-059", "modifiedUser", "null", lambda v: None),
    _typed("TT-060", "name", "a number where it has digits alone", _digits_as_number),
    _typed("TT-062", "professionalIdList", "a text", lambda v: ""),
    _typed("TT-063", "professionalIdListText", "null", lambda v: None),
    _typed("TT-064", "reasonIdList", "texts", lambda v: [str(i) for i in v]),
    _typed("TT-064", "reasonIdList", "null where it is empty", lambda v: v or None),
    _typed("TT-067", "reasonSet", "an object", lambda v: {}),
    _typed("TT-068", "reasons", "a text", ",".join),
    _typed("TT-070", "resourceId", "a text", str),
    defect("other-spelling-text", "bundledResourceSet is a text", shows(_spelled("none"), "read"), "TT-044"),
    defect("other-spelling-ids", "bundledResourceSet holds ids", shows(_spelled([2589]), "list"), "TT-044"),
    _typed("TT-045", "bundledResources", "objects", lambda v: v and [{"name": item} for item in v]),
    _typed("TT-067", "reasonSet", "names", lambda v: ["HipHop"]),
    _typed("TT-068", "reasons", "objects", lambda v: [{"name": name} for name in v]),
    _typed("TT-081", "reasonIdListText", "an array", lambda v: v.split(",") if v else []),
)

FORMS = (
    defect("list-wrapped", "The list stands in an object", replaces(lambda a, v: {"resources": v}, "list"), "TT-005"),
    defect(
        "list-ids", "The list holds ids alone", replaces(lambda a, v: [r["resourceId"] for r in v], "list"), "TT-005"
    ),
    defect("list-empty-body", "The list has no body", writes(200, b"", "application/json", "list"), "TT-005"),
    defect("read-two", "An array of two is read", replaces(lambda a, v: [v, v], "read"), "TT-009"),
    defect("read-none", "An empty array is read", replaces(lambda a, v: [], "read"), "TT-009"),
    defect(
        "read-text", "The resource is read as a text with JSON in it", replaces(lambda a, v: str(v), "read"), "TT-009"
    ),
    Defect("tt-read-another", "The latest resource is read, whatever the path names", ("TT-010",), _another),
    defect("busy-text", "isBusy is a quoted text", replaces(lambda a, v: _word(v), "busy"), "TT-015"),
    defect("busy-object", "isBusy is an object", replaces(lambda a, v: {"busy": v}, "busy"), "TT-015"),
    defect("busy-number", "isBusy is 0 or 1", replaces(lambda a, v: int(v), "busy"), "TT-015"),
    defect(
        "busy-words", "isBusy is a word other than true and false", writes(200, b"no", "text/plain", "busy"), "TT-015"
    ),
    defect("busy-always", "Every resource is busy", replaces(lambda a, v: True, "busy"), "TT-016"),
    defect(
        "busy-inverted", "isBusy tells whether the resource is free", replaces(lambda a, v: not v, "busy"), "TT-016"
    ),
    defect(
        "busy-evenings",
        "A resource is busy after eight hours of work",
        replaces(lambda a, v: a.path.endswith("2000"), "busy"),
        "TT-016",
    ),
    defect(
        "create-array", "A creation is answered with an array of one", replaces(lambda a, v: [v], "create"), "TT-020"
    ),
    defect(
        "create-id-alone",
        "A creation is answered with the id alone",
        replaces(lambda a, v: v["resourceId"], "create"),
        "TT-020",
    ),
    defect(
        "create-without-answer",
        "A creation has no body in its answer",
        writes(201, b"", "", "create"),
        "TT-020",
        "TT-075",
    ),
    defect(
        "create-status",
        "A creation is answered with 202",
        status(lambda a, r: call(a) == "create" and r.accepted, 202),
        "TT-075",
    ),
    defect("update-true", "An update is answered with true", replaces(lambda a, v: True, "update"), "TT-078"),
    defect(
        "update-status",
        "An update is answered with 202",
        status(lambda a, r: call(a) == "update" and r.accepted, 202),
        "TT-078",
    ),
)


def _missing(prop: str, *breaks: str) -> Defect:
    """A property that no answer shows."""
    return defect(f"without-{prop.lower()}", f"{prop} is missing in every answer", hides(prop), *breaks)


MISSING = (
    *(_missing(prop, "TT-075") for prop in ("bundleResourceSet", "reasonSet")),
    *(
        _missing(prop, "TT-075", "TT-079", "TT-080")
        for prop in ("bundleResourceIdList", "bundledResources", "professionalIdList", "professionalIdListText")
    ),
    *(
        _missing(prop, "TT-075", "TT-078", "TT-079", "TT-080")
        for prop in ("active", "businessId", "createdDate", "createdUser", "locationName", "modifiedDate")
    ),
    *(
        _missing(prop, "TT-075", "TT-078", "TT-079", "TT-080")
        for prop in ("modifiedUser", "reasonIdList", "reasonIdListText", "reasons")
    ),
    *(
        defect(f"{calls[0]}-without-{prop.lower()}", f"{prop} is missing in some answers", hides(prop, *calls), *rows)
        for prop, row in (("locationId", "TT-053"), ("name", "TT-060"))
        for calls, rows in ((["create"], [row]), (["list"], [row]), (["read", "update"], [row, "TT-078"]))
    ),
    defect("create-without-id", "A creation is answered without the id", hides("resourceId", "create"), "TT-070"),
    defect("read-without-id", "A resource is read without its id", hides("resourceId", "read"), "TT-070"),
    defect("list-without-id", "The list shows no ids", hides("resourceId", "list"), "TT-070"),
    defect("update-without-id", "An update is answered without the id", hides("resourceId", "update"), "TT-078"),
)

VALUES = (
    defect("name-truncated", "Names are cut after 40 letters", sets("name", lambda v: v[:40]), "TT-030", "TT-061"),
    defect("name-lower", "Names are shown in lower case", sets("name", str.lower), "TT-030", "TT-061"),
    defect("name-latin", "Letters beyond ASCII are lost", sets("name", _latin), "TT-030", "TT-061"),
    defect(
        "location-another",
        "Another location than the one that was sent is shown",
        sets("locationId", lambda v: v + 1),
        "TT-054",
    ),
    defect(
        "business-of-location",
        "businessId is that of the location in some answers",
        sets("businessId", lambda v: v + 1, "list"),
        "TT-048",
    ),
    defect("created-seconds", "createdDate counts seconds", sets("createdDate", _seconds), "TT-050"),
    defect("modified-seconds", "modifiedDate counts seconds", sets("modifiedDate", _seconds), "TT-057"),
    defect(
        "modified-before",
        "modifiedDate lies an hour before createdDate",
        sets("modifiedDate", lambda v: v - HOUR, "list", "read"),
        "TT-058",
    ),
    defect(
        "professional-text-null",
        "No ids of staff are spelled null",
        sets("professionalIdListText", lambda v: "null"),
        "TT-063",
    ),
    defect(
        "text-spaced",
        "The ids of the text are joined by a comma and a space",
        sets("reasonIdListText", lambda v: v.replace(",", ", ")),
        "TT-065",
    ),
    defect(
        "text-drops-last",
        "The text lacks the last id",
        sets("reasonIdListText", lambda v: ",".join(v.split(",")[:-1]) or v),
        "TT-066",
    ),
    defect(
        "text-reversed",
        "The text has the ids in another order than the list",
        sets("reasonIdListText", lambda v: ",".join(v.split(",")[::-1])),
        "TT-066",
    ),
    Defect("tt-text-stale", "The text stays as it was at the creation", ("TT-066",), _frozen("reasonIdListText")),
    defect("reasons-first", "Only the first service is named", sets("reasons", lambda v: v[:1]), "TT-069"),
    Defect(
        "tt-reasons-stale",
        "The names of the services stay as they were at the creation",
        ("TT-069",),
        _frozen("reasons"),
    ),
    defect(
        "created-inactive-answer",
        "A creation is answered with active false",
        sets("active", lambda v: False, "create"),
        "TT-076",
        "TT-082",
    ),
    defect(
        "created-users-differ",
        "A creation shows somebody else as modifier",
        sets("modifiedUser", lambda v: "system", "create"),
        "TT-077",
    ),
    Defect("tt-bundle-itself", "A bundle shows itself as its member", ("TT-043",), _bundle(_itself)),
    Defect("tt-bundle-emptied", "A bundle shows no members beside their ids", ("TT-043",), _bundle(_emptied)),
    Defect("tt-bundle-names-first", "A bundle names its first member alone", ("TT-046",), _bundle(_first_only)),
    Defect("tt-bundle-names-own", "A bundle names itself in place of its members", ("TT-046",), _bundle(_own_name)),
    defect(
        "bundle-names-invented",
        "Resources without a bundle name themselves",
        shows(lambda r: r.update(bundledResources=r["bundledResources"] or [r["name"]])),
        "TT-046",
    ),
    defect(
        "read-name-cut",
        "A name is cut where a resource is read",
        sets("name", lambda v: v[:12], "read"),
        "TT-082",
        "TT-083",
    ),
    defect("list-name-upper", "Names are in capitals in the list", sets("name", str.upper, "list"), "TT-082", "TT-083"),
    Defect("tt-read-stale", "Reading shows a resource as it was read first", ("TT-083",), _lagging("read")),
    Defect("tt-list-stale-fields", "The list shows a resource as it was listed first", ("TT-083",), _lagging("list")),
    defect(
        "update-id-shifted",
        "An update is answered with the next id",
        sets("resourceId", lambda v: v + 1, "update"),
        "TT-073",
    ),
)

DEFECTS = (*TYPES, *FORMS, *MISSING, *VALUES)
