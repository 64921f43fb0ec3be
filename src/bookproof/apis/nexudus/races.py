"""Nexudus' seeded race: an Id that is reserved by Name before the record is there."""

from typing import Any, Final

from bookproof.apis.nexudus.hooks import body_of, creating
from bookproof.faults import Answered, Asked, Race
from bookproof.racing import Door, Onward, wait


def _one_id_for_one_name(reference: Any) -> Door:
    """Creations of one Name that meet are given the Id that was reserved for the first."""
    reserved: dict[str, list[Answered]] = {}

    async def passing(asked: Asked, onward: Onward) -> Answered:
        name = body_of(asked).get("Name")
        if not creating(asked) or not isinstance(name, str):
            return await onward(asked)
        first = name not in reserved
        given = reserved.setdefault(name, [])
        await wait()
        answered = await onward(asked)
        if answered.accepted:
            given.append(answered)
            answered.json["Value"]["Id"] = given[0].json["Value"]["Id"]
        if first:
            reserved.pop(name, None)
        return answered

    return Door(reference.app, passing)


RACES: Final = (
    Race(
        "nx-race-one-id",
        "Creations of one Name at the same time are given one Id.",
        ("NX-150",),
        _one_id_for_one_name,
    ),
)
