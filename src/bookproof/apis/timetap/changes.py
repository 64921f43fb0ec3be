"""Finds what has changed between two sights of a resource, and which rule is to answer for it.

A resource that reads otherwise than before may have been changed by an update or a deletion of another, by a question,
by the server's own forgetting, or by another client. So a change is laid at one door only where it points there, and
at none where somebody else may have made it: then modifiedDate has moved.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bookproof.apis.timetap.history import Event, History, Seen, Story, latest
from bookproof.apis.timetap.views import View, milliseconds, path_id, whole
from bookproof.exchange import ABSENT, brief
from bookproof.rules import Call, same

IN_LIST = "created-appears-in-list"
READ_CREATED = "read-after-create"
READ_UPDATED = "read-after-update"
UPDATE = "update-touches-no-other"
DELETION = "delete-touches-no-other"
QUESTION = "is-busy-changes-nothing"

LOST = frozenset({400, 404, 410})
"""How a resource that is there no more is refused; a sibling endpoint of the vendor's uses 400."""

_WRITABLE = ("name", "reasonIdList", "reasonIdListText")
_LASTING = (*_WRITABLE, "locationId", "active", "createdDate")
"""What stays as it is until somebody writes it; names of users, locations and services may change elsewhere."""
_AS_ANSWERED = (*_LASTING, "createdUser", "bundleResourceIdList")
"""What the first sight of a resource must share with the answer to its creation or update."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A rule that was put to the test, and whether it held."""

    rule: str
    holds: bool
    where: str = ""
    expected: str = ""
    actual: str = ""


class Changes:
    """The outcomes of one call after the other, worked out once for all rules that they belong to."""

    def __init__(self, history: History) -> None:
        self.history = history
        self._call: Call | None = None
        self._outcomes: list[Outcome] = []

    def of(self, call: Call) -> list[Outcome]:
        """The outcomes of a call."""
        if call is not self._call:
            self._call = call
            self._outcomes = list(_outcomes(call, self.history.before(call))) if call.conforming else []
        return self._outcomes


def _outcomes(call: Call, past: History) -> Iterator[Outcome]:
    if _complete(call, past):
        yield from _presence(call, past)
        yield from _newcomers(call, past)
    if call.operation.id == "readResource" and call.refused:
        yield from _refusal(call, past)
    for view in past.views:
        story = past.story_of(view)
        stays = call.operation.id == "updateResource" and call.body.get("active") is True
        if stays and story.presence == "in view" and view.get("active") is False and past.relied(story, call):
            yield Outcome(READ_UPDATED, False, view.where("active"), "true", "false")
        before = latest(story.last) if call.operation.id == "updateResource" else None
        if before and alike(call.body.get("locationId"), before.get("locationId")) and past.relied(story, call):
            for name, old, new in _differences(view, before, ["locationId"]):
                yield Outcome(READ_UPDATED, False, view.where(name), brief(old), brief(new))
        if view.kind == "answer" or story.presence == "gone":
            continue
        if (story.own or story.answered) and past.relied(story, call):
            yield from _sight(view, story, call, past)


def _complete(call: Call, past: History) -> bool:
    """Whether the answer is a list of which every item can be told."""
    if call.operation.id != "listResources" or not call.accepted or not isinstance(call.answered, list):
        return False
    return len(past.views) == len(call.answered) and all(view.id is not None for view in past.views)


def _presence(call: Call, past: History) -> Iterator[Outcome]:
    """Whether what was created is in the list; one outcome a rule, the first that is missing before the others."""
    ids = {view.id for view in past.views}
    found: dict[str, Outcome] = {}
    for number, story in past.stories.items():
        if not story.own or story.presence != "in view" or not past.relied(story, call):
            continue
        rule = _answerable(number, story, past, call)
        if rule and (rule not in found or (found[rule].holds and number not in ids)):
            found[rule] = Outcome(rule, number in ids, "response.body", f"resource {number} in the list", "not there")
    yield from found.values()


def _answerable(number: int, story: Story, past: History, call: Call) -> str | None:
    """The rule that a resource's absence from the list would break; None where it would show nothing."""
    seen = story.last.get("list")
    if seen is None and "list" in story.earlier:  # its own update may be the reason, or what happened to others
        events = past.since(story.earlier["list"].tick, call)
        return IN_LIST if events is not None and all(event.id == number for event in events) else None
    events = past.since(seen.tick if seen else story.born, call)
    if events is None:
        return None
    kinds = {event.kind for event in events if event.id != number}
    if "deletion" in kinds:
        return DELETION if seen else None
    return UPDATE if seen and "update" in kinds else IN_LIST


def _newcomers(call: Call, past: History) -> Iterator[Outcome]:
    """Whether an update brought a resource into being."""
    listing = past.listing
    events = past.since(listing.tick, call) if listing else None
    updates = [event for event in events or () if event.kind == "update"]
    if listing is None or not updates:
        return
    for view in past.views:
        story = past.story(view.id)
        new = view.id not in listing.ids | past.renumbered and not story.own and story.presence != "gone"
        if (
            new
            and not _twin(view, past)
            and any(_brought(view, event, alone=bool(call.exchange.intent.test)) for event in updates)
        ):
            yield Outcome(UPDATE, False, view.where("resourceId"), "no new resource", f"resource {view.id}")
            return
    yield Outcome(UPDATE, True)


def _twin(view: View, past: History) -> bool:
    """Whether a new resource has the name and the time of a creation: no update that followed at once is to blame."""
    name, date = view.get("name"), milliseconds(view.get("createdDate"))
    return isinstance(name, str) and date is not None and past.made.get(name) == date


def _brought(view: View, event: Event, *, alone: bool) -> bool:
    """Whether a new resource comes from an update: it has the id that nobody had, or the update's name and time.

    That it is new to the list is not enough: others create resources, too, and update what they created. alone: in a
    run of the suite nobody else gives the name of an update that was not to be accepted.
    """
    name, modified = event.sent.get("name"), milliseconds(event.modified)
    named = isinstance(name, str) and same(name, view.get("name"))
    if event.forbidden:
        return view.id == event.id or (named and alone)
    dates = [milliseconds(view.get("createdDate")), milliseconds(view.get("modifiedDate"))]
    return named and modified is not None and modified in dates


def _refusal(call: Call, past: History) -> Iterator[Outcome]:
    """A created resource that is not to be had any more, where reading is known to work."""
    number = path_id(call)
    story = past.story(number)
    expected = story.own and story.presence == "in view" and past.reads_answered and past.relied(story, call)
    if not expected or call.status not in LOST:
        return
    seen = max((one.tick for one in (*story.last.values(), *story.earlier.values())), default=story.born)
    events = past.since(seen, call)
    if events is not None:
        kinds = {event.kind for event in events if event.id != number}
        own = READ_CREATED if story.sent is None else READ_UPDATED
        rule = DELETION if "deletion" in kinds else UPDATE if "update" in kinds else own
        yield Outcome(rule, False, "response.status", "the resource", str(call.status))


def _sight(view: View, story: Story, call: Call, past: History) -> Iterator[Outcome]:
    """What a resource looks like, held against how it was last seen."""
    before = story.last.get(view.kind)
    if before is None and story.sent is not None:
        yield Outcome(READ_UPDATED, True)
        yield from _kept(view, story, call, past)
    base = before or story.last.get("answer")
    if base is None:
        return
    events = past.since(base.tick, call)
    if events is None:
        return
    others = [event for event in events if event.id != view.id]
    updates = [event for event in others if event.kind == "update"]
    deletions = [event for event in others if event.kind == "deletion"]
    questions = [event for event in events if event.kind == "question" and event.id == view.id]
    as_answered = READ_UPDATED if story.sent is not None else READ_CREATED
    if before is None:
        yield Outcome(as_answered, True)
    elif questions and not updates and not deletions:
        yield Outcome(QUESTION, True)
    else:
        yield from (Outcome(rule, True) for rule, some in ((UPDATE, updates), (DELETION, deletions)) if some)
    moved = _moved(view, base)
    names = _LASTING if before or _joined_bundles(view, base.view, past) else _AS_ANSWERED
    difference = next(_differences(view, base.view, names), None)
    if difference is None and not moved:
        return
    rule: str | None
    # Many resources have the same services, and this one may never have had those that its creation was answered with.
    if _written_by(updates, view, difference, moved, _WRITABLE if before and not deletions else ("name",)):
        rule = UPDATE
    elif before and questions and not updates and not deletions:
        rule = QUESTION
    elif moved or difference is None:
        rule = None  # another client may have updated it
    elif before is None:
        rule = None if updates or deletions or questions else as_answered
    elif updates:
        rule = None if deletions else UPDATE
    else:
        rule = DELETION if deletions else as_answered
    if rule:
        name, old, new = difference or ("modifiedDate", base.view.get("modifiedDate"), view.get("modifiedDate"))
        yield Outcome(rule, False, view.where(name), brief(old), brief(new))


def _kept(view: View, story: Story, call: Call, past: History) -> Iterator[Outcome]:
    """The first sight after an update: what was not sent is as before, seen in the same kind of answer."""
    before, sent = story.earlier.get(view.kind), story.sent or {}
    events = past.since(before.tick, call) if before else None
    if before is None or events is None or any(e.id != view.id or e.kind != "update" for e in events):
        return
    kept = [name for name in ("name", "reasonIdList") if name not in sent]
    if sent.keys() & {"reasonIdListText", "reasons"}:
        kept = [name for name in kept if name != "reasonIdList"]
    if alike(sent.get("locationId"), before.view.get("locationId")):
        kept.append("locationId")
    if "bundleResourceIdList" not in sent and _lost_members(view, before.view, past, call):
        kept.append("bundleResourceIdList")
    for name, old, new in _differences(view, before.view, kept):
        yield Outcome(READ_UPDATED, False, view.where(name), brief(old), brief(new))


def _lost_members(view: View, before: View, past: History, call: Call) -> bool:
    """Whether a bundle no longer names a resource that is still in view; others may be left out."""
    old, new = (one.get("bundleResourceIdList") for one in (before, view))
    if not isinstance(old, list) or not isinstance(new, list | None):
        return False
    lost = [past.story(number) for number in set(map(whole, old)) - set(map(whole, new or ()))]
    return any(story.presence == "in view" and past.relied(story, call) for story in lost)


def _written_by(
    updates: list[Event], view: View, difference: tuple[str, Any, Any] | None, moved: bool, marks: tuple[str, ...]
) -> bool:
    """Whether a change bears the mark of another resource's update: a value that this sent, or its time."""
    name, _, new = difference or ("", None, None)
    if name in marks and any(name in event.sent and alike(event.sent[name], new) for event in updates):
        return True
    date = milliseconds(view.get("modifiedDate"))
    return moved and date is not None and any(date == milliseconds(event.modified) for event in updates)


def _joined_bundles(view: View, base: View, past: History) -> bool:
    """Whether a resource names bundles that it became a member of: being bundled with another may count both ways."""
    shown = [one.get("bundleResourceIdList") for one in (base, view)]
    old, new = ({whole(number) for number in ids} if isinstance(ids, list) else set() for ids in shown)
    return old < new and all(_holds(past.story(number), view.id) for number in new - old)


def _holds(story: Story, number: int | None) -> bool:
    """Whether a resource was shown as a bundle with a certain member."""
    lists = [one.view.get("bundleResourceIdList") for one in story.last.values()]
    return any(isinstance(ids, list) and number in map(whole, ids) for ids in lists)


def _moved(view: View, base: Seen) -> bool:
    """Whether modifiedDate says that the resource was modified since."""
    now, then = milliseconds(view.get("modifiedDate")), milliseconds(base.view.get("modifiedDate"))
    return now is not None and then is not None and now > then


def _differences(view: View, base: View, names: tuple[str, ...] | list[str]) -> Iterator[tuple[str, Any, Any]]:
    for name in names:
        old, new = base.get(name), view.get(name)
        if old is not ABSENT and new is not ABSENT and not alike(old, new):
            yield name, old, new


def alike(left: Any, right: Any) -> bool:
    """Equality as a service may show it: lists of ids in any order, nothing as null, an empty list or an empty text."""
    if (
        not isinstance(left, bool | int | float)
        and not left
        and not isinstance(right, bool | int | float)
        and not right
    ):
        return True
    if isinstance(left, list) and isinstance(right, list) and all(whole(item) is not None for item in left + right):
        return set(map(whole, left)) == set(map(whole, right))
    return same(left, right)


def claims(sent: Mapping[str, Any], before: Mapping[str, Any], past: History) -> Iterator[tuple[str, Any]]:
    """What is sent for properties that are not writable and differs from what was there before.

    Left out is what a server may come to by itself: its own time, the first time that it showed, the user who writes,
    services that follow the ids.
    """
    for name in ("createdDate", "createdUser", "professionalIdList", "professionalIdListText"):
        if sent.get(name) and name in before and not alike(sent[name], before[name]):
            yield name, sent[name]
    date, shown = milliseconds(sent.get("modifiedDate")), milliseconds(before.get("modifiedDate"))
    if date is not None and shown is not None and date < shown and date != milliseconds(before.get("createdDate")):
        yield "modifiedDate", sent["modifiedDate"]
    user, others = sent.get("modifiedUser"), (None, "", past.user, before.get("modifiedUser"))
    if past.user is not None and user not in others:
        yield "modifiedUser", user
    kept = "reasonIdList" not in sent or alike(sent["reasonIdList"], before.get("reasonIdList"))
    reasons, shown_reasons = sent.get("reasonSet"), before.get("reasonSet", ABSENT)
    if reasons and kept and shown_reasons is not ABSENT and not alike(reasons, shown_reasons):
        yield "reasonSet", reasons
