"""TimeTap's seeded races: an update that writes back what it read, and a deletion that is seen half-way."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from bookproof.apis.timetap.account import Stored
from bookproof.apis.timetap.views import whole
from bookproof.apis.timetap.wire import call
from bookproof.faults import Answered, Asked, Race
from bookproof.racing import Door, Onward, wait

_VIEWS_OF_SERVICES = {"reasonIdList", "reasonIdListText", "reasons"}


def _number(asked: Asked) -> int | None:
    return whole(asked.json.get("resourceId")) if isinstance(asked.json, dict) else None


def _writes_back(reference: Any) -> Door:
    """An update reads the resource, waits, and stores what it read with its own changes in it."""
    resources = reference.account._resources

    async def passing(asked: Asked, onward: Onward) -> Answered:
        before: Stored | None = resources.get(_number(asked)) if call(asked) == "update" else None
        if before is None:
            return await onward(asked)
        await wait()
        answered = await onward(asked)
        if answered.accepted:
            after: Stored = resources[before.resource_id]
            resources[before.resource_id] = replace(after, **_unsent(asked.json, before))
        return answered

    return Door(reference.app, passing)


def _unsent(sent: Mapping[str, Any], before: Stored) -> dict[str, Any]:
    """What an update did not send, as it was read."""
    kept: dict[str, Any] = {} if "name" in sent else {"name": before.name}
    return kept if sent.keys() & _VIEWS_OF_SERVICES else kept | {"reason_ids": before.reason_ids}


def _seen_half_way(reference: Any) -> Door:
    """A deletion sets active to false, waits, and takes the resource from the list then."""
    leaving: set[int] = set()

    async def passing(asked: Asked, onward: Onward) -> Answered:
        last = asked.path.rpartition("/")[2]
        if call(asked) == "delete" and last.isdecimal() and reference.account.is_in_view(int(last)):
            leaving.add(int(last))
            try:
                await wait()
                return await onward(asked)
            finally:
                leaving.discard(int(last))
        answered = await onward(asked)
        if call(asked) == "list" and answered.accepted:
            for item in answered.json:
                item["active"] = item["resourceId"] not in leaving
        return answered

    return Door(reference.app, passing)


RACES: Final = (
    Race(
        "tt-race-lost-update",
        "Of two updates that meet the later one writes back what the earlier one changed",
        ("TT-083",),
        _writes_back,
    ),
    Race(
        "tt-race-half-deleted",
        "A resource that is being deleted is in the list, inactive",
        ("TT-007",),
        _seen_half_way,
    ),
)
