"""Defects of what a call leaves behind: more than it answers, or something although it was refused."""

from collections.abc import Callable
from dataclasses import replace
from email.utils import formatdate
from typing import Any

from bookproof.apis.timetap.account import Account, Stored
from bookproof.apis.timetap.faulty_state import account_defect, store
from bookproof.apis.timetap.history import whole
from bookproof.apis.timetap.models import CreateResource, Resource, UpdateResource
from bookproof.apis.timetap.wire import ANSWERS, call, defect, having, resources
from bookproof.faults import Answered, Asked, Defect, Hooks, crashes

ZONE = 7 * 3_600_000
"""Milliseconds between the local time of the server and UTC."""


def _creates_twice(account: Account) -> None:
    create = account.create

    def creates(body: CreateResource) -> Resource:
        shown = create(body)
        create(body)
        return shown

    account.create = creates  # type: ignore[method-assign]


def _creates_under_another_id(account: Account) -> None:
    """An update of nobody creates a resource, to which the account gives an id of its own."""
    update = account.update

    def updates(body: UpdateResource) -> Resource:
        if account.is_in_view(body.resourceId):
            return update(body)
        number, now = next(account._ids), account.now()
        account._resources[number] = Stored(number, body.name, body.locationId, body.locationName, (), (), now, now)
        return account.read(number)

    account.update = updates  # type: ignore[method-assign]


def _writes_first(name: str, write: Callable[[Account, dict[str, Any]], None]) -> Callable[[Any], Hooks]:
    """A call writes, and looks at what it was given then."""

    def build(reference: Any) -> Hooks:
        def answer(asked: Asked, answered: Answered) -> None:
            refused = call(asked) == name and answered.status == 400 and isinstance(asked.json, dict)
            if refused and isinstance(asked.json.get("name"), str):
                write(reference.account, asked.json)

        return Hooks(answer=answer)

    return build


def _inserts(account: Account, sent: dict[str, Any]) -> None:
    number, now = next(account._ids), account.now()
    account._resources[number] = Stored(number, sent["name"], 81181, None, (), (), now, now)


def _renames(account: Account, sent: dict[str, Any]) -> None:
    number = whole(sent.get("resourceId"))
    if number is not None and account.is_in_view(number):
        store(account, number, name=sent["name"])


def _cuts_new_names(account: Account) -> None:
    update = account.update

    def updates(body: UpdateResource) -> Resource:
        update(body)
        stored = account._resources[body.resourceId]
        account._resources[body.resourceId] = replace(stored, name=stored.name[:64])
        return account.view(account._resources[body.resourceId])

    account.update = updates  # type: ignore[method-assign]


def _local_time(reference: Any) -> Hooks:
    """Dates count from 1970 in the server's own time zone; its header has the true one."""

    def answer(asked: Asked, answered: Answered) -> None:
        answered.headers["date"] = formatdate(reference.account.now() / 1000, usegmt=True)
        for resource in resources(asked, answered) if call(asked) in ANSWERS else ():
            resource["createdDate"] -= ZONE
            resource["modifiedDate"] -= ZONE

    return Hooks(answer=answer)


def _beyond_the_first_plane(name: Any) -> bool:
    return isinstance(name, str) and any(ord(sign) > 0xFFFF for sign in name)


DEFECTS = (
    account_defect("create-twice", "A creation makes a second resource, too", _creates_twice, "TT-020"),
    Defect(
        "tt-create-refused-kept",
        "A creation that is refused leaves a resource behind",
        ("TT-020",),
        _writes_first("create", _inserts),
    ),
    Defect(
        "tt-update-refused-kept",
        "An update that is refused has set the name",
        ("TT-082",),
        _writes_first("update", _renames),
    ),
    account_defect(
        "update-creates",
        "An update of nobody creates some resource",
        _creates_under_another_id,
        "TT-033",
        "TT-085",
    ),
    account_defect("update-name-cut", "An update cuts a name after 64 letters", _cuts_new_names, "TT-030"),
    defect(
        "update-emoji-crash",
        "A new name with an emoji ends in a server error",
        crashes(having("name", "update", _beyond_the_first_plane)),
        "TT-030",
    ),
    defect(
        "create-services-twice-crash",
        "A service that is named twice ends in a server error",
        crashes(having("reasonIdList", "create", lambda v: isinstance(v, list) and len(set(map(str, v))) < len(v))),
        "TT-026",
    ),
    Defect("tt-local-time", "Dates count from 1970 in local time", ("TT-050", "TT-057"), _local_time),
)
