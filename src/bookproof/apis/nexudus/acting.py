"""What users of Nexudus do in a load test. Reading and deleting need the capabilities readback and cleanup."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bookproof.apis.acting import AT_ONCE, Act, Heard, Play, Say, Stage, Together, near_miss
from bookproof.apis.nexudus.client import CREATE, DELETE, READ
from bookproof.apis.nexudus.fields import FOREIGN, TYPICAL
from bookproof.draft import Draft

GIVEN_ONCE: Final = False
PLACE: Final = "response.body/Value/Id"

_FIELDS: Final = tuple(sorted(set(TYPICAL) - set(FOREIGN)))


def valid(stage: Stage) -> Act:
    """One of the plainest creations."""
    sample = stage.chance.choice(list(stage.samples.samples().values()))
    heard = yield Say(stage.named(sample.draft), sample.demonstrates)
    yield from _take_back(stage, [heard])


def fault(stage: Stage) -> Act:
    """A creation with one fault."""
    for say in near_miss(stage):
        heard = yield say
        yield from _take_back(stage, [heard])


def life(stage: Stage) -> Act:
    """A resource with some of the optional fields: created, read, deleted."""
    samples = stage.samples
    body = stage.chance.choice([samples.full, samples.full_otherwise, samples.minimum])()
    body |= {field: TYPICAL[field] for field in stage.chance.sample(_FIELDS, 3)}
    heard = yield Say(samples.create(body | {"Name": stage.name("life")}))
    record = _record(heard)
    if record is not None and "readback" in stage.capabilities:
        yield Say(Draft(READ, path={"Id": record}))
    yield from _take_back(stage, [heard])


def same_creation(stage: Stage) -> Act:
    """One creation, sent many times at once: each that is accepted is a record with an Id of its own."""
    draft = stage.samples.create(stage.samples.minimum(Name=stage.name("twins")))
    answers = yield Together([Say(draft, about="NX-150")] * AT_ONCE)
    yield from _take_back(stage, answers)


def other_creations(stage: Stage) -> Act:
    """Different creations at once."""
    bodies = [stage.samples.minimum(Name=stage.name("crowd"), DisplayOrder=number) for number in range(AT_ONCE)]
    answers = yield Together([Say(stage.samples.create(body), "NX-095") for body in bodies])
    yield from _take_back(stage, answers)


ACTS: Final[Mapping[str, Sequence[Play]]] = {
    "valid": (valid,),
    "near-miss": (fault,),
    "life": (life,),
    "race": (same_creation, other_creations),
}


def born(operation: str, answered: Any) -> int | None:
    """The Id in the answer to a creation."""
    value = answered.get("Value") if operation == CREATE and isinstance(answered, dict) else None
    record = value.get("Id") if isinstance(value, dict) else None
    return record if isinstance(record, int) and not isinstance(record, bool) else None


def gone(operation: str, path: Mapping[str, Any]) -> int | None:
    """The Id of a record that was deleted."""
    return int(path["Id"]) if operation == DELETE and str(path.get("Id")).isdecimal() else None


def removal(identity: Any, capabilities: frozenset[str]) -> Draft | None:
    """The deletion of a record, where the target has one."""
    return Draft(DELETE, path={"Id": identity}) if "cleanup" in capabilities else None


def _record(heard: Heard) -> int | None:
    return born(CREATE, heard.json) if heard.accepted else None


def _take_back(stage: Stage, answers: Sequence[Heard]) -> Act:
    """Deletes what was created, each record once."""
    for record in dict.fromkeys(record for heard in answers if (record := _record(heard)) is not None):
        draft = removal(record, stage.capabilities)
        if draft is not None:
            yield Say(draft)
