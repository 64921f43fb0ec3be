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
from bookproof.faults import Asked, Defect, Hooks, When, crashes, together, unquotes

LOCATION = FIXTURES["location_id"]
MINIMUM = {"bundleResourceIdList": [], "locationId": LOCATION, "name": "bookproof", "reasonIdList": []}


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _odd(value: Any) -> bool:
    return not isinstance(value, str)


def _decimal(value: Any) -> bool:
    return isinstance(value, str) and value.isdecimal()


def _no_list(value: Any) -> bool:
    return value is not None and not isinstance(value, list)


def _odd_ids(value: Any) -> bool:
    return isinstance(value, list) and not all(isinstance(item, int) and item is not True for item in value)


def _odd_texts(value: Any) -> bool:
    return isinstance(value, list) and not all(map(_text, value))


def _no_text_nor_null(value: Any) -> bool:
    return value is not None and not isinstance(value, str)


def _no_body(name: str) -> When:
    return lambda asked: call(asked) == name and not asked.body


def _broken_json(name: str) -> When:
    return lambda asked: (
        call(asked) == name and bool(asked.body) and asked.json is ABSENT and asked.body.startswith(b"{")
    )


def _no_object(name: str) -> When:
    return lambda asked: call(asked) == name and asked.json is not ABSENT and not isinstance(asked.json, dict)


def _called(name: str) -> When:
    return lambda asked: call(asked) == name


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


def _ids_as_texts(prop: str, name: str) -> Hooks:
    """Takes ids that come as texts."""

    def request(asked: Asked) -> None:
        sent = asked.json.get(prop) if isinstance(asked.json, dict) else None
        if call(asked) == name and isinstance(sent, list) and any(map(_text, sent)):
            asked.json[prop] = [int(item) if _text(item) and item.isdecimal() else item for item in sent]

    return Hooks(request=request)


def _optional(name: str, prop: str, default: Any, row: str) -> Defect:
    """A property that may be left out."""
    sentence = f"{prop} may be left out where a resource is {_DONE[name]}"
    return defect(f"{name}-{prop.lower()}-optional", sentence, overlooks(lacking(prop, name), **{prop: default}), row)


def _lenient(
    name: str, words: str, prop: str, wrong: Callable[[Any], bool], mended: Any, row: str, update_row: str = ""
) -> Defect:
    """Wrong values of a property that are mended; with a second row, on updates as well."""
    calls = [name, "update"] if update_row else [name]
    hooks = together(*(overlooks(having(prop, one, wrong), **{prop: mended}) for one in calls))
    rows = (row, update_row) if update_row else (row,)
    sentence = f"{prop} {words} is put up with where a resource is {' or '.join(_DONE[one] for one in calls)}"
    return defect(f"{name}-{prop.lower()}-{words.replace(' ', '-')}", sentence, hooks, *rows)


_DONE = {"create": "created", "update": "updated"}

BODIES = (
    defect("create-no-body", "A creation needs no body", overlooks(_no_body("create"), **MINIMUM), "TT-021"),
    defect("create-mended", "A body that breaks off is mended", overlooks(_broken_json("create"), **MINIMUM), "TT-021"),
    defect("create-any-json", "Any JSON value creates", overlooks(_no_object("create"), **MINIMUM), "TT-021"),
    defect("create-quoted", "JSON within a JSON string creates", unquotes(_called("create")), "TT-021"),
    defect("create-form", "A creation may be a form", _takes_form("create"), "TT-022"),
    defect("update-no-body", "An update needs no body", says(_no_body("update"), 200, None), "TT-028"),
    defect("update-broken-crash", "A body that breaks off crashes", crashes(_broken_json("update")), "TT-028"),
    defect("update-any-json", "Any JSON value updates", says(_no_object("update"), 200, None), "TT-028"),
    defect("update-quoted", "JSON within a JSON string updates", unquotes(_called("update")), "TT-028"),
    defect("update-form", "An update may be a form", _takes_form("update"), "TT-029"),
)

LEFT_OUT = (
    _optional("create", "bundleResourceIdList", [], "TT-022"),
    _optional("create", "name", "New resource", "TT-022"),
    _optional("create", "reasonIdList", [], "TT-022"),
    _optional("create", "locationId", LOCATION, "TT-023"),
    _optional("update", "active", True, "TT-029"),
    _optional("update", "businessId", 1, "TT-029"),
    _optional("update", "locationId", LOCATION, "TT-029"),
    _optional("update", "locationName", None, "TT-029"),
    defect(
        "update-id-optional",
        "An update without resourceId is taken for done",
        says(lacking("resourceId", "update"), 200, None),
        "TT-031",
    ),
)

OF_ANOTHER_TYPE = (
    _lenient("create", "of any type", "bundleResourceIdList", _no_list, [], "TT-022", "TT-029"),
    _lenient("create", "with any items", "bundleResourceIdList", _odd_ids, [], "TT-022", "TT-029"),
    _lenient("create", "of any type", "locationName", _no_text_nor_null, None, "TT-022", "TT-029"),
    _lenient("create", "of any type", "reasonIdListText", _odd, ABSENT, "TT-022", "TT-029"),
    _lenient("create", "of any type", "reasons", _no_list, ABSENT, "TT-022", "TT-029"),
    _lenient("create", "with any items", "reasons", _odd_texts, ABSENT, "TT-022", "TT-029"),
    _lenient("create", "as a text", "locationId", _text, LOCATION, "TT-053", "TT-029"),
    _lenient("create", "as a number", "name", lambda v: isinstance(v, int), "12345", "TT-060"),
    _lenient("update", "of any type", "name", _odd, "12345", "TT-060"),
    _lenient("create", "of any type", "reasonIdList", _no_list, [], "TT-064"),
    _lenient("update", "of any type", "reasonIdList", _no_list, [], "TT-064"),
    defect("create-ids-as-texts", "Ids may be texts", _ids_as_texts("reasonIdList", "create"), "TT-064"),
    defect("update-ids-as-texts", "Ids may be texts", _ids_as_texts("reasonIdList", "update"), "TT-064"),
    defect("update-id-text", "resourceId may be a text", _takes_id(_decimal, int), "TT-070"),
    defect("update-id-rounded", "resourceId is rounded", _takes_id(lambda v: isinstance(v, float), int), "TT-070"),
)

DEFECTS = (*BODIES, *LEFT_OUT, *OF_ANOTHER_TYPE)
