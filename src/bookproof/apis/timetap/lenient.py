"""Defects of what is accepted: bodies and fields that are taken too lightly."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from bookproof.apis.timetap.reference import FIXTURES
from bookproof.apis.timetap.wire import (
    call,
    defect,
    having,
    lacking,
    overlooks,
    says,
)
from bookproof.exchange import ABSENT
from bookproof.faults import Asked, Hooks, When, crashes

LOCATION = FIXTURES["location_id"]
MINIMUM = {"bundleResourceIdList": [], "locationId": LOCATION, "name": "bookproof", "reasonIdList": []}


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _odd(value: Any) -> bool:
    return not isinstance(value, str)


def _listed(value: Any) -> bool:
    return isinstance(value, list)


def _no_body(name: str) -> When:
    return lambda asked: call(asked) == name and not asked.body


def _broken_json(name: str) -> When:
    return lambda asked: (
        call(asked) == name and bool(asked.body) and asked.json is ABSENT and asked.body.startswith(b"{")
    )


def _no_object(name: str) -> When:
    return lambda asked: call(asked) == name and asked.json is not ABSENT and not isinstance(asked.json, dict)


def _media(name: str, media: str) -> When:
    return lambda asked: call(asked) == name and asked.headers.get("content-type", "").startswith(media)


def _takes_form(name: str) -> Hooks:
    """Reads a form as if it were JSON."""

    def request(asked: Asked) -> None:
        if _media(name, "application/x-www-form-urlencoded")(asked):
            pairs = dict(parse_qsl(asked.body.decode(), keep_blank_values=True))
            asked.json = {key: _scalar(text) for key, text in pairs.items()}
            asked.headers["content-type"] = "application/json"

    return Hooks(request=request)


def _scalar(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _takes_id(wrong: Callable[[Any], bool], make: Callable[[Any], Any]) -> Hooks:
    """Makes a number of a wrong resourceId in an update."""

    def request(asked: Asked) -> None:
        if having("resourceId", "update", wrong)(asked):
            asked.json["resourceId"] = make(asked.json["resourceId"])

    return Hooks(request=request)


def _ids(text: str) -> Hooks:
    """Takes ids that come as texts, in the list or instead of it."""

    def request(asked: Asked) -> None:
        sent = asked.json.get("reasonIdList") if isinstance(asked.json, dict) else None
        if call(asked) == text and isinstance(sent, list) and any(map(_text, sent)):
            asked.json["reasonIdList"] = [int(item) if _text(item) and item.isdecimal() else item for item in sent]

    return Hooks(request=request)


CREATION_TAKEN_LIGHTLY = (
    defect("create-no-body", "A creation needs no body", overlooks(_no_body("create"), **MINIMUM), "TT-021"),
    defect(
        "create-broken-json", "A body that breaks off is mended", overlooks(_broken_json("create"), **MINIMUM), "TT-021"
    ),
    defect(
        "create-any-json", "Any JSON value creates a resource", overlooks(_no_object("create"), **MINIMUM), "TT-021"
    ),
    defect("create-form", "A creation may be a form", _takes_form("create"), "TT-022"),
    defect(
        "create-bundle-optional",
        "A creation may leave the bundle out",
        overlooks(lacking("bundleResourceIdList", "create"), bundleResourceIdList=[]),
        "TT-022",
    ),
    defect(
        "create-name-optional",
        "A creation may leave the name out",
        overlooks(lacking("name", "create"), name="New resource"),
        "TT-022",
    ),
    defect(
        "create-bundle-lenient",
        "A bundle of any kind is taken for none",
        overlooks(
            having("bundleResourceIdList", "create", lambda v: v is not None and not _listed(v)),
            bundleResourceIdList=[],
        ),
        "TT-022",
    ),
    defect(
        "create-reasons-lenient",
        "Names of services may be anything",
        overlooks(having("reasons", "create", lambda v: not _listed(v) or not all(map(_text, v))), reasons=ABSENT),
        "TT-022",
    ),
    defect(
        "create-location-optional",
        "A creation may leave the location out",
        overlooks(lacking("locationId", "create"), locationId=LOCATION),
        "TT-023",
    ),
    defect(
        "create-location-text",
        "A location may be a text",
        overlooks(having("locationId", "create", _text), locationId=LOCATION),
        "TT-053",
    ),
    defect(
        "create-name-number",
        "A name may be a number",
        overlooks(having("name", "create", lambda v: isinstance(v, int)), name="12345"),
        "TT-060",
    ),
    defect(
        "update-name-lenient",
        "An update's name may be anything",
        overlooks(having("name", "update", _odd), name="12345"),
        "TT-060",
    ),
    defect("create-ids-as-texts", "Ids of services may be texts", _ids("create"), "TT-064"),
    defect(
        "create-services-any",
        "Services of any kind are taken for none",
        overlooks(having("reasonIdList", "create", lambda v: not _listed(v)), reasonIdList=[]),
        "TT-064",
    ),
    defect("update-ids-as-texts", "Ids of services in an update may be texts", _ids("update"), "TT-064"),
)


UPDATE_TAKEN_LIGHTLY = (
    defect("update-no-body", "An update needs no body", says(_no_body("update"), 200, None), "TT-028"),
    defect(
        "update-broken-json-crash",
        "An update that breaks off ends in a server error",
        crashes(_broken_json("update")),
        "TT-028",
    ),
    defect(
        "update-active-optional",
        "An update may leave active out",
        overlooks(lacking("active", "update"), active=True),
        "TT-029",
    ),
    defect(
        "update-location-name-optional",
        "An update may leave locationName out",
        overlooks(lacking("locationName", "update"), locationName=None),
        "TT-029",
    ),
    defect(
        "update-location-text",
        "An update's location may be a text",
        overlooks(having("locationId", "update", _text), locationId=LOCATION),
        "TT-029",
    ),
    defect("update-form", "An update may be a form", _takes_form("update"), "TT-029"),
    defect(
        "update-id-optional",
        "An update without resourceId is taken for done",
        says(lacking("resourceId", "update"), 200, None),
        "TT-031",
    ),
    defect(
        "update-id-text",
        "An update's resourceId may be a text",
        _takes_id(lambda v: _text(v) and v.isdecimal(), int),
        "TT-070",
    ),
    defect(
        "update-id-fraction",
        "An update's resourceId is rounded",
        _takes_id(lambda v: isinstance(v, float), int),
        "TT-070",
    ),
)


DEFECTS = (*CREATION_TAKEN_LIGHTLY, *UPDATE_TAKEN_LIGHTLY)
