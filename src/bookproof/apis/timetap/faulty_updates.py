"""Defects of what an update does: too little, too much, to the wrong resource, or at the client's word."""

from collections.abc import Callable
from dataclasses import replace

from bookproof.apis.timetap.account import Account, Stored
from bookproof.apis.timetap.faulty_state import Change, account_defect, in_view, store, takes_over
from bookproof.apis.timetap.models import Resource, UpdateResource
from bookproof.faults import Defect

HOUR = 3_600_000


def updates(change: Callable[[Account, UpdateResource, Stored], None]) -> Change:
    """An update does more, or something else, than it should; its answer shows what is stored in the end."""

    def build(account: Account) -> None:
        update = account.update

        def changed(body: UpdateResource) -> Resource:
            before = account.find(body.resourceId)
            update(body)
            change(account, body, before)
            return account.read(body.resourceId)

        account.update = changed  # type: ignore[method-assign]

    return build


def _renames_all(account: Account, body: UpdateResource, before: Stored) -> None:
    for number in in_view(account):
        store(account, number, name=body.name or before.name)


def _renames_the_neighbour(account: Account, body: UpdateResource, before: Stored) -> None:
    later = [number for number in in_view(account) if number > body.resourceId]
    if later and body.name:
        store(account, later[0], name=body.name)


def _keeps_the_name(account: Account, body: UpdateResource, before: Stored) -> None:
    store(account, body.resourceId, name=before.name)


def _keeps_the_services(account: Account, body: UpdateResource, before: Stored) -> None:
    store(account, body.resourceId, reason_ids=before.reason_ids)


def _empties_what_is_not_sent(account: Account, body: UpdateResource, before: Stored) -> None:
    if not body.model_fields_set & {"reasonIdList", "reasonIdListText", "reasons"}:
        store(account, body.resourceId, reason_ids=())


def _blanks_the_name(account: Account, body: UpdateResource, before: Stored) -> None:
    store(account, body.resourceId, name=body.name)


def _begins_anew(account: Account, body: UpdateResource, before: Stored) -> None:
    store(account, body.resourceId, created=before.created + 1000, modified=before.modified + 1000)


def _sets_the_clock_back(account: Account, body: UpdateResource, before: Stored) -> None:
    store(account, body.resourceId, modified=before.created - HOUR)


def _copies(account: Account, body: UpdateResource, before: Stored) -> None:
    number = next(account._ids)
    stored = account._resources[body.resourceId]
    account._resources[number] = replace(stored, resource_id=number, created=stored.modified)


def _upserts(account: Account) -> None:
    update = account.update

    def updates(body: UpdateResource) -> Resource:
        if not account.is_in_view(body.resourceId):
            now = account.now()
            account._resources[body.resourceId] = Stored(
                body.resourceId, body.name, body.locationId, body.locationName, (), (), now, now
            )
        return update(body)

    account.update = updates  # type: ignore[method-assign]


def answers_only(account: Account) -> None:
    """An update is answered as if it had been made, and is not."""
    update = account.update

    def updates(body: UpdateResource) -> Resource:
        before = account.find(body.resourceId)
        shown = update(body)
        account._resources[body.resourceId] = before
        return shown

    account.update = updates  # type: ignore[method-assign]


UPDATES = (
    account_defect("update-name-ignored", "An update does not change the name", updates(_keeps_the_name), "TT-030"),
    account_defect(
        "update-services-ignored", "An update does not change the services", updates(_keeps_the_services), "TT-030"
    ),
    account_defect("update-forgotten", "An update is answered and not kept", answers_only, "TT-083"),
    account_defect(
        "update-empties-services",
        "An update without services takes all of them away",
        updates(_empties_what_is_not_sent),
        "TT-083",
    ),
    account_defect("update-blanks-name", "An update without a name takes it away", updates(_blanks_the_name), "TT-083"),
    account_defect("update-renames-all", "An update renames every resource", updates(_renames_all), "TT-033"),
    account_defect(
        "update-renames-next", "An update renames the next resource, too", updates(_renames_the_neighbour), "TT-033"
    ),
    account_defect("update-copies", "An update makes a second resource", updates(_copies), "TT-033"),
    account_defect("update-upserts", "An update of nobody creates a resource", _upserts, "TT-033", "TT-085"),
    account_defect("update-creation-date", "An update sets the date of creation anew", updates(_begins_anew), "TT-051"),
    account_defect("update-clock-back", "An update sets modifiedDate back", updates(_sets_the_clock_back), "TT-058"),
    Defect(
        "tt-update-takes-created-user",
        "An update takes over the creator",
        ("TT-039",),
        takes_over("createdUser", "update"),
    ),
    Defect(
        "tt-update-takes-modified-user",
        "An update takes over the modifier",
        ("TT-039",),
        takes_over("modifiedUser", "update"),
    ),
    Defect(
        "tt-update-takes-created-date",
        "An update takes over the date of creation",
        ("TT-039", "TT-051"),
        takes_over("createdDate", "update"),
    ),
    Defect(
        "tt-update-takes-modified-date",
        "An update takes over the date of modification",
        ("TT-039", "TT-058"),
        takes_over("modifiedDate", "update"),
    ),
    Defect(
        "tt-update-takes-staff",
        "An update takes over the staff",
        ("TT-039", "TT-063"),
        takes_over("professionalIdList", "update"),
    ),
    Defect(
        "tt-update-takes-services",
        "An update takes over the services as objects",
        ("TT-039",),
        takes_over("reasonSet", "update"),
    ),
)


DEFECTS = UPDATES
