"""Defects of what a call leaves behind: more than it answers, or something although it was refused."""

from collections.abc import Callable
from dataclasses import replace
from email.utils import formatdate
from typing import Any

from bookproof.apis.timetap.account import Account, Stored
from bookproof.apis.timetap.faulty_state import account_defect, store
from bookproof.apis.timetap.models import CreateResource, Resource, UpdateResource
from bookproof.apis.timetap.views import whole
from bookproof.apis.timetap.wire import ANSWERS, call, defect, having, named, resources, shows
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


def _obeys(name: str, write: Callable[[Account, Asked], None]) -> Callable[[Any], Hooks]:
    """A call is made all the same, though whoever asks is turned away."""

    def build(reference: Any) -> Hooks:
        def answer(asked: Asked, answered: Answered) -> None:
            if call(asked) == name and answered.status == 401:
                write(reference.account, asked)

        return Hooks(answer=answer)

    return build


def _deletes(account: Account, asked: Asked) -> None:
    number = _number(asked)
    if number is not None and account.is_in_view(number):
        account.delete(number)


def _updates(change: Callable[[Stored], Stored]) -> Callable[[Account], None]:
    """An update changes what nobody asked for, and its answer shows it."""

    def build(account: Account) -> None:
        update = account.update

        def updates(body: UpdateResource) -> Resource:
            update(body)
            account._resources[body.resourceId] = change(account._resources[body.resourceId])
            return account.view(account._resources[body.resourceId])

        account.update = updates  # type: ignore[method-assign]

    return build


def _moved(stored: Stored) -> Stored:
    return replace(stored, location_id=282639)


def _unbundled(stored: Stored) -> Stored:
    return replace(stored, bundle_ids=())


def _cut(stored: Stored) -> Stored:
    return replace(stored, name=stored.name[:64])


def _takes_members_along(account: Account) -> None:
    delete = account.delete

    def deletes(resource_id: int) -> None:
        members = [number for number in account.find(resource_id).bundle_ids if account.is_in_view(number)]
        for number in (resource_id, *members):
            delete(number)

    account.delete = deletes  # type: ignore[method-assign]


def _needs_its_members(reference: Any) -> Hooks:
    """Whoever reads a bundle without one of its members gets a server error."""

    def respond(asked: Asked) -> Answered | None:
        found = reference.account._resources.get(_number(asked)) if call(asked) == "read" else None
        dead = found and not all(map(reference.account.is_in_view, found.bundle_ids))
        return Answered(500, {}, "Internal error") if dead else None

    return Hooks(respond=respond)


def _holds_its_members(reference: Any) -> Hooks:
    """Deleting a member of a bundle in view ends in a server error."""

    def respond(asked: Asked) -> Answered | None:
        if call(asked) != "delete":
            return None
        bundles = [stored.bundle_ids for stored in reference.account._resources.values() if stored.active]
        held = any(_number(asked) in members for members in bundles)
        return Answered(500, {}, "Internal error") if held else None

    return Hooks(respond=respond)


def _number(asked: Asked) -> int | None:
    text = str(named(asked))
    return int(text) if text.isdecimal() else None


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
        ("TT-082", "TT-083"),
        _writes_first("update", _renames),
    ),
    Defect(
        "tt-update-stranger-kept",
        "An update of somebody without credentials is refused and made",
        ("TT-082", "TT-083"),
        _obeys("update", lambda account, asked: _renames(account, asked.json)),
    ),
    Defect(
        "tt-delete-stranger-kept",
        "A deletion of somebody without credentials is refused and made",
        ("TT-006",),
        _obeys("delete", _deletes),
    ),
    account_defect(
        "update-creates",
        "An update of nobody creates some resource",
        _creates_under_another_id,
        "TT-033",
        "TT-085",
    ),
    account_defect("update-name-cut", "An update cuts a name after 64 letters", _updates(_cut), "TT-030"),
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
    account_defect("update-moves", "An update sets another location", _updates(_moved), "TT-083"),
    account_defect("update-unbundles", "An update takes a bundle apart", _updates(_unbundled), "TT-083"),
    account_defect("delete-members", "A deletion takes the members of a bundle along", _takes_members_along, "TT-037"),
    Defect(
        "tt-bundle-member-crash", "A bundle that lost a member ends in a server error", ("TT-043",), _needs_its_members
    ),
    Defect(
        "tt-delete-member-crash",
        "Deleting a member of a bundle ends in a server error",
        ("TT-035",),
        _holds_its_members,
    ),
    defect(
        "bundle-of-itself",
        "Every resource names itself as bundled",
        shows(lambda r: r.update(bundleResourceIdList=[*r["bundleResourceIdList"], r["resourceId"]])),
        "TT-043",
        "TT-046",
    ),
)
