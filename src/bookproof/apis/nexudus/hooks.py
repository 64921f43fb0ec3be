"""What seeded defects and conforming variations have in common: Nexudus' messages told apart, its envelope made."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from bookproof.exchange import ABSENT
from bookproof.faults import Answered, Asked, Hooks, When, mends, refuses

RESOURCES: Final = "/api/spaces/resources"

Edit = Callable[[Asked, dict[str, Any]], None]
"""Changes the JSON object of an answer in place; it gets the request as the client sent it."""


def creating(asked: Asked) -> bool:
    """Whether a request creates a resource."""
    return asked.method == "POST" and asked.path == RESOURCES


def reading(asked: Asked) -> bool:
    """Whether a request reads a record."""
    return asked.method == "GET" and asked.path.startswith(f"{RESOURCES}/")


def body_of(asked: Asked) -> dict[str, Any]:
    """The object that a creation sent; empty where it sent something else."""
    return asked.json if creating(asked) and isinstance(asked.json, dict) else {}


def has(field: str, holds: Callable[[Any], bool] = lambda value: True) -> When:
    """Creations that send a field of which something holds."""
    return lambda asked: field in body_of(asked) and holds(body_of(asked)[field])


def lacks(field: str) -> When:
    """Creations that send an object without a field."""
    return lambda asked: creating(asked) and isinstance(asked.json, dict) and field not in asked.json


def envelope(*fields: str, words: str = "is not valid", attempted: Any = None) -> dict[str, Any]:
    """The body of a refusal that names these fields."""
    return {
        "Message": f"{fields[0]}: {words}",
        "Value": None,
        "Errors": [{"AttemptedValue": attempted, "Message": words, "PropertyName": field} for field in fields],
        "WasSuccessful": False,
    }


def turns_away(when: When, field: str) -> Hooks:
    """Certain creations are refused, in the documented manner, for a field."""
    return refuses(when, 400, envelope(field))


def puts_up_with(when: When, **mended: Any) -> Hooks:
    """Certain wrong creations are accepted as if they had sent other values; ABSENT stands for none."""

    def mend(asked: Asked) -> None:
        changed = {**asked.json, **mended} if isinstance(asked.json, dict) else dict(mended)
        asked.json = {name: value for name, value in changed.items() if value is not ABSENT}

    return mends(when, mend)


def _edits(applies: Callable[[Asked, Answered], bool], edit: Edit) -> Hooks:
    def answer(asked: Asked, answered: Answered) -> None:
        if applies(asked, answered) and isinstance(answered.json, dict):
            edit(asked, answered.json)

    return Hooks(answer=answer)


def on_success(edit: Edit) -> Hooks:
    """Changes the envelope of each creation that succeeds."""
    return _edits(lambda asked, answered: creating(asked) and answered.accepted, edit)


def on_refusal(edit: Edit) -> Hooks:
    """Changes the envelope of each creation that is refused for validation."""
    return _edits(lambda asked, answered: creating(asked) and answered.status == 400, edit)


def on_record(edit: Edit) -> Hooks:
    """Changes each record that is read."""
    return _edits(lambda asked, answered: reading(asked) and answered.accepted, edit)


def sets(**values: Any) -> Edit:
    """An edit that gives members other values; ABSENT takes a member away."""

    def edit(asked: Asked, body: dict[str, Any]) -> None:
        for name, value in values.items():
            body.pop(name, None)
            if value is not ABSENT:
                body[name] = value

    return edit


def each_error(change: Callable[[dict[str, Any]], None]) -> Edit:
    """An edit of every entry of Errors."""

    def edit(asked: Asked, body: dict[str, Any]) -> None:
        for error in body["Errors"]:
            change(error)

    return edit


def renames(name: Callable[[str], str]) -> Edit:
    """An edit that gives each property another name, in Errors and in Message alike."""

    def edit(asked: Asked, body: dict[str, Any]) -> None:
        _, _, words = body["Message"].partition(": ")
        for error in body["Errors"]:
            error["PropertyName"] = name(error["PropertyName"])
        body["Message"] = f"{body['Errors'][0]['PropertyName']}: {words}"

    return edit


def minimum(fixtures: Mapping[str, Any]) -> dict[str, Any]:
    """The six required fields."""
    return {
        "BusinessId": fixtures["business_id"],
        "Name": "Board Room A",
        "SystemResourceType": 2,
        "ResourceTypeId": fixtures["resource_type_id"],
        "DisplayOrder": 10,
        "CancellationFeeType": 0,
    }
