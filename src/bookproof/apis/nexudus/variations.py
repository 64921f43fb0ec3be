"""Conforming variations: what the document leaves open of creations, done in another way than the reference does it."""

import itertools
import re
from collections.abc import Callable
from typing import Any, Final

from bookproof.apis.nexudus.fields import FOREIGN, ID_LISTS, REQUIRED, TYPICAL
from bookproof.apis.nexudus.hooks import (
    body_of,
    creating,
    each_error,
    envelope,
    on_refusal,
    on_success,
    renames,
    sets,
)
from bookproof.exchange import ABSENT, InvalidJson, parse_json
from bookproof.faults import Answered, Asked, Hooks, Variation, simply, together

_OPTIONAL_MEMBERS: Final = ("OpenInDialog", "OpenInWindow", "RedirectURL", "JavaScript", "UpdatedOn", "UpdatedBy")


def _whole_record(reference: Any) -> Hooks:
    def edit(asked: Asked, body: dict[str, Any]) -> None:
        body["Value"] = reference.records[str(body["Value"]["Id"])].model_dump()

    return on_success(edit)


def _first_refused(faulty: Callable[[str, Any], bool]) -> Hooks:
    """Creations are refused for the first field whose value is not liked."""

    def respond(asked: Asked) -> Answered | None:
        field = next((name for name, value in body_of(asked).items() if faulty(name, value)), None)
        return None if field is None else Answered(400, {}, envelope(field))

    return Hooks(respond=respond)


def _known_ids_only(reference: Any) -> Hooks:
    reference._known_ids_only = True

    def unknown(name: str, value: Any) -> bool:
        return bool(name == "CancellationFeeProductId" or (name in ID_LISTS and value))

    return _first_refused(unknown)


def _fussy(reference: Any) -> Hooks:
    """Everything that names nothing is refused: ids without a word, the rest for each such field at once."""
    reference._known_ids_only = True

    def odd(name: str, value: Any) -> bool:
        wide = isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**31
        return (
            name not in (*REQUIRED, *TYPICAL)
            or wide
            or (name == "Name" and isinstance(value, str) and len(value) > 255)
        )

    def respond(asked: Asked) -> Answered | None:
        sent = body_of(asked)
        if sent.get("CancellationFeeProductId") is not None or any(sent.get(name) for name in ID_LISTS):
            return Answered(404, {"content-type": "text/plain"}, ABSENT, b"Not found")
        fields = [name for name, value in sent.items() if odd(name, value)]
        return Answered(400, {}, envelope(*fields)) if fields else None

    return Hooks(respond=respond)


def _other_words(asked: Asked, body: dict[str, Any]) -> None:
    name = body["Errors"][0]["PropertyName"]
    body["Message"] = f"{name}: may not be null, empty: or odd"
    for error in body["Errors"]:
        error["Message"] = "Bitte prüfen Sie die Eingabe."


def _last_named(asked: Asked, body: dict[str, Any]) -> None:
    body["Errors"].reverse()


def _first_only(asked: Asked, body: dict[str, Any]) -> None:
    del body["Errors"][1:]


def _paths(name: str) -> str:
    return "$.TimeSlots[0].FromTime" if name == "TimeSlots" else f"$.resource.{name[0].lower()}{name[1:]}"


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _spaced(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)


def _without_id(name: str) -> str:
    return name.removesuffix("Id")


def _attempted_text(error: dict[str, Any]) -> None:
    if error["AttemptedValue"] is not None:
        error["AttemptedValue"] = str(error["AttemptedValue"])


def _turned_away(change: Callable[[Answered], None]) -> Hooks:
    """Refused credentials are answered in another way."""

    def answer(asked: Asked, answered: Answered) -> None:
        if answered.status == 401:
            change(answered)

    return Hooks(answer=answer)


def _forbidden(answered: Answered) -> None:
    answered.status, answered.json, answered.body = 403, ABSENT, b"<h1>Forbidden</h1>"
    answered.headers = {"content-type": "text/html"}


def _says_nothing(answered: Answered) -> None:
    answered.json, answered.body, answered.headers = ABSENT, b"", {}


def _unreadable(status: int, body: bytes, media: str) -> Hooks:
    """A body that is no JSON object, or says that it is something else, is answered before it is looked at."""

    def respond(asked: Asked) -> Answered | None:
        strange = "json" not in asked.headers.get("content-type", "json")
        if creating(asked) and "authorization" in asked.headers and (strange or not isinstance(asked.json, dict)):
            return Answered(status, {"content-type": media}, ABSENT, body)
        return None

    return Hooks(respond=respond)


def _any_media(asked: Asked) -> None:
    try:
        parse_json(asked.body)
    except InvalidJson:
        return
    asked.headers["content-type"] = "application/json"


def _throttled(reference: Any) -> Hooks:
    turn = itertools.count(1)

    def respond(asked: Asked) -> Answered | None:
        return Answered(409, {"Retry-After": "0"}) if creating(asked) and next(turn) % 7 == 0 else None

    return Hooks(respond=respond)


def _beyond_reason(name: str, value: Any) -> bool:
    """Limits that a sensible server sets, though the document states none."""
    match value:
        case bool():
            return False
        case str():
            return len(value) > 4_000
        case list():
            return len(value) > 50
        case int() | float():
            least = -180 if name == "Longitude" else -90 if name == "Latitude" else 0
            return not least <= value < 2**31
    return False


def _empty(asked: Asked) -> None:
    if body_of(asked).get("Name") == "":
        asked.json["Name"] = " "


def _null_optional(name: str, value: Any) -> bool:
    return value is None and name not in (*REQUIRED, "BookInAdvanceLimit")


VARIATIONS: Final = (
    Variation("nx-ok-whole-record", "Value is the whole record.", _whole_record),
    Variation("nx-ok-status-500", "Status is 500 in the body of a 400.", simply(on_refusal(sets(Status=500)))),
    Variation(
        "nx-ok-other-words",
        "Messages read otherwise.",
        simply(together(on_refusal(_other_words), on_success(sets(Message="Record 'Board Room A' has been created.")))),
    ),
    Variation("nx-ok-first-error", "Only the first error is reported.", simply(on_refusal(_first_only))),
    Variation("nx-ok-last-named", "Message names the last of several errors.", simply(on_refusal(_last_named))),
    Variation(
        "nx-ok-bare",
        "The envelope holds the documented members alone.",
        simply(on_success(sets(**dict.fromkeys(_OPTIONAL_MEMBERS, ABSENT)))),
    ),
    Variation(
        "nx-ok-more-members",
        "The envelopes hold more members.",
        simply(together(on_success(sets(TraceId="0f", Links=[])), on_refusal(sets(TraceId="0f", OpenInDialog=False)))),
    ),
    Variation("nx-ok-known-ids", "Ids that the server does not know are refused.", _known_ids_only),
    Variation("nx-ok-fussy", "What names nothing or is beyond 32 bits or 255 characters is refused.", _fussy),
    Variation(
        "nx-ok-null-refused",
        "Null in place of an optional field is refused.",
        simply(_first_refused(_null_optional)),
    ),
    Variation("nx-ok-empty-name", "An empty Name is accepted.", simply(Hooks(request=_empty))),
    Variation("nx-ok-403", "Missing credentials are answered 403 with a page.", simply(_turned_away(_forbidden))),
    Variation("nx-ok-401", "Missing credentials are answered 401 without a body.", simply(_turned_away(_says_nothing))),
    Variation(
        "nx-ok-415",
        "A body that is no JSON object is answered 415 with a word.",
        simply(_unreadable(415, b"unsupported", "text/plain")),
    ),
    Variation(
        "nx-ok-422",
        "A body that is no JSON object is answered 422 with another JSON.",
        simply(_unreadable(422, b'{"error": "unreadable"}', "application/json")),
    ),
    Variation("nx-ok-media", "The media type of a body is ignored.", simply(Hooks(request=_any_media))),
    Variation("nx-ok-throttled", "Every seventh creation is asked to come back later.", _throttled),
    Variation(
        "nx-ok-limits",
        "Long texts, long lists, numbers and places beyond all reason are refused.",
        simply(_first_refused(_beyond_reason)),
    ),
    Variation("nx-ok-paths", "PropertyName is a path in lower camel case.", simply(on_refusal(renames(_paths)))),
    Variation("nx-ok-snake", "PropertyName is in snake case.", simply(on_refusal(renames(_snake)))),
    Variation("nx-ok-spaced", "PropertyName has blanks between its words.", simply(on_refusal(renames(_spaced)))),
    Variation("nx-ok-without-id", "PropertyName of an id is without Id.", simply(on_refusal(renames(_without_id)))),
    Variation(
        "nx-ok-attempted-text",
        "AttemptedValue is the value as text.",
        simply(on_refusal(each_error(_attempted_text))),
    ),
    Variation(
        "nx-ok-attempted-null",
        "AttemptedValue is null, since the value could not be read.",
        simply(on_refusal(each_error(lambda error: error.update(AttemptedValue=None)))),
    ),
    Variation(
        "nx-ok-no-attempted",
        "Errors have no AttemptedValue.",
        simply(on_refusal(each_error(lambda error: error.pop("AttemptedValue", None)))),
    ),
    Variation(
        "nx-ok-unknown-refused",
        "Properties that the document does not name are refused.",
        simply(_first_refused(lambda name, value: name not in (*REQUIRED, *TYPICAL))),
    ),
    Variation(
        "nx-ok-outside-refused",
        "Addresses and ids of other services are refused while the services are not connected.",
        simply(_first_refused(lambda name, value: name in FOREIGN)),
    ),
)
