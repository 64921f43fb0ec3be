"""Conforming variations: the other defensible readings of the document's unclear places."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bookproof.apis.timetap.account import Account
from bookproof.apis.timetap.models import Resource
from bookproof.apis.timetap.wire import (
    call,
    named,
    replaces,
    resources,
    sets,
    shows,
    variation,
    window,
)
from bookproof.exchange import ABSENT
from bookproof.faults import Answered, Asked, Hooks, Variation, status

NOTHING: Final = Hooks()


def _other_spelling(resource: dict[str, Any]) -> None:
    resource["bundledResourceSet"] = resource.pop("bundleResourceSet")


def _names_as_text(names: Any) -> Any:
    return ", ".join(names) if names else None


def _as_in_samples(resource: dict[str, Any]) -> None:
    resource["bundleResourceIdList"] = resource["bundleResourceIdList"] or None
    resource["bundledResources"] = resource["bundledResources"] or []
    resource["professionalIdList"] = None


def _empty(asked: Asked, answered: Answered) -> None:
    answered.json, answered.body, answered.headers = ABSENT, b"", {}


def _without_body(code: int, name: str) -> Hooks:
    """A call is answered with a status alone."""

    def answer(asked: Asked, answered: Answered) -> None:
        if call(asked) == name and answered.accepted:
            answered.status = code
            _empty(asked, answered)

    return Hooks(answer=answer)


def _shows_the_dead(reference: Any) -> Hooks:
    """A deleted resource can still be read, with active false; deleting it again changes nothing."""
    account: Account = reference.account
    delete = account.delete

    def read(resource_id: int) -> Resource:
        stored = account._resources.get(resource_id)
        return account.view(stored or account.find(resource_id))

    def deletes(resource_id: int) -> None:
        if account.is_in_view(resource_id) or resource_id not in account._resources:
            delete(resource_id)

    account.read = read  # type: ignore[method-assign]
    account.delete = deletes  # type: ignore[method-assign]
    return NOTHING


def _answers_deletion(reference: Any) -> Hooks:
    """A deletion is answered with the resource that went."""

    def answer(asked: Asked, answered: Answered) -> None:
        if call(asked) == "delete" and answered.status == 204:
            stored = reference.account._resources[int(named(asked))]
            answered.status, answered.json = 200, reference.account.view(stored).model_dump()

    return Hooks(answer=answer)


def _location_is_looked_up(reference: Any) -> Hooks:
    """locationName is the location's, whatever an update sends."""

    def request(asked: Asked) -> None:
        if call(asked) == "update" and isinstance(asked.json, dict) and isinstance(asked.json.get("locationName"), str):
            asked.json["locationName"] = "Beach Office"

    return Hooks(request=request)


def _single_yes_is_writable(reference: Any) -> Hooks:
    """active and locationId are writable on an update."""
    account: Account = reference.account
    update = account.update

    def updates(body: Any) -> Resource:
        update(body)
        stored = replace(account._resources[body.resourceId], location_id=body.locationId, active=bool(body.active))
        account._resources[body.resourceId] = stored
        return account.view(stored)

    account.update = updates  # type: ignore[method-assign]
    return NOTHING


def _drops_bundles(asked: Asked) -> None:
    if call(asked) == "create" and isinstance(asked.json, dict) and asked.json.get("bundleResourceIdList"):
        asked.json["bundleResourceIdList"] = []


def _busy_as_text(asked: Asked, answered: Answered) -> None:
    if call(asked) == "busy" and answered.accepted:
        answered.body, answered.json = str(answered.json).lower().encode(), ABSENT
        answered.headers = {"content-type": "text/plain; charset=utf-8"}


def _deletes_again(reference: Any) -> Hooks:
    """Deleting what is not there succeeds."""

    def answer(asked: Asked, answered: Answered) -> None:
        if call(asked) == "delete" and answered.status == 400 and str(named(asked)).isdecimal():
            answered.status = 204
            _empty(asked, answered)

    return Hooks(answer=answer)


def _members_go_with_their_deletion(reference: Any) -> Hooks:
    """A bundle no longer shows a member that was deleted, but still names its id."""

    def answer(asked: Asked, answered: Answered) -> None:
        for resource in resources(asked, answered):
            if resource["bundleResourceSet"]:
                resource["bundleResourceSet"] = [m for m in resource["bundleResourceSet"] if m["active"]]

    return Hooks(answer=answer)


def _forbids_the_dead(reference: Any) -> Hooks:
    """What is asked of a deleted resource is forbidden."""

    def answer(asked: Asked, answered: Answered) -> None:
        if answered.status == 400 and str(named(asked)) in map(str, reference.account._resources):
            answered.status = 403

    return Hooks(answer=answer)


def _business_is_written(reference: Any) -> Hooks:
    """businessId is the one that was sent."""
    sent: dict[int, int] = {}

    def answer(asked: Asked, answered: Answered) -> None:
        wanted = asked.json.get("businessId") if isinstance(asked.json, dict) else None
        for resource in resources(asked, answered):
            if call(asked) in ("create", "update") and isinstance(wanted, int) and not isinstance(wanted, bool):
                sent[resource["resourceId"]] = wanted
            resource["businessId"] = sent.get(resource["resourceId"], resource["businessId"])

    return Hooks(answer=answer)


def _locations_are_named_by_clients(reference: Any) -> Hooks:
    """locationName is null until a client gives one, and no update may send null."""

    def request(asked: Asked) -> None:
        if call(asked) == "create" and isinstance(asked.json, dict):
            asked.json.setdefault("locationName", None)

    def respond(asked: Asked) -> Answered | None:
        null = call(asked) == "update" and isinstance(asked.json, dict) and asked.json.get("locationName", "") is None
        return Answered(422, {}, {"locationName": ["must be a string"]}) if null else None

    return Hooks(request=request, respond=respond)


def _bundled_both_ways(reference: Any) -> Hooks:
    """A member of a bundle shows the bundle as what it is bundled with."""
    account: Account = reference.account
    view = account.view

    def shown(stored: Any, *, with_bundle: bool = True) -> Resource:
        bundles = [n for n, other in account._resources.items() if stored.resource_id in other.bundle_ids]
        return view(replace(stored, bundle_ids=(*stored.bundle_ids, *bundles)), with_bundle=with_bundle)

    account.view = shown  # type: ignore[method-assign]
    return NOTHING


def _looks_no_further(reference: Any) -> Hooks:
    """A window that begins more than 90 days ahead, or at no quarter of an hour, is refused."""

    def respond(asked: Asked) -> Answered | None:
        date, start, end = window(asked)
        if call(asked) != "busy":
            return None
        last = datetime.fromtimestamp(reference.account.now() / 1000, UTC) + timedelta(days=90)
        odd = {start[2:], end[2:]} - {"00", "15", "30", "45"}
        return Answered(422, {}, "No such window") if odd or date > f"{last:%Y-%m-%d}" else None

    return Hooks(respond=respond)


READINGS = (
    variation("array-of-one", "Reading gives an array of one", replaces(lambda a, v: [v], "read")),
    variation("bundle-as-text", "The names of a bundle are one text", sets("bundledResources", _names_as_text)),
    variation(
        "other-spelling", "GET calls show bundledResourceSet, as in the samples", shows(_other_spelling, "list", "read")
    ),
    variation(
        "as-in-samples",
        "Empty lists are null where the samples show it, and null is empty",
        shows(_as_in_samples, "create", "read", "list"),
    ),
    variation(
        "created-201", "A creation is answered with 201", status(lambda a, r: call(a) == "create" and r.accepted, 201)
    ),
    variation(
        "accepted-202",
        "Creations and updates are answered with 202",
        status(lambda a, r: call(a) in ("create", "update") and r.accepted, 202),
    ),
    variation(
        "update-201", "An update is answered with 201", status(lambda a, r: call(a) == "update" and r.accepted, 201)
    ),
    variation("update-204", "An update has no body in its answer", _without_body(204, "update")),
    variation("update-200-empty", "An update is answered with 200 and no body", _without_body(200, "update")),
    variation(
        "update-word",
        "An update is answered with a word of success",
        replaces(lambda a, v: {"success": True}, "update"),
    ),
    variation("delete-200", "A deletion is answered with 200 and no body", status(lambda a, r: r.status == 204, 200)),
    Variation("tt-ok-delete-answered", "A deletion is answered with the resource that went", _answers_deletion),
    Variation("tt-ok-dead-readable", "A deleted resource reads with active false", _shows_the_dead),
    Variation("tt-ok-delete-again", "Deleting what is not there succeeds", _deletes_again),
    variation("busy-as-text", "isBusy is the bare word in plain text", Hooks(answer=_busy_as_text)),
    variation(
        "location-name-null", "A creation shows no name of its location", sets("locationName", lambda v: None, "create")
    ),
    Variation(
        "tt-ok-location-looked-up", "locationName is the location's, whatever an update sends", _location_is_looked_up
    ),
    Variation(
        "tt-ok-single-yes-writable", "active and locationId can be written by an update", _single_yes_is_writable
    ),
    variation("bundles-dropped", "A creation does not take a bundle", Hooks(request=_drops_bundles)),
    Variation("tt-ok-bundle-members-go", "A bundle shows no member that was deleted", _members_go_with_their_deletion),
    Variation("tt-ok-dead-forbidden", "What is asked of a deleted resource is forbidden", _forbids_the_dead),
    Variation("tt-ok-business-written", "businessId is the one that was sent", _business_is_written),
    Variation(
        "tt-ok-locations-named-by-clients",
        "locationName is null until a client gives one, and null is refused in an update",
        _locations_are_named_by_clients,
    ),
    Variation("tt-ok-bundled-both-ways", "A member of a bundle names the bundle", _bundled_both_ways),
    Variation(
        "tt-ok-near-windows", "Windows far ahead, or beside the quarters of an hour, are refused", _looks_no_further
    ),
)
