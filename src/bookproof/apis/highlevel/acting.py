"""What users of HighLevel do in a load test. There is one operation, and what it creates cannot be read or deleted."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from bookproof.apis.acting import AT_ONCE, Act, Play, Say, Stage, Together, near_miss, valid
from bookproof.draft import Draft

GIVEN_ONCE: Final = True
PLACE: Final = ""


def many_calendars(stage: Stage) -> Act:
    """An equipment with two calendars, sent many times at once: each must be refused (line 111)."""
    body = stage.samples.equipment() | {
        "name": stage.name("equipment"),
        "calendarIds": stage.samples.calendars(2),
    }
    yield Together([Say(stage.samples.create("equipments", body), about="HL-039")] * AT_ONCE)


def same_creation(stage: Stage) -> Act:
    """One valid creation, sent many times at once. A service may take one of them and refuse the others."""
    sample = stage.chance.choice(list(stage.samples.samples().values()))
    yield Together([Say(stage.named(sample.draft), about=sample.demonstrates)] * AT_ONCE)


def other_creations(stage: Stage) -> Act:
    """Different valid creations at once: each answer carries what its own request sent."""
    samples = list(stage.samples.samples().values())
    says = []
    for number in range(AT_ONCE):
        sample = samples[number % len(samples)]
        draft = stage.named(sample.draft)
        says.append(Say(replace(draft, body=draft.body | {"quantity": number + 2}), sample.demonstrates))
    yield Together(says)


ACTS: Final[Mapping[str, Sequence[Play]]] = {
    "valid": (valid,),
    "near-miss": (near_miss,),
    "race": (many_calendars, same_creation, other_creations),
}


def born(operation: str, answered: Any) -> None:
    """The document shows no id of a resource."""


def gone(operation: str, path: Mapping[str, Any]) -> None:
    """Nothing is deleted."""


def removal(identity: Any, capabilities: frozenset[str]) -> Draft | None:
    """Nothing can be taken back."""
    return None
