"""What users of TimeTap do in a load test: each works on resources that it creates, and deletes them."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import Any, Final

from bookproof.apis.acting import AT_ONCE, Act, Claim, Heard, Play, Say, Stage, Together
from bookproof.apis.timetap.changes import alike
from bookproof.apis.timetap.views import milliseconds, whole
from bookproof.draft import Draft
from bookproof.exchange import ABSENT, brief

GIVEN_ONCE: Final = True
PLACE: Final = "response.body/resourceId"

_CREATE, _DELETE = "createResource", "deleteResource"
_LISTS = 0.25
"""How many lives look at the list, which holds what all users have created and costs accordingly."""


def valid(stage: Stage) -> Act:
    """A valid request of one operation, about a resource of the act's own."""
    created = yield from _create(stage, stage.samples.minimum(stage.name("valid")))
    if created is None:
        return
    name = stage.chance.choice(["list", "read", "is_busy", "further", "update"])
    sample = stage.samples.samples()[name]
    heard = yield Say(stage.named(sample.draft), sample.demonstrates)
    yield from _delete(stage, created, born(sample.draft.operation, heard.json))


def fault(stage: Stage) -> Act:
    """A request with one fault, aimed at a resource of the act's own."""
    misses = [miss for miss in stage.near_misses if not _endangers_others(miss.draft)]
    if not misses:
        return
    created = yield from _create(stage, stage.samples.minimum(stage.name("fault")))
    if created is None:
        return
    miss = stage.chance.choice(misses)
    heard = yield Say(stage.named(stage.samples.aim(miss.draft, created)), about=miss.requirement)
    further = born(miss.draft.operation, heard.json) if heard.accepted else None
    if miss.draft.operation != _DELETE or not heard.accepted:
        yield from _delete(stage, created, further)


def life(stage: Stage) -> Act:
    """A resource: created, read, updated, asked for, deleted; now and then listed."""
    samples, reasons = stage.samples, stage.samples.reason_ids
    looks = stage.chance.random() < _LISTS
    number = yield from _create(stage, samples.minimum(stage.name("life")))
    if number is None:
        return
    yield Say(samples.read(number))
    if looks:
        yield Say(samples.list_all(), "TT-004")
    yield Say(samples.update_of(number, name=stage.name("renamed")))
    yield Say(samples.read(number))
    yield Say(samples.update_of(number, reasonIdList=reasons[1:]))
    yield Say(samples.is_busy(number))
    yield Say(samples.read(number))
    if looks:
        yield Say(samples.list_all(), "TT-004")
    yield from _delete(stage, number)
    yield Say(samples.read(number))
    if looks:
        yield Say(samples.list_all(), "TT-004")


def same_creation(stage: Stage) -> Act:
    """One creation, sent many times at once: each that is accepted is a resource with an id of its own."""
    body = stage.samples.minimum(stage.name("twins"))
    answers = yield Together([Say(stage.samples.create(body), about="TT-072")] * AT_ONCE)
    yield from _delete(stage, *(born(_CREATE, heard.json) for heard in answers if heard.accepted))


def lost_update(stage: Stage) -> Act:
    """Updates of one resource at once, half of them of its name, half of its services: none may be lost."""
    samples = stage.samples
    number = yield from _create(stage, samples.minimum(stage.name("shared"), reasonIdList=samples.reason_ids[:1]))
    if number is None:
        return
    changes: list[dict[str, Any]] = [{"name": stage.name("renamed")}, {"reasonIdList": samples.reason_ids[1:2]}]
    drafts = [samples.update_of(number, **changes[turn % 2]) for turn in range(AT_ONCE)]
    stage.chance.shuffle(drafts)
    answers = yield Together([Say(draft, about="TT-083") for draft in drafts])
    read = yield Say(samples.read(number))
    if all(heard.accepted for heard in answers) and read.accepted and not _written_since(read, answers):
        for change in changes:
            for name, sent in change.items():
                yield from _shows(read, name, sent)
    yield from _delete(stage, number)


def half_deleted(stage: Stage) -> Act:
    """A deletion while the resource is listed and read: it is there or gone, and never in the list but inactive."""
    samples = stage.samples
    number = yield from _create(stage, samples.minimum(stage.name("leaving")))
    if number is None:
        return
    lists = [Say(samples.list_all(), about="TT-007")] * 3
    reads = [Say(samples.read(number))] * (AT_ONCE - 4)
    answers: list[Heard] = yield Together([Say(samples.delete(number), about="TT-035"), *lists, *reads])
    if not answers[0].accepted:
        return
    read = yield Say(samples.read(number))
    if read.accepted and (active := _resource(read).get("active")) is not None:
        yield Claim("delete-deactivates", active is not True, read, "response.body/active", "false", brief(active))
    listed = yield Say(samples.list_all())
    if listed.accepted and isinstance(listed.json, list):
        there = any(isinstance(item, dict) and whole(item.get("resourceId")) == number for item in listed.json)
        yield Claim("delete-hides", not there, listed, "response.body", f"no resource {number}", "it is in the list")


ACTS: Final[Mapping[str, Sequence[Play]]] = {
    "valid": (valid,),
    "near-miss": (fault,),
    "life": (life,),
    "race": (same_creation, lost_update, half_deleted),
}


def born(operation: str, answered: Any) -> int | None:
    """The id in the answer to a creation."""
    item = answered[0] if isinstance(answered, list) and answered else answered
    return whole(item.get("resourceId")) if operation == _CREATE and isinstance(item, dict) else None


def gone(operation: str, path: Mapping[str, Any]) -> int | None:
    """The id of a resource that was deleted."""
    text = str(path.get("resourceId"))
    return int(text) if operation == _DELETE and text.isdecimal() else None


def removal(identity: Any, capabilities: frozenset[str]) -> Draft | None:
    """The deletion of a resource."""
    return Draft(_DELETE, path={"resourceId": identity})


def _create(stage: Stage, body: Mapping[str, Any]) -> Generator[Say, Any, int | None]:
    """Creates a resource, at which the act's further requests are aimed; gives its id, None where it has none."""
    heard = yield Say(stage.samples.create(dict(body)), "TT-025")
    number = born(_CREATE, heard.json) if heard.accepted else None
    if number is not None:
        stage.samples.remember({**_resource(heard), "resourceId": number})
    return number


def _delete(stage: Stage, *numbers: int | None) -> Act:
    for number in dict.fromkeys(numbers):
        if number is not None:
            yield Say(stage.samples.delete(number), "TT-034")


def _resource(heard: Heard) -> Mapping[str, Any]:
    """The resource that an answer shows: an object, or an array of one."""
    answered = heard.json
    item = answered[0] if isinstance(answered, list) and len(answered) == 1 else answered
    return item if isinstance(item, dict) else {}


def _written_since(read: Heard, answers: Sequence[Heard]) -> bool:
    """Whether somebody else may have written a resource since: its modifiedDate lies after all that was answered."""
    shown = [milliseconds(_resource(heard).get("modifiedDate")) for heard in answers]
    now = milliseconds(_resource(read).get("modifiedDate"))
    return now is not None and None not in shown and now > max(date for date in shown if date is not None)


def _shows(read: Heard, name: str, sent: Any) -> Iterator[Claim]:
    """An update that was answered with success is to be read afterwards."""
    shown = _resource(read).get(name, ABSENT)
    if shown is not ABSENT:
        holds = alike(sent, shown)
        yield Claim("read-after-update", holds, read, f"response.body/{name}", brief(sent), brief(shown))


def _endangers_others(draft: Draft) -> bool:
    """Whether a careless server could take a request for one about a resource of somebody else."""
    return isinstance(draft.body, dict) and isinstance(draft.body.get("resourceId"), bool)
