"""Defects of the corners: with bundles, with long or odd names, with ids that are sent along, in one kind of answer."""

import html
import re
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import unquote

from bookproof.apis.timetap.account import Account, Stored
from bookproof.apis.timetap.faulty_state import Change, account_defect, in_view, store
from bookproof.apis.timetap.faulty_updates import answers_only, updates
from bookproof.apis.timetap.models import CreateResource, Resource, UpdateResource
from bookproof.apis.timetap.views import whole
from bookproof.apis.timetap.wire import call, defect, named, resources, sets
from bookproof.faults import Answered, Asked, Defect, Hooks

ZONE = 7 * 3_600_000
"""Milliseconds between the local time of the server and UTC."""


def _listed(kept: Callable[[Account, Resource], bool]) -> Change:
    """The list lacks some resources."""

    def change(account: Account) -> None:
        listed = account.listed
        account.listed = lambda: [one for one in listed() if kept(account, one)]  # type: ignore[method-assign]

    return change


def _whole(account: Account, resource: Resource) -> bool:
    return all(map(account.is_in_view, resource.bundleResourceIdList or ()))


def _lists_whole_bundles_alone(reference: Any) -> Hooks:
    """The list ends in a server error as long as it has a bundle that lost a member."""
    account: Account = reference.account

    def respond(asked: Asked) -> Answered | None:
        lost = call(asked) == "list" and not all(_whole(account, resource) for resource in account.listed())
        return Answered(500, {}, "Internal error") if lost else None

    return Hooks(respond=respond)


def _first_of_the_text(account: Account, body: UpdateResource, before: Stored) -> None:
    if body.reasonIdListText:
        store(account, body.resourceId, reason_ids=account.find(body.resourceId).reason_ids[:1])


def _letters_alone(account: Account, body: UpdateResource, before: Stored) -> None:
    if (body.name or "").casefold() == before.name.casefold():
        store(account, body.resourceId, name=before.name)


def _moved_with_its_services(account: Account, body: UpdateResource, before: Stored) -> None:
    if "reasons" in body.model_fields_set:
        store(account, body.resourceId, location_id=282639)


def _names(read: Callable[[str], str]) -> Change:
    """A creation keeps what it reads out of a name."""

    def change(account: Account) -> None:
        create = account.create
        account.create = lambda body: create(  # type: ignore[method-assign]
            body.model_copy(update={"name": read(body.name)})
        )

    return change


def _without_tags(name: str) -> str:
    return re.sub(r"</?[a-z]+>", "", name)


def _newlines(name: str) -> str:
    return name.replace("\\n", "\n")


def _gives_its_services_to_its_members(account: Account) -> None:
    create = account.create

    def creates(body: CreateResource) -> Resource:
        for number in filter(account.is_in_view, body.bundleResourceIdList or ()):
            store(account, number, reason_ids=tuple(body.reasonIdList))
        return create(body)

    account.create = creates  # type: ignore[method-assign]


def _empties_bundles(account: Account) -> None:
    delete = account.delete

    def deletes(resource_id: int) -> None:
        delete(resource_id)
        for number in in_view(account):
            if resource_id in account._resources[number].bundle_ids:
                store(account, number, reason_ids=())

    account.delete = deletes  # type: ignore[method-assign]


def _busy_members(account: Account) -> None:
    asks = account.is_busy

    def is_busy(resource_id: int, date: str, start: str, end: str) -> bool:
        bundled = any(resource_id in account._resources[number].bundle_ids for number in in_view(account))
        return asks(resource_id, date, start, end) or bundled

    account.is_busy = is_busy  # type: ignore[method-assign]


def _overwrites(reference: Any) -> Hooks:
    """A creation that names a resource overwrites it."""
    account: Account = reference.account

    def respond(asked: Asked) -> Answered | None:
        number = whole(named(asked)) if call(asked) == "create" else None
        if number is None or not account.is_in_view(number):
            return None
        store(account, number, name=asked.json["name"], reason_ids=tuple(asked.json["reasonIdList"]))
        return Answered(200, {}, account.read(number).model_dump())

    return Hooks(respond=respond)


def _remembers(key: Callable[[dict[str, Any]], Any], names: Sequence[str], *calls: str) -> Callable[[Any], Hooks]:
    """Shows some properties as they were when the rest of it, the key, was shown first."""

    def build(reference: Any) -> Hooks:
        seen: dict[Any, dict[str, Any]] = {}

        def answer(asked: Asked, answered: Answered) -> None:
            if call(asked) in calls:
                for resource in resources(asked, answered):
                    resource.update(seen.setdefault(key(resource), {name: resource[name] for name in names}))

        return Hooks(answer=answer)

    return build


def _says_yes(reference: Any) -> Hooks:
    """An update is answered with a word of success, and nothing is kept of it."""
    answers_only(reference.account)

    def answer(asked: Asked, answered: Answered) -> None:
        if call(asked) == "update" and answered.accepted:
            answered.json = {"success": True}

    return Hooks(answer=answer)


DEFECTS = (
    account_defect(
        "list-short-names",
        "The list lacks resources with names of more than 255 letters",
        _listed(lambda account, resource: len(resource.name) <= 255),
        "TT-006",
    ),
    account_defect("list-whole-bundles", "The list lacks bundles that lost a member", _listed(_whole), "TT-037"),
    Defect(
        "tt-list-member-crash",
        "A bundle that lost a member ends in a server error of the list",
        ("TT-006",),
        _lists_whole_bundles_alone,
    ),
    Defect(
        "tt-list-services-late",
        "The list shows other services only once the name is another",
        ("TT-083",),
        _remembers(
            lambda r: (r["resourceId"], r["name"]),
            ("reasonIdList", "reasonIdListText", "reasons", "modifiedDate"),
            "list",
        ),
    ),
    Defect(
        "tt-bundle-names-stale",
        "A bundle names its members as they were called at first",
        ("TT-046",),
        _remembers(lambda r: r["resourceId"], ("bundledResources",), "create", "read", "list", "update"),
    ),
    account_defect(
        "bundle-gives-services",
        "The members of a new bundle get its services",
        _gives_its_services_to_its_members,
        "TT-082",
    ),
    account_defect(
        "delete-empties-bundles", "A bundle that loses a member loses its services", _empties_bundles, "TT-037"
    ),
    account_defect("busy-members", "The members of a bundle are busy", _busy_members, "TT-016"),
    Defect(
        "tt-create-overwrites",
        "A creation that names a resource overwrites it",
        ("TT-071", "TT-072"),
        _overwrites,
    ),
    account_defect("create-unescapes", "A creation reads a name as markup", _names(html.unescape), "TT-061"),
    account_defect("create-untags", "A creation takes tags out of a name", _names(_without_tags), "TT-061"),
    account_defect("create-unquotes", "A creation decodes a name like an address", _names(unquote), "TT-061"),
    account_defect("create-newlines", "A creation reads escapes in a name", _names(_newlines), "TT-061"),
    account_defect(
        "update-text-first",
        "An update that spells the services as text, too, keeps the first alone",
        updates(_first_of_the_text),
        "TT-030",
    ),
    account_defect(
        "update-same-letters", "A name that differs in capitals alone is not set", updates(_letters_alone), "TT-030"
    ),
    account_defect(
        "update-full-moves",
        "An update that sends the names of the services sets another location",
        updates(_moved_with_its_services),
        "TT-083",
    ),
    Defect("tt-update-says-yes", "An update is answered with a word and not kept", ("TT-030", "TT-078"), _says_yes),
    defect(
        "modified-local-read",
        "GET calls show modifiedDate in local time",
        sets("modifiedDate", lambda date: date + ZONE, "read", "list"),
        "TT-057",
    ),
)
