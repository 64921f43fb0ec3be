"""Defects of what the account does: state that is lost, comes back, or leaks to others."""

import itertools
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bookproof.apis.timetap.account import Account, Stored
from bookproof.apis.timetap.models import CreateResource, Resource
from bookproof.apis.timetap.wire import call, named, resources
from bookproof.faults import Answered, Asked, Defect, Hooks

NOTHING = Hooks()
Change = Callable[[Account], None]


def account_defect(name: str, sentence: str, change: Change, *breaks: str) -> Defect:
    """A defect that lies in the account itself."""

    def build(reference: Any) -> Hooks:
        change(reference.account)
        return NOTHING

    return Defect(f"tt-{name}", sentence, breaks, build)


def _listed(choose: Callable[[Account, list[Resource]], list[Resource]]) -> Change:
    """The list shows another choice."""

    def change(account: Account) -> None:
        listed = account.listed
        account.listed = lambda: choose(account, list(listed()))  # type: ignore[method-assign]

    return change


def _also_deletes(others: Callable[[Account, int], list[int]]) -> Change:
    """A deletion takes others along."""

    def change(account: Account) -> None:
        delete = account.delete

        def deletes(resource_id: int) -> None:
            along = others(account, resource_id)
            delete(resource_id)
            for other in along:
                delete(other)

        account.delete = deletes  # type: ignore[method-assign]

    return change


def in_view(account: Account) -> list[int]:
    """The ids of the resources in view, the oldest first."""
    return [number for number, stored in account._resources.items() if stored.active]


def _lists_deleted(account: Account, listed: list[Resource]) -> list[Resource]:
    return [account.view(stored) for stored in account._resources.values()]


def _lists_deleted_as_active(account: Account, listed: list[Resource]) -> list[Resource]:
    return [account.view(replace(stored, active=True)) for stored in account._resources.values()]


def _shows_late(account: Account) -> None:
    listed, known = account.listed, set(account._resources)

    def late() -> list[Resource]:
        shown = [resource for resource in listed() if resource.resourceId in known]
        known.update(account._resources)
        return shown

    account.listed = late  # type: ignore[method-assign]


def _deletes_nothing(account: Account) -> None:
    account.delete = account.find  # type: ignore[method-assign, assignment]


def _deletes_from_the_list_alone(account: Account) -> None:
    hidden: set[int] = set()
    listed = account.listed

    def delete(resource_id: int) -> None:
        account.find(resource_id)
        hidden.add(resource_id)

    account.delete = delete  # type: ignore[method-assign]
    account.listed = lambda: [r for r in listed() if r.resourceId not in hidden]  # type: ignore[method-assign]


def _deletes_another(account: Account) -> None:
    delete = account.delete

    def deletes(resource_id: int) -> None:
        account.find(resource_id)
        later = [number for number in in_view(account) if number > resource_id]
        delete(min(later, default=resource_id))

    account.delete = deletes  # type: ignore[method-assign]


def store(account: Account, number: int, **changes: Any) -> None:
    """Changes what is kept of a resource."""
    with account._lock:
        account._resources[number] = replace(account._resources[number], **changes)


def _creates(change: Callable[[Account, CreateResource, int], None]) -> Change:
    """A creation does more, or something else, than it should."""

    def build(account: Account) -> None:
        create = account.create

        def creates(body: CreateResource) -> Resource:
            number = create(body).resourceId
            change(account, body, number)
            return account.view(account._resources[number])

        account.create = creates  # type: ignore[method-assign]

    return build


def _loses_services(account: Account, body: CreateResource, number: int) -> None:
    store(account, number, reason_ids=account._resources[number].reason_ids[:2])


def _adds_a_service(account: Account, body: CreateResource, number: int) -> None:
    store(account, number, reason_ids=(*account._resources[number].reason_ids, 646892, 158196))


def _takes_the_id(reference: Any) -> Hooks:
    """A creation takes the id that was sent."""

    def answer(asked: Asked, answered: Answered) -> None:
        wanted = named(asked)
        if call(asked) != "create" or not isinstance(wanted, int) or not answered.accepted:
            return
        stored = reference.account._resources.pop(answered.json["resourceId"])
        reference.account._resources[wanted] = replace(stored, resource_id=wanted)
        answered.json["resourceId"] = wanted

    return Hooks(answer=answer)


def _reuses_ids(account: Account) -> None:
    """The next id is the highest in view and one more."""
    create = account.create

    def creates(body: CreateResource) -> Resource:
        with account._lock:
            account._ids = itertools.count(max(in_view(account)) + 1)
            return create(body)

    account.create = creates  # type: ignore[method-assign]


def _same_name_same_id(account: Account) -> None:
    create = account.create

    def creates(body: CreateResource) -> Resource:
        for number in in_view(account):
            if account._resources[number].name == body.name:
                return account.read(number)
        return create(body)

    account.create = creates  # type: ignore[method-assign]


def _shares_ids(reference: Any) -> Hooks:
    """Of two creations at the same time the second is answered with the id of the first."""
    lock = threading.Lock()
    pending: list[int] = []

    def answer(asked: Asked, answered: Answered) -> None:
        if call(asked) != "create" or not answered.accepted or threading.current_thread() is threading.main_thread():
            return
        with lock:
            if pending:
                answered.json["resourceId"] = pending.pop()
            else:
                pending.append(answered.json["resourceId"])

    return Hooks(answer=answer)


def _loses_alphabets(account: Account) -> None:
    create = account.create

    def creates(body: CreateResource) -> Resource:
        shown = create(body)
        if not body.name.isascii():
            del account._resources[shown.resourceId]
        return shown

    account.create = creates  # type: ignore[method-assign]


def _asking(change: Callable[[Stored], Stored]) -> Change:
    """A question changes what it asks about."""

    def build(account: Account) -> None:
        is_busy = account.is_busy

        def asks(resource_id: int, date: str, start: str, end: str) -> bool:
            busy = is_busy(resource_id, date, start, end)
            account._resources[resource_id] = change(account._resources[resource_id])
            return busy

        account.is_busy = asks  # type: ignore[method-assign]

    return build


def takes_over(prop: str, *calls: str) -> Callable[[Any], Hooks]:
    """What a client sends for a property that is not writable is shown from then on."""

    def build(reference: Any) -> Hooks:
        taken: dict[Any, Any] = {}

        def answer(asked: Asked, answered: Answered) -> None:
            sent = asked.json.get(prop) if isinstance(asked.json, dict) else None
            for resource in resources(asked, answered):
                if sent and call(asked) in calls:
                    taken[resource["resourceId"]] = sent
                if resource["resourceId"] in taken:
                    resource[prop] = taken[resource["resourceId"]]

        return Hooks(answer=answer)

    return build


def _twice_is_an_error(reference: Any) -> Hooks:
    """Deleting what is deleted already ends in a server error."""

    def respond(asked: Asked) -> Answered | None:
        number = str(named(asked))
        known = number.isdecimal() and int(number) in reference.account._resources
        if call(asked) == "delete" and known and not reference.account.is_in_view(int(number)):
            return Answered(500, {}, "Internal error")
        return None

    return Hooks(respond=respond)


def _reading_the_dead_is_an_error(reference: Any) -> Hooks:
    """Reading what was deleted ends in a server error."""

    def respond(asked: Asked) -> Answered | None:
        number = str(named(asked))
        known = number.isdecimal() and int(number) in reference.account._resources
        if call(asked) == "read" and known and not reference.account.is_in_view(int(number)):
            return Answered(500, {}, "Internal error")
        return None

    return Hooks(respond=respond)


LISTS = (
    account_defect(
        "list-page", "The list shows the first twenty resources alone", _listed(lambda a, v: v[:20]), "TT-006"
    ),
    account_defect("list-late", "The list shows a new resource the second time", _shows_late, "TT-006"),
    account_defect(
        "list-with-services",
        "The list lacks resources with more than two services",
        _listed(lambda a, v: [r for r in v if len(r.reasonIdList) != 1]),
        "TT-006",
    ),
    account_defect(
        "list-deleted",
        "The list shows what was deleted, with active false",
        _listed(_lists_deleted),
        "TT-007",
        "TT-036",
    ),
    account_defect(
        "list-deleted-active",
        "The list shows what was deleted as if it were not",
        _listed(_lists_deleted_as_active),
        "TT-036",
    ),
    account_defect("list-twice", "The list shows every resource twice", _listed(lambda a, v: v + v), "TT-072"),
)


CREATIONS = (
    account_defect("create-two-services", "A creation keeps two services at most", _creates(_loses_services), "TT-026"),
    Defect("tt-create-takes-id", "A creation takes over the id that was sent", ("TT-071", "TT-072"), _takes_the_id),
    account_defect("ids-reused", "The id of a deleted resource is given again", _reuses_ids, "TT-072"),
    account_defect(
        "ids-by-name", "A second resource of the same name gets the id of the first", _same_name_same_id, "TT-072"
    ),
    Defect("tt-ids-shared", "Two creations at the same time share an id", ("TT-020", "TT-072", "TT-082"), _shares_ids),
    account_defect(
        "create-loses-alphabets",
        "Names beyond ASCII are answered and not kept",
        _loses_alphabets,
        "TT-006",
        "TT-082",
    ),
    Defect(
        "tt-create-takes-user",
        "A creation takes over who is said to have created it",
        ("TT-039", "TT-077"),
        takes_over("createdUser", "create"),
    ),
    Defect(
        "tt-create-takes-date",
        "A creation takes over when it is said to have been",
        ("TT-039", "TT-077"),
        takes_over("createdDate", "create"),
    ),
)


DELETIONS = (
    account_defect("delete-nothing", "A deletion does nothing", _deletes_nothing, "TT-035", "TT-036"),
    account_defect(
        "delete-list-only",
        "A deletion hides a resource from the list and leaves it active",
        _deletes_from_the_list_alone,
        "TT-035",
    ),
    account_defect(
        "delete-all",
        "A deletion takes every resource from view",
        _also_deletes(lambda a, n: [i for i in in_view(a) if i != n]),
        "TT-037",
    ),
    account_defect(
        "delete-another",
        "A deletion takes the next resource in place of the named one",
        _deletes_another,
        "TT-035",
        "TT-036",
        "TT-037",
    ),
    Defect("tt-delete-twice-crash", "Deleting twice ends in a server error", ("TT-035",), _twice_is_an_error),
    Defect(
        "tt-delete-read-crash",
        "Reading what was deleted ends in a server error",
        ("TT-035",),
        _reading_the_dead_is_an_error,
    ),
)


QUESTIONS = (
    account_defect(
        "busy-touches",
        "A question moves modifiedDate on",
        _asking(lambda s: replace(s, modified=s.modified + 1000)),
        "TT-019",
    ),
)


DEFECTS = (*LISTS, *CREATIONS, *DELETIONS, *QUESTIONS)
