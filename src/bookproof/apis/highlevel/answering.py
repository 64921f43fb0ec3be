"""Seeded defects in what a server answers: its status, form, properties, what comes back, and how it words refusals."""

import html
import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote_plus

from bookproof.apis.highlevel.accepting import EVERY_FIELD, Seed, calendars, is_numeral, of
from bookproof.apis.highlevel.reference import FIXTURES
from bookproof.exchange import ABSENT
from bookproof.faults import Answered, Asked, Hooks, answers_with, drops, edits, sent, status

ANSWERED = {
    "locationId": "HL-047",
    "name": "HL-049",
    "resourceType": "HL-051",
    "isActive": "HL-053",
    "calendarIds": "HL-055",
}
ECHOES = {
    "locationId": "HL-048",
    "name": "HL-050",
    "description": "HL-057",
    "quantity": "HL-058",
    "outOfService": "HL-059",
    "capacity": "HL-060",
    "calendarIds": "HL-056",
    "resourceType": "HL-052",
}
SPELLINGS = {
    "locationId": "location_id",
    "resourceType": "resource_type",
    "isActive": "is_active",
    "calendarIds": "calendar_ids",
}
ESCAPES = {"&": "&amp;", "<": "&lt;", '"': "&quot;", "'": "&#39;"}


def raw(edit: Callable[[bytes], bytes], content_type: str = "application/json", code: int = 201) -> Hooks:
    """Successful answers have other bytes."""

    def answer(asked: Asked, answered: Answered) -> None:
        if answered.accepted:
            answered.body, answered.json, answered.status = edit(answered.body), ABSENT, code
            answered.headers["content-type"] = content_type

    return Hooks(answer=answer)


def replaced(change: Callable[[Any], Any]) -> Hooks:
    """Successful answers hold another JSON value."""

    def answer(asked: Asked, answered: Answered) -> None:
        if answered.accepted:
            answered.json = change(answered.json)

    return Hooks(answer=answer)


def refused(code: int, change: Callable[[dict[str, Any]], Any]) -> Hooks:
    """Refusals of one status hold another JSON value."""

    def answer(asked: Asked, answered: Answered) -> None:
        if answered.status == code:
            answered.json = change(answered.json)

    return Hooks(answer=answer)


def swapped(left: str, right: str) -> Hooks:
    """Two properties of successful answers stand in each other's place."""
    return edits(lambda asked, body: body.update({left: body[right], right: body[left]}))


def seeds() -> Iterator[Seed]:
    """Every defect of this module."""
    yield from _forms()
    yield from _properties()
    yield from _texts()
    yield from _numbers()
    yield from _resource()
    yield from _calendars()
    yield from _refusals()


def _forms() -> Iterator[Seed]:
    pending = status(lambda asked, answered: answered.accepted, 202)
    page = raw(lambda body: b"<html>Created</html>", "text/html")
    envelope = replaced(lambda body: {"resource": body})
    spelt = replaced(lambda body: {SPELLINGS.get(name, name): value for name, value in body.items()})
    all_five = " ".join(ANSWERED.values())
    yield "status-202", "HL-045", "a creation is answered as one that is to come", pending
    yield "status-204", "HL-045 HL-046", "a creation is answered with nothing", raw(lambda body: b"", code=204)
    yield "answer-empty", "HL-046", "the answer has no body", raw(lambda body: b"")
    yield "answer-page", "HL-046", "the answer is a page", page
    yield "answer-truncated", "HL-046", "the answer breaks off", raw(lambda body: body[:-1])
    yield "answer-utf16", "HL-046", "the answer is not UTF-8", raw(lambda body: body.decode().encode("utf-16"))
    yield "answer-nan", "HL-046", "the answer holds NaN", raw(lambda body: body[:-1] + b',"rate":NaN}')
    yield "answer-array", "HL-046", "the answer is an array", replaced(lambda body: [body])
    yield "answer-encoded-twice", "HL-046", "the answer is JSON in a string", replaced(json.dumps)
    yield "answer-label", "HL-046", "the answer calls itself a page", raw(lambda body: body, "text/html")
    yield "answer-enveloped", all_five, "the answer wraps the resource in an object", envelope
    yield "answer-spelt", "HL-047 HL-051 HL-053 HL-055", "the answer's names have underscores", spelt


def _properties() -> Iterator[Seed]:
    for name, row in ANSWERED.items():
        yield f"answer-{name}-missing", row, f"the answer has no {name}", drops(name)
    changes: tuple[tuple[str, str, str, Callable[[Any], Any]], ...] = (
        ("locationId", "HL-047", "an object", lambda value: {"id": value}),
        ("name", "HL-049", "null", lambda value: None),
        ("name", "HL-049", "a number for digits", lambda value: int(value) if is_numeral(value) else value),
        ("description", "HL-057", "null for empty text", lambda value: value or None),
        ("quantity", "HL-058", "a text", str),
        ("capacity", "HL-060", "a text for large numbers", lambda value: str(value) if value > 2**31 else value),
        ("outOfService", "HL-059", "a boolean", bool),
        ("resourceType", "HL-051", "in the singular", lambda value: value[:-1]),
        ("isActive", "HL-053", "a text", lambda value: "true"),
        ("calendarIds", "HL-055", "null for no calendars", lambda value: value or None),
        ("calendarIds", "HL-055", "objects", lambda value: [{"id": name} for name in value]),
        ("calendarIds", "HL-055", "an id without its array", lambda value: value[0] if len(value) == 1 else value),
    )
    for name, row, what, change in changes:
        slug = what.replace(" ", "-")
        yield f"answer-{name}-{slug}", row, f"the answer's {name} is {what}", answers_with(name, change)


def _texts() -> Iterator[Seed]:
    changes: tuple[tuple[str, str, Callable[[str], str]], ...] = (
        ("locationId", "lower-cased", str.lower),
        ("locationId", "cut short", lambda value: value[:16]),
        ("locationId", "escaped for markup", html.escape),
        ("locationId", "cut after 36 letters", lambda value: value[:36]),
        ("locationId", "that of the token", lambda value: FIXTURES["location_id"]),
        ("name", "lower-cased", str.lower),
        ("name", "cut after 255 letters", lambda value: value[:255]),
        ("name", "reduced to ASCII", lambda value: value.encode("ascii", "replace").decode()),
        ("name", "escaped for markup", lambda value: "".join(ESCAPES.get(letter, letter) for letter in value)),
        ("name", "robbed of markup", lambda value: re.sub("<[^>]*>", "", value)),
        ("name", "unescaped from markup", html.unescape),
        ("name", "decoded like a form", unquote_plus),
        ("name", "empty for null", lambda value: "" if value == "null" else value),
        ("name", "filled in as a template", lambda value: value.replace("{{7*7}}", "49")),
        ("name", "cut at NUL", lambda value: value.split("\0")[0]),
        ("name", "robbed of leading zeros", lambda value: value.lstrip("0")),
        ("description", "cut after 255 letters", lambda value: value[:255]),
        ("description", "robbed of Markdown", lambda value: re.sub("[*_]", "", value)),
        ("description", "cut at a comment of SQL", lambda value: value.split("--")[0]),
        ("description", "its first line", lambda value: value.split("\n")[0]),
        ("description", "given breaks of markup", lambda value: value.replace("\n", "<br>\n")),
        ("description", "read as Latin-1", lambda value: value.encode().decode("latin-1")),
        ("description", "robbed of emojis", lambda value: "".join(c for c in value if ord(c) < 0x10000)),
    )
    for name, what, change in changes:
        slug = what.replace(" ", "-").lower()
        yield f"echo-{name}-{slug}", ECHOES[name], f"the answer's {name} is {what}", answers_with(name, change)
    exchanged = swapped("name", "description")
    yield "echo-name-and-description", "HL-050 HL-057", "name and description change places", exchanged


def _numbers() -> Iterator[Seed]:
    changes: tuple[tuple[str, str, Callable[[Any], Any]], ...] = (
        ("quantity", "cut to a whole number", int),
        ("quantity", "rounded to one decimal", lambda value: round(value, 1)),
        ("quantity", "cut to a whole number below zero", lambda value: int(value) if value < 0 else value),
        ("quantity", "kept in one byte", lambda value: value % 256 if value == 65_536 else value),
        ("quantity", "never negative", lambda value: max(value, 0)),
        ("quantity", "at least 1", lambda value: value or 1),
        ("quantity", "rounded to six digits", lambda value: float(f"{value:.6g}")),
        ("outOfService", "1 for any count", lambda value: min(value, 1) if value > 0 else value),
        ("outOfService", "one too many", lambda value: value + 1),
        ("capacity", "without its sign", abs),
        ("capacity", "kept in 32 bits", lambda value: value - 2**32 if value > 2**31 else value),
    )
    for name, what, change in changes:
        slug = what.replace(" ", "-")
        yield f"echo-{name}-{slug}", ECHOES[name], f"the answer's {name} is {what}", answers_with(name, change)
    left = edits(lambda asked, body: body.update(quantity=body["quantity"] - body["outOfService"]))
    single = edits(lambda asked, body: body.update(quantity=1), when=of("rooms"))
    nobody = edits(lambda asked, body: body.update(capacity=0), when=of("equipments"))
    with_capacity, with_service = swapped("quantity", "capacity"), swapped("quantity", "outOfService")
    yield "echo-quantity-left", "HL-058", "the answer's quantity is what is left in service", left
    yield "echo-quantity-of-rooms", "HL-058", "the quantity of a room is lost", single
    yield "echo-capacity-of-equipments", "HL-060", "the capacity of an equipment is lost", nobody
    yield "echo-quantity-and-capacity", "HL-058 HL-060", "quantity and capacity change places", with_capacity
    yield "echo-quantity-and-service", "HL-058 HL-059", "quantity and outOfService change places", with_service


def _resource() -> Iterator[Seed]:
    other = {"rooms": "equipments", "equipments": "rooms"}
    rooms = answers_with("resourceType", lambda value: "rooms")
    reverse = answers_with("resourceType", lambda value: other[value])
    sent_type = edits(lambda asked, body: body.update(resourceType="rooms"), when=sent("resourceType"))
    inactive = answers_with("isActive", lambda value: False)
    yield "echo-type-rooms", "HL-052", "every resource is answered as a room", rooms
    yield "echo-type-swapped", "HL-052", "the two types change places", reverse
    yield "echo-type-of-body", "HL-052", "a resourceType in the body replaces that of the path", sent_type
    yield "inactive", "HL-054", "a created resource is not active", inactive


def _calendars() -> Iterator[Seed]:
    changes: tuple[tuple[str, str, Callable[[list[str]], list[str]]], ...] = (
        ("first", "only the first calendar comes back", lambda ids: ids[:1]),
        ("last-lost", "the last of several calendars is lost", lambda ids: ids[:-1] if len(ids) > 1 else ids),
        ("ten", "ten calendars come back at most", lambda ids: ids[:10]),
        ("lower-cased", "ids of calendars are lower-cased", lambda ids: [name.lower() for name in ids]),
        ("doubled", "every calendar comes back twice", lambda ids: [*ids, *ids]),
        (
            "known",
            "calendars that nobody knows are dropped",
            lambda ids: [name for name in ids if name in FIXTURES["calendar_ids"]],
        ),
        ("more", "a calendar that nobody sent comes back", lambda ids: [*ids, "default"]),
    )
    for slug, what, change in changes:
        yield f"echo-calendars-{slug}", "HL-056", what, answers_with("calendarIds", change)
    lost = edits(lambda asked, body: body.update(calendarIds=[]), when=of("equipments"))
    yield "echo-calendars-of-equipments", "HL-056", "the calendar of an equipment is lost", lost


def _refusals() -> Iterator[Seed]:
    def page(asked: Asked, answered: Answered) -> None:
        if answered.status == 422:
            answered.json, answered.body = ABSENT, b"<h1>Unprocessable Entity</h1>"

    code = refused(400, lambda body: body | {"statusCode": "400"})
    nested = refused(400, lambda body: body | {"message": {"en": "not valid"}})
    unauthorized = refused(401, lambda body: body | {"error": {"code": 7}})
    listed = refused(422, lambda body: body | {"message": [{"property": "name"}]})
    bare = refused(422, lambda body: body["message"])
    hidden = status(lambda asked, answered: answered.status == 422, 200)
    rule = status(lambda asked, answered: answered.status == 400 and len(calendars(asked)) > 1, 200)
    everything = f"{EVERY_FIELD} HL-018 HL-020 HL-042"
    yield "error-status-text", "HL-062", "the statusCode of a 400 is a text", code
    yield "error-message-object", "HL-062", "the message of a 400 is an object", nested
    yield "error-object", "HL-062", "the error of a 401 is an object", unauthorized
    yield "error-messages-objects", "HL-062", "the messages of a 422 are objects", listed
    yield "error-array", "HL-062", "a 422 is an array", bare
    yield "error-mislabelled", "HL-062", "a 422 is a page that calls itself JSON", Hooks(answer=page)
    yield "error-as-success", everything, "what is not valid is answered 200 with an error", hidden
    yield "error-of-rule-as-success", "HL-039", "a broken equipment rule is answered 200 with an error", rule
