"""HighLevel's seeded race: a rule that is remembered as checked before its check is over."""

from typing import Any, Final

from bookproof.apis.highlevel.accepting import calendars, is_object, kind
from bookproof.faults import Answered, Asked, Race
from bookproof.racing import Door, Onward, wait, with_json


def _checked_too_early(reference: Any) -> Door:
    """Bodies that are being checked count as checked: the same one once more is not checked again."""
    checked: set[bytes] = set()

    async def passing(asked: Asked, onward: Onward) -> Answered:
        several = kind(asked) == "equipments" and is_object(asked.json) and len(set(map(str, calendars(asked)))) > 1
        if not several:
            return await onward(asked)
        if asked.body in checked:
            answered = await onward(with_json(asked, asked.json | {"calendarIds": calendars(asked)[:1]}))
            if answered.accepted:
                answered.json["calendarIds"] = calendars(asked)
            return answered
        checked.add(asked.body)
        try:
            await wait()
            return await onward(asked)
        finally:
            checked.discard(asked.body)

    return Door(reference.app, passing)


RACES: Final = (
    Race(
        "hl-race-equipment-rule",
        "an equipment with several calendars is accepted while the same request is being checked",
        ("HL-039",),
        _checked_too_early,
    ),
)
