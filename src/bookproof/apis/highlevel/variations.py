"""Other ways to keep HighLevel's contract: the liberties that its document leaves, of which none may be accused."""

import gzip
import json
from collections.abc import Callable
from typing import Any
from unicodedata import normalize

from bookproof.apis.highlevel.accepting import (
    NUMBERS,
    header,
    is_object,
    kind,
    labelled,
    reads_header,
    unknown_type,
    well_typed,
)
from bookproof.apis.highlevel.answering import ANSWERED
from bookproof.apis.highlevel.models import CreateCalendarResource
from bookproof.apis.highlevel.reference import FIXTURES, TOKEN, VERSION
from bookproof.exchange import ABSENT
from bookproof.faults import Answered, Asked, Hooks, Variation, answers_with, edits, mends, refuses, simply, status

Body = dict[str, Any]
MORE = {"id": "r1", "_id": "r1", "createdAt": "2026-03-04T00:00:00Z", "deleted": False, "traceId": None, "tags": []}
OWN_NUMBERS = {"equipments": ("quantity", "outOfService"), "rooms": ("capacity",)}
PROBLEM = b'{"type":"about:blank","title":"Bad Request","status":400,"detail":"not valid","errors":[{"at":"name"}]}'


def _refusal(asked: Asked, answered: Answered) -> bool:
    return 400 <= answered.status < 500


def worded(body: Any, text: bytes = b"", content_type: str = "application/json") -> Hooks:
    """Refusals carry another body: a JSON value, or bytes where that is ABSENT."""

    def answer(asked: Asked, answered: Answered) -> None:
        if _refusal(asked, answered):
            answered.json, answered.body = body, text
            answered.headers = {"content-type": content_type} if content_type else {}

    return Hooks(answer=answer)


def unless(holds: Callable[[Body], bool], code: int = 422) -> Hooks:
    """Bodies that the document allows are refused unless something holds that it does not state."""
    refusal = {"statusCode": code, "message": ["a value is beyond what this service takes"]}
    return refuses(lambda asked: well_typed(asked.json) and not holds(asked.json), code, refusal)


def all_numbers(holds: Callable[[Any], bool]) -> Callable[[Body], bool]:
    """Something holds of every number of a body."""
    return lambda body: all(holds(body[name]) for name in NUMBERS)


def texts(change: Callable[[str], str]) -> Hooks:
    """Name and description come back in another form."""
    return edits(lambda asked, body: body.update({name: change(body[name]) for name in ("name", "description")}))


def plain(body: Body) -> bool:
    """A name of ASCII letters, digits, blanks and hyphens."""
    return str(body["name"]).isascii() and str(body["name"]).replace(" ", "").replace("-", "").isalnum()


def possible(body: Body) -> bool:
    """Numbers that make sense together."""
    return bool(body["capacity"] >= 1 and 0 <= body["outOfService"] <= body["quantity"] >= 1)


def known_ids(body: Body) -> bool:
    """The location and the calendars of the fixtures."""
    return body["locationId"] == FIXTURES["location_id"] and set(body["calendarIds"]) <= set(FIXTURES["calendar_ids"])


def undocumented(asked: Asked) -> bool:
    """Bodies with other properties than the seven."""
    return is_object(asked.json) and not set(asked.json) <= set(CreateCalendarResource.model_fields)


def other_label(asked: Asked) -> bool:
    """JSON under another label."""
    return asked.json is not ABSENT and labelled("text/plain")(asked)


def required_only(asked: Asked, body: Body) -> None:
    """Leaves out what may be left out."""
    for name in set(body) - set(ANSWERED):
        del body[name]


def own_numbers(asked: Asked, body: Body) -> None:
    """Leaves out the numbers of the other type."""
    for name in set(NUMBERS) - set(OWN_NUMBERS[kind(asked)]):
        del body[name]


def floats(asked: Asked, body: Body) -> None:
    """Writes numbers with a fraction."""
    body.update({name: float(body[name]) for name in NUMBERS})


def packed(asked: Asked, answered: Answered) -> None:
    """Compresses what a client says it can read."""
    if answered.json is not ABSENT and "gzip" in asked.headers.get("accept-encoding", ""):
        answered.body, answered.json = gzip.compress(json.dumps(answered.json).encode(), mtime=0), ABSENT
        answered.headers["content-encoding"] = "gzip"


def laid_out(asked: Asked, answered: Answered) -> None:
    """Writes an answer over several lines, in another order, among other headers."""
    answered.body = json.dumps(answered.json, indent=2, sort_keys=True).encode()
    answered.json = ABSENT
    answered.headers = {
        "Content-Type": "Application/JSON; charset=UTF-8",
        "Set-Cookie": "session=1; Path=/",
        "X-RateLimit-Remaining": "99",
    }


def body_first(asked: Asked) -> Answered | None:
    """Looks at the body, then at the resource type, at Version, and at the token last."""
    if not labelled("application/json")(asked):
        return Answered(415, {}, {"statusCode": 415, "message": "Unsupported Media Type"})
    if not well_typed(asked.json) or len(asked.json["calendarIds"]) > 100:
        return Answered(400, {}, {"statusCode": 400, "message": "Bad Request"})
    if unknown_type(asked):
        return Answered(404, {}, {"statusCode": 404, "message": "Not Found"})
    if asked.headers.get("version") != VERSION:
        return Answered(400, {}, {"statusCode": 400, "message": "version header is invalid"})
    return None


def throttled(code: int, count: int) -> Callable[[Any], Hooks]:
    """Every so many requests are asked to come again at once."""

    def build(reference: Any) -> Hooks:
        numbers = iter(range(1, 10**9))

        def respond(asked: Asked) -> Answered | None:
            wait = Answered(code, {"Retry-After": "0"}, {"statusCode": code, "message": "Too Many Requests"})
            return None if next(numbers) % count else wait

        return Hooks(respond=respond)

    return build


def unique_names(reference: Any) -> Hooks:
    """A name that another resource has is refused."""
    taken: set[str] = set()

    def respond(asked: Asked) -> Answered | None:
        if not well_typed(asked.json) or asked.json["name"] not in taken:
            return None
        return Answered(409, {"content-type": "text/plain"}, ABSENT, b"the name is taken")

    def answer(asked: Asked, answered: Answered) -> None:
        if answered.accepted:
            taken.add(asked.json["name"])

    return Hooks(respond=respond, answer=answer)


def idempotent(reference: Any) -> Hooks:
    """The same creation once more is answered 200 with the resource that is there."""
    made: set[str] = set()

    def answer(asked: Asked, answered: Answered) -> None:
        if answered.accepted:
            key = asked.path + json.dumps(asked.json, sort_keys=True)
            answered.status = 200 if key in made else 201
            made.add(key)

    return Hooks(answer=answer)


def _stateless() -> tuple[tuple[str, str, Hooks], ...]:
    any_token = mends(
        header("authorization", lambda v: v.startswith("Bearer ")), reads_header("authorization", f"Bearer {TOKEN}")
    )
    again = answers_with("calendarIds", lambda ids: sorted(set(ids), reverse=True))
    charset = Hooks(
        answer=lambda asked, answered: answered.headers.update({"content-type": "application/json; charset=utf-8"})
    )
    listed = {"errors": [{"field": "name", "code": 7}], "traceId": "1"}
    return (
        ("success-200", "a creation is answered 200", status(lambda asked, answered: answered.accepted, 200)),
        *(
            (f"refusals-{code}", f"every refusal is {code}", status(_refusal, code))
            for code in (400, 401, 403, 404, 422)
        ),
        ("message-none", "a refusal is an empty object", worded({})),
        ("message-other", "a refusal lists its errors in another way", worded(listed)),
        ("refusal-text", "a refusal is plain text", worded(ABSENT, b"Bad Request", "text/plain; charset=utf-8")),
        ("refusal-page", "a refusal is a page", worded(ABSENT, b"<html><h1>400</h1></html>", "text/html")),
        ("refusal-empty", "a refusal has no body", worded(ABSENT, b"", "")),
        ("refusal-problem", "a refusal is a problem document", worded(ABSENT, PROBLEM, "application/problem+json")),
        ("more-properties", "the answer has undocumented properties", edits(lambda asked, body: body.update(MORE))),
        ("required-only", "the answer has the five required properties only", edits(required_only)),
        ("own-numbers", "the answer has the numbers of its own type only", edits(own_numbers)),
        (
            "undocumented",
            "undocumented properties are refused",
            refuses(undocumented, 422, {"message": ["x should not exist"]}),
        ),
        ("known-ids", "unknown locations and calendars are refused", unless(known_ids, 404)),
        ("known-ids-forbidden", "unknown locations and calendars are forbidden", unless(known_ids, 403)),
        ("known-ids-unauthorized", "unknown locations are none of the token's (401)", unless(known_ids, 401)),
        ("markup-forbidden", "texts with markup are forbidden", unless(lambda body: "<" not in str(body), 403)),
        ("names-bounded", "a name has 1 to 40 letters", unless(lambda body: 0 < len(body["name"].strip()) <= 40)),
        ("names-plain", "a name has ASCII letters, digits, blanks and hyphens", unless(plain, 400)),
        (
            "descriptions-bounded",
            "a description has 1 to 250 letters",
            unless(lambda body: 0 < len(body["description"]) <= 250),
        ),
        (
            "numbers-whole",
            "numbers are whole and not negative",
            unless(all_numbers(lambda value: value >= 0 and value == int(value))),
        ),
        ("numbers-small", "numbers fit into 16 bits", unless(all_numbers(lambda value: abs(value) < 2**15))),
        ("numbers-possible", "no more is out of service than there is", unless(possible)),
        ("calendars-needed", "a calendar at least is needed", unless(lambda body: bool(body["calendarIds"]))),
        (
            "calendars-distinct",
            "a calendar that is sent twice is refused",
            unless(lambda b: len(set(b["calendarIds"])) == len(b["calendarIds"])),
        ),
        ("calendars-sorted", "calendars come back in another order, none twice", again),
        ("numbers-as-floats", "5 comes back as 5.0", edits(floats)),
        ("texts-trimmed", "blanks around texts are cut", texts(str.strip)),
        ("texts-decomposed", "texts come back in another Unicode form", texts(lambda text: normalize("NFD", text))),
        ("charset", "the answer names its charset", charset),
        ("laid-out", "the answer is laid out over lines, among other headers", Hooks(answer=laid_out)),
        ("packed", "the answer is compressed", Hooks(answer=packed)),
        (
            "label-ignored",
            "JSON is taken under another label",
            mends(other_label, reads_header("content-type", "application/json")),
        ),
        ("any-token", "a mock takes any bearer token", any_token),
        ("body-first", "the checks come in another order", Hooks(respond=body_first)),
    )


VARIATIONS: tuple[Variation, ...] = (
    *(Variation(f"hl-ok-{name}", sentence, simply(hooks)) for name, sentence, hooks in _stateless()),
    Variation("hl-ok-throttled", "every seventh request is asked to wait (429)", throttled(429, 7)),
    Variation("hl-ok-unavailable", "every fifth request is asked to wait (503)", throttled(503, 5)),
    Variation("hl-ok-unique-names", "a name that is taken is refused", unique_names),
    Variation("hl-ok-idempotent", "the same creation twice makes one resource", idempotent),
)
